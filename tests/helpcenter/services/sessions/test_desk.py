from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import Broadcast, LiveSession, LiveSessionState, Reminder, SessionKind
from helpcenter.permissions import Role
from helpcenter.services.sessions.desk import open_desk
from streaming.platform import BroadcastStatus
from tests.factories import NOW, make_session, make_topic, make_user


def desk(db, host=None, **values):
    given = {"topics": [], "minutes": 60, "language": "en", "zone": "Europe/Berlin", "now": NOW}
    return open_desk(db, host=host or make_user(db, Role.EXPERT), **{**given, **values})


def test_an_open_desk_is_a_session_that_begins_now_and_is_announced_at_once(db):
    opened = desk(db)
    assert (opened.kind, opened.state) == (SessionKind.OFFICE_HOURS, LiveSessionState.SCHEDULED)
    assert (opened.starts_at, opened.ends_at, opened.announced_at) == (NOW, NOW + timedelta(hours=1), NOW)


def test_it_is_on_this_site_and_goes_live_as_soon_as_a_picture_arrives(db):
    opened = desk(db)
    row = db.scalars(select(Broadcast).where(Broadcast.session_id == opened.id)).one()
    assert (row.channel.platform, row.wanted) == ("local", BroadcastStatus.LIVE)


def test_nobody_is_reminded_of_what_has_begun(db):
    desk(db)
    assert [one for one in db.scalars(select(Reminder)) if one.due_at > NOW] == []


@pytest.mark.parametrize(("language", "title"), [("en", "Office hours: Brakes"), ("de", "Sprechstunde: Bremsen")])
def test_it_is_called_after_what_it_is_about(db, language, title):
    topic = make_topic(db, titles={"de": "Bremsen", "en": "Brakes"})
    assert desk(db, topics=[topic], language=language).title == title
    assert desk(db, title="  Ask me anything  ").title == "Ask me anything"


def test_a_long_list_of_topics_makes_a_title_that_fits(db):
    topics = [make_topic(db, titles={"en": "A very long name of a topic"}) for _ in range(9)]
    assert len(desk(db, topics=topics).title) == 100


def test_who_is_in_another_session_cannot_open_a_desk(db):
    host = make_user(db, Role.EXPERT)
    make_session(db, hosts=[host], starts_at=NOW + timedelta(minutes=30))
    with pytest.raises(Conflict):
        desk(db, host)
    assert db.scalars(select(LiveSession).where(LiveSession.kind == SessionKind.OFFICE_HOURS)).all() == []


def test_two_experts_have_a_desk_each(db):
    assert desk(db).id != desk(db).id


def test_a_customer_has_none(db):
    with pytest.raises(InvalidInput):
        desk(db, make_user(db, Role.CUSTOMER))
