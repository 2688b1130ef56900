"""A session that this site broadcasts itself, its host, and a browser with a fake camera and a fake microphone."""

import time
from datetime import timedelta

import pytest

from helpcenter.models import LiveSessionState
from helpcenter.permissions import Role
from helpcenter.services import accounts, broadcasts, topics
from streaming.platform import BroadcastStatus
from tests.conftest import Clock
from tests.e2e.conftest import FAKE_CAMERA
from tests.e2e.studio.desk import REMOTE_ID
from tests.e2e.studio.evening import Workers
from tests.factories import NOW, make_channel, make_session, make_user

NOTED = ("Failed to load resource", "htmx:")
"""What the browser notes of each refusal and each cut line, which the page puts into words."""


class RunningClock(Clock):
    """A clock that goes on by itself."""

    def __init__(self):
        self.began = time.monotonic()

    def __call__(self):
        return NOW + timedelta(seconds=time.monotonic() - self.began)


@pytest.fixture
def clock():
    return RunningClock()


@pytest.fixture
def is_complaint():
    return lambda text: not text.startswith(NOTED)


@pytest.fixture(scope="module")
def chromium_flags():
    return FAKE_CAMERA


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Maria Weber")


@pytest.fixture
def session(ports, host):
    """A session that this site broadcasts itself, in rehearsal."""
    with ports.database.transaction() as db:
        channel = make_channel(db, platform="local", title="This site")
        made = make_session(
            db, starts_at=NOW + timedelta(minutes=5), hosts=[db.merge(host)], channel_id=channel.id,
            state=LiveSessionState.SCHEDULED,
        )  # fmt: skip
        broadcasts.request_sync(db, made, now=NOW)
        row = broadcasts.of_session(db, made)
        row.remote_id, row.status = REMOTE_ID, BroadcastStatus.READY
        made.state = LiveSessionState.REHEARSING
    return made


@pytest.fixture
def open_host(open_page, ports, site, host, session):
    """`open_host(**options)` is the host's page."""

    def opened(init="", **options):
        page = open_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, db.merge(host), browser="test", now=ports.clock())
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        page.add_init_script(init)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"/console/{session.public_id}")
        return page

    return opened


@pytest.fixture
def workers(ports):
    thread = Workers(ports)
    thread.start()
    yield thread
    thread.over.set()
    thread.join(60)
    assert thread.failed is None


@pytest.fixture
def editor(ports):
    """The link by which an editor signs in, who schedules and hosts."""
    with ports.database.transaction() as db:
        topics.create(db, titles={"en": "E-bikes"}, editor=None, now=ports.clock())
        person = make_user(db, Role.EDITOR, name="Maria Weber")
        _, token = accounts.new_mail_link(db, person, now=ports.clock())
    return token
