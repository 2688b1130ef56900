"""The outbox: an event that somebody must hear of becomes one row, however often it is told."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Message
from helpcenter.jobs import SEND_MAIL, defer
from helpcenter.models import AuditRow, Base, MailState, OutgoingMail, User
from helpcenter.services.notifications.addresses import clean_address

_CALLED_OFF = N_("The person left before this mail was sent.")
SECRETS = ("token",)
"""Names in `params` that are taken out of the row as soon as the mail is on its way."""


def queue_mail(
    db: Session, *, effect_key: str, kind: str, params: Mapping[str, Any], recipient: str, language: str, now: datetime
) -> bool:
    """Note one mail for the event `effect_key`; False, and nothing noted, where it was noted before.

    `effect_key` names the event by a public id ("sign-in:7Hq…"), so that no other installation makes the same
    Message-ID. `kind` and `params` are those of the templates in templates/mail. Raises InvalidInput for the address.
    """
    values = {
        "effect_key": effect_key, "message_id": message_id(effect_key), "kind": kind, "params": dict(params),
        "recipient": clean_address(recipient), "language": language, "due_at": now, "created_at": now,
    }  # fmt: skip
    mail_id = insert_once(db, OutgoingMail, values)
    if mail_id is not None:
        defer(db, SEND_MAIL, mail_id)
    return mail_id is not None


def message_id(effect_key: str) -> str:
    """The left part of the Message-ID; the part after the @ is the sender's domain."""
    return hashlib.sha256(effect_key.encode()).hexdigest()[:40]


def send_again(db: Session, mail: OutgoingMail, *, now: datetime, actor: User | None) -> None:
    """Send, because a person says so, a mail that failed or of which it is unknown whether it was sent.

    Raises Conflict in any other state, and where its link was a secret that is gone by now.
    """
    if mail.kind == "sign_in":
        raise Conflict(N_("A sign-in link is not sent again. Ask for a new one."))
    again = (
        update(OutgoingMail)
        .where(OutgoingMail.id == mail.id, OutgoingMail.state.in_([MailState.UNKNOWN, MailState.FAILED]))
        .values(state=MailState.NEW, attempts=0, due_at=now, error=None, leased_until=None)
        .returning(OutgoingMail.id)
    )
    if db.execute(again).first() is None:
        raise Conflict(N_("This mail is on its way already."))
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action="mail sent again", kind="mail", thing_id=mail.id))
    defer(db, SEND_MAIL, mail.id)


def call_off(db: Session, recipient: str, name: str, value: str) -> None:
    """Send none of the mails to this address that are not on their way yet and whose parameter `name` is `value`."""
    mine = OutgoingMail.recipient == recipient, OutgoingMail.params[name].as_string() == value
    waiting = update(OutgoingMail).where(*mine, OutgoingMail.state == MailState.NEW)
    off = waiting.values(state=MailState.FAILED, error=Message(_CALLED_OFF).as_json())
    db.execute(off.execution_options(synchronize_session=False))


def insert_once(db: Session, model: type[Base], values: Mapping[str, Any]) -> int | None:
    """The id of the new row, or None where one of the table's unique keys was taken: then nothing happened."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(model).values(dict(values)).on_conflict_do_nothing()
    found: int | None = db.scalar(statement.returning(model.__table__.c.id))
    return found
