"""Single values as the API writes them, for ours and back."""

import re
from datetime import UTC, datetime
from typing import Final

_DURATION: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_SECONDS: Final = (604_800, 86_400, 3_600, 60, 1)


def instant(text: str | None) -> datetime | None:
    """An RFC 3339 time as an aware datetime in UTC. Raises ValueError."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def rfc3339(at: datetime) -> str:
    """In UTC, to the second, which is all that the API keeps."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def same_instant(text: str | None, at: datetime) -> bool:
    """Whether the API's time is this one, to the second."""
    return instant(text) == at.replace(microsecond=0)


def seconds(text: str | None) -> float | None:
    """An ISO 8601 duration such as PT1H2M3S; None where it is missing, zero (not known yet) or something else."""
    found = _DURATION.fullmatch(text or "")
    total = sum(float(part or 0) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True)) if found else 0.0
    return total or None


def number(text: str | None) -> int | None:
    """The API writes whole numbers as text. Raises ValueError."""
    return None if text is None else int(text)
