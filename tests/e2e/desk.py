"""A desk in Chromium: a session that is live on this site, its questions, and hosts with their browsers."""

from datetime import timedelta

import pytest

from helpcenter.models import (
    LiveSession,
    LiveSessionState,
    Marker,
    MarkerKind,
    SessionQuestion,
)
from helpcenter.permissions import Role
from helpcenter.services import accounts, broadcasts, console, recordings
from helpcenter.services.channels import local_channel
from streaming.platform import BroadcastStatus
from tests.factories import NOW, make_question, make_session, make_topic, make_user

REMOTE_ID = "local-0002"
TABLET = {"width": 820, "height": 1180}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def hosts(ports):
    with ports.database.transaction() as db:
        return [make_user(db, Role.EXPERT, name=name) for name in ("Maria Weber", "Tom Klein")]


@pytest.fixture
def session(ports, hosts):
    """It has been live for five minutes, with three questions in its agenda and two beside it."""
    with ports.database.transaction() as db:
        made = make_session(
            db, title="Saddle, light and theft", starts_at=NOW - timedelta(minutes=5), topics=[make_topic(db)],
            hosts=[db.merge(host) for host in hosts], channel_id=local_channel(db, now=NOW).id,
        )  # fmt: skip
        broadcasts.request_sync(db, made, now=NOW)
        row = broadcasts.of_session(db, made)
        row.remote_id, row.status, row.wanted = REMOTE_ID, BroadcastStatus.LIVE, BroadcastStatus.LIVE
        made.state, made.live_at = LiveSessionState.LIVE, NOW - timedelta(minutes=5)
        recordings.begin_live(db, made, REMOTE_ID, now=NOW)
        for place, title in enumerate(
            ("How far does it go in winter?", "May I wash it?", "Which light is allowed?"), 1
        ):
            add_question(db, made, title, place=place, created_at=NOW - timedelta(minutes=30))
        add_question(db, made, "Somebody waits for this one", confirmed=True, votes=2)
        add_question(db, made, "Many ask this", votes=17, name="Kim")
    return made


def add_question(db, session, title, *, confirmed=False, created_at=NOW - timedelta(minutes=3), body="", **values):
    """A question of the session; its public id."""
    question = make_question(db, title=title, confirmed=confirmed, created_at=created_at, body=body)
    db.add(SessionQuestion(session_id=session.id, question_id=question.id, created_at=created_at, **values))
    db.flush()
    return question.public_id


@pytest.fixture
def open_desk(open_page, ports, site, hosts, session):
    """`open_desk(host=0, **options)` is that host's page."""

    def opened(host=0, **options):
        page = open_page(**{"viewport": DESKTOP, **options})
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, db.merge(hosts[host]), browser="test", now=ports.clock())
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"/console/{session.public_id}")
        return page

    return opened


def marks(ports, session):
    """[(kind, title, seconds after NOW)] of the marks that somebody has set."""
    with ports.database.reading() as db:
        found = console.markers_of(db, db.get_one(LiveSession, session.id))
        return [
            (one.kind.value, one.title, (one.at - NOW).total_seconds()) for one in found if "end-of" not in (one.key or "")
        ]  # fmt: skip


__all__ = ["DESKTOP", "TABLET", "Marker", "MarkerKind"]
