"""The pure part: who is likely to have the answer."""

import pytest

from helpcenter.services.routing.scoring import ExpertFacts, Tally, is_clear, rank
from helpcenter.services.routing.subject import Asked, TopicFacts, Tree

BIKE, BATTERY, MOTOR = 1, 2, 3
ANNA, BEN, CARA = 11, 12, 13


def topics(**words):
    """A bike with a battery and a motor, each known by its own word and by those that are given."""
    found = {"battery": {"akku": 3.0}, "motor": {"motor": 3.0}, **words}
    return {
        BIKE: TopicFacts(BIKE, None, {"rad": 3.0}, 3.0),
        BATTERY: TopicFacts(BATTERY, BIKE, found["battery"], sum(found["battery"].values())),
        MOTOR: TopicFacts(MOTOR, BIKE, found["motor"], sum(found["motor"].values())),
    }


def asked(*terms, topic=None):
    return Asked(dict.fromkeys(terms, 1.0), topic)


def order(question, *experts, tree=None):
    return [one.expert.id for one in rank(question, topics() if tree is None else tree, experts)]


def test_words_tell_what_it_is_about():
    odds = Tree(topics(), asked("akku", "leer")).odds()
    assert max(odds, key=odds.get) == BATTERY
    assert sum(odds.values()) == pytest.approx(1)


def test_what_the_asker_chose_counts_until_his_words_speak_against_it():
    unclear, wrong = asked("leer", topic=MOTOR), asked("akku", "akkus", "ladung", topic=MOTOR)
    tree = topics(battery={"akku": 30.0, "akkus": 20.0, "ladung": 25.0})
    assert [max(odds := Tree(tree, one).odds(), key=odds.get) for one in (unclear, wrong)] == [MOTOR, BATTERY]


def test_a_topic_that_was_never_asked_about_learns_from_what_is_above_it():
    odds = Tree(topics(), asked("rad")).odds()
    flat = {one: TopicFacts(one, None, facts.words, facts.total) for one, facts in topics().items()}
    assert odds[BATTERY] > Tree(flat, asked("rad")).odds()[BATTERY]


def test_who_is_named_for_the_topic_comes_first_then_who_is_named_above():
    anna, ben = ExpertFacts(ANNA, topics=frozenset({BIKE})), ExpertFacts(BEN, topics=frozenset({BATTERY}))
    assert order(asked(topic=BATTERY), ExpertFacts(CARA), anna, ben) == [BEN, ANNA, CARA]


def test_where_nothing_is_known_duty_decides_then_who_has_least_to_do():
    experts = [ExpertFacts(ANNA, open=3), ExpertFacts(BEN, open=1), ExpertFacts(CARA, open=4, on_duty=True)]
    assert order(asked("was"), *experts, tree={}) == [CARA, BEN, ANNA]


def test_what_somebody_did_counts_more_than_what_he_is_named_for():
    named = ExpertFacts(ANNA, topics=frozenset({BATTERY}), did={BATTERY: Tally(bad=3)})
    able = ExpertFacts(BEN, did={BATTERY: Tally(good=4, times=4)})
    assert order(asked(topic=BATTERY), named, able) == [BEN, ANNA]


def test_what_was_done_nearby_in_the_tree_counts_a_little():
    near = ExpertFacts(BEN, did={MOTOR: Tally(good=4)})
    assert order(asked(topic=BATTERY), ExpertFacts(ANNA), near) == [BEN, ANNA]
    here = ExpertFacts(CARA, did={BATTERY: Tally(good=4)})
    assert order(asked(topic=BATTERY), near, here) == [CARA, BEN]


def test_words_of_what_he_passed_on_speak_against_him():
    both = {"did": {BATTERY: Tally(good=2)}, "total": Tally(good=20, bad=20)}
    keeps = ExpertFacts(ANNA, words={"firmware": Tally(good=4)}, **both)
    passes = ExpertFacts(BEN, words={"firmware": Tally(bad=4)}, **both)
    assert order(asked("firmware", topic=BATTERY), passes, keeps) == [ANNA, BEN]
    assert rank(asked("firmware", topic=BATTERY), topics(), [keeps])[0].words == ("firmware",)


def test_skills_are_words_that_count():
    knows = ExpertFacts(BEN, skills=("bluetooth",))
    assert order(asked("bluetooth"), ExpertFacts(ANNA), knows) == [BEN, ANNA]


def test_who_does_not_speak_the_language_comes_last():
    mute = ExpertFacts(ANNA, topics=frozenset({BATTERY}), speaks=False, on_duty=True)
    assert order(asked(topic=BATTERY), mute, ExpertFacts(BEN)) == [BEN, ANNA]


def test_of_two_who_are_right_the_one_with_less_to_do_comes_first_and_is_clear():
    anna, ben = (ExpertFacts(one, topics=frozenset({BATTERY}), open=many) for one, many in ((ANNA, 2), (BEN, 0)))
    found = rank(asked(topic=BATTERY), topics(), [anna, ben])
    assert ([one.expert.id for one in found], is_clear(found)) == ([BEN, ANNA], True)


@pytest.mark.parametrize(
    ("expert", "clear"),
    [
        (ExpertFacts(ANNA), False),
        (ExpertFacts(ANNA, on_duty=True), True),
        (ExpertFacts(ANNA, topics=frozenset({BATTERY})), True),
        (ExpertFacts(ANNA, topics=frozenset({BATTERY}), did={BATTERY: Tally(bad=2)}), False),
    ],
)
def test_it_is_clear_where_somebody_is_likely_or_else_on_duty(expert, clear):
    assert is_clear(rank(asked(topic=BATTERY), topics(), [expert])) is clear


def test_who_is_much_likelier_but_busy_is_not_passed_over_without_a_word():
    able = ExpertFacts(ANNA, did={BATTERY: Tally(good=20)}, open=200)
    named = ExpertFacts(BEN, topics=frozenset({BATTERY}), on_duty=True)
    found = rank(asked(topic=BATTERY), topics(), [able, named])
    assert (found[0].expert.id, is_clear(found)) == (BEN, False)


def test_without_experts_there_is_nobody_and_nothing_is_clear():
    assert (rank(asked("akku"), topics(), []), is_clear([])) == ([], False)
