"""Files that show what nobody may see any more, such as what was put off the record when it had been cut already."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from helpcenter.models import Asset, Clip, DiscardedFile, Recording, RecordingVersion, Step, StepState
from helpcenter.services.notifications import insert_once


def discard(db: Session, keys: Iterable[str | None], *, now: datetime) -> None:
    """Have the files deleted that lie there, and whatever was made together with them; nothing may refer to them any more."""
    for key in filter(None, keys):
        insert_once(db, DiscardedFile, {"key": key, "at": now})


def take_discarded(db: Session) -> list[str]:
    """The keys of files that can be deleted now, which are then forgotten here.

    A file that is made once more gets the same key, so nothing is deleted that a row refers to, nor while anything is made.
    """
    doing = exists().where(
        Step.recording_id == Recording.id, Step.state == StepState.DOING,
        DiscardedFile.key.startswith("recordings/" + Recording.public_id + "/"),
    )  # fmt: skip
    rows = list(db.scalars(select(DiscardedFile).where(~doing)))
    for row in rows:
        db.delete(row)
    db.flush()
    return [row.key for row in rows if not _is_used(db, row.key)]


def forget_files(db: Session, recording: Recording, *, now: datetime) -> None:
    """Discard all that was made of the recording's file, and the file itself; it is made anew."""
    version = recording.version
    assert version is not None
    assets = select(Asset.key).where(Asset.recording_id == recording.id)
    keys = [version.original_key, version.play_key, version.poster_key, *db.scalars(assets)]
    version.original_key = version.play_key = version.poster_key = None
    db.execute(delete(Asset).where(Asset.recording_id == recording.id))
    db.flush()
    discard(db, keys, now=now)


def _is_used(db: Session, key: str) -> bool:
    version, clip = RecordingVersion, Clip
    return any(
        db.scalar(select(exists().where(condition)))
        for condition in (
            or_(version.original_key == key, version.play_key == key, version.poster_key == key),
            or_(clip.media_key == key, clip.poster_key == key),
            Asset.key == key,
        )
    )
