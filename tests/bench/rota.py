"""How fair a planned rota is beside one that goes round and round, on the same seeded case, in the same run.

`rota_fairness` is the largest distance of anybody from his due share, in half days: what he has had over the past eight weeks
and gets in the thirteen planned, against what is due to him in proportion to the half days in which he was or will be there.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from helpcenter.services.rota.planning import Given, Key, Person, Plan, Rules, Slot, plan, read_shares
from helpcenter.services.rota.planning.data import is_unpopular
from helpcenter.worktime import Half, HalfDay, WorkCalendar, make_calendar

PEOPLE, TEAMS, WEEKS, BEFORE = 12, 4, 13, 8
MONDAY = date(2026, 11, 30)
SEED = 20261127
CALENDAR = make_calendar(
    zone="Europe/Berlin", days="MO,TU,WE,TH,FR", morning="08:00-12:00", afternoon="13:00-17:00", region="DE-BY"
)
Case = tuple[list[Slot], list[Person]]


def halves(calendar: WorkCalendar, first: date, weeks: int) -> list[HalfDay]:
    """Every half day of so many weeks."""
    days = (first + timedelta(days=number) for number in range(7 * weeks))
    return [half for day in days for half in calendar.halves(day)]


def case(people: int = PEOPLE, teams: int = TEAMS, weeks: int = WEEKS, seed: int = SEED) -> Case:
    """Experts in one or two teams each: a third work part time, all have holidays and some are ill, most have wishes.

    The eight weeks before were uneven.
    """
    rng = random.Random(seed)
    ahead, past = halves(CALENDAR, MONDAY, weeks), halves(CALENDAR, MONDAY - timedelta(weeks=BEFORE), BEFORE)
    members = {
        number: {number % teams, *([rng.randrange(teams)] if rng.random() < 0.5 else [])} for number in range(people)
    }
    made = [_person(rng, number, members[number], ahead, past) for number in range(people)]
    return [Slot(team, half, 1) for half in ahead for team in range(teams)], made


def _person(rng: random.Random, number: int, teams: set[int], ahead: list[HalfDay], past: list[HalfDay]) -> Person:
    keys, before = [(one.day, one.half) for one in ahead], [(one.day, one.half) for one in past]
    off = (
        {(day, half) for day in rng.sample(range(5), rng.choice([1, 2])) for half in Half} if number % 3 == 0 else set()
    )

    def impossible(key: Key) -> bool:
        return (key[0].weekday(), key[1]) in off

    away: set[Key] = set()
    for length in (10, 20, rng.choice([2, 4, 6])):
        start = rng.randrange(len(keys) - length)
        away |= set(keys[start : start + length])
    there = [key for key in before if not impossible(key)][rng.choice([0, 0, 10]) :]
    worked = rng.sample(there, min(len(there), rng.randint(18, 34)))
    home = min(teams)
    return Person(
        number, frozenset(teams), frozenset(away), frozenset(filter(impossible, keys)),
        prefers=frozenset(rng.sample(keys, 8)), avoids=frozenset(rng.sample(keys, 10)),
        worked={home: len(worked)}, worked_unpopular={home: sum(map(is_unpopular, worked))},
        there=len(there), there_unpopular=sum(map(is_unpopular, there)),
    )  # fmt: skip


def round_and_round(slots: Sequence[Slot], people: Sequence[Person]) -> Plan:
    """Each team's members in turn; whoever cannot is passed over, and is next again in the following half day."""
    turn: dict[int, list[Person]] = {
        team: [one for one in people if team in one.teams] for team in {slot.team for slot in slots}
    }
    taken: set[tuple[int, Key]] = set()
    given = []
    for slot in slots:
        queue = turn[slot.team]
        fit = (one for one in queue if one.can(slot.key) and (one.id, slot.key) not in taken)
        person = next(fit, None)
        if person:
            queue.remove(person)
            queue.append(person)
            taken.add((person.id, slot.key))
        given.append(Given(slot.team, *slot.key, person.id if person else None))
    return Plan(given, read_shares(slots, people, taken), [], proven=False)


def ill(slots: list[Slot], people: list[Person], planned: Plan) -> tuple[int, int]:
    """Somebody is away for a week: how many of his half days that hits, and how many planning anew gives to others."""
    there: dict[tuple[int, Key], list[int]] = {}
    for one in planned.given:
        if one.person is not None:
            there.setdefault((one.team, (one.day, one.half)), []).append(one.person)
    kept = [replace(slot, kept=tuple(there.get((slot.team, slot.key), ()))) for slot in slots]
    first, last = MONDAY + timedelta(weeks=2), MONDAY + timedelta(weeks=2, days=4)
    away = frozenset(slot.key for slot in slots if first <= slot.key[0] <= last)
    again = plan(kept, [replace(one, away=one.away | away) if one.id == 4 else one for one in people], Rules())
    hit = sum(one.person == 4 and (one.day, one.half) in away for one in planned.given)
    return hit, sum(old.person != new.person for old, new in zip(planned.given, again.given, strict=True))


def bench_rota() -> dict[str, dict[str, Any]]:
    """The planned rota, the naive one, and how long planning takes."""
    slots, people = case()
    started = time.monotonic()
    planned = plan(slots, people, Rules())
    took = time.monotonic() - started
    naive = round_and_round(slots, people)
    hit, moved = ill(slots, people, planned)
    how = (
        f"largest distance from the due share, {PEOPLE} experts, {TEAMS} teams, {WEEKS} weeks, {BEFORE} before counted"
    )
    return {
        "rota_fairness": {"value": round(planned.unfairness, 2), "unit": "half days", "how": how},
        "rota_fairness_naive": {"value": round(naive.unfairness, 2), "unit": "half days", "how": "the same, in turns"},
        "rota_open": {"value": len(planned.open), "unit": "shifts", "how": f"nobody could; in turns {len(naive.open)}"},
        "rota_wishes": {"value": _wishes(planned), "unit": "%", "how": f"wishes met; in turns {_wishes(naive)} %"},
        "rota_moved": {
            "value": moved,
            "unit": "shifts",
            "how": f"given to others where an illness hits {hit} of {len(slots)}",
        },
        "rota_seconds": {"value": round(took, 2), "unit": "s", "how": "to plan them, on one thread"},
    }


def _wishes(made: Plan) -> int:
    return round(100 * sum(one.wishes for one in made.shares) / sum(one.wished for one in made.shares))
