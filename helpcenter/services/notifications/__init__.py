"""Mail that leaves the house: each event makes one, and it is sent once."""

from helpcenter.services.notifications.addresses import clean_address
from helpcenter.services.notifications.alerts import alert_admins, alert_editors, editors
from helpcenter.services.notifications.outbox import call_off, insert_once, message_id, queue_mail, send_again
from helpcenter.services.notifications.proposals import mail_proposals
from helpcenter.services.notifications.sending import (
    MailClaim,
    NotOursAnyMore,
    claim,
    due_mails,
    hand_over,
    mark_failed,
    mark_sent,
    mark_unknown,
    put_off,
    take_back,
)

__all__ = [
    "MailClaim",
    "NotOursAnyMore",
    "alert_admins",
    "alert_editors",
    "call_off",
    "claim",
    "clean_address",
    "due_mails",
    "editors",
    "hand_over",
    "insert_once",
    "mail_proposals",
    "mark_failed",
    "mark_sent",
    "mark_unknown",
    "message_id",
    "put_off",
    "queue_mail",
    "send_again",
    "take_back",
]
