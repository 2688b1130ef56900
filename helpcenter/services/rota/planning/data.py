"""What a plan is made from, and what it says; plain data, people and teams by their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from helpcenter.errors import Message
from helpcenter.worktime import Half, HalfDay

Key = tuple[date, Half]
UNPOPULAR: Final = frozenset({(0, Half.MORNING), (4, Half.AFTERNOON)})
"""Half days that nobody likes, by weekday (0 is Monday): they are shared out fairly by themselves, too."""


def is_unpopular(key: Key) -> bool:
    """Whether the half day is one that nobody likes."""
    return (key[0].weekday(), key[1]) in UNPOPULAR


@dataclass(frozen=True, slots=True)
class Slot:
    """A team's half day: how many are needed, whom a person has set there (`fixed`), and whom the present plan has there."""

    team: int
    at: HalfDay
    needed: int
    fixed: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """The half day."""
        return self.at.day, self.at.half


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be planned: half days are named by (day, half).

    `busy` are those that he has in teams which are not planned here, or set apart from it just before. `worked` counts the half
    days of duty of the weeks before, by team, `there` those of them in which he could have had one; `worked_unpopular` and
    `there_unpopular` count those that nobody likes.
    """

    id: int
    teams: frozenset[int]
    away: frozenset[Key] = frozenset()
    impossible: frozenset[Key] = frozenset()
    busy: frozenset[Key] = frozenset()
    prefers: frozenset[Key] = frozenset()
    avoids: frozenset[Key] = frozenset()
    worked: Mapping[int, int] = field(default_factory=dict)
    worked_unpopular: Mapping[int, int] = field(default_factory=dict)
    there: int = 0
    there_unpopular: int = 0

    def can(self, key: Key) -> bool:
        """Whether he may be planned then."""
        return key not in self.away and key not in self.impossible and key not in self.busy


@dataclass(frozen=True, slots=True)
class Rules:
    """`in_row`: so many half days one after the other are enough. `keep`: leave the present plan as it is, as far as possible.

    `seconds` bounds the solver; where it is not done by then, its best plan so far is taken.
    """

    in_row: int = 4
    keep: bool = True
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Given:
    """Who has a place of a team's half day; `person` None: it stays open, and `reason` says why."""

    team: int
    day: date
    half: Half
    person: int | None
    fixed: bool = False
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What is due to somebody over the weeks counted, in half days, and what he gets; `wishes` met of `wished`."""

    person: int
    due: float
    got: int
    planned: int
    due_unpopular: float
    got_unpopular: int
    wishes: int
    wished: int

    @property
    def off(self) -> float:
        """How many half days more (or, below 0, less) than his share he gets."""
        return self.got - self.due


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that the plan could not keep, in words; about a person's half day."""

    person: int
    day: date
    half: Half
    reason: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is on duty when, how fair that is, and what could not be kept. `proven`: there is no better plan."""

    given: Sequence[Given]
    shares: Sequence[Share]
    clashes: Sequence[Clash]
    proven: bool

    @property
    def open(self) -> list[Given]:
        """The places that nobody could be found for."""
        return [one for one in self.given if one.person is None]

    @property
    def unfairness(self) -> float:
        """The largest distance of anybody from his due share, in half days; 0 where nobody is planned."""
        return max((abs(share.off) for share in self.shares), default=0.0)
