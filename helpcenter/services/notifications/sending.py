"""The way of one mail from new to sent: every change is one UPDATE that names the fence of whoever makes it.

new ──claim──> sending ──hand_over──> handing over ──mark_sent──> sent
                  └── a crash: claimed and sent again                └── a crash: the mailer is asked whether it was sent
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Message
from helpcenter.models import MailState, OutgoingMail
from helpcenter.services.notifications.outbox import SECRETS

TRANSITIONS: Final[dict[MailState, frozenset[MailState]]] = {
    MailState.NEW: frozenset({MailState.SENDING, MailState.FAILED}),
    MailState.SENDING: frozenset({MailState.SENDING, MailState.HANDING_OVER, MailState.NEW, MailState.FAILED}),
    MailState.HANDING_OVER: frozenset(
        {MailState.HANDING_OVER, MailState.SENDING, MailState.SENT, MailState.UNKNOWN, MailState.NEW, MailState.FAILED}
    ),
    MailState.SENT: frozenset(),
    MailState.UNKNOWN: frozenset({MailState.NEW}),
    MailState.FAILED: frozenset({MailState.NEW}),
}
BACK_OFF: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
BACK_OFF_LATER: Final = timedelta(hours=1)
MAX_ATTEMPTS: Final = 75
"""About three days of trying."""
AT_ONCE: Final = 200
_CLAIMED: Final = (MailState.SENDING, MailState.HANDING_OVER)
_GIVEN_UP = N_("Tried for three days without success; the last answer was: %(why)s")
_CUT_OFF = N_("Sending was cut off too often.")


class NotOursAnyMore(Conflict):
    """Another worker has taken this mail over."""


@dataclass(frozen=True, slots=True)
class MailClaim:
    """The right to send one mail, and what is in it; `was_handing_over`: it may be sent already."""

    mail_id: int
    fence: int
    attempt: int
    was_handing_over: bool
    message_id: str
    kind: str
    params: dict[str, Any]
    recipient: str
    language: str


def due_mails(db: Session, now: datetime) -> list[int]:
    """The ids of mails that somebody should look at now: due, or left by a worker that went silent."""
    found = select(OutgoingMail.id).where(_claimable(now)).order_by(OutgoingMail.due_at, OutgoingMail.id)
    return list(db.scalars(found.limit(AT_ONCE)))


def claim(db: Session, mail_id: int, *, now: datetime, lease: timedelta, hand_over: timedelta) -> MailClaim | None:
    """The mail, now ours; None where there is nothing to do, or another worker was faster.

    It is ours for `lease`, or for `hand_over` where it has to be found out first whether it was sent.
    """
    found = select(OutgoingMail).where(OutgoingMail.id == mail_id, _claimable(now))
    mail = db.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if mail is None:
        return None
    before = mail.state
    if before is MailState.SENDING and mail.attempts >= MAX_ATTEMPTS:
        _change(db, mail.id, mail.fence, (before,), state=MailState.FAILED, error=Message(_CUT_OFF).as_json())
        return None
    after = MailState.HANDING_OVER if before is MailState.HANDING_OVER else MailState.SENDING
    until = now + (hand_over if after is MailState.HANDING_OVER else lease)
    ours = MailClaim(
        mail.id, mail.fence + 1, mail.attempts + 1, after is MailState.HANDING_OVER,
        mail.message_id, mail.kind, mail.params, mail.recipient, mail.language,
    )  # fmt: skip
    values = {"state": after, "fence": ours.fence, "attempts": ours.attempt, "leased_until": until}
    return ours if _change(db, mail.id, mail.fence, (before,), **values) else None


def take_back(db: Session, claim: MailClaim, *, now: datetime, lease: timedelta) -> None:
    """It was found out that the mail had not been sent, or sending it twice does no harm: begin again."""
    _must(db, claim, MailState.HANDING_OVER, state=MailState.SENDING, leased_until=now + lease)


def hand_over(db: Session, claim: MailClaim, *, now: datetime, lease: timedelta) -> None:
    """Note that from here on a crash leaves it unknown whether the mail was sent. Raises NotOursAnyMore."""
    _must(db, claim, MailState.SENDING, state=MailState.HANDING_OVER, leased_until=now + lease)


def mark_sent(db: Session, claim: MailClaim, *, now: datetime) -> None:
    """Note that it was sent, and forget the secrets in it."""
    values = {"state": MailState.SENT, "sent_at": now, "error": None, "params": _without_secrets(claim.params)}
    _must(db, claim, MailState.HANDING_OVER, leased_until=None, **values)


def mark_unknown(db: Session, claim: MailClaim, error: Message) -> None:
    """Note that nobody can tell whether it was sent; a person decides."""
    _must(db, claim, MailState.HANDING_OVER, state=MailState.UNKNOWN, error=error.as_json(), leased_until=None)


def mark_failed(db: Session, claim: MailClaim, error: Message) -> None:
    """Note that it will not be sent, and why."""
    params = _without_secrets(claim.params)
    _must(db, claim, *_CLAIMED, state=MailState.FAILED, error=error.as_json(), leased_until=None, params=params)


def put_off(db: Session, claim: MailClaim, error: Message, *, now: datetime) -> None:
    """It was surely not sent: try again after 1, 5, 15 minutes, then each hour; give up after three days."""
    if claim.attempt >= MAX_ATTEMPTS:
        mark_failed(db, claim, Message(_GIVEN_UP, {"why": str(error)}))
        return
    wait = BACK_OFF[claim.attempt - 1] if claim.attempt <= len(BACK_OFF) else BACK_OFF_LATER
    values = {"due_at": now + wait, "error": error.as_json(), "leased_until": None}
    _must(db, claim, *_CLAIMED, state=MailState.NEW, **values)


def _claimable(now: datetime) -> Any:
    return or_(
        and_(OutgoingMail.state == MailState.NEW, OutgoingMail.due_at <= now),
        and_(OutgoingMail.state.in_(_CLAIMED), OutgoingMail.leased_until < now),
    )


def _must(db: Session, claim: MailClaim, *before: MailState, **values: Any) -> None:
    if not _change(db, claim.mail_id, claim.fence, before, **values):
        raise NotOursAnyMore


def _change(db: Session, mail_id: int, held: int, before: tuple[MailState, ...], **values: Any) -> bool:
    assert all(values["state"] in TRANSITIONS[state] for state in before)
    guarded = update(OutgoingMail).where(
        OutgoingMail.id == mail_id, OutgoingMail.fence == held, OutgoingMail.state.in_(before)
    )
    return db.execute(guarded.values(**values).returning(OutgoingMail.id)).first() is not None


def _without_secrets(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in SECRETS}
