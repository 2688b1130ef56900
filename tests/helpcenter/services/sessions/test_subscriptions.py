from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput, NotFound, TooMany
from helpcenter.models import LiveSessionState, OutgoingMail, Series, Subscription, Visibility
from helpcenter.permissions import Role
from helpcenter.services.notifications import links
from helpcenter.services.sessions import subscriptions, telling
from helpcenter.services.sessions.subscriptions import PER_DAY, Target, TargetKind
from tests.conftest import NOW
from tests.factories import make_session, make_subscription, make_topic, make_user

DAY = timedelta(days=1)


def _subscribe(db, target="all", email="kim@example.org", **values):
    return subscriptions.subscribe(db, **{"target": target, "email": email, "language": "en", "now": NOW, **values})


def _mails(db):
    return db.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()


def _emails(db, session):
    return sorted(one.email for one in subscriptions.recipients(db, session))


def test_a_strange_address_is_asked_first(each_database, db):
    topic = make_topic(db, slug="battery")
    wish = _subscribe(db, "topic:battery", "Kim@Example.org ")
    assert (wish.email, wish.confirmed_at) == ("kim@example.org", None)
    [mail] = _mails(db)
    assert (mail.kind, mail.recipient) == ("confirm_subscription", "kim@example.org")
    assert mail.params == {"subscription": wish.public_id, "kind": "topic", "title": topic.title("en")}
    assert _emails(db, make_session(db, topics=[topic])) == []
    subscriptions.confirm(db, wish, now=NOW)
    assert _emails(db, make_session(db, topics=[topic])) == ["kim@example.org"]


def test_asking_again_makes_no_second_row_and_one_mail_a_day(each_database, db):
    wishes = {_subscribe(db, now=NOW + hours * timedelta(hours=1)).id for hours in (0, 1, 2, 25)}
    assert (len(wishes), len(_mails(db))) == (1, 2)
    subscriptions.confirm(db, db.scalars(select(Subscription)).one(), now=NOW)
    _subscribe(db, now=NOW + 5 * DAY)
    assert len(_mails(db)) == 2


def test_whoever_is_signed_in_need_not_confirm(db):
    user = make_user(db, email="kim@example.org")
    wish = _subscribe(db, user=user)
    assert (wish.confirmed_at, wish.user_id, _mails(db)) == (NOW, user.id, [])
    other = _subscribe(db, email="other@example.org", user=user)
    assert other.confirmed_at is None


@pytest.mark.parametrize(
    "target", ["", "nonsense", "topic:none", "host:none", "session:none", "topic", "session:", "all:", "ALL"]
)
def test_there_is_nothing_to_subscribe_to(db, target):
    with pytest.raises(NotFound):
        _subscribe(db, target)


def test_not_everybody_is_a_host(db):
    user = make_user(db, Role.EXPERT, name="Anna")
    with pytest.raises(NotFound):
        _subscribe(db, f"host:{user.public_id}")
    make_session(db, hosts=[user], announced_at=None)
    with pytest.raises(NotFound):
        _subscribe(db, f"host:{user.public_id}")
    make_session(db, hosts=[user])
    assert subscriptions.read_target(db, f"host:{user.public_id}", language="en") == Target(
        TargetKind.HOST, user.public_id, "Anna"
    )


@pytest.mark.parametrize("state", [LiveSessionState.ENDED, LiveSessionState.PUBLISHED, LiveSessionState.CANCELLED])
def test_nobody_is_told_of_what_is_over(db, state):
    session = make_session(db, state=state)
    with pytest.raises(Conflict):
        _subscribe(db, f"session:{session.public_id}")


def test_an_address_can_neither_be_wrong_nor_flooded(db):
    with pytest.raises(InvalidInput):
        _subscribe(db, email="a@example.org, b@example.org")
    for number in range(PER_DAY):
        make_subscription(db, f"topic:{number}", email="kim@example.org")
    with pytest.raises(TooMany):
        _subscribe(db)
    assert _subscribe(db, now=NOW + DAY).email == "kim@example.org"


def test_each_address_is_written_to_once_by_its_narrowest_subscription(each_database, db):
    product = make_topic(db, slug="bikes")
    part = make_topic(db, slug="battery", parent_id=product.id)
    host = make_user(db, Role.EXPERT)
    session = make_session(db, topics=[part], hosts=[host])
    targets = [
        "all", f"host:{host.public_id}", "topic:bikes", "topic:battery", f"session:{session.public_id}",
    ]  # fmt: skip
    for number, target in enumerate(targets):
        for address in range(number + 1):
            make_subscription(db, targets[number - address], email=f"{target.partition(':')[0]}{number}@example.org")
    make_subscription(db, "topic:other", email="other@example.org")
    make_subscription(db, confirmed=False, email="unconfirmed@example.org")
    found = subscriptions.recipients(db, session)
    assert sorted((one.email, one.target) for one in found) == sorted(
        (f"{target.partition(':')[0]}{number}@example.org", target) for number, target in enumerate(targets)
    )


