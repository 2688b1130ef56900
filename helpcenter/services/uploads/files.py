"""The pieces on the disk. The file itself says how much has arrived; nothing is answered for before it is durable."""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

from helpcenter.errors import N_, Conflict, StorageFull, TooLarge

CHUNK: Final = 256 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT}
NO_ROOM = N_(
    "There is not enough room on the server for this recording. Please tell the operator, and try again later."
)


class Busy(Conflict):
    """Somebody else holds this upload."""

    status = HTTPStatus.LOCKED

    def __init__(self) -> None:
        super().__init__(N_("This upload is going on in another window."))


def path_of(folder: Path, public_id: str) -> Path:
    """Where the file of an upload grows."""
    return folder / public_id


def offset_of(folder: Path, public_id: str) -> int:
    """How many bytes of the upload are safely here."""
    try:
        return path_of(folder, public_id).stat().st_size
    except FileNotFoundError:
        return 0


def check_room(folder: Path, *, wanted: int, min_free: int) -> None:
    """Raise StorageFull unless `min_free` bytes stay free after `wanted` more."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free - wanted < min_free:
        raise StorageFull(NO_ROOM)


def create_empty(folder: Path, public_id: str) -> None:
    """Make the file, durably."""
    path_of(folder, public_id).touch()
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def held(folder: Path, public_id: str) -> Iterator[int]:
    """The upload's open file, ours alone among all processes of this machine. Raises Busy."""
    handle = os.open(path_of(folder, public_id), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield handle
    finally:
        os.close(handle)


def append(
    folder: Path, public_id: str, *, offset: int, size: int, coming: int | None, read: Callable[[int], bytes]
) -> int:
    """Write what `read` gives to the end of the file, synced; the result is the new offset.

    `size` is the whole upload's, `coming` how much the sender announced. What arrives before a line breaks is kept.
    Raises Busy, Conflict when the file ends elsewhere than at `offset`, TooLarge, StorageFull.
    """
    with held(folder, public_id) as handle:
        there = os.fstat(handle).st_size
        if there != offset:
            raise Conflict(N_("The upload goes on at another place."))
        if offset + (coming or 0) > size:
            raise TooLarge(N_("More is being sent than was announced."))
        try:
            return _write(handle, offset, size, read)
        finally:
            os.fsync(handle)


def _write(handle: int, offset: int, size: int, read: Callable[[int], bytes]) -> int:
    os.lseek(handle, offset, os.SEEK_SET)
    while offset < size and (chunk := read(min(CHUNK, size - offset))):
        try:
            view = memoryview(chunk)
            while view:
                view = view[os.write(handle, view) :]
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull(NO_ROOM) from error
            raise
        offset += len(chunk)
    return offset


def remove(folder: Path, public_id: str) -> None:
    """Delete the file."""
    path_of(folder, public_id).unlink(missing_ok=True)
