from datetime import timedelta

import pytest

from helpcenter.errors import TooMany
from helpcenter.models import Deflection, Rating, Solved, Visibility
from helpcenter.services import my
from helpcenter.services.my import products
from tests.factories import (
    HALF_DAY,
    NOW,
    make_answer,
    make_entry,
    make_question,
    make_shift,
    make_subscription,
    make_team,
    make_topic,
    make_user,
)

DAY = timedelta(days=1)
OLD = NOW - 300 * DAY
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def kim(db):
    return make_user(db, email="kim@example.org", recommend_since=NOW)


@pytest.fixture
def bike(db, kim):
    """A product that Kim has."""
    topic = make_topic(db, slug="bike", titles={"en": "Bike", "de": "Rad"})
    my.add_product(db, kim, topic, now=NOW)
    return topic


def _recommended(db, user, **values):
    given = {"language": "en", "visibilities": (Visibility.PUBLIC,), "now": NOW, **values}
    return [(one.card.slug, one.product, one.helped, one.new) for one in my.recommend(db, user, **given)]


def test_my_questions_are_those_of_my_account_and_of_my_confirmed_address(db, kim):
    by_account = make_question(db, email="old@example.org", created_at=NOW - DAY)
    by_account.askers[0].user_id = kim.id
    by_address = make_question(db, email="kim@example.org")
    make_question(db, email="kim@example.org", confirmed=False)
    make_question(db, email="other@example.org")
    assert [one.question for one in my.questions_of(db, kim)] == [by_address, by_account]


def test_nothing_is_recommended_to_whoever_did_not_agree(db, kim, bike):
    make_answer(db, topic=bike)
    assert len(_recommended(db, kim)) == 1
    my.set_recommendations(db, kim, since=None)
    assert _recommended(db, kim) == []


def test_what_helped_comes_before_what_did_not_and_each_says_why(db, kim, bike):
    part = make_topic(db, parent_id=bike.id)
    good = make_answer(db, slug="good", topic=part, published_at=OLD)
    bad = make_answer(db, slug="bad", topic=bike, published_at=OLD)
    make_answer(db, slug="new", topic=bike, published_at=NOW - DAY)
    db.add_all(Rating(entry_id=good.id, helpful=True, at=NOW) for _ in range(3))
    db.add_all(Rating(entry_id=bad.id, helpful=False, at=NOW) for _ in range(3))
    db.add(Deflection(entry_id=good.id, at=NOW))
    make_question(db, entry_id=good.id).askers[0].solved = Solved.YES
    assert _recommended(db, kim) == [
        ("good", "Bike", 5, False),
        ("new", "Bike", 0, True),
        ("bad", "Bike", 0, False),
    ]


def test_only_clips_about_what_one_has_are_recommended_and_none_that_one_got_as_an_answer(db, kim, bike):
    make_answer(db, slug="other", topic=make_topic(db))
    make_answer(db, slug="hidden", topic=bike, visibility=Visibility.CUSTOMERS)
    make_entry(db, slug="words-only", topic=bike, state="published", published_at=NOW)
    known = make_answer(db, slug="known", topic=bike)
    make_question(db, email="kim@example.org", entry_id=known.id)
    assert _recommended(db, kim) == []
    assert [one[0] for one in _recommended(db, kim, visibilities=(Visibility.PUBLIC, Visibility.CUSTOMERS))] == [
        "hidden"
    ]


def test_a_product_is_named_once_and_can_be_forgotten(db, kim, bike, monkeypatch):
    my.add_product(db, kim, bike, now=NOW)
    assert my.products_of(db, kim) == [bike]
    monkeypatch.setattr(products, "MOST", 1)
    with pytest.raises(TooMany):
        my.add_product(db, kim, make_topic(db), now=NOW)
    my.remove_product(db, kim, bike)
    assert my.products_of(db, kim) == []


def test_the_guide_is_whoever_is_on_duty_for_what_one_has(db, kim, bike):
    anna, ben = make_user(db), make_user(db)
    make_shift(db, make_team(db, anna), anna)
    team = make_team(db, ben, about=[bike])
    make_shift(db, team, ben, starts_at=NOW + DAY)
    guide = my.find_guide(db, kim, now=NOW)
    assert (guide.topic, guide.now, guide.name) == (bike, False, "")
    assert my.find_guide(db, kim, now=NOW + DAY).now
    assert my.find_guide(db, kim, now=NOW + DAY + HALF_DAY) is None


def test_the_guides_name_is_said_where_he_chose_one(db, kim, bike):
    ben = make_user(db)
    make_shift(db, make_team(db, ben, about=[bike]), ben)
    ben.public_name = "Ben from the workshop"
    assert my.find_guide(db, kim, now=NOW).name == "Ben from the workshop"


@pytest.mark.parametrize("by", ["question", "follow", "nothing"])
def test_without_products_the_guide_follows_from_questions_and_topics(db, kim, by):
    topic, ben = make_topic(db, slug="lamp"), make_user(db)
    make_shift(db, make_team(db, ben, about=[topic]), ben)
    if by == "question":
        make_question(db, email="kim@example.org", topic=topic)
    elif by == "follow":
        make_subscription(db, "answers:lamp", email="kim@example.org")
    assert my.find_guide(db, kim, now=NOW).topic == (None if by == "nothing" else topic)


def test_where_nobody_is_on_duty_there_is_no_guide(db, kim):
    assert my.find_guide(db, kim, now=NOW) is None
