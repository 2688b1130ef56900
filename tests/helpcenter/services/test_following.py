from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import ClipState, EntryState, FaqClip, OutgoingMail, Visibility
from helpcenter.services import clips, faq, following
from helpcenter.services.sessions import subscriptions
from tests.factories import (
    NOW,
    make_answer,
    make_clip,
    make_entry,
    make_recording,
    make_subscription,
    make_topic,
    make_user,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def battery(db):
    """A topic below another one."""
    return make_topic(db, slug="battery", parent_id=make_topic(db, slug="bikes").id)


def _publish(db, topic, at=NOW, **values):
    entry = make_entry(db, topic=topic, **values)
    faq.publish(db, entry, editor=None, now=at)
    return entry


def _tell(db, now):
    return [following.tell(db, one, now=now) for one in following.due(db, now=now)]


def _mails(db):
    found = select(OutgoingMail).where(OutgoingMail.kind == "topic_news").order_by(OutgoingMail.id)
    return [(mail.recipient, [one["title"] for one in mail.params["answers"]]) for mail in db.scalars(found)]


def test_a_follower_hears_once_of_all_that_came_within_an_hour(db, battery):
    follower = make_subscription(db, "answers:battery")
    _publish(db, battery, title="How far?")
    _publish(db, battery, NOW + HOUR / 2, title="How cold?")
    assert following.due(db, now=NOW + HOUR - timedelta(seconds=1)) == []
    assert _tell(db, NOW + HOUR) == [True]
    assert _tell(db, NOW + HOUR) == []
    assert _mails(db) == [(follower.email, ["How cold?", "How far?"])]


def test_whoever_follows_what_is_above_hears_of_it_and_of_no_other_topic(db, battery):
    above = make_subscription(db, "answers:bikes")
    make_subscription(db, "answers:other")
    make_subscription(db, "topic:battery")
    make_subscription(db, "answers:battery", confirmed=False)
    _publish(db, battery)
    _tell(db, NOW + HOUR)
    assert [recipient for recipient, _ in _mails(db)] == [above.email]


def test_the_next_mail_comes_a_day_later_with_what_came_meanwhile(db, battery):
    make_subscription(db, "answers:battery")
    _publish(db, battery, title="First")
    _tell(db, NOW + HOUR)
    _publish(db, battery, NOW + 2 * HOUR, title="Second")
    _publish(db, battery, NOW + 3 * HOUR, title="Third")
    assert _tell(db, NOW + 20 * HOUR) == []
    assert _tell(db, NOW + DAY + 3 * HOUR) == [True]
    assert [titles for _, titles in _mails(db)] == [["First"], ["Third", "Second"]]


def test_what_is_published_at_the_very_moment_of_a_mail_comes_with_the_next_one(db, battery):
    make_subscription(db, "answers:battery")
    _publish(db, battery, title="First")
    _publish(db, battery, NOW + HOUR - timedelta(seconds=5), title="Second")
    _tell(db, NOW + HOUR)
    following.note(db, _publish(db, battery, NOW + 2 * HOUR, title="Third"), now=NOW + 2 * HOUR)
    _tell(db, NOW + 2 * DAY)
    assert [titles for _, titles in _mails(db)] == [["First"], ["Third", "Second"]]


def test_a_new_clip_in_an_old_entry_is_news(db, battery):
    entry = _publish(db, battery, title="How far?")
    make_subscription(db, "answers:battery")
    clip = make_clip(db, make_recording(db))
    given = {"topic": None, "title": "In winter", "start": 1.0, "end": 9.0, "language": "en", "editor": None}
    clips.confirm(db, clip, entry=entry, now=NOW + DAY, **given)
    assert _tell(db, NOW + DAY + HOUR) == [True]
    assert [titles for _, titles in _mails(db)] == [["How far?"]]


def test_what_was_taken_off_meanwhile_is_not_told(db, battery):
    make_subscription(db, "answers:battery")
    entry = _publish(db, battery)
    faq.unpublish(db, entry, editor=None, now=NOW)
    assert (_tell(db, NOW + HOUR), _mails(db)) == ([False], [])


def test_what_is_published_again_is_no_news(db, battery):
    entry = _publish(db, battery)
    make_subscription(db, "answers:battery")
    faq.unpublish(db, entry, editor=None, now=NOW)
    faq.publish(db, entry, editor=None, now=NOW + DAY)
    assert following.due(db, now=NOW + 2 * DAY) == []


@pytest.mark.parametrize(
    ("visibility", "customer", "told"),
    [
        (Visibility.CUSTOMERS, True, 1),
        (Visibility.CUSTOMERS, False, 0),
        (Visibility.STAFF, True, 0),
        (Visibility.UNLISTED, True, 0),
    ],
)
def test_only_who_may_see_it_hears_of_it(db, battery, visibility, customer, told):
    user = make_user(db)
    make_subscription(db, "answers:battery", user_id=user.id if customer else None)
    _publish(db, battery, visibility=visibility)
    _tell(db, NOW + HOUR)
    assert len(_mails(db)) == told


def test_a_rejected_clip_is_no_news(db, battery):
    make_subscription(db, "answers:battery")
    entry = make_answer(db, topic=battery, published_at=NOW - DAY, state=EntryState.PUBLISHED)
    link = db.scalars(select(FaqClip).where(FaqClip.entry_id == entry.id)).one()
    link.clip.state, link.clip.decided_at = ClipState.WITHDRAWN, NOW + HOUR / 2
    following.note(db, entry, now=NOW)
    assert (_tell(db, NOW + HOUR), _mails(db)) == ([False], [])


def test_following_is_a_subscription_with_the_same_way_out(db, battery):
    user = make_user(db, email="kim@example.org")
    made = subscriptions.subscribe(db, target="answers:battery", email=user.email, language="en", user=user, now=NOW)
    assert (made.confirmed_at, subscriptions.describe(db, made, language="en").kind.value) == (NOW, "answers")
    subscriptions.unsubscribe_from_all(db, user.email)
    _publish(db, battery)
    assert following.due(db, now=NOW + DAY) == []
