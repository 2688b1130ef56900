"""Why a place stays open, and what else a plan could not keep, in words."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from helpcenter.errors import N_, Message
from helpcenter.services.rota.planning.data import Clash, Given, Key, Person, Rules, Slot
from helpcenter.services.rota.planning.solver import runs
from helpcenter.worktime import Half

NOBODY = N_("Nobody is in this team yet.")
_OF = N_("Of %(count)d in the team:")
_AWAY = N_("away: %(count)d.")
_CANNOT = N_("cannot at that time: %(count)d.")
_ELSEWHERE = N_("on duty elsewhere: %(count)d.")
_FREE = N_("could after all: %(count)d.")
_SET_AWAY = N_("is set here by hand, but away.")
_SET_CANNOT = N_("is set here by hand, but cannot at that time.")
_AVOIDS = N_("would rather not be on duty then.")
_TWICE = N_("is set in two teams at once.")
_IN_ROW = N_("is on duty for more than %(count)d half days in a row.")


def why_open(members: Sequence[Person], key: Key, elsewhere: Collection[int]) -> Message:
    """Why none of the team's members can be on duty then; numbers only, since absences are nobody's business."""
    if not members:
        return Message(NOBODY)
    away = sum(key in one.away for one in members)
    cannot = sum(key in one.impossible and key not in one.away for one in members)
    rest = [one for one in members if key not in one.away and key not in one.impossible]
    busy = sum(key in one.busy or one.id in elsewhere for one in rest)
    parts = ((_AWAY, away), (_CANNOT, cannot), (_ELSEWHERE, busy), (_FREE, len(rest) - busy))
    said = [Message(text, {"count": count}) for text, count in parts if count]
    return Message("%(parts)s", {"parts": [Message(_OF, {"count": len(members)}), *said]})


def clashes(slots: Sequence[Slot], given: Sequence[Given], people: Mapping[int, Person], rules: Rules) -> list[Clash]:
    """What could not be kept: fixed shifts against absences, wishes, rest; in the order of time."""
    taken, order = [one for one in given if one.person in people], list(Half)
    found = [*_of_each(taken, people), *_of_rows(slots, taken, people, rules)]
    return sorted(found, key=lambda clash: (clash.day, order.index(clash.half), clash.person))


def _of_each(taken: Sequence[Given], people: Mapping[int, Person]) -> Iterator[Clash]:
    seen: set[tuple[int, Key]] = set()
    for one in taken:
        assert one.person is not None
        person, key = people[one.person], (one.day, one.half)
        if (person.id, key) in seen:
            yield Clash(person.id, *key, Message(_TWICE))
        seen.add((person.id, key))
        if one.fixed and key in person.away:
            yield Clash(person.id, *key, Message(_SET_AWAY))
        elif one.fixed and key in person.impossible:
            yield Clash(person.id, *key, Message(_SET_CANNOT))
        elif key in person.avoids:
            yield Clash(person.id, *key, Message(_AVOIDS))


def _of_rows(
    slots: Sequence[Slot], taken: Sequence[Given], people: Mapping[int, Person], rules: Rules
) -> Iterator[Clash]:
    """One for each row that is too long, at the half day with which it becomes so."""
    held: dict[int, set[Key]] = {one: set(person.busy) for one, person in people.items()}
    for one in taken:
        assert one.person is not None
        held[one.person].add((one.day, one.half))
    told: set[tuple[int, Key]] = set()
    for run in runs([slot.at for slot in slots], rules.in_row + 1):
        for person, keys in held.items():
            if all(key in keys for key in run):
                if (person, run[-2]) not in told:
                    yield Clash(person, *run[-1], Message(_IN_ROW, {"count": rules.in_row}))
                told.add((person, run[-1]))
