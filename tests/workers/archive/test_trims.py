"""A recording that somebody trims on the platform, later: everything moves along, or is flagged."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import Chapter, Clip, ClipState, CueRow, PlatformVideo, Recording, RecordingVersion
from helpcenter.services import clips, videos
from tests.workers.archive.evening import vtt

MARKS = [(0, "Welcome"), (600, "How far does it go?"), (1800, "How do I charge it?"), (3000, "What about rain?")]


@pytest.fixture
def video_id(evening):
    video_id = evening.broadcast(minutes=60, captions=vtt(3600), marks=MARKS)
    evening.live_through(hours=1)
    with evening.ports.database.transaction() as db:
        recording = db.get_one(Recording, evening.video(video_id).recording_id)
        for start, title in [(620, "One"), (1820, "Two"), (3020, "Three")]:
            clip = Clip(
                recording=recording, origin=f"hand:{title}", start=start, end=start + 60, title=title, language="en",
                created_at=evening.clock(),
            )  # fmt: skip
            db.add(clip)
            db.flush()
            clips.confirm(
                db, clip, entry=None, topic=None, title=title, start=start, end=start + 60, language="en", editor=None,
                now=evening.clock(),
            )  # fmt: skip
        last = db.scalars(select(Chapter).where(Chapter.title == "What about rain?")).one()
        last.title, last.edited = "Rain and snow", True
    evening.work()
    return video_id


def confirmed(evening):
    with evening.ports.database.reading() as db:
        rows = db.scalars(select(Clip).where(Clip.state == ClipState.CONFIRMED).order_by(Clip.start))
        return [(clip.title, round(clip.start), round(clip.end)) for clip in rows]


def chapters(evening, video_id):
    return [(round(row["start"]), row["title"]) for row in evening.recording(video_id)["chapters"]]


def said(evening, video_id):
    return (evening.video(video_id).error or {"text": ""})["text"]


def test_a_trimmed_head_moves_every_chapter_clip_and_cue(evening, video_id):
    started = evening.version(video_id).t0
    evening.emulator.studio.trim(video_id, start=300)
    evening.live_through(days=1, hours=2)
    version = evening.version(video_id)
    assert (version.number, version.t0_method, version.duration, version.gaps) == (2, "caption text", 3300, [])
    assert (version.t0 - started).total_seconds() == pytest.approx(300, abs=1)
    assert confirmed(evening) == [("One", 320, 380), ("Two", 1520, 1580), ("Three", 2720, 2780)]
    assert chapters(evening, video_id) == [
        (0, "Welcome"), (300, "How far does it go?"), (1500, "How do I charge it?"), (2700, "Rain and snow"),
    ]  # fmt: skip
    assert "5:00 How far does it go?" in evening.emulator.videos[video_id].description
    assert (said(evening, video_id), evening.mails()) == ("", [])
    with evening.ports.database.reading() as db:
        assert [row.number for row in db.scalars(select(RecordingVersion).order_by(RecordingVersion.id))] == [1, 2]


def test_what_was_cut_out_in_the_middle_is_gone_and_editors_hear_of_it(evening, video_id):
    cut(evening, video_id, 1700, 2000)
    evening.live_through(days=1, hours=2)
    version = evening.version(video_id)
    assert (version.number, version.t0_method) == (2, "caption text")
    assert version.gaps == [[pytest.approx(1700, abs=20), pytest.approx(2000, abs=20)]]
    assert [(title, start) for title, start, _ in confirmed(evening)] == [
        ("One", 620),
        ("Three", pytest.approx(2720, abs=1)),
    ]
    with evening.ports.database.reading() as db:
        assert db.scalars(select(Clip.title).where(Clip.state == ClipState.WITHDRAWN)).all() == ["Two"]
    assert [(to, "shortened" in text) for to, text in evening.mails()] == [("editor@example.org", True)]


def cut(evening, video_id, start, end):
    """What Studio's editor does to a middle part, which the emulator has no button for."""
    from streaming.emulator import aftermath, texts
    from streaming.emulator.resources.captions import of_video

    video = evening.emulator.videos[video_id]
    for track in of_video(evening.emulator.world, video_id):
        lines = texts.read(track.content)
        head, tail = texts.cut(lines, 0, start), texts.cut(lines, end, video.length)
        tail = [texts.Line(line.start + start, line.end + start, line.text) for line in tail]
        track.content = texts.write([*head, *tail], "vtt")
    video.length -= end - start
    aftermath.finish(video)


