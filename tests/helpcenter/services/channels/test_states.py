from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import NotConfigured, NotFound
from helpcenter.jobs import IMPORT_CHANNEL, PROJECT_BROADCAST, WATCH_VIDEO, Doorbell, take_deferred
from helpcenter.models import (
    Broadcast,
    Channel,
    ChannelImport,
    ChannelState,
    LiveSessionState,
    OutgoingMail,
    PlatformVideo,
    VideoState,
)
from helpcenter.permissions import Role
from helpcenter.services import channels
from streaming.platform import BroadcastStatus
from streaming.platform import Channel as RemoteChannel
from tests.factories import NOW, make_channel, make_session, make_user

DAY = timedelta(days=1)


def _mails(db):
    return [
        (mail.recipient, mail.params["message"]["text"])
        for mail in db.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    ]


def _waiting_rows(db, channel, due=NOW - DAY):
    """A broadcast to come, one that is over, a video that is awaited, one that was pulled, an import."""
    ahead, over = (
        Broadcast(session_id=make_session(db).id, channel=channel, marker=f"qa-{status}", status=status, due_at=due)
        for status in (BroadcastStatus.READY, BroadcastStatus.COMPLETE)
    )
    awaited, pulled = (
        PlatformVideo(remote_id=f"v-{state}", channel=channel, state=state, created_at=NOW, due_at=due)
        for state in (VideoState.WAITING, VideoState.PULLED)
    )
    importing = ChannelImport(channel=channel, playlist="UU", created_at=NOW, due_at=due)
    db.add_all([ahead, over, awaited, pulled, importing])
    db.flush()
    return [ahead, over, awaited, pulled, importing]


def _due(db, rows):
    for row in rows:
        db.refresh(row)
    return [row.due_at for row in rows]


def test_eight_jobs_that_find_the_token_revoked_make_one_alert(each_database, ports):
    with ports.database.transaction() as db:
        admins = [make_user(db, Role.ADMIN).email for _ in range(2)]
        channel_id = make_channel(db, title="Bikes").id

    def job(_):
        with ports.database.transaction() as db:
            return channels.mark_revoked(db, db.get_one(Channel, channel_id), why="invalid_grant", now=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(job, range(24))) == [False] * 23 + [True]
    with ports.database.reading() as db:
        assert [recipient for recipient, _ in _mails(db)] == admins
        assert db.get_one(Channel, channel_id).state is ChannelState.REVOKED


def test_each_revocation_is_told_for_itself(db):
    make_user(db, Role.ADMIN)
    channel = make_channel(db)
    for _ in range(3):
        assert channels.mark_revoked(db, channel, why="invalid_grant", now=NOW)
        assert not channels.mark_revoked(db, channel, why="invalid_grant", now=NOW)
        channel.state, channel.connections = ChannelState.OK, channel.connections + 1
        db.flush()
    assert len(_mails(db)) == 3


def test_a_job_with_the_old_token_does_not_revoke_what_was_connected_since(each_database, db):
    channel = make_channel(db, connections=2)
    assert not channels.mark_revoked(db, channel, why="invalid_grant", now=NOW, connection=1)
    assert channel.state is ChannelState.OK
    assert channels.mark_revoked(db, channel, why="invalid_grant", now=NOW, connection=2)


def test_what_belongs_to_a_revoked_channel_rests_and_is_rung_for_when_it_is_back(each_database, db):
    channel, other = make_channel(db), make_channel(db)
    rows, others = _waiting_rows(db, channel), _waiting_rows_of_other(db, other)
    before = NOW - DAY
    channels.mark_revoked(db, channel, why="invalid_grant", now=NOW)
    assert _due(db, rows) == [None, before, None, before, None]
    channels.wake(db, channel, now=NOW)
    assert _due(db, rows) == [NOW, before, NOW, before, NOW]
    assert _due(db, others) == [before]
    ahead, _, awaited, _, importing = rows
    rung = [bell for bell in take_deferred(db) if bell.task in {PROJECT_BROADCAST, WATCH_VIDEO, IMPORT_CHANNEL}]
    assert rung == [
        Doorbell(PROJECT_BROADCAST, ahead.id), Doorbell(WATCH_VIDEO, awaited.id), Doorbell(IMPORT_CHANNEL, importing.id),
    ]  # fmt: skip


