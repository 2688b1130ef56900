"""Telling admins or editors that something needs a person: once per event, however many jobs notice it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.models import User
from helpcenter.permissions import Role
from helpcenter.services.notifications.outbox import queue_mail


def alert_admins(db: Session, *, effect_key: str, message: Message, link: str, now: datetime) -> int:
    """Write the message to each admin; how many are written to now: none where this event was told before.

    `effect_key` names the event by a public id ("channel-revoked:7Hq…:2"); `link` is the path of the page here on which
    something can be done about it ("/admin/channels").
    """
    return _alert(db, _active(db, Role.ADMIN), effect_key, {"message": message.as_json(), "path": link}, now)


def alert_editors(db: Session, *, effect_key: str, message: Message, link: str, now: datetime) -> int:
    """As `alert_admins`, to each editor, and to the admins where there is no editor."""
    return _alert(db, editors(db), effect_key, {"message": message.as_json(), "path": link}, now)


def editors(db: Session) -> list[User]:
    """The editors who are here, the admins where there is none."""
    return _active(db, Role.EDITOR) or _active(db, Role.ADMIN)


def _active(db: Session, role: Role) -> list[User]:
    return list(db.scalars(select(User).where(User.role == role, User.disabled_at.is_(None)).order_by(User.id)))


def _alert(db: Session, people: list[User], effect_key: str, params: dict[str, Any], now: datetime) -> int:
    return sum(
        queue_mail(
            db, effect_key=f"alert:{effect_key}:{user.public_id}", kind="alert",
            params=params, recipient=user.email, language=user.language, now=now,
        )
        for user in people
    )  # fmt: skip
