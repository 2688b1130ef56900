"""What goes wrong with a broadcast, what people read of it, and who is told."""

import json

import pytest
from sqlalchemy import select, update

from helpcenter.models import Channel, ChannelState, LiveSession, LiveSessionState, OutgoingMail, QuotaDay
from helpcenter.permissions import Role
from helpcenter.services import broadcasts, console, videos
from helpcenter.services.console import Command
from streaming.platform import BroadcastStatus
from tests.factories import make_user
from tests.workers.live.evening import APPLIED, PICTURE, fault
from tests.workers.live.test_evening import begin, words
from workers.archive.importing import import_channel
from workers.live.channels import check

_S = LiveSessionState


@pytest.fixture
def told(tonight):
    """An admin and the session's host; `told()` is what each was written."""
    with tonight.ports.database.transaction() as db:
        make_user(db, Role.ADMIN, email="admin@example.org")
        session = db.get_one(LiveSession, tonight.session_id)
        session.hosts.append(make_user(db, Role.EXPERT, email="host@example.org"))

    def mails():
        with tonight.ports.database.reading() as db:
            found = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "alert").order_by(OutgoingMail.id))
            return [(mail.recipient.partition("@")[0], mail.params["message"]["text"]) for mail in found]

    return mails


def problems(tonight):
    return words(tonight.view.problems)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("liveBroadcasts.bind", "apply-then-close"),
        ("liveBroadcasts.update", "apply-then-timeout"),
        ("liveBroadcasts.list", "apply-then-503"),
        *(("liveBroadcasts.transition", kind) for kind in APPLIED),
    ],
)
def test_lost_answers_delay_an_evening_and_do_nothing_else(tonight, method, kind):
    fault(tonight, method, kind, times=2)
    tonight.until(lambda: tonight.row.status is BroadcastStatus.READY)
    tonight.encoder.start()
    tonight.do(console.go_live)
    assert tonight.until(lambda: tonight.session.state is _S.LIVE) < 60
    fault(tonight, method, kind, times=2)
    tonight.end()
    assert tonight.until(lambda: tonight.session.state is _S.PROCESSING) < 70
    assert tonight.remote.status == "complete"
    assert problems(tonight) == []


def test_one_that_is_stuck_is_told_once_and_made_anew_when_somebody_says_so(tonight, told):
    tonight.work()
    first = tonight.remote.id
    tonight.encoder.start()
    fault(tonight, "liveBroadcasts.transition", "stuck")
    tonight.do(console.go_live)
    tonight.until(lambda: tonight.row.status is BroadcastStatus.LIVE_STARTING)
    tonight.wait(80, step=20)
    assert told() == []
    tonight.wait(300, step=60)
    assert [who for who, _ in told()] == ["admin", "host"]
    assert Command.START_OVER in tonight.view.commands
    tonight.do(console.start_over)
    tonight.until(lambda: tonight.session.state is _S.LIVE)
    assert tonight.remote.id != first
    assert [who for who, _ in told()] == ["admin", "host"]


def test_a_live_session_without_a_picture_is_told_once_and_goes_on(tonight, told):
    begin(tonight)
    tonight.encoder.stop()
    tonight.wait(60, step=20)
    assert told() == []
    tonight.wait(600, step=60)
    assert [who for who, _ in told()] == ["admin", "host"]
    assert tonight.remote.status == "live"
    tonight.encoder.start()
    tonight.wait(60, step=10)
    tonight.encoder.stop()
    tonight.wait(200, step=50)
    assert [who for who, _ in told()] == ["admin", "host", "admin", "host"]


def test_a_session_that_is_live_long_after_its_end_is_told_once_and_goes_on(tonight, told):
    begin(tonight)
    tonight.clock.advance(minutes=85)
    tonight.work()
    assert told() == []
    tonight.wait(1200, step=200)
    assert [who for who, _ in told()] == ["admin", "host"]
    assert tonight.session.state is _S.LIVE


def test_one_that_is_deleted_while_live_is_told_and_made_anew_when_somebody_says_so(tonight, told):
    begin(tonight)
    tonight.emulator.studio.delete(tonight.remote.id)
    tonight.wait(200, step=5)
    assert tonight.emulator.broadcasts == {}
    assert [who for who, _ in told()] == ["admin", "host"]
    assert Command.START_OVER in tonight.view.commands
    tonight.do(console.start_over)
    tonight.until(lambda: tonight.row.status is BroadcastStatus.LIVE)
    assert tonight.remote.status == "live"
    assert problems(tonight) == []


