"""Which file belongs to what, and so who may have it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Asset, Clip, ClipState, LiveSession, Recording, RecordingVersion, Visibility

_FOLDER: Final = "recordings"
_PICTURES: Final = "sessions"
# What players load beside the recording; sound for the recogniser, originals and the like are nobody's but the staff's.
_SHOWN_ASSETS: Final = ("storyboard.jpg", "storyboard.vtt", "storyboard.json", "waveform.json", "poster.jpg")

_RECORDING = (
    select(
        Recording.id, Recording.visibility, Recording.created_by_id,
        RecordingVersion.play_key, RecordingVersion.poster_key, RecordingVersion.original_key,
    )
    .outerjoin(RecordingVersion, RecordingVersion.id == Recording.version_id)
    .where(Recording.public_id == bindparam("public_id"))
)  # fmt: skip
_CLIP = select(Clip.state, Clip.provisional).where(
    Clip.recording_id == bindparam("recording"),
    or_(Clip.media_key == bindparam("key"), Clip.poster_key == bindparam("key")),
)
_ASSET = select(Asset.kind).where(Asset.recording_id == bindparam("recording"), Asset.key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class FileOwner:
    """Who may have a file: whoever may see a recording of this visibility, if it is `shown`; else its staff."""

    visibility: Visibility
    created_by_id: int | None
    shown: bool


def owner_of(db: Session, key: str) -> FileOwner:
    """What the key belongs to. A file that belongs to nothing any more is not there: raises NotFound."""
    folder, _, rest = key.partition("/")
    if folder == _PICTURES:
        return _owner_of_picture(db, key)
    public_id, _, name = rest.partition("/")
    if folder != _FOLDER or not name:
        raise NotFound
    row = db.execute(_RECORDING, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    return FileOwner(
        row.visibility, row.created_by_id, _shown(db, row.id, key, row.play_key, row.poster_key, row.original_key)
    )


def _owner_of_picture(db: Session, key: str) -> FileOwner:
    """Sessions of a series share one picture: whoever may see one of them may have it."""
    wanted = select(LiveSession.visibility, LiveSession.created_by_id).where(LiveSession.picture_key == key).distinct()
    rows = sorted(db.execute(wanted), key=lambda row: list(Visibility).index(row.visibility))
    if not rows:
        raise NotFound
    return FileOwner(rows[0].visibility, rows[0].created_by_id, shown=True)


def _shown(
    db: Session, recording_id: int, key: str, play: str | None, poster: str | None, original: str | None
) -> bool:
    if key in {play, poster}:
        return True
    if key == original:
        return False
    where = {"recording": recording_id, "key": key}
    if clips := db.execute(_CLIP, where).all():
        # Who may see the session has seen the answer live; an editor's no takes it away again.
        shown = {(ClipState.CONFIRMED, False), (ClipState.CONFIRMED, True), (ClipState.PROPOSED, True)}
        return not shown.isdisjoint(map(tuple, clips))
    if kinds := db.scalars(_ASSET, where).all():
        return not set(kinds).isdisjoint(_SHOWN_ASSETS)
    raise NotFound
