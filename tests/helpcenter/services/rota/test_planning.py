"""The planner on plain data: what must hold always holds, what is weighed is weighed as it should be."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from helpcenter.services.rota.planning import Person, Rules, Slot, even_shares, plan
from helpcenter.worktime import Half
from tests.bench.rota import case, halves, round_and_round
from tests.helpcenter.services.rota.conftest import AM, CALENDAR, MONDAY, PM

RULES = Rules(seconds=3)


def week(teams=(1,), needed=1, weeks=1):
    return [Slot(team, half, needed) for half in halves(CALENDAR, MONDAY, weeks) for team in teams]


def crew(count, teams=(1,), **values):
    return [Person(number, frozenset(teams), **values) for number in range(count)]


def days(*numbers, halves=(AM, PM)):
    return frozenset((MONDAY + timedelta(days=number), half) for number in numbers for half in halves)


def got(made):
    return Counter(one.person for one in made.given)


def test_everybody_gets_the_same_and_nothing_stays_open():
    made = plan(week(weeks=2), crew(4), RULES)
    assert got(made) == {0: 5, 1: 5, 2: 5, 3: 5}
    assert (made.open, made.unfairness) == ([], 0.0)


def test_a_part_timer_gets_his_part():
    part_time = replace(
        crew(1)[0], id=9, impossible=frozenset().union(*(days(7 * week) | days(7 * week + 1) for week in range(4)))
    )
    made = plan(week(weeks=4), [*crew(2), part_time], RULES)
    assert {share.person: (round(share.due, 1), share.got) for share in made.shares} == {
        0: (14.7, 15), 1: (14.7, 15), 9: (8.5, 8),
    }  # fmt: skip


def test_who_did_more_in_the_weeks_before_does_less_now():
    busy, idle = crew(2)
    before = {"there": 40, "there_unpopular": 8}
    made = plan(week(), [replace(busy, worked={1: 8}, **before), replace(idle, worked={1: 2}, **before)], RULES)
    assert got(made) == {0: 2, 1: 8}


def test_a_newcomer_owes_nothing_for_the_weeks_before_him():
    old, new = crew(2)
    made = plan(week(), [replace(old, worked={1: 40}, there=40, there_unpopular=8), new], RULES)
    assert [round(share.due, 6) for share in made.shares] == [45.0, 5.0]


def test_nobody_is_planned_where_he_is_away_or_cannot_or_is_elsewhere():
    out = Person(0, frozenset([1]), away=days(0), impossible=days(1), busy=days(2))
    made = plan(week(), [out], RULES)
    assert {one.day.weekday() for one in made.given if one.person == 0} == {3, 4}
    assert str(made.open[0].reason) == "Of 1 in the team: away: 1."
    assert str(made.open[2].reason) == "Of 1 in the team: cannot at that time: 1."
    assert str(made.open[4].reason) == "Of 1 in the team: on duty elsewhere: 1."


def test_a_team_of_nobody_is_open_and_says_so():
    made = plan(week(), [], RULES)
    assert {str(one.reason) for one in made.open} == {"Nobody is in this team yet."}


def test_one_person_in_two_teams_is_in_one_at_a_time():
    made = plan(week(teams=(1, 2)), crew(1, teams=(1, 2)), RULES)
    assert len(made.open) == 10
    assert {str(one.reason) for one in made.open} == {"Of 1 in the team: on duty elsewhere: 1."}


def test_what_a_person_has_set_stays_and_is_said_where_it_clashes():
    slots = [replace(slot, fixed=(0,)) if slot.key in days(0, 1) else slot for slot in week()]
    away = replace(crew(1)[0], away=days(0))
    made = plan(slots, [away, *crew(3)[1:]], RULES)
    assert [one.person for one in made.given if (one.day, one.half) in days(0, 1)] == [0, 0, 0, 0]
    assert [(clash.person, str(clash.reason)) for clash in made.clashes] == [(0, "is set here by hand, but away.")] * 2


def test_wishes_are_met_where_they_cost_nobody_anything():
    likes, spared, third = crew(3)
    made = plan(week(), [replace(likes, prefers=days(2)), replace(spared, avoids=days(3)), third], RULES)
    assert {one.person for one in made.given if one.day.weekday() == 2} == {0}
    assert 1 not in {one.person for one in made.given if one.day.weekday() == 3}
    assert [(share.wishes, share.wished) for share in made.shares] == [(2, 2), (2, 2), (0, 0)]


def test_monday_mornings_and_friday_afternoons_go_round():
    made = plan(week(weeks=4), crew(4), RULES)
    assert sorted(share.got_unpopular for share in made.shares) == [1, 2, 2, 2]  # the last Friday is Christmas Day


def test_nobody_has_more_in_a_row_than_is_enough():
    made = plan(week(weeks=2), crew(3), replace(RULES, in_row=2))
    held = {(one.person, one.day, one.half) for one in made.given}
    rows = [
        [(person, day, AM), (person, day, PM), (person, day + timedelta(days=1), AM)]
        for person in range(3)
        for day in {one.day for one in made.given}
    ]
    assert [row for row in rows if held.issuperset(row)] == []


def test_planning_again_moves_nothing():
    slots, people = week(teams=(1, 2), weeks=4), crew(6, teams=(1, 2))
    first = plan(slots, people, RULES)
    assert plan(kept(slots, first), people, RULES).given == first.given


def test_an_absence_moves_only_what_it_must():
    slots, people = week(weeks=4), crew(5)
    first = plan(slots, people, RULES)
    ill = replace(people[0], away=days(0, 1, 2, 3, 4))
    again = plan(kept(slots, first), [ill, *people[1:]], RULES)
    hit = sum(one.person == 0 and (one.day, one.half) in ill.away for one in first.given)
    assert sum(old != new for old, new in zip(first.given, again.given, strict=True)) == hit
    assert again.open == []


def kept(slots, made):
    there = {(one.team, one.day, one.half): one.person for one in made.given}
    return [replace(slot, kept=(there[slot.team, *slot.key],)) for slot in slots]


def test_a_holiday_falls_out():
    every = {half.day for half in halves(CALENDAR, date(2026, 12, 21), 1)}
    assert every == {date(2026, 12, day) for day in (21, 22, 23, 24)}


def test_the_same_input_gives_the_same_plan_in_any_order():
    slots, people = case(people=6, teams=2, weeks=5, seed=4)
    made = plan(slots, people, RULES)
    mixed = random.Random(1)
    mixed.shuffle(slots)
    mixed.shuffle(people)
    assert plan(slots, people, RULES) == made


def test_it_is_fairer_than_going_round_and_round():
    slots, people = case(people=8, teams=2, weeks=13, seed=7)
    made, naive = plan(slots, people, RULES), round_and_round(slots, people)
    assert (made.unfairness < 1.5, naive.unfairness > 10) == (True, True)
    assert len(made.open) <= len(naive.open)


@pytest.mark.parametrize(
    ("demand", "members", "room", "shares"),
    [
        ({1: 10}, {1: [1, 2]}, {1: 10, 2: 10}, {1: 5, 2: 5}),
        ({1: 9}, {1: [1, 2]}, {1: 20, 2: 10}, {1: 6, 2: 3}),
        ({1: 10, 2: 10}, {1: [1, 2], 2: [2, 3]}, {1: 30, 2: 30, 3: 30}, {1: 20 / 3, 2: 20 / 3, 3: 20 / 3}),
        ({1: 12, 2: 0}, {1: [1], 2: [1, 2]}, {1: 20, 2: 20}, {1: 12, 2: 0}),
        ({1: 30}, {1: [1, 2]}, {1: 10, 2: 5}, {1: 10, 2: 5}),
        ({1: 3}, {1: [1, 2]}, {1: 10, 2: 0}, {1: 3, 2: 0}),
        ({1: 3}, {}, {1: 10}, {1: 0}),
    ],
)  # fmt: skip
def test_shares_are_as_even_as_membership_allows(demand, members, room, shares):
    assert even_shares(demand, members, room) == pytest.approx(shares, abs=0.01)


keys = some.frozensets(
    some.tuples(some.integers(0, 4).map(lambda n: MONDAY + timedelta(days=n)), some.sampled_from(Half))
)
anybody = some.builds(
    Person, id=some.integers(0, 99), teams=some.frozensets(some.sampled_from([1, 2]), min_size=1),
    away=keys, impossible=keys, busy=keys, prefers=keys, avoids=keys,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(some.lists(anybody, max_size=6, unique_by=lambda person: person.id), some.integers(1, 2))
def test_whatever_is_asked_the_rules_hold_and_every_place_is_accounted_for(people, needed):
    slots = week(teams=(1, 2), needed=needed)
    made = plan(slots, people, Rules(seconds=1))
    known = {person.id: person for person in people}
    taken = [one for one in made.given if one.person is not None]
    assert all(known[one.person].can((one.day, one.half)) and one.team in known[one.person].teams for one in taken)
    assert len({(one.person, one.day, one.half) for one in taken}) == len(taken)
    assert Counter((one.team, one.day, one.half) for one in made.given) == {(s.team, *s.key): needed for s in slots}
    assert all(one.reason for one in made.open)
