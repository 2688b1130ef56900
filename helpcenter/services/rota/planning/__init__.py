"""Planning: who is on duty when, from plain data; the solver is HiGHS."""

from collections.abc import Iterator, Sequence

from helpcenter.services.rota.planning.data import (
    UNPOPULAR,
    Clash,
    Given,
    Key,
    Person,
    Plan,
    Rules,
    Share,
    Slot,
    is_unpopular,
)
from helpcenter.services.rota.planning.reasons import clashes, why_open
from helpcenter.services.rota.planning.shares import even_shares, read_shares
from helpcenter.services.rota.planning.solver import choose

__all__ = [
    "UNPOPULAR", "Clash", "Given", "Key", "Person", "Plan", "Rules", "Share", "Slot", "even_shares", "is_unpopular", "plan",
    "read_shares",
]  # fmt: skip


def plan(slots: Sequence[Slot], people: Sequence[Person], rules: Rules | None = None) -> Plan:
    """Who is on duty in each slot: the same for the same input. Takes `rules.seconds` at most.

    What must hold: nobody is planned where he is away, has said that he cannot, or is on duty elsewhere; nobody twice in a half
    day; what a person has set stays. All else is weighed: equal shares, wishes, rest, and leaving the present plan alone.
    A place for which nobody is left stays open, with the reason.
    """
    rules = rules or Rules()
    slots = sorted(slots, key=lambda slot: (slot.at.starts_at, slot.team))
    people = sorted(people, key=lambda person: person.id)
    chosen, proven = choose(slots, people, rules)
    given = [one for position, slot in enumerate(slots) for one in _places(slot, chosen.get(position, []))]
    taken = [(one.person, (one.day, one.half)) for one in given if one.person is not None]
    known = {person.id: person for person in people}
    given = [_explained(one, people, taken) if one.person is None else one for one in given]
    return Plan(given, read_shares(slots, people, taken), clashes(slots, given, known, rules), proven)


def _places(slot: Slot, chosen: list[int]) -> Iterator[Given]:
    """Those who are set first, then those who stay, then the others, then what is left open."""
    day, half = slot.key
    yield from (Given(slot.team, day, half, person, fixed=True) for person in slot.fixed)
    stay = [person for person in slot.kept if person in chosen]
    yield from (Given(slot.team, day, half, person) for person in stay)
    yield from (Given(slot.team, day, half, person) for person in sorted(chosen) if person not in stay)
    missing = slot.needed - len(slot.fixed) - len(chosen)
    yield from (Given(slot.team, day, half, None) for _ in range(missing))


def _explained(one: Given, people: Sequence[Person], taken: Sequence[tuple[int, Key]]) -> Given:
    key = one.day, one.half
    elsewhere = {person for person, when in taken if when == key}
    members = [person for person in people if one.team in person.teams]
    return Given(one.team, one.day, one.half, None, reason=why_open(members, key, elsewhere))
