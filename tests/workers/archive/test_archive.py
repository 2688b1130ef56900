"""What becomes of a broadcast's archive, against the emulator."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import (
    Channel,
    ChannelState,
    LiveSession,
    LiveSessionState,
    Marker,
    PlatformVideo,
    Recording,
    Transcript,
    VideoState,
    Visibility,
)
from helpcenter.services import videos
from streaming.youtube.quota import next_reset
from tests.factories import make_topic
from tests.workers.archive.evening import vtt
from workers.archive.watch import watch

MARKS = [(0, "Welcome"), (600, "How far does it go?"), (1800, "How do I charge it?"), (3000, "What about rain?")]


def error(evening, video_id):
    return (evening.video(video_id).error or {"text": ""})["text"]


def transcript(evening, video_id):
    with evening.ports.database.reading() as db:
        row = db.scalars(
            select(Transcript).where(Transcript.recording_id == evening.video(video_id).recording_id)
        ).one()
        return row.provider, row.language, row.human


def test_an_archive_that_is_whole_becomes_a_recording_and_its_session_is_published(evening):
    video_id = evening.broadcast(minutes=60, captions=vtt(3600), marks=MARKS)
    evening.live_through(minutes=5)
    assert (evening.video(video_id).state, evening.session().state) == (VideoState.WAITING, LiveSessionState.PROCESSING)
    evening.live_through(hours=2)
    video, recording, version = evening.video(video_id), evening.recording(video_id), evening.version(video_id)
    assert (video.state, video.pulled_duration, video.error) == (VideoState.PULLED, 3600, None)
    assert (recording["state"], recording["duration"], recording["provider"]) == ("ready", 3600, "YouTube captions")
    assert [(round(chapter["start"]), chapter["title"]) for chapter in recording["chapters"]] == MARKS
    assert (version.t0_method, version.number, evening.session().state) == (
        "actualStartTime", 1, LiveSessionState.PUBLISHED,
    )  # fmt: skip


def test_the_recording_takes_what_the_session_says_and_its_markers(evening):
    evening.pipeline = False
    with evening.ports.database.transaction() as db:
        topic = make_topic(db)
    video_id = evening.broadcast(
        captions=vtt(3600), marks=MARKS, title="Ask us", language="de", visibility=Visibility.CUSTOMERS
    )
    with evening.ports.database.transaction() as db:
        session = db.scalars(select(LiveSession)).one()
        session.topics.append(db.merge(topic))
    evening.live_through(hours=1)
    with evening.ports.database.reading() as db:
        recording = db.get_one(Recording, evening.video(video_id).recording_id)
        assert (recording.title, recording.language, recording.visibility) == ("Ask us", "de", Visibility.CUSTOMERS)
        assert (recording.topic_id, recording.source_ref) == (topic.id, video_id)
        assert db.scalars(select(LiveSession.recording_id)).one() == recording.id
        assert set(db.scalars(select(Marker.recording_id))) == {recording.id}
    assert transcript(evening, video_id) == ("YouTube captions", "en", False)


def test_looks_are_few_and_only_the_archive_of_final_length_is_taken(evening):
    evening.pipeline = False
    evening.broadcast(minutes=60)
    evening.live_through(minutes=27)
    assert evening.session().recording_id is None
    evening.live_through(minutes=2)
    assert evening.session().recording_id is not None
    # 0, 1, 3, 8, 18 minutes after the end, and, since it was as long as it should be, ten minutes later.
    assert evening.asked("videos.list") == 6


def test_the_chapters_are_written_into_the_description_once_and_again_when_they_change(evening):
    video_id = evening.broadcast(captions=vtt(3600), marks=MARKS)
    evening.emulator.studio.edit(video_id, description="Words of somebody else.")
    evening.live_through(hours=5)
    written = "0:00 Welcome\n10:00 How far does it go?\n30:00 How do I charge it?\n50:00 What about rain?"
    assert evening.emulator.videos[video_id].description == f"Words of somebody else.\n\n╔════\n{written}\n╚════"
    assert evening.asked("videos.update") == 1
    with evening.ports.database.transaction() as db:
        recording = db.get_one(Recording, evening.video(video_id).recording_id)
        change_title(db, recording, "What about snow?", evening.clock())
    evening.work()
    assert "50:00 What about snow?" in evening.emulator.videos[video_id].description
    evening.live_through(days=3)
    assert evening.asked("videos.update") == 2


def change_title(db, recording, title, now):
    from helpcenter.services.editing import ChapterEdit, edit_chapters
    from helpcenter.services.recordings import chapters_of

    *rest, last = chapters_of(db, recording)
    wanted = [*(ChapterEdit(c.id, c.start, c.title) for c in rest), ChapterEdit(last.id, last.start, title)]
    edit_chapters(db, recording, wanted, editor=None, now=now)


def test_chapters_that_somebody_wrote_on_the_platform_are_used_and_nothing_is_written_beside_them(evening):
    video_id = evening.broadcast(captions=vtt(3600), marks=MARKS)
    own = "0:00 One\n10:00 Two\n20:00 Three"
    evening.emulator.studio.edit(video_id, description=own)
    evening.live_through(hours=5)
    assert (evening.emulator.videos[video_id].description, evening.asked("videos.update")) == (own, 0)


def test_a_description_that_youtube_refuses_is_tried_once_and_said(evening):
    evening.emulator.faults.add(method="videos.update", kind="error", status=400, reason="invalidDescription", times=9)
    video_id = evening.broadcast(captions=vtt(3600), marks=MARKS)
    evening.live_through(days=1)
    assert (evening.asked("videos.update"), "refuses" in error(evening, video_id)) == (1, True)
    assert evening.session().state is LiveSessionState.PUBLISHED


def test_a_persons_captions_come_before_a_machines_and_the_spoken_language_before_others(evening):
    evening.pipeline = False
    video_id = evening.broadcast(captions=vtt(3600), language="de")
    evening.live_through(minutes=7)
    for language, kind in [("en", "standard"), ("de", "ASR"), ("de", "standard"), ("fr", "standard")]:
        evening.emulator.studio.caption(video_id, vtt(3600, seed=2), language=language, name=kind, kind=kind)
    evening.live_through(hours=1)
    assert transcript(evening, video_id) == ("YouTube captions", "de", True)


def test_captions_that_never_come_are_looked_for_six_times(evening):
    evening.pipeline = False
    video_id = evening.broadcast()
    evening.live_through(days=4)
    assert (evening.asked("captions.list"), evening.asked("captions.download")) == (6, 0)
    assert evening.recording(video_id)["provider"] is None


def test_automatic_captions_that_come_later_are_taken_then(evening):
    evening.pipeline = False
    evening.emulator.timings.asr_serving = 3 * 3600
    video_id = evening.broadcast(captions=vtt(3600))
    evening.live_through(hours=1)
    assert (evening.video(video_id).state, evening.recording(video_id)["provider"]) == (VideoState.PULLED, None)
    evening.live_through(hours=8)
    assert (evening.recording(video_id)["provider"], evening.asked("captions.download")) == ("YouTube captions", 1)


def test_captions_that_cannot_be_read_are_said_and_the_next_track_is_taken(evening):
    evening.pipeline = False
    video_id = evening.broadcast()
    evening.live_through(minutes=7)
    evening.emulator.studio.caption(video_id, "this is no caption file", language="en", name="By hand")
    evening.emulator.studio.caption(video_id, vtt(3600), language="en", kind="ASR")
    evening.live_through(hours=1)
    assert transcript(evening, video_id) == ("YouTube captions", "en", False)


def test_captions_that_nobody_can_read_leave_the_recording_without_text_in_words(evening):
    evening.pipeline = False
    video_id = evening.broadcast()
    evening.live_through(minutes=7)
    evening.emulator.studio.caption(video_id, "this is no caption file", language="en", name="By hand")
    evening.live_through(hours=1)
    assert (evening.recording(video_id)["provider"], "cannot be read" in error(evening, video_id)) == (None, True)


def test_captions_for_which_the_quota_is_used_up_come_after_its_reset(evening):
    evening.pipeline = False
    video_id = evening.broadcast(captions=vtt(3600))
    evening.live_through(minutes=9)
    evening.emulator.quota.limits["default"] = (
        evening.emulator.quota.spent(evening.emulator.client_id, evening.clock()) + 40
    )
    evening.live_through(hours=1)
    assert (evening.video(video_id).state, evening.recording(video_id)["provider"]) == (VideoState.PULLED, None)
    assert "quota" in error(evening, video_id)
    assert timedelta() <= evening.video(video_id).due_at - next_reset(evening.clock()) < timedelta(minutes=5)
    evening.emulator.quota.limits["default"] = 10_000
    asked = len(evening.emulator.journal)
    evening.live_through(hours=5)
    assert len(evening.emulator.journal) == asked
    evening.live_through(hours=24)
    assert (evening.recording(video_id)["provider"], evening.video(video_id).error) == ("YouTube captions", None)


def test_after_three_days_what_is_there_is_taken_and_said(evening):
    evening.pipeline = False
    video_id = evening.broadcast(minutes=60)
    evening.emulator.set_recording(video_id, length=1800.0)
    evening.work()
    evening.advance(hours=71)
    evening.work()
    assert evening.video(video_id).state is VideoState.WAITING
    evening.advance(hours=2)
    evening.work()
    assert (evening.video(video_id).state, evening.version(video_id).duration) == (VideoState.PULLED, 1800)
    assert "After three days" in error(evening, video_id)
    assert [(to, "After three days" in text) for to, text in evening.mails()] == [("editor@example.org", True)]


def test_a_broadcast_of_more_than_twelve_hours_has_no_archive(evening):
    video_id = evening.broadcast(minutes=13 * 60)
    evening.live_through(hours=3)
    assert (evening.video(video_id).state, "12 hours" in error(evening, video_id)) == (VideoState.REFUSED, True)
    assert (len(evening.mails()), evening.session().state) == (1, LiveSessionState.PROCESSING)


def test_a_video_that_was_deleted_is_given_up_after_a_second_look(evening):
    video_id = evening.broadcast()
    evening.work()
    evening.emulator.studio.delete(video_id)
    evening.live_through(minutes=4)
    assert evening.video(video_id).state is VideoState.WAITING
    evening.live_through(hours=1)
    assert (evening.video(video_id).state, "not on YouTube any more" in error(evening, video_id)) == (
        VideoState.GONE,
        True,
    )
    assert len(evening.mails()) == 1


def test_one_that_was_given_up_can_be_looked_at_again(evening):
    evening.pipeline = False
    video_id = evening.broadcast()
    evening.live_through(minutes=3)
    evening.emulator.studio.edit(video_id, privacyStatus="private")
    evening.live_through(hours=1)
    assert evening.video(video_id).state is VideoState.PULLED  # a session's own video may be private; its text counts
    other = evening.emulator.studio.upload(evening.remote, "Private", privacy="private")
    with evening.ports.database.transaction() as db:
        row = videos.listed(db, other, channel_id=evening.channel_id, now=evening.clock())
        row.due_at = evening.clock()
    evening.work()
    assert (evening.video(other).state, "private" in error(evening, other)) == (VideoState.REFUSED, True)
    evening.emulator.studio.edit(other, privacyStatus="unlisted")
    with evening.ports.database.transaction() as db:
        videos.look_again(db, db.get_one(PlatformVideo, evening.video(other).id), actor=None, now=evening.clock())
    evening.work()
    assert (evening.video(other).state, evening.video(other).error) == (VideoState.PULLED, None)


@pytest.mark.parametrize(
    ("edited", "said"), [({"privacyStatus": "private"}, "private"), ({"embeddable": False}, "other sites")]
)
def test_a_video_that_our_pages_cannot_play_is_taken_for_its_text_and_editors_hear_of_it(evening, edited, said):
    evening.pipeline = False
    video_id = evening.broadcast(captions=vtt(3600))
    evening.emulator.studio.edit(video_id, **edited)
    evening.live_through(hours=1)
    assert (evening.recording(video_id)["provider"], said in error(evening, video_id)) == ("YouTube captions", True)
    assert [to for to, _ in evening.mails()] == ["editor@example.org"]


def test_at_the_pace_of_a_demonstration_the_archive_need_not_be_as_long_as_the_broadcast(evening):
    evening.pipeline = False
    fast = evening.ports.settings.model_copy(update={"live_pace": 60.0})
    evening.ports = replace(evening.ports, settings=fast)
    evening.emulator.clock.pace = 60.0
    video_id = evening.broadcast(minutes=1)
    evening.emulator.set_recording(video_id, length=600.0)
    evening.live_through(minutes=1)
    assert (evening.video(video_id).state, evening.video(video_id).pulled_duration) == (VideoState.PULLED, 600)


def test_two_workers_make_one_recording(evening):
    evening.pipeline = False
    video_id = evening.broadcast(captions=vtt(3600))
    evening.live_through(minutes=9)
    evening.advance(minutes=40)
    row_id = evening.video(video_id).id
    with evening.ports.database.transaction() as db:
        claim = videos.claim(db, row_id, now=evening.clock())
    watch(evening.ports, row_id)
    assert evening.video(video_id).recording_id is None
    evening.advance(minutes=4)  # the first one died, its lease has run out
    evening.work()
    evening.live_through(hours=1)
    with evening.ports.database.transaction() as db:
        assert videos.held(db, claim, now=evening.clock()) is None
        assert len(db.scalars(select(Recording)).all()) == 1


def test_a_revoked_channel_stops_with_one_alert_and_no_calls_and_goes_on_when_it_is_back(evening):
    evening.pipeline = False
    video_ids = [evening.broadcast(), evening.broadcast()]
    evening.live_through(minutes=2)
    for grant in evening.emulator.oauth.grants.values():
        grant.revoked = True
    evening.live_through(minutes=10)
    with evening.ports.database.reading() as db:
        assert db.scalars(select(Channel.state)).one() is ChannelState.REVOKED
    assert [to for to, _ in evening.mails()] == ["admin@example.org"]
    asked = len(evening.emulator.journal)
    evening.live_through(days=1)
    assert (len(evening.emulator.journal), {evening.video(one).state for one in video_ids}) == (
        asked,
        {VideoState.WAITING},
    )
    evening.connect_again()
    evening.live_through(hours=1)
    assert {evening.video(one).state for one in video_ids} == {VideoState.PULLED}


def test_a_platform_that_does_not_answer_is_asked_ever_more_seldom(evening):
    evening.emulator.faults.add(method="videos.list", kind="error", times=99)
    video_id = evening.broadcast()
    evening.live_through(hours=1)
    assert (evening.video(video_id).attempts, "not answer" in error(evening, video_id)) == (5, True)
    assert timedelta(minutes=10) < evening.video(video_id).due_at - evening.clock() <= timedelta(hours=1)