def test_a_trimmed_tail_leaves_everything_before_it_where_it_is(evening, video_id):
    evening.emulator.studio.trim(video_id, end=3050)
    evening.live_through(days=1, hours=2)
    version = evening.version(video_id)
    assert (version.number, version.duration, version.gaps) == (2, 3050, [])
    assert confirmed(evening) == [("One", 620, 680), ("Two", 1820, 1880), ("Three", 3020, 3050)]
    assert [to for to, _ in evening.mails()] == ["editor@example.org"]


def test_what_people_corrected_in_the_text_moves_and_stays(evening, video_id):
    with evening.ports.database.transaction() as db:
        cue = db.scalars(select(CueRow).where(CueRow.start == 620)).one()
        cue.text, cue.edited = "About eighty kilometres.", True
    evening.emulator.studio.trim(video_id, start=300)
    evening.live_through(days=1, hours=2)
    with evening.ports.database.reading() as db:
        cue = db.scalars(select(CueRow).where(CueRow.text == "About eighty kilometres.")).one()
        assert (round(cue.start), cue.edited) == (320, True)


def test_a_cut_of_which_nobody_can_tell_where_it_is_moves_nothing_and_is_flagged(evening, video_id):
    from streaming.emulator.resources.captions import of_video

    for track in of_video(evening.emulator.world, video_id):
        track.content = vtt(3000, seed=9).encode()
    evening.emulator.videos[video_id].length = 3000.0
    from streaming.emulator import aftermath

    aftermath.finish(evening.emulator.videos[video_id])
    evening.live_through(days=1, hours=2)
    version = evening.version(video_id)
    assert (version.number, version.t0_method, version.duration) == (2, "unsure", 3000)
    assert confirmed(evening) == [("One", 620, 680), ("Two", 1820, 1880), ("Three", 3020, 3080)]
    assert "cannot be told where" in said(evening, video_id)
    assert [to for to, _ in evening.mails()] == ["editor@example.org"]


def test_captions_of_the_old_length_are_waited_for(evening, video_id):
    from streaming.emulator.resources.captions import of_video

    (track,) = of_video(evening.emulator.world, video_id)
    before = track.content
    evening.emulator.studio.trim(video_id, start=300)
    after, track.content = track.content, before
    evening.live_through(days=1, minutes=5)
    assert evening.version(video_id).number == 1
    track.content = after
    evening.live_through(hours=3)
    assert (evening.version(video_id).number, evening.version(video_id).t0_method) == (2, "caption text")


def test_a_file_of_our_own_keeps_its_own_times_and_the_video_gets_chapters_in_its(evening, video_id, mp4):
    with evening.ports.database.transaction() as db:
        session = db.merge(evening.session())
        began = evening.version(video_id).t0 - timedelta(seconds=90)  # the recorder was started earlier
        videos.attach_file(db, session, mp4, t0=began, actor=None, now=evening.clock())
    evening.work()
    with evening.ports.database.transaction() as db:
        db.get_one(
            Recording, evening.video(video_id).recording_id
        ).version.duration = 3700  # as if the film were that long
    assert confirmed(evening)[0] == ("One", 710, 770)
    assert "10:00 How far does it go?" in evening.emulator.videos[video_id].description


def test_a_file_of_our_own_is_not_touched_by_what_is_done_to_the_video(evening, video_id, mp4):
    with evening.ports.database.transaction() as db:
        session = db.merge(evening.session())
        videos.attach_file(db, session, mp4, actor=None, now=evening.clock())
    evening.work()
    evening.emulator.studio.trim(video_id, start=300)
    evening.live_through(days=1, hours=2)
    version = evening.version(video_id)
    assert (version.number, version.t0_method, round(version.duration)) == (2, "attached", 20)
    with evening.ports.database.reading() as db:
        assert db.scalars(select(PlatformVideo.pulled_duration)).one() == 3300
