from datetime import timedelta

from helpcenter.permissions import Role
from helpcenter.services import rota, topics
from tests.factories import HALF_DAY, NOW, make_shift, make_team, make_topic, make_user


def test_whoever_has_the_shift_of_the_nearest_team_is_on_duty(db):
    bikes = make_topic(db)
    battery = make_topic(db, parent_id=bikes.id)
    ada, ben = make_user(db, Role.EXPERT), make_user(db, Role.EXPERT)
    make_shift(db, make_team(db, ada, about=[bikes]), ada)
    assert rota.on_duty(db, battery, now=NOW) == [ada]
    make_shift(db, make_team(db, ben, ada, about=[battery]), ben)
    assert rota.on_duty(db, battery, now=NOW) == [ben]
    assert rota.on_duty(db, bikes, now=NOW) == [ada]
    assert rota.on_duty(db, None, now=NOW) == [ada, ben]


def test_nobody_is_on_duty_before_and_after(db):
    ada = make_user(db, Role.EXPERT)
    make_shift(db, make_team(db, ada), ada)
    assert rota.on_duty(db, None, now=NOW - timedelta(seconds=1)) == []
    assert rota.on_duty(db, None, now=NOW + HALF_DAY) == []


def test_the_next_on_duty_is_somebody_else_who_is_still_here(db):
    people = [make_user(db, Role.EXPERT) for _ in range(3)]
    team = make_team(db, *people)
    for number, one in enumerate(people):
        make_shift(db, team, one, starts_at=NOW + number * timedelta(days=1))
    people[1].disabled_at = NOW
    assert rota.next_on_duty(db, None, now=NOW) == people[0]
    assert rota.next_on_duty(db, None, now=NOW, but=[people[0].id]) == people[2]
    assert rota.next_on_duty(db, None, now=NOW, but=[one.id for one in people]) is None


def test_experts_answer_for_what_is_below_their_topics(db):
    bikes, pumps = make_topic(db), make_topic(db)
    battery = make_topic(db, parent_id=bikes.id)
    ada, ben = make_user(db, Role.EXPERT), make_user(db, Role.EXPERT)
    topics.set_experts(db, bikes, [ada], editor=None, now=NOW)
    make_team(db, ben, about=[pumps])
    assert topics.answering(db, battery) == [ada]
    assert topics.answered_by(db, ada) == [bikes.id, battery.id]
    assert topics.answered_by(db, ben) == [pumps.id]
