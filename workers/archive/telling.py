"""Telling editors what became of a video."""

from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.models import PlatformVideo
from helpcenter.ports import Ports
from helpcenter.services.notifications import alert_editors


def tell_editors(db: Session, row: PlatformVideo, why: Message, ports: Ports) -> None:
    """Write to the editors, once for each thing that is to be said of a video."""
    link = f"/workbench/sessions/{row.session.public_id}" if row.session else "/workbench"
    link = f"/workbench/{row.recording.public_id}" if row.recording else link
    key = f"video:{row.remote_id}:{row.state.value}:{row.pulled_duration or 0:.0f}"
    alert_editors(db, effect_key=key, message=why, link=link, now=ports.clock())
