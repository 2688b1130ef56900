"""What can go wrong, in words that the person in front of the screen can act on.

HelpCenterError                 500
├── InvalidInput                400  what was given cannot be used; says what to give instead
│   └── UnusableMedia           422  the file itself: broken, hostile, not a recording
├── NotFound                    404  missing, or not to be seen by this person (the same on purpose)
├── Forbidden                   403  seen, but not to be done by this person
├── SignInNeeded                401
├── Conflict                    409  somebody was faster, or the state does not allow it
├── TooMany                     429
├── TooLarge                    413
├── StorageFull                 507
├── NotConfigured               503  a part that the operator has not set up
└── Unavailable                 503  a part that does not answer; try again later
    └── AnswerLost              503  it may have done what was asked, or not: do not simply try again
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "translate later"
    """`text` as it is; marks it for translation, which happens where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: English text with %(name)s places, translated where it is shown."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text

    def as_json(self) -> dict[str, Any]:
        """The form that rows keep: {"text", "params"}."""
        return {"text": self.text, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The message that `as_json` wrote."""
        return cls(str(data["text"]), dict(data.get("params") or {}))


class HelpCenterError(Exception):
    """Something went wrong on our side. It has been noted."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, text: str = "", /, **params: object) -> None:
        self.message = Message(text or (type(self).__doc__ or "").partition("\n")[0], params)
        super().__init__(str(self.message))


class InvalidInput(HelpCenterError):
    """This cannot be used as it is."""

    status = HTTPStatus.BAD_REQUEST


class UnusableMedia(InvalidInput):
    """This file cannot be used as a recording."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotFound(HelpCenterError):
    """There is nothing here, or not for you."""

    status = HTTPStatus.NOT_FOUND


class Forbidden(HelpCenterError):
    """You may see this, but not change it."""

    status = HTTPStatus.FORBIDDEN


class SignInNeeded(HelpCenterError):
    """Please sign in first."""

    status = HTTPStatus.UNAUTHORIZED


class Conflict(HelpCenterError):
    """Somebody else changed this in the meantime. Load the page again."""

    status = HTTPStatus.CONFLICT


class TooMany(HelpCenterError):
    """That was too often. Please wait a little and try again."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class TooLarge(HelpCenterError):
    """This is larger than what can be taken here."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class StorageFull(HelpCenterError):
    """The disk is full. Nothing is lost; it goes on when there is room again."""

    status = HTTPStatus.INSUFFICIENT_STORAGE


class NotConfigured(HelpCenterError):
    """This part has not been set up."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Unavailable(HelpCenterError):
    """This part does not answer. It will be tried again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class AnswerLost(Unavailable):
    """The connection broke before the answer came, so it is not known whether it was done."""
