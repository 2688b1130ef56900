"""Files that appear whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpcenter.errors import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turns a full disk into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from error
        raise


@contextmanager
def written(out_dir: Path, name: str) -> Iterator[Path]:
    """A temporary path beside `out_dir/name`, which takes that name when the block ends well and vanishes when not."""
    with written_all(out_dir, [name]) as (part,):
        yield part


@contextmanager
def written_all(out_dir: Path, names: list[str]) -> Iterator[list[Path]]:
    """As `written`, for several; what the block did not make is passed over."""
    mark = secrets.token_hex(4)
    parts = [out_dir / f".part-{mark}-{name}" for name in names]
    with storage_errors():
        out_dir.mkdir(parents=True, exist_ok=True)
        try:
            yield parts
            for part, name in zip(parts, names, strict=True):
                if part.exists():
                    sync(part)
                    part.replace(out_dir / name)
            sync(out_dir)
        finally:
            for part in parts:
                part.unlink(missing_ok=True)


def write_bytes(out_dir: Path, name: str, data: bytes) -> Path:
    """`data` as the file `name`, whole and on the disk."""
    with written(out_dir, name) as part:
        part.write_bytes(data)
    return out_dir / name


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
