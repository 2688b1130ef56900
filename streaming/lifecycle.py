"""The next thing to do with a broadcast: a pure function of what is wanted and what was seen.

Whoever does it notes what came of it and asks again. So nothing has to be remembered but what is known, a crash between two
steps costs nothing but time, and a change of mind counts from the next step on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from streaming.platform import BroadcastStatus

GATE: Final = 5.0
"""Seconds for which picture and sound must have arrived well before a broadcast goes live."""
LOOKS: Final = (5.0, 20.0, 65.0)
"""Seconds after an unanswered request at which its result is looked for: lists lag. Only then it is asked for again."""

_OFTEN: Final = timedelta(seconds=2)
_W = BroadcastStatus
_STARTING: Final = frozenset({_W.TEST_STARTING, _W.LIVE_STARTING})
_ON_AIR: Final = frozenset({_W.LIVE_STARTING, _W.LIVE})
_NOT_BEGUN: Final = frozenset({_W.CREATED, _W.READY})
_OVER: Final = frozenset({_W.COMPLETE, _W.REVOKED})


class Action(StrEnum):
    """What can be done. WAIT and REST are nothing: until an instant, or until somebody wants something."""

    CREATE = "create"
    FIND = "find"
    INGEST = "ingest"
    BIND = "bind"
    REHEARSE = "rehearse"
    GO_LIVE = "live"
    END = "complete"
    DELETE = "delete"
    FORGET = "forget"
    LOOK = "look"
    UPDATE = "details"
    THUMBNAIL = "thumbnail"
    PLAYLISTS = "playlists"
    WAIT = "wait"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Next:
    """What to do now, and for WAIT until when."""

    action: Action
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long is waited for what."""

    gate: timedelta
    looks: tuple[timedelta, ...]
    recount: timedelta
    starting: timedelta
    stuck: timedelta
    live: timedelta
    near: timedelta
    lead: timedelta
    silence: timedelta
    overtime: timedelta
    fresh: timedelta = timedelta(seconds=10)
    minute: timedelta = timedelta(minutes=1)
    hour: timedelta = timedelta(hours=1)
    day: timedelta = timedelta(days=1)
    horizon: timedelta = timedelta(days=90)

    @classmethod
    def at_pace(cls, pace: float) -> Self:
        """The waits around a session, `pace` times faster than usual.

        Hours and days stay, and looks that go on for long come at most every other second, since the quota stays, too.
        """

        def wait(seconds: float) -> timedelta:
            return timedelta(seconds=seconds / pace)

        return cls(
            gate=wait(GATE), looks=tuple(map(wait, LOOKS)), recount=wait(300), starting=wait(2), stuck=wait(90),
            live=max(wait(30), _OFTEN), near=max(wait(10), _OFTEN), lead=timedelta(minutes=15), silence=wait(60),
            overtime=wait(30 * 60),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """All that decides.

    `exists`: the platform's id is known. `created_at` and `ingest_at`: when they were asked for last; while there are none,
    the answer was lost. `doubtful`: it was asked for twice, so that there may be two.
    `gone`: it is wanted no more; `leaving`: this one is to be deleted, and a new one made. `stale`: the parts that differ from
    what was written. `held`: what may not be tried before an instant (None: not until somebody asks).
    `insisted`: it is to go live although what arrives is bad. `looked_at`: when the platform was asked last. `status_since`:
    when its status was seen first. `picture_since` and `dark_since`: when pictures began, or ceased, to arrive. `health_at`: when
    that was looked at, and `healthy_since`: since when all was well.
    """

    wanted: BroadcastStatus
    starts_at: datetime
    ends_at: datetime
    exists: bool = False
    status: BroadcastStatus | None = None
    status_since: datetime | None = None
    bound: bool = False
    has_ingest: bool = False
    ingest_at: datetime | None = None
    created_at: datetime | None = None
    create_looks: int = 0
    doubtful: bool = False
    gone: bool = False
    leaving: bool = False
    insisted: bool = False
    stale: frozenset[Action] = frozenset()
    held: Mapping[Action, datetime | None] = field(default_factory=dict)
    looked_at: datetime | None = None
    picture_since: datetime | None = None
    dark_since: datetime | None = None
    healthy_since: datetime | None = None
    health_at: datetime | None = None
    end_at: datetime | None = None


def next_action(known: Known, now: datetime, waits: Waits) -> Next:
    """The most important thing that is due and not held; else to wait for the first that will be."""
    first: datetime | None = None
    for action, due_at in _candidates(known, now, waits):
        if action in known.held:
            until = known.held[action]
            if until is None:
                continue
            due_at = max(due_at, until)  # noqa: PLW2901 -- what is held is due later
        if due_at <= now:
            return Next(action)
        first = min(first or due_at, due_at)
    return Next(Action.WAIT, first) if first else Next(Action.REST)


def alarms(known: Known, now: datetime, waits: Waits) -> frozenset[str]:
    """What a person has to be told of: "stuck" between two states, live and "dark", live long after its "overtime"."""
    told = {
        "stuck": known.status in _STARTING and _since(known.status_since, now) > waits.stuck,
        "dark": known.status is _W.LIVE and _since(known.dark_since, now) > waits.silence,
        "overtime": known.status is _W.LIVE
        and known.wanted is not _W.COMPLETE
        and now > known.ends_at + waits.overtime,
    }
    return frozenset(name for name, raised in told.items() if raised)


def _candidates(known: Known, now: datetime, waits: Waits) -> Iterator[tuple[Action, datetime]]:
    """What could be done and when, the most important first."""
    if known.gone or known.leaving:
        yield from _away(known, now, waits)
    elif not known.exists:
        yield from _into_being(known, now, waits)
    elif known.status not in _OVER:
        yield from _along(known, now, waits)


def _away(known: Known, now: datetime, waits: Waits) -> Iterator[tuple[Action, datetime]]:
    if known.exists:
        if known.status in _ON_AIR and known.gone:
            yield Action.END, now
            yield _look(known, now, waits)
        elif known.status not in _OVER or known.leaving:
            yield Action.DELETE, now
    elif known.created_at is not None and known.create_looks < len(waits.looks):
        yield Action.FIND, known.created_at + waits.looks[known.create_looks]
    elif known.created_at is not None or known.leaving:
        yield Action.FORGET, now


def _into_being(known: Known, now: datetime, waits: Waits) -> Iterator[tuple[Action, datetime]]:
    if known.created_at is not None and known.create_looks < len(waits.looks):
        yield Action.FIND, known.created_at + waits.looks[known.create_looks]
    elif known.wanted is not _W.COMPLETE:
        yield Action.CREATE, max(now, known.starts_at - waits.horizon)


def _along(known: Known, now: datetime, waits: Waits) -> Iterator[tuple[Action, datetime]]:
    if known.status not in _STARTING:
        if not known.bound and known.status in _NOT_BEGUN:
            yield (Action.BIND, now) if known.has_ingest else (Action.INGEST, _ingest_due(known, now, waits))
        yield from _onwards(known, now, waits)
    yield _look(known, now, waits)
    if known.status in _STARTING:
        return
    for part in (Action.UPDATE, Action.THUMBNAIL, Action.PLAYLISTS):
        if part in known.stale:
            yield part, now
    if known.doubtful and known.created_at is not None:
        yield Action.FIND, known.created_at + waits.recount


def _onwards(known: Known, now: datetime, waits: Waits) -> Iterator[tuple[Action, datetime]]:
    """The transition that host and session want, as far as what arrives allows it."""
    if known.wanted is _W.COMPLETE:
        yield Action.DELETE if known.status in _NOT_BEGUN else Action.END, known.end_at or now
    elif known.wanted is _W.TESTING and known.bound and known.status in _NOT_BEGUN and known.picture_since is not None:
        yield Action.REHEARSE, now
    elif known.wanted is _W.LIVE and known.status is not _W.LIVE and _may_go_live(known, now, waits):
        yield Action.GO_LIVE, now


def _may_go_live(known: Known, now: datetime, waits: Waits) -> bool:
    fed = known.bound or known.status is _W.TESTING
    if not fed or known.picture_since is None or known.health_at is None or now - known.health_at > waits.fresh:
        return False
    if known.insisted:
        return True
    return known.healthy_since is not None and known.health_at - known.healthy_since >= waits.gate


def _ingest_due(known: Known, now: datetime, waits: Waits) -> datetime:
    """When to ask for the ingest, or to look for the one that was asked for: always at the next of the looks."""
    if known.ingest_at is None:
        return now
    return max(now, known.ingest_at + waits.looks[0])


def _look(known: Known, now: datetime, waits: Waits) -> tuple[Action, datetime]:
    if known.looked_at is None:
        return Action.LOOK, now
    due_at = known.looked_at + _cadence(known, now, waits)
    nearing = [at for at in (known.starts_at - waits.hour, known.starts_at - waits.lead) if now < at]
    return Action.LOOK, min([due_at, *nearing])


def _cadence(known: Known, now: datetime, waits: Waits) -> timedelta:
    """How long after the last look to look again: each one is paid for."""
    if known.status in _STARTING:
        return waits.live if _since(known.status_since, now) > waits.stuck else waits.starting
    if known.wanted in {_W.TESTING, _W.LIVE} and known.status is not known.wanted:
        return waits.gate
    if known.status in {_W.TESTING, _W.LIVE}:
        return waits.live
    if known.starts_at - waits.lead <= now <= known.starts_at + 2 * waits.lead:
        return waits.near
    if known.starts_at - waits.hour <= now <= known.ends_at + waits.hour:
        return waits.minute
    return waits.hour if known.starts_at - waits.day <= now <= known.ends_at + waits.day else waits.day


def _since(at: datetime | None, now: datetime) -> timedelta:
    return now - at if at else timedelta()
