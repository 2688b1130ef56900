"""Sending the mails of the outbox: each once, also when this process dies in the middle of it."""

from datetime import datetime
from email.message import EmailMessage

import structlog
from jinja2 import TemplateError

from helpcenter.errors import N_, AnswerLost, HelpCenterError, InvalidInput, Message
from helpcenter.mail import build_message, render_mail
from helpcenter.ports import Ports
from helpcenter.services import notifications
from helpcenter.services.notifications import MailClaim, NotOursAnyMore
from workers import failpoints

log = structlog.get_logger(__name__)

HARMLESS_TWICE = frozenset({"sign_in", "confirm_question", "confirm_subscription"})
"""Kinds that are sent again when it is unknown whether they were sent: the same link twice is better than none."""
_UNKNOWN = N_(
    "The connection broke while the mail was handed over, so it may have arrived or not. Send it again if it is missed."
)
_TOO_LATE = N_("Before this mail could be sent, what it tells of was over.")
_UNWRITABLE = N_("This mail could not be written: %(why)s")


def send(ports: Ports, mail_id: int) -> None:
    """Send the mail if it is due, and note what became of it; does nothing where somebody else does."""
    mailer = ports.mailer
    with ports.database.transaction() as db:
        now = ports.clock()
        claim = notifications.claim(db, mail_id, now=now, lease=mailer.prelude, hand_over=mailer.hand_over)
    if claim is None:
        return
    failpoints.reach("mail.claimed")
    try:
        if claim.was_handing_over and not _take_back(ports, claim):
            return
        _send(ports, claim)
    except NotOursAnyMore:
        log.info("mail taken over by another worker", mail=claim.mail_id)


def _take_back(ports: Ports, claim: MailClaim) -> bool:
    """Whether a mail whose sender vanished while handing it over is to be sent again; otherwise its end is noted."""
    sent = ports.mailer.was_sent(claim.message_id)
    failpoints.reach("mail.reconciling")
    with ports.database.transaction() as db:
        now = ports.clock()
        if sent:
            notifications.mark_sent(db, claim, now=now)
        elif sent is None and claim.kind not in HARMLESS_TWICE:
            notifications.mark_unknown(db, claim, Message(_UNKNOWN))
        else:
            notifications.take_back(db, claim, now=now, lease=ports.mailer.prelude)
            return True
    return False


def _send(ports: Ports, claim: MailClaim) -> None:
    try:
        message = _message(ports, claim)
        ports.mailer.send(message, before_data=lambda: _hand_over(ports, claim))
    except NotOursAnyMore:
        raise
    except AnswerLost as error:
        # Whether it was sent is found out when the lease has run out: the server may still be at it.
        log.warning("mail server went silent", mail=claim.mail_id, error=str(error))
        return
    except (InvalidInput, TemplateError, KeyError) as error:
        _note_failure(ports, claim, error)
        return
    except HelpCenterError as error:
        with ports.database.transaction() as db:
            notifications.put_off(db, claim, error.message, now=ports.clock())
        return
    failpoints.reach("mail.handed-over")
    with ports.database.transaction() as db:
        notifications.mark_sent(db, claim, now=ports.clock())
    failpoints.reach("mail.sent")


def _message(ports: Ports, claim: MailClaim) -> EmailMessage:
    useless_after = claim.params.get("useless_after")
    if useless_after and datetime.fromisoformat(useless_after) < ports.clock():
        raise InvalidInput(_TOO_LATE)
    return build_message(
        render_mail(claim.kind, claim.params, claim.language, ports.settings),
        message_id=claim.message_id,
        recipient=claim.recipient,
        sender=ports.settings.mail_from,
        language=claim.language,
        now=ports.clock(),
    )


def _hand_over(ports: Ports, claim: MailClaim) -> None:
    failpoints.reach("mail.before-hand-over")
    with ports.database.transaction() as db:
        notifications.hand_over(db, claim, now=ports.clock(), lease=ports.mailer.hand_over)
    failpoints.reach("mail.handing-over")


def _note_failure(ports: Ports, claim: MailClaim, error: Exception) -> None:
    words = error.message if isinstance(error, HelpCenterError) else Message(_UNWRITABLE, {"why": str(error)})
    log.error("mail failed for good", mail=claim.mail_id, error=str(error))
    with ports.database.transaction() as db:
        notifications.mark_failed(db, claim, words)