def test_one_that_was_ended_before_it_began_is_told_and_made_anew_when_somebody_says_so(tonight, told):
    tonight.work()
    tonight.encoder.start()
    tonight.do(console.rehearse)
    tonight.until(lambda: tonight.session.state is _S.REHEARSING)
    first = tonight.remote.id
    tonight.emulator.studio.end(first)
    tonight.wait(60, step=5)
    assert [who for who, _ in told()] == ["admin", "host"]
    tonight.do(console.start_over)
    tonight.do(console.go_live)
    tonight.until(lambda: tonight.session.state is _S.LIVE)
    assert tonight.remote.id != first


def test_a_title_that_is_refused_is_said_and_tried_again_when_it_changes(tonight):
    fault(tonight, "liveBroadcasts.insert", "error", status=400, reason="invalidTitle")
    tonight.wait(600, step=60)
    assert tonight.asked("liveBroadcasts.insert") == 1
    assert problems(tonight) == ["YouTube does not take this title. Shorten it, and leave out the signs < and >."]
    tonight.change(title="Another")
    tonight.until(lambda: tonight.row.status is BroadcastStatus.READY)
    assert problems(tonight) == []


def test_a_channel_without_live_streaming_is_said_and_tried_again_on_demand(tonight):
    channel = next(iter(tonight.emulator.world.channels.values()))
    channel.may_stream = False
    tonight.wait(600, step=60)
    assert "Live streaming is not switched on" in problems(tonight)[0]
    assert tonight.asked("liveBroadcasts.insert") == 1
    channel.may_stream = True
    tonight.do(console.retry)
    tonight.until(lambda: tonight.row.status is BroadcastStatus.READY)


def test_a_picture_that_is_refused_holds_nothing_up(tonight, tmp_path):
    (tmp_path / "picture").write_bytes(PICTURE)
    tonight.ports.storage.put("sessions/1.jpg", tmp_path / "picture")
    next(iter(tonight.emulator.world.channels.values())).may_set_thumbnails = False
    tonight.change(picture_key="sessions/1.jpg")
    begin(tonight)
    assert "The session goes on without it." in problems(tonight)[0]
    assert tonight.asked("thumbnails.set") <= 3


def test_a_used_up_quota_waits_for_the_reset_and_asks_nothing_before(tonight):
    fault(tonight, "liveBroadcasts.insert", "error", status=403, reason="quotaExceeded")
    tonight.work()
    before = len(tonight.emulator.journal)
    assert problems(tonight)[0].startswith("YouTube's quota for today is used up. It goes on at 2026-11-23 08:0")
    tonight.wait(20 * 3600, step=3600)
    assert len(tonight.emulator.journal) == before
    tonight.wait(4 * 3600, step=3600)
    assert tonight.row.status is BroadcastStatus.READY


def test_a_revoked_channel_is_told_once_and_goes_on_when_it_is_connected_again(tonight, told):
    tonight.work()
    for grant in tonight.emulator.oauth.grants.values():
        grant.revoked = True
    tonight.change(title="Another title")
    tonight.clock.advance(hours=2)
    tonight.work()
    tonight.change(title="And another one")
    tonight.wait(3600, step=600)
    assert tonight.channel.state is ChannelState.REVOKED
    assert [who for who, _ in told()] == ["admin"]
    assert "connected it again" in problems(tonight)[0]


def test_a_stream_that_somebody_deleted_is_made_anew(tonight):
    tonight.work()
    tonight.emulator.world.streams.clear()
    tonight.clock.advance(hours=1, seconds=1)
    tonight.until(lambda: tonight.channel.stream_id in tonight.emulator.streams)
    tonight.until(lambda: tonight.remote.stream_id == tonight.channel.stream_id)
    assert tonight.row.status is BroadcastStatus.READY


def test_ending_before_it_ever_went_live_takes_the_broadcast_away(tonight, told):
    begin(tonight)
    tonight.emulator.studio.delete(tonight.remote.id)
    tonight.wait(100, step=5)
    tonight.end()
    tonight.wait(40, step=5)
    assert tonight.session.state is _S.ENDED
    assert tonight.row.due_at is None


def test_a_session_without_a_channel_can_be_given_one_and_lose_it(tonight):
    tonight.work()
    tonight.change(channel_id=None)
    tonight.work()
    assert tonight.emulator.broadcasts == {}
    tonight.change(channel_id=tonight.channel_id)
    tonight.work()
    assert tonight.row.remote_id == tonight.remote.id
    with tonight.ports.database.reading() as db:
        assert broadcasts.of_session(db, tonight.session).id == tonight.row.id


def waiting(tonight, **arriving):
    """The host waits to go live with what arrives so."""
    tonight.work()
    tonight.clock.advance(hours=3)
    tonight.encoder.start(**arriving)
    tonight.do(console.go_live)
    tonight.wait(60, step=5)
    assert tonight.session.state is _S.SCHEDULED


