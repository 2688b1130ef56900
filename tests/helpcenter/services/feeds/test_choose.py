from datetime import timedelta

from helpcenter.models import LiveSessionState, Visibility
from helpcenter.permissions import Role
from helpcenter.services import topics
from helpcenter.services.feeds import announced
from tests.conftest import NOW
from tests.factories import make_session, make_topic, make_user

DAY = timedelta(days=1)


def test_feeds_hold_what_everybody_may_see_and_was_announced(each_database, db):
    for visibility in Visibility:
        for state in LiveSessionState:
            make_session(db, title=f"{visibility} {state}", visibility=visibility, state=state)
    make_session(db, title="never announced", state=LiveSessionState.CANCELLED, announced_at=None)
    make_session(db, title="long ago", starts_at=NOW - 91 * DAY)
    found = [session.title for session in announced(db, now=NOW)]
    assert found == [f"public {state}" for state in LiveSessionState if state is not LiveSessionState.DRAFT]


def test_a_feed_is_of_a_topic_with_all_below_it_or_of_a_host(db):
    bikes = make_topic(db)
    battery = make_topic(db, parent_id=bikes.id)
    anna = make_user(db, Role.EXPERT)
    for number, values in enumerate(({}, {"topics": [bikes]}, {"topics": [battery], "hosts": [anna]})):
        make_session(db, title=str(number), starts_at=NOW + number * DAY, **values)
    of_bikes = announced(db, now=NOW, topics=topics.below(db, bikes))
    assert [session.title for session in of_bikes] == ["1", "2"]
    assert [session.title for session in announced(db, now=NOW, host=anna.public_id)] == ["2"]
