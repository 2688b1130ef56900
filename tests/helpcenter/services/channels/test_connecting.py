from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput, NotConfigured
from helpcenter.models import AuditRow, Channel, ChannelConnection, ChannelState
from helpcenter.permissions import Role
from helpcenter.services import channels
from helpcenter.services.channels.connecting import ROUND_TRIP
from streaming.platform import Channel as RemoteChannel
from streaming.platform import Ingest
from tests.factories import NOW, make_channel, make_user

SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
REMOTE = RemoteChannel("UC7Hq", "The e-bike channel", "UU7Hq")
INGEST = Ingest("stream-1", "qa-1", "rtmps://a.example/live2", "rtmps://b.example/live2", "abcd-efgh")


@dataclass(frozen=True)
class Grant:
    refresh_token: str = "1//refresh"
    scopes: frozenset[str] = frozenset({SCOPE})
    refresh_expires_in: float | None = None


@pytest.fixture
def admin(db):
    return make_user(db, Role.ADMIN)


def begin(db, settings, user, state="state"):
    channels.begin_connection(db, settings, state=state, verifier="verifier", user=user, now=NOW)


def test_a_round_trip_is_used_once_and_gives_the_verifier_back(each_database, db, settings, admin):
    begin(db, settings, admin)
    assert channels.take_connection(db, settings, state="state", user=admin, now=NOW) == "verifier"
    with pytest.raises(Conflict, match="used already"):
        channels.take_connection(db, settings, state="state", user=admin, now=NOW)


def test_neither_state_nor_verifier_stands_in_the_database(db, settings, admin):
    begin(db, settings, admin, state="the-state")
    row = db.scalars(select(ChannelConnection)).one()
    assert not {"the-state", "verifier"} & {row.state_hash, row.verifier}
    assert "verifier" not in row.verifier


def test_nobody_finishes_what_another_has_begun(db, settings, admin):
    begin(db, settings, admin)
    with pytest.raises(Conflict):
        channels.take_connection(db, settings, state="state", user=make_user(db, Role.ADMIN), now=NOW)
    assert channels.take_connection(db, settings, state="state", user=admin, now=NOW) == "verifier"


@pytest.mark.parametrize("state", ["", "other", "STATE"])
def test_an_unknown_state_is_refused(db, settings, admin, state):
    begin(db, settings, admin)
    with pytest.raises(Conflict):
        channels.take_connection(db, settings, state=state, user=admin, now=NOW)


def test_who_takes_too_long_begins_again_and_the_old_trip_is_forgotten(db, settings, admin):
    begin(db, settings, admin)
    with pytest.raises(Conflict, match="Start it again"):
        channels.take_connection(db, settings, state="state", user=admin, now=NOW + ROUND_TRIP)
    late = NOW + 2 * ROUND_TRIP
    channels.begin_connection(db, settings, state="second", verifier="v", user=admin, now=late)
    assert [row.created_at for row in db.scalars(select(ChannelConnection))] == [late]


def test_a_channel_is_connected(each_database, db, settings, admin):
    grant = Grant(refresh_expires_in=604_799)
    channel = channels.finish_connection(db, settings, REMOTE, grant, user=admin, now=NOW)
    assert (channel.remote_id, channel.title, channel.uploads, channel.state, channel.connections) == (
        "UC7Hq", "The e-bike channel", "UU7Hq", ChannelState.OK, 1,
    )  # fmt: skip
    assert (channel.token_expires_at, channel.checked_at) == (NOW + timedelta(seconds=604_799), NOW)
    assert "1//refresh" not in channel.token
    assert channels.token_of(settings, channel) == "1//refresh"


def test_connecting_the_same_channel_again_changes_its_row(each_database, db, settings, admin):
    first = channels.finish_connection(db, settings, REMOTE, Grant(refresh_expires_in=9.0), user=admin, now=NOW)
    public_id = first.public_id
    channels.keep_stream(db, settings, first, INGEST)
    channels.mark_revoked(db, first, why="invalid_grant", now=NOW)
    renamed = RemoteChannel("UC7Hq", "Bikes", "UU7Hq")
    again = channels.finish_connection(db, settings, renamed, Grant("1//second"), user=admin, now=NOW)
    assert db.scalars(select(Channel)).all() == [again]
    assert (again.public_id, again.title, again.state, again.connections, again.token_expires_at) == (
        public_id, "Bikes", ChannelState.OK, 2, None,
    )  # fmt: skip
    assert channels.token_of(settings, again) == "1//second"
    assert channels.stream_key(settings, again) == "abcd-efgh"
    assert [row.action for row in db.scalars(select(AuditRow).order_by(AuditRow.id))] == [
        "channel connected", "channel revoked", "channel connected again",
    ]  # fmt: skip


def test_a_missing_scope_is_refused_in_words(db, settings, admin):
    for scopes in (frozenset(), frozenset({"https://www.googleapis.com/auth/youtube.readonly"})):
        with pytest.raises(InvalidInput, match="leave its box ticked"):
            channels.finish_connection(db, settings, REMOTE, Grant(scopes=scopes), user=admin, now=NOW)
    assert db.scalars(select(Channel)).all() == []


def test_without_a_lasting_token_nothing_is_connected(db, settings, admin):
    with pytest.raises(InvalidInput, match="no lasting permission"):
        channels.finish_connection(db, settings, REMOTE, Grant(refresh_token=""), user=admin, now=NOW)


def test_secrets_of_one_channel_do_not_open_in_the_row_of_another(db, settings):
    one, two = (make_channel(db, settings=settings, token=f"token {number}") for number in (1, 2))
    for channel in (one, two):
        channels.keep_stream(db, settings, channel, INGEST)
    one.token, one.stream_key = two.token, two.stream_key
    for look in (channels.token_of, channels.stream_key):
        with pytest.raises(NotConfigured):
            look(settings, one)
    one.token = two.stream_key
    with pytest.raises(NotConfigured):
        channels.token_of(settings, one)


def test_the_stream_is_kept_and_its_key_opens_again(db, settings):
    channel = make_channel(db, settings=settings)
    assert channels.stream_key(settings, channel) is None
    channels.keep_stream(db, settings, channel, INGEST)
    assert (channel.stream_id, channel.stream_address, channel.stream_backup_address) == (
        "stream-1", "rtmps://a.example/live2", "rtmps://b.example/live2",
    )  # fmt: skip
    assert "abcd" not in channel.stream_key
    assert channels.stream_key(settings, channel) == "abcd-efgh"


def test_secrets_are_sealed_anew_with_a_new_first_key(db, settings):
    channel = make_channel(db, settings=settings, token="1//refresh")
    channels.keep_stream(db, settings, channel, INGEST)
    made = (settings.data_root / "encryption_keys").read_text().strip()
    new = "new:" + "A" * 43 + "="
    turned = settings.model_copy(update={"encryption_keys": f"{new},{made}"})
    assert [channels.reseal(turned, channel) for _ in range(2)] == [True, False]
    without_the_old = settings.model_copy(update={"encryption_keys": new})
    assert channels.token_of(without_the_old, channel) == "1//refresh"
    assert channels.stream_key(without_the_old, channel) == "abcd-efgh"