def test_who_may_not_see_a_session_does_not_hear_of_it(db):
    customer, editor = make_user(db), make_user(db, Role.EDITOR)
    gone = make_user(db, disabled_at=NOW)
    for email, user in {"stranger": None, "customer": customer, "editor": editor, "gone": gone}.items():
        make_subscription(db, email=f"{email}@example.org", user_id=user.id if user else None)
    heard = {
        visibility: [one.partition("@")[0] for one in _emails(db, make_session(db, visibility=visibility))]
        for visibility in Visibility
    }
    assert heard == {
        Visibility.PUBLIC: ["customer", "editor", "stranger"],
        Visibility.UNLISTED: [],
        Visibility.CUSTOMERS: ["customer", "editor"],
        Visibility.STAFF: ["editor"],
    }


def test_an_unlisted_session_concerns_those_who_found_it(db):
    session = make_session(db, visibility=Visibility.UNLISTED)
    make_subscription(db, f"session:{session.public_id}", email="kim@example.org")
    assert _emails(db, session) == ["kim@example.org"]


def test_who_leaves_is_forgotten(db):
    wishes = [make_subscription(db, target, email="kim@example.org") for target in ("all", "topic:a", "topic:b")]
    subscriptions.unsubscribe(db, wishes[0])
    assert [one.target for one in subscriptions.of_address(db, "kim@example.org")] == ["topic:a", "topic:b"]
    subscriptions.unsubscribe_from_all(db, "kim@example.org")
    assert db.scalars(select(Subscription)).all() == []


def test_only_the_right_key_opens_a_subscription(db, settings):
    one, other = make_subscription(db), make_subscription(db)
    key = links.subscriber_key(settings, one.public_id)
    assert subscriptions.find_by_key(db, settings, one.public_id, key) is one
    for public_id, wrong in ((other.public_id, key), (one.public_id, ""), ("none", key)):
        with pytest.raises(NotFound):
            subscriptions.find_by_key(db, settings, public_id, wrong)


def test_a_subscription_outlives_its_topic(db):
    wish = make_subscription(db, "topic:gone")
    assert subscriptions.describe(db, wish, language="en") == Target(TargetKind.TOPIC, "gone", "gone")


def test_each_change_is_told_to_each_subscriber_once(each_database, db):
    session = make_session(db)
    for _ in range(2):
        make_subscription(db)
    told = [telling.tell(db, session, "moved", now=NOW), telling.tell(db, session, "moved", now=NOW)]
    session.sequence += 1
    told.append(telling.tell(db, session, "moved", now=NOW))
    session.sequence, session.reason = session.sequence + 1, "The host is ill."
    told.append(telling.tell(db, session, "cancelled", now=NOW))
    assert told == [2, 0, 2, 2]
    assert _mails(db)[-1].params["sessions"][0]["reason"] == "The host is ill."


def test_what_happens_to_a_series_at_once_stands_in_one_mail(each_database, db):
    series = Series(rrule="FREQ=WEEKLY;COUNT=3", zone="Europe/Berlin", first_local="2026-12-03T18:00", created_at=NOW)
    sessions = [make_session(db, series=series, starts_at=NOW + number * DAY) for number in range(1, 4)]
    make_subscription(db, email="all@example.org")
    make_subscription(db, f"session:{sessions[1].public_id}", email="one@example.org")
    for session in (*sessions, sessions[0]):
        telling.tell(db, session, "cancelled", now=NOW)
    told = {mail.recipient: [one["session"] for one in mail.params["sessions"]] for mail in _mails(db)}
    ids = [session.public_id for session in sessions]
    assert told == {"all@example.org": ids, "one@example.org": ids[1:2]}
    telling.tell(db, sessions[0], "moved", now=NOW + DAY)
    assert len(_mails(db)) == 3


def test_the_end_of_a_poll_concerns_those_who_wait_for_it(db):
    session = make_session(db)
    make_subscription(db)
    make_subscription(db, f"session:{session.public_id}", email="kim@example.org")
    assert telling.tell(db, session, "dated", now=NOW) == 1
    assert [(mail.kind, mail.recipient) for mail in _mails(db)] == [("session_dated", "kim@example.org")]


def test_addresses_are_not_kept_without_a_reason(each_database, db):
    long_ago = NOW - 31 * DAY
    over, ahead = make_session(db, starts_at=long_ago), make_session(db)
    make_subscription(db, confirmed=False, email="never@example.org", created_at=long_ago)
    make_subscription(db, confirmed=False, email="not-yet@example.org")
    make_subscription(db, f"session:{over.public_id}", email="over@example.org")
    make_subscription(db, f"session:{ahead.public_id}", email="ahead@example.org", created_at=long_ago)
    make_subscription(db, email="all@example.org", created_at=long_ago)
    subscriptions.forget_old(db, now=NOW)
    assert sorted(db.scalars(select(Subscription.email))) == [
        "ahead@example.org",
        "all@example.org",
        "not-yet@example.org",
    ]
