"""The evening as it goes well, and as hosts change their minds."""

import pytest

from helpcenter.errors import Conflict
from helpcenter.models import Channel, LiveSession, LiveSessionState, PlatformVideo, Visibility
from helpcenter.services import channels, console
from helpcenter.services.console import Command
from streaming.emulator import lifecycle
from streaming.platform import BroadcastStatus
from tests.factories import make_topic
from tests.workers.live.evening import PICTURE, add_channel

_S = LiveSessionState


def begin(tonight):
    """At the start, with an encoder that sends well."""
    tonight.work()
    tonight.clock.advance(hours=3)
    tonight.encoder.start()
    tonight.do(console.go_live)
    tonight.until(lambda: tonight.session.state is _S.LIVE)


def words(messages):
    return [str(message) for message in messages]


def test_a_scheduled_session_gets_its_broadcast_bound_to_the_channels_stream(tonight):
    calls = tonight.work()
    made = [call for call in calls if call.endswith(("insert", "bind"))]
    assert made == ["liveBroadcasts.insert", "liveStreams.insert", "liveBroadcasts.bind"]
    assert tonight.remote.stream_id == tonight.channel.stream_id
    assert (tonight.row.remote_id, tonight.row.status) == (tonight.remote.id, BroadcastStatus.READY)
    assert f"http://127.0.0.1:8000/sessions/{tonight.session.public_id}\n\nRef: " in tonight.remote.description
    content = tonight.remote.parts["contentDetails"]
    assert (content["enableAutoStart"], content["enableAutoStop"]) == (False, False)


def test_the_stream_key_is_sealed_and_shown_to_the_host_only(tonight):
    tonight.work()
    (stream,) = tonight.emulator.streams.values()
    assert stream.key not in (tonight.channel.stream_key or "")
    assert channels.stream_key(tonight.ports.settings, tonight.channel) == stream.key
    assert tonight.view.stream.has_key


def test_a_whole_evening(tonight):
    begin(tonight)
    assert tonight.remote.status == "live"
    assert tonight.session.live_at is not None
    tonight.wait(300, step=5)
    tonight.end()
    tonight.wait(25)
    assert tonight.remote.status == "live"
    tonight.wait(10)
    assert tonight.remote.status == "complete"
    assert tonight.session.state is _S.PROCESSING
    assert tonight.row.due_at is None
    with tonight.ports.database.reading() as db:
        assert db.query(PlatformVideo).one().remote_id == tonight.remote.id


def test_an_evening_on_each_database(each_database, tonight):
    begin(tonight)
    tonight.end()
    tonight.end()
    tonight.until(lambda: tonight.session.state is _S.PROCESSING)
    assert tonight.remote.status == "complete"


def test_nothing_is_asked_of_the_platform_between_the_looks(tonight):
    tonight.work()
    assert tonight.work() == []
    tonight.clock.advance(minutes=59)
    assert tonight.work() == []
    tonight.clock.advance(minutes=2)
    assert tonight.work() == ["liveBroadcasts.list", "liveStreams.list"]


def test_it_goes_live_only_when_picture_and_sound_have_arrived_for_some_seconds(tonight):
    tonight.work()
    tonight.clock.advance(hours=3)
    tonight.do(console.go_live)
    tonight.wait(20)
    assert words(tonight.view.health) == ["No picture arrives: start your encoder."]
    tonight.encoder.start(sound=False)
    tonight.wait(20)
    assert words(tonight.view.health) == ["No sound arrives: check the microphone and the sound of your encoder."]
    assert [light.lit for light in tonight.view.gate] == [True, False, False]
    assert tonight.asked("liveBroadcasts.transition") == 0
    tonight.encoder.start()
    took = tonight.until(lambda: tonight.remote.status == "liveStarting")
    assert 5 <= took <= 11
    assert words(tonight.view.health) == ["Picture and sound arrive well."]


def test_a_host_who_goes_live_too_early_can_take_it_back(tonight):
    tonight.work()
    tonight.do(console.go_live)
    tonight.wait(20)
    assert tonight.view.commands == {Command.ABORT}
    tonight.do(console.abort)
    tonight.encoder.start()
    tonight.wait(60, step=5)
    assert tonight.remote.status == "ready"
    assert tonight.view.commands == {Command.GO_LIVE, Command.REHEARSE}


