from datetime import UTC, datetime

from streaming.local.notes import Refusal, RelayNote, RelayState, note_refusal, note_relay, refusal_of, relay_of

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


def test_what_is_noted_is_read_again_and_the_newest_counts(tmp_path):
    assert (refusal_of(tmp_path), relay_of(tmp_path)) == (None, None)
    for code in ("busy", "codec"):
        note_refusal(tmp_path, Refusal(NOW, code, "No.", "192.0.2.1"))
    note_relay(tmp_path, RelayNote(RelayState.FAILING, NOW, "unreachable"))
    assert refusal_of(tmp_path) == Refusal(NOW, "codec", "No.", "192.0.2.1")
    assert relay_of(tmp_path) == RelayNote(RelayState.FAILING, NOW, "unreachable")
