from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.jobs import CHECK_CHANNEL, Doorbell
from helpcenter.models import Channel, ChannelState, OutgoingMail
from helpcenter.permissions import Role
from helpcenter.sealing import KeyRing, is_current
from helpcenter.services import channels
from tests.conftest import on_emulator
from tests.factories import NOW, make_channel, make_user
from workers import beat
from workers.live.channels import check

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def settings(settings, emulator):
    return on_emulator(settings, emulator)


@pytest.fixture
def channel_id(ports, emulator):
    remote = emulator.add_channel("Bikes and more")
    with ports.database.transaction() as db:
        make_user(db, Role.ADMIN)
        return make_channel(
            db, settings=ports.settings, remote_id=remote, token=emulator.refresh_token(remote), check_due_at=NOW
        ).id


def _row(ports, channel_id):
    with ports.database.reading() as db:
        return db.get_one(Channel, channel_id)


def _alerts(ports):
    with ports.database.reading() as db:
        return [mail.params["message"]["text"].partition(":")[0] for mail in db.scalars(select(OutgoingMail))]


def test_each_day_the_tick_rings_once_for_a_look_that_notes_name_and_time(ports, channel_id, queue, clock):
    for _ in range(3):
        clock.advance(days=1)
        beat.tick(ports)
        assert queue.rung.pop() == Doorbell(CHECK_CHANNEL, channel_id)
        check(ports, channel_id)
        beat.tick(ports)
        assert queue.rung == []
        row = _row(ports, channel_id)
        assert (row.title, row.checked_at, row.check_due_at) == ("Bikes and more", clock(), clock() + DAY)


def test_an_authorisation_that_has_ended_is_found_out_and_told_once(ports, channel_id, emulator, clock):
    emulator.oauth.revoke_channel(_row(ports, channel_id).remote_id)
    for _ in range(3):
        check(ports, channel_id)
        clock.advance(days=1)
    assert _row(ports, channel_id).state is ChannelState.REVOKED
    assert [text[:37] for text in _alerts(ports)] == ["The channel “%(title)s” is no longer "]
    assert len(emulator.journal) == 1


def test_what_does_not_answer_is_looked_at_again_in_an_hour(ports, channel_id, emulator, clock):
    emulator.faults.add(method="channels.list", kind="error")
    check(ports, channel_id)
    row = _row(ports, channel_id)
    assert (row.state, row.check_due_at) == (ChannelState.OK, NOW + HOUR)
    clock.advance(hours=1)
    check(ports, channel_id)
    assert _row(ports, channel_id).checked_at == NOW + HOUR


def test_an_authorisation_that_ends_soon_is_told(ports, channel_id, clock):
    with ports.database.transaction() as db:
        db.get_one(Channel, channel_id).token_expires_at = NOW + 7 * DAY
    for _ in range(7):
        check(ports, channel_id)
        clock.advance(days=1)
    assert len(_alerts(ports)) == 1
    assert _row(ports, channel_id).state is ChannelState.EXPIRING


def test_a_new_first_key_takes_over_within_a_day(ports, channel_id, settings):
    file = settings.data_root / "encryption_keys"
    file.write_text(f"new:{'A' * 43}=,{file.read_text()}")
    assert not is_current(KeyRing.of(settings), _row(ports, channel_id).token)
    check(ports, channel_id)
    row = _row(ports, channel_id)
    assert is_current(KeyRing.of(settings), row.token)
    assert channels.token_of(settings, row).startswith("1//")
