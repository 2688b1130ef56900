"""Where media lie: a local folder, or S3-compatible storage."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpcenter.errors import N_, InvalidInput, NotFound, StorageFull
from helpcenter.ports import Storage
from helpcenter.settings import Settings


class FolderStorage:
    """Files below one folder; see ports.Storage."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """The file of the key, which may not be there. Raises InvalidInput for a key that leaves the folder."""
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()) or path == self.root.resolve():
            raise InvalidInput(N_("This is not the name of a file here."))
        return path

    def put(self, key: str, source: Path) -> None:
        """Move or copy the file to its key: temporary name, fsync, rename."""
        target = self.path(key)
        part = target.with_name(target.name + f".{os.getpid()}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                source.rename(part)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                shutil.copyfile(source, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StorageFull from error
            raise

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """The file itself."""
        path = self.path(key)
        if not path.is_file():
            raise NotFound(N_("The file %(key)s is missing from the media folder."), key=key)
        yield path

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return self.path(key).is_file()

    def url(self, key: str) -> None:  # noqa: ARG002 -- the protocol's signature
        """None: we serve it ourselves, behind the permissions of its page."""
        return

    def delete_tree(self, prefix: str) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def check(self) -> str:
        """The folder and its room."""
        self.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.root).free / 1e9
        return f"{self.root}, {free:.1f} GB free"


def make_storage(settings: Settings) -> Storage:
    """The storage that the settings name."""
    return FolderStorage(settings.media)
