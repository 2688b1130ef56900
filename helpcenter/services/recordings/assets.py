"""The files made from a recording."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpcenter.models import Asset, Recording


def put_asset(db: Session, recording: Recording, *, kind: str, key: str, content_type: str) -> None:
    """Keep the file of this kind, instead of an earlier one."""
    wanted = select(Asset).where(Asset.recording_id == recording.id, Asset.kind == kind)
    asset = db.scalars(wanted).one_or_none()
    if asset is None:
        db.add(Asset(recording_id=recording.id, kind=kind, key=key, content_type=content_type))
    else:
        asset.key, asset.content_type = key, content_type


def asset_key(db: Session, recording: Recording, kind: str) -> str | None:
    """Where the file of this kind lies, None where there is none."""
    return db.scalar(select(Asset.key).where(Asset.recording_id == recording.id, Asset.kind == kind))


def drop_asset(db: Session, recording: Recording, kind: str) -> None:
    """Forget the file of this kind, if there is one; the file itself is the caller's to delete, after the commit."""
    db.execute(delete(Asset).where(Asset.recording_id == recording.id, Asset.kind == kind))