def _waiting_rows_of_other(db, channel):
    row = Broadcast(session_id=make_session(db).id, channel=channel, marker="qa-other", due_at=NOW - DAY)
    db.add(row)
    db.flush()
    return [row]


def test_an_authorisation_that_ends_soon_is_told_once(each_database, db):
    make_user(db, Role.ADMIN)
    channel = make_channel(db, token_expires_at=NOW + timedelta(days=7))
    lasting = make_channel(db)
    told = [channels.warn_of_expiry(db, channel, now=NOW + day * DAY) for day in range(8)]
    assert told == [False] * 4 + [True] + [False] * 3
    assert channel.state is ChannelState.EXPIRING
    assert len(_mails(db)) == 1
    assert not channels.warn_of_expiry(db, lasting, now=NOW + 999 * DAY)


def test_an_expiring_channel_can_be_revoked_too(db):
    channel = make_channel(db, state=ChannelState.EXPIRING)
    assert channels.mark_revoked(db, channel, why="invalid_grant", now=NOW)


def test_disconnecting_forgets_the_secrets_and_alerts_nobody(each_database, db, settings):
    make_user(db, Role.ADMIN)
    channel = make_channel(db, settings=settings, token="1//refresh", stream_id="s", stream_key="sealed")
    rows = _waiting_rows(db, channel)
    channels.disconnect(db, channel, actor=None, now=NOW)
    db.refresh(channel)
    assert (channel.state, channel.token, channel.stream_id, channel.stream_key) == (
        ChannelState.REVOKED,
        "",
        None,
        None,
    )
    assert _due(db, rows)[0] is None
    assert _mails(db) == []
    with pytest.raises(NotConfigured, match="is not connected"):
        channels.token_of(settings, channel)


def test_each_channel_is_looked_at_once_a_day_by_one_worker(each_database, ports):
    with ports.database.transaction() as db:
        channel_id = make_channel(db, check_due_at=NOW).id
        make_channel(db, check_due_at=NOW, state=ChannelState.REVOKED)

    def claim(_):
        with ports.database.transaction() as db:
            return channels.claim_check(db, channel_id, now=NOW) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(claim, range(8))) == 1
    with ports.database.transaction() as db:
        assert channels.due_checks(db, now=NOW) == []
        assert channels.due_checks(db, now=NOW + timedelta(hours=1)) == [channel_id]
        channel = db.get_one(Channel, channel_id)
        channels.mark_checked(db, channel, RemoteChannel(channel.remote_id, "New name", "UUx"), now=NOW)
        assert channels.due_checks(db, now=NOW + DAY - timedelta(seconds=1)) == []
        assert channels.due_checks(db, now=NOW + DAY) == [channel_id]
        assert (channel.title, channel.checked_at) == ("New name", NOW)


def test_the_only_working_channel_is_the_one_to_use(db):
    assert channels.only_channel(db) is None
    make_channel(db, state=ChannelState.REVOKED)
    expiring = make_channel(db, state=ChannelState.EXPIRING)
    assert channels.only_channel(db) == expiring
    make_channel(db)
    assert channels.only_channel(db) is None


def test_channels_are_found_and_their_sessions_ahead_counted(db):
    first, second = make_channel(db), make_channel(db)
    for state in LiveSessionState:
        make_session(db, channel_id=first.id, state=state)
    make_session(db)
    assert channels.all_channels(db) == [first, second]
    assert channels.find(db, second.public_id) == second
    assert channels.sessions_ahead(db) == {first.id: 3}
    with pytest.raises(NotFound):
        channels.find(db, "nothing")
