"""One call of a method as the resources see it, and how they answer."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from streaming.emulator.discovery import Method
from streaming.emulator.errors import ApiError, parameter
from streaming.emulator.world import JSON, Channel, Item, World, etag


@dataclass(frozen=True)
class Media:
    """An uploaded file."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Download:
    """An answer that is a file, not JSON."""

    content: bytes
    content_type: str = "application/octet-stream"


@dataclass
class Call:
    """A checked call: parameters by name (lists are split), body, upload, and whose authorisation it carries."""

    world: World
    method: Method
    params: dict[str, list[str]]
    channel: Channel
    body: JSON = field(default_factory=dict)
    media: Media | None = None
    stuck: bool = False

    @property
    def parts(self) -> list[str]:
        """The parts that are asked for."""
        return self.params.get("part", [])

    def one(self, name: str, default: str = "") -> str:
        """A single parameter."""
        values = self.params.get(name)
        if values:
            return values[-1]
        return str(self.method.parameters.get(name, {}).get("default", default))

    def all(self, name: str) -> list[str]:
        """A repeated parameter."""
        return self.params.get(name, [])

    def flag(self, name: str) -> bool:
        """A boolean parameter."""
        return self.one(name) == "true"

    def given(self, part: str) -> JSON:
        """A part of the body."""
        value = self.body.get(part)
        return value if isinstance(value, dict) else {}

    def exactly_one(self, *names: str) -> str:
        """Which of these filters is set. Raises ApiError 400 for none or for more than one."""
        found = [name for name in names if self.all(name)]
        if not found:
            raise parameter(
                names[0], "No filter selected. Expected one of: " + ", ".join(names), reason="missingRequiredParameter"
            )
        if len(found) > 1:
            raise parameter(
                found[0],
                f"Incompatible parameters specified in the request: {', '.join(found)}",
                reason="incompatibleParameters",
            )
        return found[0]


LARGEST_PAGE: Final = 50
Handler = Callable[[Call], JSON | Download | None]
HANDLERS: Final[dict[str, Handler]] = {}


def operation(name: str) -> Callable[[Handler], Handler]:
    """Register what answers that method."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register


def required(path: str, value: object, reason: str) -> None:
    """Raise ApiError 400 with that reason where the body lacks a value."""
    if value in (None, ""):
        raise ApiError(400, reason, f"The request must specify {path}.", location=path, where="other")


def page(call: Call, kind: str, items: Sequence[Item]) -> JSON:
    """One page of a list, as the parameters maxResults and pageToken ask."""
    return paged(call, kind, [item.shown(call.parts) for item in items])


def paged(call: Call, kind: str, rows: Sequence[JSON]) -> JSON:
    """One page of ready rows."""
    size = int(call.one("maxResults", "50")) if call.all("maxResults") or not call.all("id") else LARGEST_PAGE
    start = _offset(call.one("pageToken")) if call.one("pageToken") else 0
    body: JSON = {
        "kind": f"youtube#{kind}ListResponse",
        "pageInfo": {"totalResults": len(rows), "resultsPerPage": size},
        "items": list(rows[start : start + size]),
    }
    if size and start + size < len(rows):
        body["nextPageToken"] = _token(start + size)
    if start:
        body["prevPageToken"] = _token(max(0, start - size))
    return {"etag": etag(body), **body}


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"page:{offset}".encode()).decode()


def _offset(token: str) -> int:
    try:
        found = re.fullmatch(r"page:(\d{1,9})", base64.urlsafe_b64decode(token).decode())
    except ValueError:
        found = None
    if found is None:
        raise parameter("pageToken", "The request specifies an invalid page token.", reason="invalidPageToken")
    return int(found[1])


def replaced(part: JSON, given: JSON, defaults: JSON) -> JSON:
    """The part after a write: every mutable field is what was given or its default; read-only ones stay.

    `defaults` names the mutable fields; None as a default means that the field is then absent.
    """
    kept = {name: value for name, value in part.items() if name not in defaults}
    written = {name: default if given.get(name) is None else given[name] for name, default in defaults.items()}
    return kept | {name: value for name, value in written.items() if value is not None}


def listed(call: Call, items: Sequence[Any]) -> list[Any]:
    """Those that lists show already."""
    now = call.world.clock.now()
    return [item for item in items if item.listed_from <= now]