@pytest.mark.parametrize("arriving", [{"healthy": False}, {"sound": False}])
def test_a_host_who_insists_goes_live_with_a_bad_picture(tonight, arriving):
    waiting(tonight, **arriving)
    assert tonight.view.commands == {Command.ABORT, Command.INSIST}
    tonight.do(console.insist)
    tonight.until(lambda: tonight.session.state is _S.LIVE, most=20)
    assert tonight.remote.status == "live"


def test_insisting_does_not_go_live_without_a_picture_and_ends_with_the_wait(tonight):
    waiting(tonight, healthy=False)
    tonight.encoder.stop()
    tonight.do(console.insist)
    tonight.wait(60, step=5)
    assert tonight.session.state is _S.SCHEDULED
    assert tonight.asked("liveBroadcasts.transition") <= 1
    assert words([tonight.view.doing]) == ["It goes live with whatever arrives, as soon as there is a picture."]
    tonight.do(console.abort)
    tonight.do(console.go_live)
    tonight.encoder.start(healthy=False)
    tonight.wait(60, step=5)
    assert tonight.session.state is _S.SCHEDULED


def test_what_was_well_an_hour_ago_does_not_open_the_gate(tonight):
    tonight.work()
    tonight.clock.advance(hours=1)
    tonight.encoder.start()
    tonight.wait(7200, step=600)
    tonight.encoder.start(sound=False)
    tonight.clock.advance(seconds=50)
    tonight.do(console.go_live)
    tonight.wait(60, step=1)
    assert tonight.asked("liveBroadcasts.transition") == 0
    assert words(tonight.view.health) == ["No sound arrives: check the microphone and the sound of your encoder."]


def test_the_gates_seconds_begin_anew_after_a_time_in_which_nobody_looked(tonight):
    tonight.work()
    tonight.clock.advance(hours=1)
    tonight.encoder.start()
    tonight.wait(7200, step=600)
    tonight.clock.advance(seconds=50)
    tonight.do(console.go_live)
    tonight.work()
    assert tonight.asked("liveBroadcasts.transition") == 0
    assert tonight.until(lambda: tonight.asked("liveBroadcasts.transition")) == 5


def test_a_stream_that_is_deleted_while_live_is_told_as_dark(tonight, told):
    begin(tonight)
    tonight.emulator.world.streams.clear()
    tonight.wait(200, step=10)
    assert [who for who, _ in told()] == ["admin", "host"]
    assert "no picture has arrived" in told()[0][1]


def test_looking_goes_on_after_it_was_refused(tonight):
    tonight.work()
    tonight.clock.advance(hours=3)
    fault(tonight, "liveBroadcasts.list", "error", status=403, reason="somethingNew", times=2)
    tonight.wait(1200, step=30)
    assert problems(tonight) == []
    assert tonight.row.health is not None


def test_watching_what_is_live_leaves_the_units_that_ending_costs(tonight):
    begin(tonight)
    quota = {"buckets": {"default": 1000}, "reading": 1, "writing": 50, "methods": {}}
    tonight.ports.settings.youtube_quota.write_text(json.dumps(quota))
    with tonight.ports.database.transaction() as db:
        db.execute(update(QuotaDay).where(QuotaDay.bucket == "default").values(spent=880, reserved=0))
    tonight.wait(3600, step=30)
    with tonight.ports.database.reading() as db:
        assert db.scalar(select(QuotaDay.spent).where(QuotaDay.bucket == "default")) <= 900
    tonight.end()
    tonight.wait(40, step=5)
    assert tonight.remote.status == "complete"


def test_a_quota_that_is_used_up_in_the_middle_of_an_evening_is_asked_nothing_more(tonight):
    begin(tonight)
    fault(tonight, "liveStreams.list", "error", status=403, reason="quotaExceeded")
    tonight.wait(60, step=10)
    before = len(tonight.emulator.journal)
    assert tonight.emulator.journal[-1].reason == "quotaExceeded"
    tonight.end()
    tonight.change(title="Another title")
    with tonight.ports.database.transaction() as db:
        job = videos.start_import(db, db.get_one(Channel, tonight.channel_id), actor=None, now=tonight.clock()).id
    for _ in range(9):
        tonight.wait(3600, step=900)
        with tonight.ports.database.transaction() as db:
            db.execute(update(Channel).values(check_due_at=tonight.clock()))
        check(tonight.ports, tonight.channel_id)
        import_channel(tonight.ports, job)
    assert len(tonight.emulator.journal) == before
    tonight.until(lambda: tonight.remote.status == "complete", most=20 * 3600, step=900)
