"""The back catalogue of a channel: listed page by page, then taken in video by video, over days where the quota wants it.

listing ──the last page──> pulling ──nothing is open──> done        listing, pulling ──a person──> stopped ──again──> listing
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, Message, NotFound
from helpcenter.jobs import IMPORT_CHANNEL, WATCH_VIDEO, defer
from helpcenter.models import (
    AuditRow,
    Broadcast,
    Channel,
    ChannelImport,
    ChannelState,
    ImportState,
    PlatformVideo,
    Recording,
    RecordingState,
    Topic,
    User,
    VideoState,
)
from helpcenter.services.videos.rows import LEASE, listed
from helpcenter.services.videos.told import note_look
from streaming.platform import Page, Video

OPEN: Final = (ImportState.LISTING, ImportState.PULLING)
_LOOK: Final = timedelta(minutes=1)
_GIVEN_UP: Final = (VideoState.GONE, VideoState.REFUSED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: videos found, taken in, still to come, refused or gone.

    Of those taken in, `captions` are still to be looked for, and `processing` go through the pipeline.
    """

    found: int
    pulled: int
    waiting: int
    refused: int
    captions: int
    processing: int

    @property
    def share(self) -> float:
        """0 to 1; 1 where there was nothing to do."""
        return 1.0 if not self.found else (self.pulled + self.refused) / self.found


@dataclass(frozen=True, slots=True)
class ImportClaim:
    """The right to list the import's next page."""

    id: int
    fence: int


def start_import(
    db: Session, channel: Channel, *, playlist: str = "", since: datetime | None = None, topic: Topic | None = None,
    actor: User | None, now: datetime,
) -> ChannelImport:  # fmt: skip
    """Take in the channel's videos, or those of one playlist, from `since` on; where that goes on already, it is that import.

    What is here stays as it is: nothing comes twice. Raises Conflict for a channel that has to be connected again.
    """
    if channel.state is ChannelState.REVOKED:
        raise Conflict(
            N_("The channel “%(title)s” is not connected any more. Connect it again first."), title=channel.title
        )
    wanted = playlist.strip() or channel.uploads
    if not wanted or len(wanted) > 64:  # noqa: PLR2004 -- the column's width, longer than any real one
        raise InvalidInput(N_("This is not the id of a playlist."))
    same = (
        ChannelImport.channel_id == channel.id,
        ChannelImport.playlist == wanted,
        ChannelImport.since.is_not_distinct_from(since),
        ChannelImport.state.in_(OPEN),
    )
    running = db.scalars(select(ChannelImport).where(*same).order_by(ChannelImport.id)).first()
    if running is not None:
        return running
    new = ChannelImport(
        channel_id=channel.id, playlist=wanted, since=since, topic_id=topic.id if topic else None, created_at=now, due_at=now,
        created_by_id=actor.id if actor else None,
    )  # fmt: skip
    db.add(new)
    db.flush()
    _audit(db, new, "import", actor, now)
    defer(db, IMPORT_CHANNEL, new.id)
    return new


