from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    Broadcast,
    Chapter,
    Clip,
    ClipState,
    CueRow,
    LiveSessionState,
    Marker,
    MarkerKind,
    Recording,
    RecordingState,
    RecordingVersion,
    Source,
    Step,
    StepState,
)
from helpcenter.services import clips, steps, videos
from streaming.timeline import Kept
from tests.factories import NOW, make_channel, make_clip, make_session, make_topic, make_user, make_watchable


def settled(db, recording):
    """As its pipeline leaves it."""
    steps.add_chain(db, recording.id, now=NOW)
    db.execute(update(Step).where(Step.recording_id == recording.id).values(state=StepState.DONE))
    db.expire_all()
    return recording


@pytest.fixture
def recording(db):
    return settled(db, make_watchable(db, duration=60.0, source=Source.YOUTUBE, source_ref="video000001"))


@pytest.fixture
def session(db):
    return make_session(
        db,
        state=LiveSessionState.ENDED,
        live_at=NOW,
        starts_at=NOW - timedelta(minutes=1),
        ends_at=NOW + timedelta(hours=1),
    )


def retimed(db, recording, *kept, duration):
    moved = videos.retime(db, recording, list(kept) or None, method="caption text", duration=duration, now=NOW)
    db.expire_all()
    return moved


def cues(db):
    return [(row.start, row.end) for row in db.scalars(select(CueRow).order_by(CueRow.start))]


def test_all_cues_chapters_and_clips_move_by_what_was_cut(each_database, db, recording):
    clip = make_clip(db, recording, start=25, end=35)
    retimed(db, recording, Kept(20, 60, 0), duration=40)
    assert (recording.version.number, recording.version.t0) == (2, NOW + timedelta(seconds=20))
    assert cues(db) == [(index * 5.0, index * 5.0 + 4) for index in range(8)]
    assert [(row.start, row.end) for row in db.scalars(select(Chapter).order_by(Chapter.start))] == [(0, 20), (20, 40)]
    assert (clip.start, clip.end) == (5, 15)


def test_the_old_version_stays_to_be_looked_up(db, recording):
    retimed(db, recording, Kept(20, 60, 0), duration=40)
    versions = db.scalars(select(RecordingVersion).order_by(RecordingVersion.number)).all()
    assert [(row.number, row.duration) for row in versions] == [(1, 60), (2, 40)]


def test_what_lies_across_a_cut_is_shortened_and_what_lies_in_it_is_gone(db, recording):
    across, inside, after = (
        make_clip(
            db, recording, start=start, end=end, state=ClipState.CONFIRMED, media_key="clip.mp4", media_start=start
        )
        for start, end in ((5, 15), (12, 18), (30, 40))
    )
    moved = retimed(db, recording, Kept(0, 10, 0), Kept(20, 60, 10), duration=50)
    assert (moved.shortened, moved.lost, recording.version.gaps) == (1, 1, [[10, 20]])
    assert (across.start, across.end, across.media_key) == (5, 10, None)
    assert (inside.state, inside.media_key) == (ClipState.WITHDRAWN, None)
    assert (after.start, after.end, after.media_key, after.media_start) == (20, 30, "clip.mp4", 20)
    assert cues(db)[:3] == [(0, 4), (5, 9), (10, 14)]


def test_proposals_that_were_cut_out_are_not_kept(db, recording):
    make_clip(db, recording, start=12, end=18)
    retimed(db, recording, Kept(0, 10, 0), Kept(20, 60, 10), duration=50)
    assert db.scalars(select(Clip)).all() == []


def test_a_second_trim_adds_to_the_first(db, recording):
    clip = make_clip(db, recording, start=45, end=55)
    retimed(db, recording, Kept(0, 10, 0), Kept(20, 60, 10), duration=50)
    settled_again(db, recording)
    retimed(db, recording, Kept(5, 20, 0), Kept(25, 50, 15), duration=40)
    assert (recording.version.t0, recording.version.gaps) == (NOW + timedelta(seconds=5), [[5, 15], [25, 30]])
    assert (clip.start, clip.end) == (25, 35)


def settled_again(db, recording):
    db.execute(update(Step).where(Step.recording_id == recording.id).values(state=StepState.DONE))
    db.expire_all()


