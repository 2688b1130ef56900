"""A session that somebody hosts, with a channel, and how it stands."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import Broadcast, LiveSession, LiveSessionState, Marker
from helpcenter.permissions import Role
from helpcenter.services import broadcasts, channels
from streaming.platform import BroadcastStatus, Ingest
from tests.factories import NOW, make_channel, make_session, make_topic, make_user

KEY = "abcd-efgh-ijkl-mnop"


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Eberhard")


@pytest.fixture
def browser(host, sign_in):
    return sign_in(host)


@pytest.fixture
def session(ports, host):
    """A session of the host with a broadcast that is ready, in twelve minutes."""
    with ports.database.transaction() as db:
        channel = make_channel(db)
        channels.keep_stream(db, ports.settings, channel, Ingest("s1", "room", "rtmps://a.example/live2", "", KEY))
        start = NOW + timedelta(minutes=12)
        made = make_session(db, starts_at=start, hosts=[db.merge(host)], channel_id=channel.id, topics=[make_topic(db)])
        broadcasts.request_sync(db, made, now=NOW)
        row = broadcasts.of_session(db, made)
        row.remote_id, row.status = "vid00000001", BroadcastStatus.READY
    return made


def change(ports, session, *, state=None, **values):
    """Set how the session and its broadcast stand."""
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        found.state = LiveSessionState(state) if state else found.state
        if state == "live":
            found.live_at = NOW - timedelta(minutes=5)
        row = broadcasts.of_session(db, found)
        for name, value in values.items():
            setattr(row, name, value)


def wanted(ports):
    with ports.database.reading() as db:
        return db.scalars(select(Broadcast.wanted)).one()


def marks(ports):
    with ports.database.reading() as db:
        rows = db.execute(select(Marker.kind, Marker.title, Marker.at).order_by(Marker.at, Marker.id))
        return [tuple(row) for row in rows]


@pytest.fixture
def live(session, ports):
    """The address of its page, while it is live."""
    change(ports, session, state="live", status=BroadcastStatus.LIVE, wanted=BroadcastStatus.LIVE)
    return f"/console/{session.public_id}"
