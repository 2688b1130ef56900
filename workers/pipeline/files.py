"""Where results lie: folders for half-done work, and names that say what is in a file."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from helpcenter.ports import Ports
from helpcenter.services.steps import Claim

BLOCK = 1 << 20
PREFIX = 12


def work_folders(ports: Ports, public_id: str, claim: Claim) -> tuple[Path, Path]:
    """An empty folder for this attempt, and one that is kept from attempt to attempt; what a dead attempt left is removed."""
    base = ports.settings.scratch / public_id
    for left in base.glob(f"{claim.step_id}-[0-9]*"):
        shutil.rmtree(left, ignore_errors=True)
    folder, kept = base / f"{claim.step_id}-{claim.fence}", base / f"{claim.step_id}-kept"
    for path in (folder, kept):
        path.mkdir(parents=True, exist_ok=True)
    return folder, kept


def remove_folders(ports: Ports, public_id: str, folders: Iterable[Path]) -> None:
    """Remove them, and the recording's folder once it is empty."""
    for path in folders:
        shutil.rmtree(path, ignore_errors=True)
    try:
        (ports.settings.scratch / public_id).rmdir()
    except OSError:
        return  # another step's work lies there, or it is gone already


def digest_of(files: Mapping[str, Path]) -> str:
    """A name for the files' content."""
    whole = hashlib.sha256()
    for name, path in sorted(files.items()):
        with path.open("rb") as file:
            whole.update(f"{name}:{hashlib.file_digest(file, 'sha256').hexdigest()};".encode())
    return whole.hexdigest()


def put_all(ports: Ports, public_id: str, step: str, files: Mapping[str, Path], digest: str | None) -> dict[str, str]:
    """Put the files under keys made from their content, so that doing it twice changes nothing; the keys by name."""
    if not files:
        return {}
    prefix = f"recordings/{public_id}/{step}-{(digest or digest_of(files))[:PREFIX]}"
    keys = {name: f"{prefix}/{name}" for name in files}
    for name, key in keys.items():
        if not ports.storage.exists(key):
            ports.storage.put(key, files[name])
    return keys
