"""Mail into a folder, for whoever has no mail server: the site shows it to the admin."""

import heapq
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import uuid4

from helpcenter.errors import N_, Message, NotConfigured, StorageFull, Unavailable
from helpcenter.storage.folder import in_words, make_folders, sync

_SUFFIX = ".eml"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail in the folder; `text` and `html` are "" where it has none, `date` is None where it has none."""

    message_id: str
    to: str
    subject: str
    date: datetime | None
    text: str
    html: str


class FolderMailer:
    """One file per message, named after its Message-ID; see ports.Mailer."""

    prelude = timedelta(seconds=15)
    hand_over = timedelta(seconds=15)

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, message_id: str) -> Path:
        left = message_id.strip("<>").partition("@")[0]
        return self.root / (_UNSAFE.sub("_", left)[:200] + _SUFFIX)

    def send(self, message: EmailMessage, *, before_data: Callable[[], None]) -> None:
        """Write the file, durably; the same Message-ID overwrites itself."""
        path = self._path(str(message["Message-ID"]))
        part = self.root / f".{uuid4().hex}.part"
        try:
            make_folders(self.root)
        except OSError as error:
            raise Unavailable(N_("The mail folder cannot be written: %(why)s"), why=error.strerror) from error
        before_data()
        try:
            with part.open("wb") as file:
                file.write(message.as_bytes(policy=SMTP))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            sync(self.root)
        except OSError as error:
            part.unlink(missing_ok=True)
            if isinstance(said := in_words(error), StorageFull):
                raise Unavailable(N_("The disk with the mail folder is full.")) from error
            raise Unavailable(N_("The mail folder cannot be written: %(why)s"), why=error.strerror) from said

    def was_sent(self, message_id: str) -> bool:
        """Whether its file is there."""
        return self._path(message_id).exists()

    def check(self) -> Message:
        """The folder."""
        probe = self.root / f".{uuid4().hex}.part"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise NotConfigured(
                N_("The mail folder %(path)s cannot be written: %(why)s. Give this user the right, or name another."),
                path=str(self.root),
                why=error.strerror,
            ) from error
        return Message(N_("The folder %(path)s keeps it."), {"path": str(self.root)})


def messages(root: Path, limit: int = 100) -> list[StoredMail]:
    """The newest mails in the folder, newest first."""
    files = ((path.stat().st_mtime_ns, path) for path in root.glob(f"*{_SUFFIX}"))
    return [_stored(path) for _, path in heapq.nlargest(limit, files)]


def _stored(path: Path) -> StoredMail:
    message = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return StoredMail(
        message_id=str(message.get("Message-ID", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        date=getattr(message.get("Date"), "datetime", None),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body else ""
