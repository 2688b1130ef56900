"""What people typed: read once, kept as it was typed, with a sentence beside each field that cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask_babel import gettext
from sqlalchemy.orm import Session

from helpcenter.captions.times import parse_time
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import Topic
from helpcenter.services import topics
from helpcenter.web import say

Choice = TypeVar("Choice")
MINUTE, HOUR = 60, 3600
LONGEST_TITLE = 300


@dataclass(slots=True)
class Form:
    """`values` as typed or as offered, `errors` by field; `error` is about the whole."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether all of it can be used."""
        return not self.errors and not self.error

    def get(self, name: str) -> str:
        """What stands in the field."""
        return str(self.values.get(name) or "")

    def title(self, name: str = "title") -> str:
        """A title, which must be there."""
        title = " ".join(self.get(name).split())
        if not title:
            self.errors[name] = gettext("Please write a title.")
        elif len(title) > LONGEST_TITLE:
            self.errors[name] = gettext("This title is too long.")
        return title

    def time(self, name: str, was: float | None = None) -> float:
        """Seconds; exactly `was` while the field still says that time."""
        text = self.get(name).strip()
        if was is not None and text == write_time(was):
            return was
        seconds = read_time(text)
        if seconds is None:
            self.errors[name] = gettext("Please write a time such as 1:23 or 83.5.")
        return seconds or 0.0

    def one_of(self, name: str, choices: Mapping[str, Choice]) -> Choice:
        """The choice of this name; the first one where a browser sent none of them."""
        value = self.get(name)
        if value not in choices:
            self.errors[name] = gettext("Please choose one of these.")
        return choices.get(value) or next(iter(choices.values()))

    def topic(self, db: Session, name: str = "topic") -> Topic | None:
        """The topic of this slug, None for no topic."""
        slug = self.get(name)
        try:
            return topics.find(db, slug) if slug else None
        except NotFound:
            self.errors[name] = gettext("This topic does not exist any more. Please choose another.")
            return None

    def refuse(self, error: HelpCenterError) -> int:
        """Show the error above the form; the result is its status."""
        self.error = say(error.message)
        return int(error.status)


def read_time(text: str) -> float | None:
    """Seconds of "83", "83.5", "1:23", "1:02:03,5"; None for anything else."""
    text = text.strip()
    if ":" in text:
        return parse_time(text)
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def write_time(seconds: float) -> str:
    """The time as people write it, to a tenth of a second: 1:23.4, 1:02:03."""
    tenths = round(seconds * 10)
    whole, tenth = divmod(tenths, 10)
    minutes, rest = divmod(whole, MINUTE)
    text = f"{minutes // MINUTE}:{minutes % MINUTE:02d}:{rest:02d}" if whole >= HOUR else f"{minutes}:{rest:02d}"
    return f"{text}.{tenth}" if tenth else text