def test_a_rehearsal_comes_before_the_evening(tonight):
    tonight.work()
    tonight.encoder.start()
    tonight.do(console.rehearse)
    tonight.until(lambda: tonight.session.state is _S.REHEARSING)
    assert tonight.remote.status == "testing"
    tonight.do(console.abort)
    assert tonight.session.state is _S.SCHEDULED
    tonight.do(console.rehearse)
    tonight.until(lambda: tonight.session.state is _S.REHEARSING)
    tonight.do(console.go_live)
    tonight.until(lambda: tonight.session.state is _S.LIVE)
    assert tonight.remote.status == "live"


def test_an_end_can_be_taken_back_and_hurried(tonight):
    begin(tonight)
    tonight.end()
    tonight.wait(20)
    tonight.do(console.abort)
    tonight.wait(60, step=5)
    assert tonight.remote.status == "live"
    tonight.end()
    tonight.end()
    tonight.work()
    assert tonight.remote.status == "complete"
    with pytest.raises(Conflict):
        tonight.do(console.abort)


def test_a_change_of_the_session_reaches_the_broadcast_and_leaves_others_words_alone(tonight):
    tonight.work()
    tonight.emulator.studio.edit(tonight.remote.id, description="By hand.\n\n" + tonight.remote.description)
    tonight.change(title="Winter <tyres>", visibility=Visibility.UNLISTED)
    tonight.work()
    assert tonight.remote.title == "Winter ‹tyres›"
    assert tonight.remote.privacy == "unlisted"
    assert tonight.remote.description.startswith("By hand.")
    before = tonight.asked("liveBroadcasts.update")
    tonight.change()
    tonight.work()
    assert tonight.asked("liveBroadcasts.update") == before


def test_the_picture_and_the_playlists_of_the_topics_follow(tonight, tmp_path):
    (tmp_path / "picture").write_bytes(PICTURE)
    tonight.ports.storage.put("sessions/1.jpg", tmp_path / "picture")
    with tonight.ports.database.transaction() as db:
        session = db.get_one(LiveSession, tonight.session_id)
        session.topics = [make_topic(db, slug="tyres", titles={"en": "Tyres"})]
    tonight.change(picture_key="sessions/1.jpg")
    tonight.until(lambda: "playlists" in tonight.row.written, step=5)
    assert tonight.emulator.videos[tonight.remote.id].thumbnail == ("image/jpeg", PICTURE)
    (playlist,) = tonight.emulator.world.playlists.values()
    assert playlist.title == "Tyres"
    (item,) = tonight.emulator.world.playlist_items.values()
    assert item.parts["snippet"]["resourceId"]["videoId"] == tonight.remote.id


def test_a_cancelled_session_loses_its_broadcast(tonight):
    tonight.work()
    tonight.change(state=_S.CANCELLED)
    tonight.work()
    assert tonight.emulator.broadcasts == {}
    assert (tonight.row.remote_id, tonight.row.due_at) == (None, None)


def test_a_session_that_is_cancelled_while_live_is_ended(tonight):
    begin(tonight)
    tonight.change(state=_S.CANCELLED)
    tonight.work()
    assert tonight.remote.status == "complete"
    assert tonight.session.state is _S.CANCELLED


def test_a_session_that_moves_to_another_channel_takes_its_broadcast_along(tonight):
    tonight.work()
    other = add_channel(tonight)
    tonight.change(channel_id=other)
    tonight.work()
    assert tonight.row.channel_id == other
    with tonight.ports.database.reading() as db:
        assert tonight.remote.channel_id == db.get_one(Channel, other).remote_id
    assert tonight.row.status is BroadcastStatus.READY


def test_one_that_somebody_deleted_in_studio_is_made_anew(tonight):
    tonight.work()
    first = tonight.remote.id
    tonight.emulator.studio.delete(first)
    tonight.clock.advance(hours=1)
    tonight.until(lambda: tonight.row.status is BroadcastStatus.READY and tonight.row.remote_id != first)
    assert tonight.row.remote_id == tonight.remote.id


def test_one_that_somebody_begins_and_ends_in_studio_takes_the_session_along(tonight):
    tonight.work()
    tonight.encoder.start()
    with tonight.emulator.clock.lock:
        tonight.remote.parts["contentDetails"]["monitorStream"]["enableMonitorStream"] = False
    tonight.clock.advance(hours=2, minutes=50)
    tonight.work()
    lifecycle.transition(tonight.emulator.world, tonight.remote, "live")
    tonight.until(lambda: tonight.session.state is _S.LIVE)
    assert tonight.row.wanted is BroadcastStatus.LIVE
    lifecycle.transition(tonight.emulator.world, tonight.remote, "complete")
    tonight.until(lambda: tonight.session.state is _S.PROCESSING)
