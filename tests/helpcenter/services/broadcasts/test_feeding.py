import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, NotFound
from helpcenter.models import Broadcast, LiveSessionState
from helpcenter.services import broadcasts, channels
from helpcenter.services.broadcasts import Relay
from streaming.platform import Ingest
from tests.factories import NOW, make_channel, make_session


@pytest.fixture
def session(db):
    """A session on this site, with a broadcast that exists."""
    made = make_session(db, channel_id=channels.local_channel(db, now=NOW).id)
    broadcasts.request_sync(db, made, now=NOW)
    broadcasts.of_session(db, made).remote_id = "archive-1"
    return made


@pytest.fixture
def relayed(db, session, settings):
    """The same, passed on to a channel with a stream."""
    channel = make_channel(db)
    session.relay_channel_id = channel.id
    broadcasts.request_sync(db, session, now=NOW)
    broadcasts.relay_of(db, session).remote_id = "video-1"
    channels.keep_stream(db, settings, channel, Ingest("stream-1", "qa", "rtmps://a.example/live2", "", "secret"))
    return session


@pytest.mark.parametrize("state", ["scheduled", "rehearsing", "live"])
def test_a_session_that_is_to_come_or_on_may_be_fed(db, session, state):
    session.state = LiveSessionState(state)
    broadcasts.check_feeding(db, "archive-1")


@pytest.mark.parametrize(
    ("state", "words"),
    [("cancelled", "was cancelled"), ("ended", "is over"), ("published", "is over"), ("draft", "is over")],
)
def test_one_that_is_not_may_not(db, session, state, words):
    session.state = LiveSessionState(state)
    with pytest.raises(Conflict, match=words):
        broadcasts.check_feeding(db, "archive-1")


def test_a_broadcast_that_is_unknown_elsewhere_or_gone_may_not_be_fed(db, relayed):
    broadcasts.of_session(db, relayed).deleted = True
    for remote_id in ("unknown", "video-1", "archive-1"):
        with pytest.raises(NotFound, match="no longer broadcast here"):
            broadcasts.check_feeding(db, remote_id)


def test_a_session_with_a_second_channel_is_passed_on_to_its_stream(db, relayed, settings):
    assert broadcasts.relays(db, settings) == [Relay(relayed.id, "archive-1", "rtmps://a.example/live2", "secret")]
    assert "secret" not in repr(broadcasts.relays(db, settings))


@pytest.mark.parametrize("state", ["ended", "cancelled", "draft"])
def test_nothing_is_passed_on_of_a_session_that_is_not_on(db, relayed, settings, state):
    relayed.state = LiveSessionState(state)
    assert broadcasts.relays(db, settings) == []


def test_nothing_is_passed_on_before_both_broadcasts_exist(db, relayed, settings):
    for row in db.scalars(select(Broadcast)):
        kept, row.remote_id = row.remote_id, None
        assert broadcasts.relays(db, settings) == []
        row.remote_id = kept


def test_a_channel_that_has_no_stream_yet_gets_nothing(db, relayed, settings):
    broadcasts.relay_of(db, relayed).channel.stream_key = None
    assert broadcasts.relays(db, settings) == []
