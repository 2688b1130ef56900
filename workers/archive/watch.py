"""One look at a video on the platform, and what follows from it: waiting, taking it in, looking after it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from helpcenter.jobs import WATCH_VIDEO, defer
from helpcenter.models import PlatformVideo, VideoState
from helpcenter.ports import Ports
from helpcenter.services import videos
from helpcenter.services.videos import Fate, Judgement, VideoClaim
from streaming import timeline
from streaming.platform import LivePlatform, Priority, Video
from workers.archive.faults import HANDLED, put_off_all
from workers.archive.taking import take
from workers.archive.telling import tell_editors
from workers.archive.upkeep import has_work, look_after, note_refresh

log = structlog.get_logger(__name__)
FRESH: Final = timedelta(minutes=5)
"""What was told within this is not asked for again before a video is taken in."""
_ENDED: Final = {Fate.GONE: VideoState.GONE, Fate.REFUSED: VideoState.REFUSED}
_COMING: Final = (VideoState.LISTED, VideoState.WAITING)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is ours to look at: the row that was rung for, others of its channel, and their ids on the platform."""

    first: VideoClaim
    all: dict[VideoClaim, str]
    channel_id: int
    connections: int
    session_id: int | None
    told_lately: bool

    @property
    def connection(self) -> tuple[int, int]:
        """The channel, and how often it had been connected when we set out."""
        return self.channel_id, self.connections


def watch(ports: Ports, video_id: int) -> None:
    """Look at the video if it is due, and at others of its channel in the same call; does nothing where somebody else does."""
    claimed = _claim(ports, video_id)
    if claimed is None:
        return
    try:
        platform = ports.platforms.of(claimed.channel_id, priority=Priority.BACKGROUND, session_id=claimed.session_id)
        if not claimed.told_lately:
            told = platform.videos(list(claimed.all.values()))
            for claim, remote_id in claimed.all.items():
                _note(ports, claim, told.get(remote_id), first=claim == claimed.first)
    except HANDLED as error:
        put_off_all(ports, list(claimed.all), error, connection=claimed.connection)
        return
    try:
        _work(ports, platform, claimed.first)
    except HANDLED as error:
        put_off_all(ports, [claimed.first], error, connection=claimed.connection)


def _claim(ports: Ports, video_id: int) -> Claimed | None:
    with ports.database.transaction() as db:
        now = ports.clock()
        first = videos.claim(db, video_id, now=now)
        if first is None:
            return None
        row = db.get_one(PlatformVideo, video_id, populate_existing=True)
        if row.channel is None:
            videos.give_back(row, due_at=None)
            return None
        lately = _told_lately(db, row, ports)
        claims = [first] if lately else [first, *videos.claim_beside(db, row, now=now)]
        ids = {claim: db.get_one(PlatformVideo, claim.id, populate_existing=True).remote_id for claim in claims}
        return Claimed(first, ids, row.channel.id, row.channel.connections, row.session_id, lately)


def _told_lately(db: Session, row: PlatformVideo, ports: Ports) -> bool:
    """Whether what was told a moment ago is enough to do what is to be done: then nothing is asked again."""
    now = ports.clock()
    fresh = row.refreshed_at is not None and now - row.refreshed_at < ports.settings.live_wait(FRESH.total_seconds())
    if row.state in _COMING:
        return fresh and _fate(db, row, ports).fate in {Fate.TAKE, Fate.TAKE_INCOMPLETE}
    return fresh and has_work(db, row, now)


def _fate(db: Session, row: PlatformVideo, ports: Ports) -> Judgement:
    return videos.judge(row, expected=videos.live_length(db, row), settings=ports.settings, now=ports.clock())


def _note(ports: Ports, claim: VideoClaim, video: Video | None, *, first: bool) -> None:
    """Keep what was told. What is to be worked on stays ours if it is the first, else it is rung for."""
    with ports.database.transaction() as db:
        now = ports.clock()
        row = videos.held(db, claim, now=now)
        if row is None:
            return
        if row.state in _COMING:
            videos.note_look(row, video, now=now)
            _decide(db, row, ports)
        else:
            note_refresh(db, row, video, ports)
        db.flush()
        if row.due_at is not None and row.due_at <= now and not first:
            videos.give_back(row, due_at=now)
            defer(db, WATCH_VIDEO, row.id)


def _decide(db: Session, row: PlatformVideo, ports: Ports) -> None:
    judgement = _fate(db, row, ports)
    now = ports.clock()
    match judgement.fate:
        case Fate.WAIT:
            pause = ports.settings.live_wait(_pause(db, row))
            row.state, row.error, row.attempts = VideoState.WAITING, None, 0
            videos.give_back(row, due_at=now + pause)
        case Fate.GONE | Fate.REFUSED:
            give_up(db, row, judgement, ports)
        case _:
            row.due_at = now


def _pause(db: Session, row: PlatformVideo) -> float:
    """Seconds until the next look: not longer than it takes to be sure, once the archive is as long as it should be."""
    looks = videos.looks_of(row)
    right = timeline.archive_ready(looks[-1:], videos.live_length(db, row), apart=timedelta())
    return min(timeline.pause_after(len(looks)), timeline.APART) if right else timeline.pause_after(len(looks))


def give_up(db: Session, row: PlatformVideo, judgement: Judgement, ports: Ports) -> None:
    """Nothing comes of this video: say why, to the editors too where a session's recording is missing because of it."""
    assert judgement.why is not None
    now = ports.clock()
    row.state, row.error = _ENDED[judgement.fate], judgement.why.as_json()
    videos.give_back(row, due_at=None)
    if row.session is not None:
        tell_editors(db, row, judgement.why, ports)
    db.flush()
    if row.import_id is not None:
        videos.finish_if_done(db, row.import_id, now=now)
    log.info("video given up", video=row.remote_id, state=row.state.value)


def _work(ports: Ports, platform: LivePlatform, claim: VideoClaim) -> None:
    """What takes more than the one call, for the row that was rung for."""
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, claim.id)
        ours = row.fence == claim.fence and row.leased_until is not None
        coming, incomplete = row.state in _COMING, None
        if ours and coming:
            judgement = _fate(db, row, ports)
            ours = judgement.fate in {Fate.TAKE, Fate.TAKE_INCOMPLETE}
            incomplete = judgement.why
    if not ours:
        return
    if coming:
        take(ports, platform, claim, incomplete=incomplete)
    else:
        look_after(ports, platform, claim)
    with ports.database.transaction() as db:
        row = db.get_one(PlatformVideo, claim.id)
        if row.import_id is not None:
            videos.finish_if_done(db, row.import_id, now=ports.clock())