def test_where_nobody_can_tell_nothing_moves(db, recording):
    before = cues(db)
    retimed(db, recording, duration=40)
    assert (recording.version.t0_method, recording.version.t0, cues(db)) == ("unsure", NOW, before)


def test_markers_follow_by_themselves(db, recording):
    marker = Marker(recording_id=recording.id, at=NOW + timedelta(seconds=30), kind=MarkerKind.TOPIC)
    retimed(db, recording, Kept(0, 10, 0), Kept(20, 60, 10), duration=50)
    assert recording.version.offset(marker.at) == 20


def test_a_recording_in_work_is_not_touched(db, recording):
    db.scalars(select(Step).where(Step.name == "clips")).one().state = StepState.DOING
    db.flush()
    with pytest.raises(Conflict):
        retimed(db, recording, Kept(20, 60, 0), duration=40)


def test_a_file_becomes_the_recording_of_a_session_that_had_none(each_database, db, session, tmp_path):
    session.topics.append(make_topic(db))
    session.hosts.append(make_user(db))
    db.add(Marker(session_id=session.id, at=NOW + timedelta(seconds=30), kind=MarkerKind.TOPIC, key="a"))
    db.flush()
    made = videos.attach_file(db, session, tmp_path / "talk.mkv", actor=None, now=NOW)
    assert (made.title, made.source, made.language, made.topic_id) == (
        session.title, Source.LIVE, "en", session.topics[0].id,
    )  # fmt: skip
    assert (made.version.t0, made.version.t0_method, made.version.pending_path) == (
        NOW,
        "attached",
        str(tmp_path / "talk.mkv"),
    )
    assert (made.created_by_id, session.recording_id) == (session.hosts[0].id, made.id)
    assert (db.scalars(select(Marker.recording_id)).all(), session.state) == ([made.id], LiveSessionState.PROCESSING)


def test_a_file_with_a_zero_of_its_own_moves_what_is_known(db, session, recording, tmp_path):
    session.recording = recording
    clip = make_clip(db, recording, start=25, end=35)
    path = tmp_path / "talk.mkv"
    videos.attach_file(db, session, path, t0=NOW - timedelta(seconds=90), actor=None, now=NOW)
    assert (recording.version.number, clip.start, clip.end) == (2, 115, 125)
    assert (recording.state, videos.is_attached(recording)) == (RecordingState.PROCESSING, True)


def test_a_files_second_zero_is_when_the_platform_says_that_the_broadcast_began(db, session, tmp_path):
    began = NOW + timedelta(seconds=12)
    db.add(Broadcast(session_id=session.id, channel_id=make_channel(db).id, marker="qa-1", actual_start=began))
    db.flush()
    assert videos.attach_file(db, session, tmp_path / "talk.mkv", actor=None, now=NOW).version.t0 == began


def test_a_session_that_is_still_to_come_takes_no_file(db, tmp_path):
    with pytest.raises(Conflict):
        videos.attach_file(db, make_session(db), tmp_path / "talk.mkv", actor=None, now=NOW)


def test_an_instant_of_another_day_is_refused(db, session, tmp_path):
    with pytest.raises(InvalidInput, match="more than a day"):
        videos.attach_file(db, session, tmp_path / "talk.mkv", t0=NOW - timedelta(days=2), actor=None, now=NOW)
    assert db.scalars(select(Recording)).all() == []


def test_the_session_is_out_once_its_recording_is_ready(db, session, tmp_path):
    made = videos.attach_file(db, session, tmp_path / "talk.mkv", actor=None, now=NOW)
    videos.note_ready(db, made, now=NOW)
    assert session.state is LiveSessionState.PROCESSING
    made.state = RecordingState.READY
    videos.note_ready(db, made, now=NOW)
    videos.note_ready(db, made, now=NOW)
    assert session.state is LiveSessionState.PUBLISHED


def test_a_confirmed_clip_is_cut_from_a_video_whose_file_is_here(db, recording):
    recording.version.original_key = "original.mp4"
    clip = make_clip(db, recording)
    clips.confirm(db, clip, entry=None, topic=None, title="T", start=5, end=15, language="en", editor=None, now=NOW)
    assert db.scalars(select(Step.subject).where(Step.name == "cut")).all() == [clip.public_id]
