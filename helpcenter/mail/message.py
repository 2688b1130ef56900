"""One mail as a message: its headers, its text and its HTML."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from helpcenter.errors import N_, HelpCenterError, NotConfigured
from helpcenter.mail.render import RenderedMail, one_line
from helpcenter.services.notifications import clean_address


def build_message(
    mail: RenderedMail, *, message_id: str, recipient: str, sender: str, language: str, now: datetime
) -> EmailMessage:
    """The message to the one address `recipient`; `message_id` is the left part of its Message-ID.

    Raises InvalidInput where `recipient` is not one address, NotConfigured where `sender` is not one.
    """
    sent_by = sender_of(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sent_by
    message["To"] = Address(addr_spec=clean_address(recipient))
    # EmailMessage decodes encoded words in what it is given, and line breaks within them become headers.
    message["Subject"] = one_line(mail.subject).replace("=?", "= ?")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{sent_by.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = language
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
    if mail.one_click and mail.unsubscribe.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def sender_of(text: str) -> Address:
    """The sender that HELPCENTER_MAIL_FROM names: `Name <address>`, or an address alone. Raises NotConfigured."""
    name, address = parseaddr(text)
    try:
        return Address(name, addr_spec=clean_address(address))
    except (HelpCenterError, ValueError) as error:
        raise NotConfigured(
            N_("HELPCENTER_MAIL_FROM is not understood; write it like Help Center <help@example.com>.")
        ) from error
