"""Files that are there whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4


def write(path: Path, data: bytes) -> None:
    """Put the content there, durable when this returns; whoever reads meanwhile sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    # The new name is on the disk only once its folder is.
    folder = os.open(path.parent, os.O_RDONLY)
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