def find_import(db: Session, public_id: str) -> ChannelImport:
    """The import with this public id. Raises NotFound."""
    found = db.scalars(select(ChannelImport).where(ChannelImport.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def imports_of(db: Session, channel: Channel) -> list[ChannelImport]:
    """The channel's imports, newest first."""
    wanted = select(ChannelImport).where(ChannelImport.channel_id == channel.id)
    return list(db.scalars(wanted.order_by(ChannelImport.created_at.desc(), ChannelImport.id.desc())))


def stop_import(db: Session, job: ChannelImport, *, actor: User | None, now: datetime) -> None:
    """Stop it: what is here stays, nothing more comes. Raises Conflict where it has ended."""
    _move(db, job, ImportState.STOPPED, OPEN, {"ended_at": now, "due_at": None, "leased_until": None})
    waiting = update(PlatformVideo).where(PlatformVideo.import_id == job.id, PlatformVideo.state == VideoState.LISTED)
    db.execute(waiting.values(due_at=None))
    _audit(db, job, "stop import", actor, now)


def resume_import(db: Session, job: ChannelImport, *, actor: User | None, now: datetime) -> None:
    """Go on where it was stopped. Raises Conflict where it was not."""
    values = {"ended_at": None, "due_at": now, "error": None, "attempts": 0}
    _move(db, job, ImportState.LISTING, (ImportState.STOPPED,), values)
    waiting = update(PlatformVideo).where(PlatformVideo.import_id == job.id, PlatformVideo.state == VideoState.LISTED)
    db.execute(waiting.values(due_at=now, attempts=0))
    _audit(db, job, "resume import", actor, now)
    defer(db, IMPORT_CHANNEL, job.id)


def progress(db: Session, job: ChannelImport) -> Progress:
    """How far the import is."""
    rows = db.execute(
        select(PlatformVideo.state, func.count()).where(PlatformVideo.import_id == job.id).group_by(PlatformVideo.state)
    )
    counts = {state: count for state, count in rows}  # noqa: C416 -- rows, not pairs
    captions = db.scalar(select(func.count()).where(PlatformVideo.import_id == job.id, _captions_open())) or 0
    in_work = select(func.count()).join(PlatformVideo, PlatformVideo.recording_id == Recording.id).where(
        PlatformVideo.import_id == job.id, Recording.state == RecordingState.PROCESSING
    )  # fmt: skip
    processing = db.scalar(in_work.select_from(Recording)) or 0
    return Progress(
        found=sum(counts.values()),
        pulled=counts.get(VideoState.PULLED, 0),
        waiting=counts.get(VideoState.LISTED, 0) + counts.get(VideoState.WAITING, 0),
        refused=sum(counts.get(state, 0) for state in _GIVEN_UP),
        captions=captions,
        processing=processing,
    )


def due_imports(db: Session, *, now: datetime) -> list[int]:
    """Imports on which a worker could do something now."""
    wanted = select(ChannelImport.id).where(ChannelImport.state.in_(OPEN), ChannelImport.due_at <= now, _free(now))
    return list(db.scalars(wanted.order_by(ChannelImport.due_at, ChannelImport.id)))


def claim_import(db: Session, import_id: int, *, now: datetime) -> ImportClaim | None:
    """The import, ours for a while; None where nothing is due, or another worker was faster."""
    taken = (
        update(ChannelImport)
        .where(ChannelImport.id == import_id, ChannelImport.state.in_(OPEN), ChannelImport.due_at <= now, _free(now))
        .values(fence=ChannelImport.fence + 1, leased_until=now + LEASE)
        .returning(ChannelImport.fence)
        .execution_options(synchronize_session=False)
    )
    fence = db.scalar(taken)
    return None if fence is None else ImportClaim(import_id, fence)


def held_import(db: Session, claim: ImportClaim, *, now: datetime) -> ChannelImport | None:
    """The import, locked for this transaction and still ours and wanted; None where it is not."""
    mine = (
        update(ChannelImport)
        .where(ChannelImport.id == claim.id, ChannelImport.fence == claim.fence, ChannelImport.state.in_(OPEN))
        .values(leased_until=now + LEASE)
        .returning(ChannelImport.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(mine) is None:
        return None
    return db.get_one(ChannelImport, claim.id, populate_existing=True)


def keep_page(db: Session, job: ChannelImport, page: Page, videos: dict[str, Video], *, now: datetime) -> None:
    """Keep what one page listed, and where the listing goes on. `videos` is what the platform says of them."""
    ours = set(db.scalars(select(Broadcast.remote_id).where(Broadcast.remote_id.in_(page.video_ids))))
    old = 0
    for remote_id in page.video_ids:
        video = videos.get(remote_id)
        before = (
            video is not None
            and job.since is not None
            and video.published_at is not None
            and video.published_at < job.since
        )
        old += before
        # The broadcast of a session of ours is waited for by that session.
        if not before and remote_id not in ours:
            _keep(db, job, remote_id, video, now=now)
    job.total = page.total
    # A channel's uploads stand newest first: behind a page of old ones only older ones come. Other playlists have any order.
    ended = page.next_token is None or (old > 0 and job.playlist == job.channel.uploads)
    job.next_token = None if ended else page.next_token
    job.state = ImportState.PULLING if ended else ImportState.LISTING
    job.due_at, job.leased_until, job.error, job.attempts = now, None, None, 0
    db.flush()
    defer(db, IMPORT_CHANNEL, job.id)


def wait_for_videos(db: Session, job: ChannelImport, *, now: datetime) -> None:
    """All is listed: look again when the next of its videos is due, and say what that one waits for."""
    still = select(PlatformVideo).where(PlatformVideo.import_id == job.id, _open())
    first = db.scalars(still.order_by(PlatformVideo.due_at.nulls_last(), PlatformVideo.id).limit(1)).first()
    due = first.due_at if first is not None and first.due_at is not None else now
    job.error = first.error if first is not None and due > now else None
    job.leased_until, job.due_at = None, max(due, now) + _LOOK


def finish_if_done(db: Session, import_id: int, *, now: datetime) -> bool:
    """End the import where all that it listed has been dealt with; whether it is ended by this."""
    waiting = exists().where(PlatformVideo.import_id == import_id, _open())
    ended = (
        update(ChannelImport)
        .where(ChannelImport.id == import_id, ChannelImport.state == ImportState.PULLING, ~waiting)
        .values(state=ImportState.DONE, ended_at=now, due_at=None, leased_until=None, error=None)
    )
    return db.execute(ended.returning(ChannelImport.id)).first() is not None


def summary(db: Session, job: ChannelImport) -> dict[str, Any]:
    """The import in one piece, for the command line and the API."""
    now_at = progress(db, job)
    return {
        "import": job.public_id,
        "state": job.state.value,
        "channel": job.channel.public_id,
        "playlist": job.playlist,
        "since": job.since.isoformat() if job.since else None,
        "found": now_at.found,
        "pulled": now_at.pulled,
        "waiting": now_at.waiting,
        "refused": now_at.refused,
        "captions_waiting": now_at.captions,
        "processing": now_at.processing,
        "note": str(Message.from_json(job.error)) if job.error else "",
    }


def _keep(db: Session, job: ChannelImport, remote_id: str, video: Video | None, *, now: datetime) -> None:
    row = listed(db, remote_id, channel_id=job.channel_id, now=now)
    if row.session_id is not None or (row.state not in _GIVEN_UP and row.state is not VideoState.LISTED):
        return  # it is here, or on its way
    row.import_id, row.state, row.due_at, row.error, row.attempts, row.looks = (
        job.id,
        VideoState.LISTED,
        now,
        None,
        0,
        [],
    )
    note_look(row, video, now=now)
    db.flush()
    defer(db, WATCH_VIDEO, row.id)


def _open() -> ColumnElement[bool]:
    return or_(PlatformVideo.state.in_((VideoState.LISTED, VideoState.WAITING)), _captions_open())


def _captions_open() -> ColumnElement[bool]:
    return and_(PlatformVideo.state == VideoState.PULLED, PlatformVideo.caption_looks == 0)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(ChannelImport.leased_until.is_(None), ChannelImport.leased_until <= now)


def _move(
    db: Session, job: ChannelImport, to: ImportState, sources: Sequence[ImportState], values: dict[str, Any]
) -> None:
    guarded = update(ChannelImport).where(ChannelImport.id == job.id, ChannelImport.state.in_(sources))
    if db.execute(guarded.values(state=to, **values).returning(ChannelImport.id)).first() is None:
        raise Conflict
    db.refresh(job)


def _audit(db: Session, job: ChannelImport, action: str, actor: User | None, now: datetime) -> None:
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action=action, kind="channel import", thing_id=job.id, detail={}))
