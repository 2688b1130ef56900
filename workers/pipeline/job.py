"""What a step is given, and what it gives back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.models import Recording
from helpcenter.ports import Ports
from helpcenter.services.steps import Claim
from workers.media.ffmpeg import Tools, find_tools

Keys = Mapping[str, str]
Store = Callable[[Session, Recording, Keys], None]


class LeaseLost(Exception):
    """Another worker has this step now; what was done here counts for nothing."""


class Stopped(Exception):
    """The worker was asked to stop; the step is given back."""


class Later(Exception):
    """Nothing is wrong, but what the step needs is not there yet; it is given back for `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"not yet, again in {wait}")
        self.wait = wait


def _store_nothing(_: Session, __: Recording, ___: Keys) -> None:
    """For steps that only say something."""


def _lock_nothing(_: Session) -> None:
    """For steps whose results are nobody else's business."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step has done: files by their names, what to write into rows, and what to say about it.

    `store` gets the storage keys of `files` by name, and runs in the transaction that marks the step done. `digest`
    names the files' content where it is known already; else they are read for it. `lock` comes first in that transaction, for
    locks that others take before they come to the step. Both may raise Later: then the step is done once more.
    """

    note: Message | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    store: Store = _store_nothing
    lock: Callable[[Session], None] = _lock_nothing
    result: dict[str, Any] | None = None
    digest: str | None = None


@dataclass(frozen=True)
class Job:
    """One claimed step of one recording. `folder` is empty and this attempt's own; `kept` stays between attempts.

    `progress` takes 0 to 1, and raises LeaseLost or Stopped when there is no point in going on.
    """

    ports: Ports
    claim: Claim
    recording_id: int
    public_id: str
    folder: Path
    kept: Path
    progress: Callable[[float], None]

    @cached_property
    def tools(self) -> Tools:
        """Ffmpeg and its sandbox. Raises NotConfigured."""
        settings = self.ports.settings
        return find_tools(ffmpeg_binary=settings.ffmpeg_binary or None, sandbox=settings.sandbox)

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, Recording]]:
        """A short look at the rows; never held while working."""
        with self.ports.database.reading() as db:
            yield db, db.get_one(Recording, self.recording_id)
