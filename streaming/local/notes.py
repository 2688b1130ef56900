"""Small notes beside what arrives, for the host's page: whom we have sent away, and how the relay does."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from streaming.local.files import read_json, write_json

_REFUSAL: Final = "refused.json"
_RELAY: Final = "relay.json"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An encoder that was sent away: when, why (`code`, for pages in any language; `text` in English), and from where."""

    at: datetime
    code: str
    text: str
    peer: str


class RelayState(StrEnum):
    """Nothing to pass on; on the way there; it arrives; it does not."""

    WAITING = "waiting"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class RelayNote:
    """How the relay does, and since when; `error` is a word for what is wrong, "" where nothing is."""

    state: RelayState
    since: datetime
    error: str = ""


def note_refusal(folder: Path, refusal: Refusal) -> None:
    """Keep it in place of the one before; in the archive's folder, or above them where the key was for none."""
    write_json(folder / _REFUSAL, {**asdict(refusal), "at": refusal.at.isoformat()})


def refusal_of(folder: Path) -> Refusal | None:
    """The last encoder that was sent away."""
    known = read_json(folder / _REFUSAL)
    return Refusal(**{**known, "at": datetime.fromisoformat(known["at"])}) if known else None


def note_relay(folder: Path, note: RelayNote) -> None:
    """Say how the relay does."""
    write_json(folder / _RELAY, {**asdict(note), "since": note.since.isoformat()})


def relay_of(folder: Path) -> RelayNote | None:
    """How the relay does; None where there never was one."""
    known = read_json(folder / _RELAY)
    if known is None:
        return None
    return RelayNote(RelayState(known["state"]), datetime.fromisoformat(known["since"]), known["error"])
