"""What share of the duty is due to whom: as equal as membership allows, in proportion to the half days in which one is there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from helpcenter.services.rota.planning.data import Key, Person, Share, Slot, is_unpopular

_ROUNDS: Final = 60


def even_shares(
    demand: Mapping[int, float], members: Mapping[int, Sequence[int]], room: Mapping[int, float]
) -> dict[int, float]:
    """Each person's part of what the teams need, in half days: load / room is as equal as the memberships allow.

    `demand` by team; `members` are the persons of each team; `room` says in how many half days somebody is there. Nobody gets
    more than his room; a person without room gets nothing. Where there is too little room, what is left over is due to nobody.
    """
    load = dict.fromkeys(room, 0.0)
    parts: dict[int, dict[int, float]] = {team: {} for team in demand}
    # Each round pours one team's need out anew over what the other teams have left its members with.
    # The sum of load²/room falls with each, and it is convex: so this ends at the one most equal distribution.
    for _ in range(_ROUNDS):
        for team, need in demand.items():
            people = [one for one in members.get(team, ()) if room.get(one, 0) > 0]
            others = {one: load[one] - parts[team].get(one, 0.0) for one in people}
            parts[team] = _pour(need, others, room)
            for one in people:
                load[one] = others[one] + parts[team][one]
    return load


def _pour(need: float, others: Mapping[int, float], room: Mapping[int, float]) -> dict[int, float]:
    """How much of the need goes to each, so that the fullest are as little full as can be; never over the brim."""
    level, taken = 0.0, 0.0
    ordered = sorted(others, key=lambda one: (others[one] / room[one], one))
    width, base = 0.0, 0.0
    for position, one in enumerate(ordered):
        width, base = width + room[one], base + others[one]
        level = (need + base) / width
        last = position + 1 == len(ordered)
        if last or level <= others[ordered[position + 1]] / room[ordered[position + 1]]:
            break
    level = min(level, 1.0)
    given = {one: max(0.0, level * room[one] - others[one]) for one in others}
    taken = sum(given.values())
    return {one: part * min(1.0, need / taken) if taken else 0.0 for one, part in given.items()}


def due_shares(slots: Sequence[Slot], people: Sequence[Person], *, unpopular: bool = False) -> dict[int, float]:
    """What is due to each over the weeks before and those planned; with `unpopular`, of the half days that nobody likes.

    The two stretches are shared out one by one, so that whoever came in between owes nothing for what was before him.
    """
    before = _due_before(people, unpopular=unpopular)
    ahead = _due_ahead(slots, people, unpopular=unpopular)
    return {person.id: before[person.id] + ahead[person.id] for person in people}


def _due_before(people: Sequence[Person], *, unpopular: bool) -> dict[int, float]:
    demand: dict[int, float] = {}
    for person in people:
        for team, count in (person.worked_unpopular if unpopular else person.worked).items():
            demand[team] = demand.get(team, 0.0) + count
    room = {one.id: float(one.there_unpopular if unpopular else one.there) for one in people}
    return even_shares(demand, _members(people, demand), room)


def _due_ahead(slots: Sequence[Slot], people: Sequence[Person], *, unpopular: bool) -> dict[int, float]:
    counted = [slot for slot in slots if not unpopular or is_unpopular(slot.key)]
    keys = {slot.key for slot in counted}
    demand: dict[int, float] = {}
    for slot in counted:
        demand[slot.team] = demand.get(slot.team, 0.0) + slot.needed
    room = {one.id: float(sum(_there(one, key) for key in keys)) for one in people}
    return even_shares(demand, _members(people, demand), room)


def _members(people: Sequence[Person], teams: Iterable[int]) -> dict[int, list[int]]:
    return {team: [one.id for one in people if team in one.teams] for team in teams}


def _there(person: Person, key: Key) -> bool:
    return key not in person.away and key not in person.impossible


def read_shares(slots: Sequence[Slot], people: Sequence[Person], given: Iterable[tuple[int, Key]]) -> list[Share]:
    """How each one's share compares with what he gets, where `given` says who has which half day; in the order of `people`."""
    due, due_unpopular = due_shares(slots, people), due_shares(slots, people, unpopular=True)
    mine: dict[int, list[Key]] = {person.id: [] for person in people}
    for person_id, key in given:
        mine.setdefault(person_id, []).append(key)
    keys = {slot.key for slot in slots}
    return [_share(person, mine[person.id], keys, due[person.id], due_unpopular[person.id]) for person in people]


def _share(person: Person, keys: list[Key], every: set[Key], due: float, due_unpopular: float) -> Share:
    liked = [key for key in keys if key in person.prefers]
    spared = (person.avoids & every) - set(keys)
    return Share(
        person=person.id,
        due=due,
        got=len(keys) + sum(person.worked.values()),
        planned=len(keys),
        due_unpopular=due_unpopular,
        got_unpopular=sum(map(is_unpopular, keys)) + sum(person.worked_unpopular.values()),
        wishes=len(liked) + len(spared),
        wished=min(len(person.prefers & every), len(keys)) + len(person.avoids & every),
    )
