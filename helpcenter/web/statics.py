"""Static files whose address changes with their content, so that browsers may keep them."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app


@lru_cache(maxsize=512)
def _digest(path: Path, _mtime: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def version_static(endpoint: str, values: dict[str, Any]) -> None:
    """Add `v`, the content's digest, to the address of a static file; Flask calls this for each address."""
    if endpoint != "static" or "filename" not in values or current_app.static_folder is None:
        return
    path = Path(current_app.static_folder) / str(values["filename"])
    if path.is_file():
        values["v"] = _digest(path, path.stat().st_mtime)
