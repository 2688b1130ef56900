"""What the host reads of encoders that were sent away, and of the channel that shows it besides."""

from datetime import timedelta

import pytest

from helpcenter.models import LiveSessionState
from helpcenter.services import broadcasts, console
from helpcenter.services.channels import local_channel
from streaming.local.notes import Refusal, RelayNote, RelayState, note_refusal, note_relay
from tests.factories import NOW, make_channel, make_session

MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(db):
    """A session on this site, shown on a second channel besides."""
    made = make_session(db, channel_id=local_channel(db, now=NOW).id, relay_channel_id=make_channel(db).id)
    broadcasts.request_sync(db, made, now=NOW)
    broadcasts.of_session(db, made).remote_id = "local-000003"
    made.state, made.live_at = LiveSessionState.LIVE, NOW
    db.flush()
    return made


@pytest.fixture
def folder(settings):
    path = settings.live_root / "local-000003"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def shown(db, session, settings):
    """`shown(seconds)` is the host's page so many seconds after NOW."""
    return lambda seconds=0: console.view(db, session, settings=settings, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("note", "said", "well"),
    [
        (None, "YouTube shows it, too, as soon as it is live here.", None),
        (RelayNote(RelayState.WAITING, NOW), "YouTube shows it, too, as soon as something arrives here.", None),
        (RelayNote(RelayState.CONNECTED, NOW), "YouTube shows it, too.", True),
        (RelayNote(RelayState.FAILING, NOW, "unreachable"), "YouTube cannot be reached.", False),
        (RelayNote(RelayState.FAILING, NOW, "rejected"), "YouTube refuses what we send:", False),
    ],
)
def test_how_it_stands_with_the_second_channel(shown, folder, note, said, well):
    if note:
        note_relay(folder, note)
    relay = shown().relay
    assert (str(relay.said).startswith(said), relay.well, relay.since) == (True, well, note and NOW)


def test_without_a_second_channel_nothing_is_said(db, settings, session, folder):
    other = make_session(db, channel_id=session.channel_id)
    broadcasts.request_sync(db, other, now=NOW)
    assert console.view(db, other, settings=settings, now=NOW).relay is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("wrongKey", "An encoder came with a wrong stream key, from 10.0.0.7."),
        ("busy", "A second encoder wanted to send, from 10.0.0.7."),
        ("codec", "Your encoder was stopped. Set it to H.264"),
        ("", "An encoder was sent away, from 10.0.0.7: Too many."),
    ],
)
def test_an_encoder_that_was_sent_away_is_told_for_some_minutes(shown, folder, code, said):
    note_refusal(folder, Refusal(NOW, code, "Too many.", "10.0.0.7"))
    away = shown(30).sent_away
    assert (str(away.said).startswith(said), away.at) == (True, NOW)
    assert shown(601).sent_away is None


def test_a_key_for_nothing_is_told_to_every_host(shown, folder, settings):
    note_refusal(folder, Refusal(NOW - MINUTE, "busy", "", "10.0.0.7"))
    note_refusal(settings.live_root, Refusal(NOW, "wrongKey", "", "10.0.0.8"))
    assert str(shown().sent_away.said).startswith("An encoder came with a wrong stream key, from 10.0.0.8.")
