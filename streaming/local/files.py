"""Files that are there whole or not at all."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4


def write(path: Path, data: bytes) -> None:
    """Put the content there, durable when this returns; whoever reads meanwhile sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:  # a full disk is to become no fuller
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in that folder durable: a new one is on the disk only once its folder is."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """As `write`, for a JSON object."""
    write(path, json.dumps(content, ensure_ascii=False).encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """The object, None where there is no such file."""
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return content
