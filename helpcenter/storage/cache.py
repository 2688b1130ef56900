"""Local copies of files that lie elsewhere: few, and never taken from under whoever reads them."""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from helpcenter.errors import N_, StorageFull, Unavailable
from helpcenter.storage.folder import FolderStorage

_LIMIT = 20 * 1024**3
_TRIES = 4
_PART = ".part"
_PART_SECONDS = 24 * 3600


class FileCache:
    """Copies by key below one folder, together at most `limit` bytes unless a single one, or those in use, are larger.

    Several processes share it. A reader holds a shared lock on its file; only what can be locked alone is evicted,
    the longest unused first.
    """

    def __init__(self, root: Path, *, limit: int = _LIMIT) -> None:
        self._files = FolderStorage(root)
        self.limit = limit

    def path(self, key: str) -> Path:
        """Where the copy of the key is, or would be. Raises InvalidInput."""
        return self._files.path(key)

    @contextmanager
    def kept(self, key: str, *, size: int, download: Callable[[Path], None]) -> Iterator[Path]:
        """The copy, of `size` bytes; `download` writes it to the path that it is given where there is none yet."""
        path = self.path(key)
        for _ in range(_TRIES):
            if file := _locked(path, size):
                break
            self._make_room(size)
            _fill(path, download)
        else:
            raise Unavailable(N_("The storage gave %(key)s incompletely. It will be tried again."), key=key)
        with file:
            os.utime(path)
            yield path

    def forget(self, prefix: str) -> None:
        """Delete the copies below the prefix."""
        self._files.delete_tree(prefix)

    def _make_room(self, size: int) -> None:
        found = sorted(_files(self._files.root))
        total = sum(item[1] for item in found) + size
        for used, bytes_, path in found:
            arriving = path.name.endswith(_PART)
            unwanted = time.time() - used > _PART_SECONDS if arriving else total > self.limit
            if unwanted and _evicted(path):
                total -= bytes_


def _locked(path: Path, size: int) -> BinaryIO | None:
    """The open copy, locked against eviction; None where there is none that is whole."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    fcntl.flock(file, fcntl.LOCK_SH)
    # Between opening and locking it may have been evicted: then the name is gone, or another file's.
    try:
        same = path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        same = False
    if same and os.fstat(file.fileno()).st_size == size:
        return file
    file.close()
    if same:
        path.unlink(missing_ok=True)
    return None


def _fill(path: Path, download: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{uuid4().hex}{_PART}")
    try:
        download(part)
        part.replace(path)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _evicted(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except (FileNotFoundError, BlockingIOError):
        return False
    return True


def _files(root: Path) -> Iterator[tuple[float, int, Path]]:
    """When each copy was last used, in seconds since 1970; its bytes; its path."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            yield stat.st_mtime, stat.st_size, path
