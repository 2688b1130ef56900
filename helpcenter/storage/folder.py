"""Files below one folder."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from helpcenter.errors import N_, InvalidInput, Message, NotConfigured, NotFound, StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT}


class FolderStorage:
    """Files below one folder; see ports.Storage."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """The file of the key, which may not be there. Raises InvalidInput for a key that leaves the folder."""
        path = self.root if "\0" in key else (self.root / key).resolve()
        if path == self.root or not path.is_relative_to(self.root.resolve()) or path == self.root.resolve():
            raise InvalidInput(N_("This is not the name of a file here."))
        return path

    def put(self, key: str, source: Path) -> None:
        """Move or copy the file to its key: temporary name, fsync, rename. What fails leaves the source where it was."""
        target = self.path(key)
        part = target.with_name(f".{uuid4().hex}.part")
        try:
            make_folders(target.parent)
            moved = _move_or_copy(source, part)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise in_words(error) from error
        try:
            sync(part)
            part.replace(target)
            sync(target.parent)
        except OSError as error:
            if moved:
                part.rename(source)
            else:
                part.unlink(missing_ok=True)
            raise in_words(error) from error

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
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path(prefix))

    def check(self) -> Message:
        """The folder and its room."""
        probe = self.root / f".{uuid4().hex}.part"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise NotConfigured(
                N_("The media folder %(path)s cannot be written: %(why)s. Give this user the right, or name another."),
                path=str(self.root),
                why=error.strerror,
            ) from error
        free = round(shutil.disk_usage(self.root).free / 1e9, 1)
        return Message(N_("%(free)s GB are free in %(path)s."), {"free": free, "path": str(self.root)})


def _move_or_copy(source: Path, part: Path) -> bool:
    """Whether it was moved; across file systems it is copied."""
    try:
        source.rename(part)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(source, part)
        return False
    return True


def make_folders(folder: Path) -> None:
    """Make the folder and those above it, durably: each name is synced in the folder that holds it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync(path.parent)


def sync(path: Path) -> None:
    """Make the file, or the names in the folder, durable."""
    # A rename is lost with the power unless the folder, too, has been synced.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def in_words(error: OSError) -> Exception:
    """StorageFull where that is what the error says, else the error."""
    return StorageFull() if error.errno in _FULL else error
