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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "translate later"
    """`text` as it is; marks it for translation, which happens where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: English text with %(name)s places, translated where it is shown.

    What fills a place may be a message itself, or a list of them, which are said one after the other.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.said(str, str)

    def said(self, translate: Callable[[str], str], number: Callable[[float], str]) -> str:
        """The sentence, with its text and those of the messages in it translated, and its fractions written, so."""
        text = translate(self.text)
        return (
            text % {name: _said(value, translate, number) for name, value in self.params.items()}
            if self.params
            else text
        )

    def as_json(self) -> dict[str, Any]:
        """The form that rows keep: {"text", "params"}."""
        return {"text": self.text, "params": {name: _as_json(value) for name, value in self.params.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The message that `as_json` wrote."""
        params = data.get("params") or {}
        return cls(str(data["text"]), {name: cls._from_json(value) for name, value in params.items()})

    @classmethod
    def _from_json(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [cls._from_json(part) for part in value]
        return cls.from_json(value) if isinstance(value, dict) and value.keys() == {"text", "params"} else value


def _said(value: Any, translate: Callable[[str], str], number: Callable[[float], str]) -> Any:
    if isinstance(value, list):
        return " ".join(str(_said(part, translate, number)) for part in value)
    if isinstance(value, Message):
        return value.said(translate, number)
    return number(value) if isinstance(value, float) else value


def _as_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_json(part) for part in value]
    return value.as_json() if isinstance(value, Message) else value


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
