"""The evening as it goes well, and as hosts change their minds."""

from helpcenter.models import LiveSessionState
from helpcenter.services import console
from streaming.platform import BroadcastStatus


def test_a_scheduled_session_gets_its_broadcast_bound_to_the_channels_stream(tonight):
    calls = tonight.work()
    assert [c for c in calls if c.endswith(("insert", "bind"))] == [
        "liveBroadcasts.insert",
        "liveStreams.insert",
        "liveBroadcasts.bind",
    ]
    assert tonight.remote.stream_id == tonight.channel.stream_id
    assert tonight.row.remote_id == tonight.remote.id
    assert tonight.row.status is BroadcastStatus.READY


def test_a_whole_evening(tonight):
    tonight.work()
    tonight.clock.advance(hours=3)
    tonight.work()
    tonight.do(console.go_live)
    tonight.wait(20)
    assert tonight.session.state is LiveSessionState.SCHEDULED
    tonight.encoder.start()
    tonight.until(lambda: tonight.session.state is LiveSessionState.LIVE)
    assert tonight.remote.status == "live"
    tonight.wait(300, step=5)
    tonight.end()
    tonight.wait(25)
    assert tonight.remote.status == "live"
    tonight.wait(10)
    assert tonight.remote.status == "complete"
    assert tonight.session.state is LiveSessionState.PROCESSING
    assert tonight.row.due_at is None
