from datetime import timedelta

import pytest

from helpcenter.services import broadcasts
from streaming.local.archive import Archive
from streaming.local.notes import Refusal, RelayNote, RelayState, note_refusal, note_relay
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path):
    archive = Archive(tmp_path, "archive-1")
    archive.write_plan({})
    return archive.folder


def words(tmp_path, now=NOW):
    found = broadcasts.encoder_words(tmp_path, "archive-1", now=now)
    return str(found) if found else None


def test_nothing_is_said_where_nobody_was_sent_away(tmp_path, folder):
    assert words(tmp_path) is None
    assert broadcasts.relay_words(tmp_path, "archive-1") is None


def test_the_newest_refusal_is_told_for_some_minutes(tmp_path, folder):
    note_refusal(folder, Refusal(NOW, "busy", "RTMP 192.0.2.1 is sending", "192.0.2.2"))
    assert words(tmp_path).startswith("At 09:00 UTC a second encoder was sent away")
    note_refusal(tmp_path, Refusal(NOW + MINUTE, "wrongKey", "not known", "192.0.2.3"))
    assert words(tmp_path, NOW + MINUTE).startswith(
        "At 09:01 UTC an encoder was sent away: its stream key is not known"
    )
    assert words(tmp_path, NOW + 5 * MINUTE).startswith("At 09:01 UTC")
    assert words(tmp_path, NOW + 6 * MINUTE) is None


@pytest.mark.parametrize("code", ["codec", "clock", "notOpen", "takenOver", "storage", "one that is new"])
def test_each_reason_has_its_words(tmp_path, folder, code):
    note_refusal(folder, Refusal(NOW, code, "", ""))
    assert words(tmp_path).startswith("At 09:00 UTC")


@pytest.mark.parametrize(
    ("state", "error", "begins"),
    [
        (RelayState.WAITING, "", "The other channel gets what arrives here, as soon as"),
        (RelayState.CONNECTING, "", "The other channel is being connected"),
        (RelayState.CONNECTED, "", "The other channel gets what arrives here."),
        (RelayState.FAILING, "unreachable", "The other channel cannot be reached since 09:00 UTC"),
        (RelayState.FAILING, "rejected", "The other channel has refused what we send since 09:00 UTC"),
        (RelayState.FAILING, "untrusted", "The other channel's server has shown no good certificate since 09:00 UTC"),
        (RelayState.FAILING, "ffmpeg", "The line to the other channel has been broken since 09:00 UTC"),
    ],
)
def test_the_relay_is_spoken_of_in_words(tmp_path, folder, state, error, begins):
    note_relay(folder, RelayNote(state, NOW, error))
    assert str(broadcasts.relay_words(tmp_path, "archive-1")).startswith(begins)
