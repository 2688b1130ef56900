"""How mail leaves the house: into a folder that the site shows, or by SMTP."""

from helpcenter.mail.folder import FolderMailer, StoredMail, messages
from helpcenter.mail.message import build_message
from helpcenter.mail.relay_log import RelayLog
from helpcenter.mail.render import RenderedMail, render_mail
from helpcenter.mail.smtp import SmtpMailer, server_of
from helpcenter.ports import Mailer
from helpcenter.settings import Settings

__all__ = [
    "FolderMailer",
    "RenderedMail",
    "SmtpMailer",
    "StoredMail",
    "build_message",
    "make_mailer",
    "messages",
    "render_mail",
]


def make_mailer(settings: Settings) -> Mailer:
    """The mailer that the settings name. Raises NotConfigured when the server's address cannot be understood."""
    if not settings.smtp_url:
        return FolderMailer(settings.mailbox)
    log = RelayLog(settings.mail_relay_log) if settings.mail_relay_log else None
    return SmtpMailer(server_of(settings.smtp_url), settings.mail_from, log)
