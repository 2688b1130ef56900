"""Connected channels against the emulator, which runs by the same clock: tokens, revocations, and the quota's end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpcenter.errors import NotConfigured, NotFound
from helpcenter.models import Channel, ChannelState, OutgoingMail, QuotaDay
from helpcenter.permissions import Role
from helpcenter.platforms import api_root, oauth_client
from helpcenter.services import channels
from streaming.errors import Deferred, ReauthNeeded
from streaming.platform import Priority
from tests.conftest import on_emulator
from tests.factories import make_channel, make_user

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def settings(settings, emulator):
    return on_emulator(settings, emulator)


@pytest.fixture
def channel(ports, emulator):
    remote = emulator.add_channel("Bikes")
    with ports.database.transaction() as db:
        return make_channel(
            db, settings=ports.settings, remote_id=remote, token=emulator.refresh_token(remote), title="Bikes"
        )


def ask(ports, channel, priority=Priority.NORMAL):
    return ports.platforms.of(channel.id, priority=priority).channel()


def test_a_connected_channel_is_asked_in_its_own_name(ports, channel, emulator):
    assert ask(ports, channel).id == channel.remote_id
    assert [entry.channel for entry in emulator.journal.of("channels.list")] == [channel.remote_id]


def test_threads_share_one_access_token(ports, channel, emulator):
    with ThreadPoolExecutor(8) as pool:
        titles = set(pool.map(lambda _: ask(ports, channel).title, range(24)))
    assert (titles, len(emulator.journal.of("oauth.token"))) == ({"Bikes"}, 1)


def test_an_access_token_that_ends_is_renewed_once(ports, channel, emulator, clock):
    ask(ports, channel)
    clock.advance(hours=2)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(ports, channel), range(16)))
    assert len(emulator.journal.of("oauth.token")) == 2


def test_a_revoked_channel_is_not_asked_at_all(ports, channel, emulator, clock):
    with ports.database.transaction() as db:
        channels.mark_revoked(db, db.get_one(Channel, channel.id), why="test", now=clock())
    with pytest.raises(ReauthNeeded):
        ask(ports, channel)
    assert list(emulator.journal) == []


def test_an_unknown_channel_is_not_found(ports):
    with pytest.raises(NotFound):
        ports.platforms.of(12345, priority=Priority.NORMAL)


@pytest.mark.parametrize(
    ("changed", "setting"),
    [
        ({"youtube_client_id": ""}, "HELPCENTER_YOUTUBE_CLIENT_ID"),
        ({"youtube_client_secret": ""}, "HELPCENTER_YOUTUBE_CLIENT_SECRET"),
        ({"youtube_oauth_root": "http://oauth.example"}, "HELPCENTER_YOUTUBE_OAUTH_ROOT"),
        ({"youtube_oauth_root": "127.0.0.1:9000"}, "HELPCENTER_YOUTUBE_OAUTH_ROOT"),
    ],
)
def test_what_is_not_set_up_is_named(settings, changed, setting):
    with pytest.raises(NotConfigured, match=setting):
        oauth_client(settings.model_copy(update=changed))


def test_roots_may_end_with_a_slash_but_have_to_be_addresses(settings):
    assert api_root(settings.model_copy(update={"youtube_api_root": " http://127.0.0.1:9/ "})) == "http://127.0.0.1:9/"
    assert api_root(settings.model_copy(update={"youtube_api_root": ""})) == ""
    with pytest.raises(NotConfigured, match="HELPCENTER_YOUTUBE_API_ROOT"):
        api_root(settings.model_copy(update={"youtube_api_root": "127.0.0.1:9000"}))


def test_a_token_whose_key_is_lost_asks_for_the_key(ports, channel, settings):
    (settings.data_root / "encryption_keys").write_text("other:" + "A" * 43 + "=")
    with pytest.raises(NotConfigured, match="“made” is missing"):
        ask(ports, channel)


def test_eight_jobs_on_a_revoked_token_make_one_alert_and_no_storm(each_database, ports, channel, emulator, clock):
    with ports.database.transaction() as db:
        make_user(db, Role.ADMIN)
    emulator.oauth.revoke_channel(channel.remote_id)

    def job(_):
        try:
            ask(ports, channel)
        except ReauthNeeded as error:
            with ports.database.transaction() as db:
                channels.mark_revoked(db, db.get_one(Channel, channel.id), why=str(error), now=clock())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(job, range(64)))
    assert 1 <= len(emulator.journal) <= 8
    before = len(emulator.journal)
    for number in range(20):
        job(number)
    with ports.database.reading() as db:
        assert [mail.kind for mail in db.scalars(select(OutgoingMail))] == ["alert"]
        assert db.get_one(Channel, channel.id).state is ChannelState.REVOKED
    assert len(emulator.journal) == before


def test_a_channel_that_was_connected_again_uses_its_new_token(ports, channel, emulator):
    ask(ports, channel)
    emulator.oauth.revoke_channel(channel.remote_id)
    with ports.database.transaction() as db:
        row = db.get_one(Channel, channel.id)
        row.token = channels.secrets.sealed_token(ports.settings, row.remote_id, emulator.refresh_token(row.remote_id))
        row.connections += 1
    assert ask(ports, channel).id == channel.remote_id


@pytest.mark.parametrize("day", [(2026, 3, 8), (2026, 11, 1), (2026, 11, 22)])
def test_after_quota_exceeded_nothing_is_asked_until_the_reset(each_database, ports, channel, emulator, clock, day):
    """On the day with 23 hours, the one with 25 and a plain one; the emulator counts by a table of its own."""
    clock.now = datetime(*day, 0, 30, tzinfo=PACIFIC).astimezone(UTC)
    midnight = datetime(*day[:2], day[2] + 1, tzinfo=PACIFIC).astimezone(UTC)
    ask(ports, channel)
    emulator.quota.exhaust(emulator.journal.of("channels.list")[0].project, clock())
    assert _try(ports, channel, Priority.BACKGROUND) == "deferred"
    tried = []
    with ThreadPoolExecutor(3) as pool:
        for minutes in (*range(-22 * 60, -5, 45), *range(-5, 4)):
            clock.now = midnight + timedelta(minutes=minutes)
            tried += pool.map(lambda priority: (clock.now, _try(ports, channel, priority)), Priority)
    assert emulator.journal.after_exhaustion() == []
    reasons = [entry.reason for entry in emulator.journal.of("channels.list") if entry.reason != "authError"]
    assert reasons[:3] == ["", "quotaExceeded", ""]
    reset = midnight + timedelta(minutes=2)
    assert {outcome for at, outcome in tried if at < reset} == {"deferred"}
    assert {outcome for at, outcome in tried if at >= reset} == {"answered"}
    with ports.database.reading() as db:
        assert [row.exhausted for row in db.scalars(select(QuotaDay).order_by(QuotaDay.id))] == [True, False]


def _try(ports, channel, priority):
    try:
        ask(ports, channel, priority)
    except Deferred:
        return "deferred"
    return "answered"
