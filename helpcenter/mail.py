"""How mail leaves the house: into a folder that the site shows, or by SMTP."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from helpcenter.ports import Mailer
from helpcenter.settings import Settings


class FolderMailer:
    """One file per message, named after its Message-ID; see ports.Mailer."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, message_id: str) -> Path:
        return self.root / (message_id.strip("<>").replace("/", "_") + ".eml")

    def send(self, message: EmailMessage, *, before_data: Callable[[], None]) -> None:
        """Write the file; the same Message-ID overwrites itself."""
        self.root.mkdir(parents=True, exist_ok=True)
        before_data()
        path = self._path(str(message["Message-ID"]))
        part = path.with_suffix(".part")
        part.write_bytes(message.as_bytes())
        part.replace(path)

    def was_sent(self, message_id: str) -> bool:
        """Whether its file is there."""
        return self._path(message_id).exists()

    def check(self) -> str:
        """The folder."""
        self.root.mkdir(parents=True, exist_ok=True)
        return str(self.root)


def make_mailer(settings: Settings) -> Mailer:
    """The mailer that the settings name."""
    return FolderMailer(settings.mailbox)
