import os
import re
import signal
import subprocess
import time
from datetime import timedelta

import av
import pytest

from streaming.local.archive import Archive, Container
from tests.clockfilm import FPS, clock_film, seen_at
from tests.streaming.local.conftest import open_take
from workers.media.ffmpeg import find_tools
from workers.media.live import join
from workers.studio.segmenting import BROKEN, SILENT, Segmenting

# As cameras are: no picture comes just when it should.
VP8 = ["-vf", "settb=1/1000,setpts=PTS+mod(N*17\\,31)", "-fps_mode", "passthrough", "-enc_time_base", "1:1000", "-c:v", "libvpx",
       "-deadline", "realtime", "-c:a", "libopus", "-f", "webm"]  # fmt: skip
FORMS = {
    "browser h264": (Container.WEBM, "h264,opus", ["-c:v", "copy", "-c:a", "libopus", "-f", "matroska"]),
    "browser vp8": (Container.WEBM, "vp8,opus", VP8),
    "safari": (Container.MP4, "avc1,mp4a", ["-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4"]),
    "obs": (Container.FLV, "h264,aac", ["-c", "copy", "-f", "flv"]),
    "silent": (Container.FLV, "h264", ["-c:v", "copy", "-an", "-f", "flv"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return clock_film(tmp_path_factory.mktemp("film") / "film.mp4", 16)


@pytest.fixture
def archive(settings):
    return Archive(settings.live_root, "broadcast-1")


@pytest.fixture
def segmenting(ports):
    made = Segmenting(ports)
    made.start()
    yield made
    made.stop()


def sent(film, form, folder):
    """The film as an encoder of that form sends it, in sixteen chunks."""
    container, codecs, options = FORMS[form]
    path = folder / "stream"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", film, *options, path], check=True)
    # A browser tells no frame rate, as ffmpeg does.
    data = re.sub(rb"\x23\xe3\x83\x84.{4}", b"\xec\x86" + bytes(6), path.read_bytes(), flags=re.DOTALL)
    step = -(-len(data) // 16)
    return {"container": container, "codecs": codecs}, [data[at : at + step] for at in range(0, len(data), step)]


def until(condition, *parts, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        for part in parts:
            part.step()
        time.sleep(0.02)


def put_all(take, chunks, now):
    for number, chunk in enumerate(chunks):
        take.put(number, chunk, now=now)
    take.close(now=now)


@pytest.mark.parametrize("form", FORMS)
def test_whatever_encoder_sends_it_becomes_segments_at_their_instants(archive, segmenting, clock, film, form, tmp_path):
    given, chunks = sent(film, form, tmp_path)
    take = open_take(archive, now=clock(), **given)
    put_all(take, chunks, clock())
    until(lambda: take.finished, segmenting)
    segments = archive.segments()
    assert sum(one.duration for one in segments) == pytest.approx(16, abs=0.2)
    assert take.tracks == (("video",) if form == "silent" else ("audio", "video"))
    assert take.problem == ""
    joined = join(find_tools(), segments[2:4], tmp_path, name="joined")
    began = (joined.t0 - take.began).total_seconds()
    assert seen_at(joined.path, 1.0) == pytest.approx(began + 1.0, abs=0.2)
    with av.open(joined.path) as made:
        shown = [frame.pts for frame in made.decode(video=0)]
    assert shown == sorted(set(shown))


def test_what_is_encoded_anew_has_as_many_pictures_as_came(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "browser vp8", tmp_path)
    put_all(open_take(archive, now=clock(), **given), chunks, clock())
    until(lambda: archive.settled(clock()), segmenting)
    joined = join(find_tools(), archive.segments(), tmp_path, name="joined")
    with av.open(joined.path) as made:
        assert made.streams.video[0].frames == pytest.approx(16 * FPS, rel=0.05)


@pytest.mark.parametrize("form", ["browser h264", "browser vp8", "obs"])
def test_after_pictures_that_were_dropped_the_next_ones_are_at_their_instants(
    archive, segmenting, clock, form, tmp_path
):
    film = clock_film(tmp_path / "film.mp4", 12, "-bf", "0", "-sc_threshold", "0")
    full = tmp_path / "full.mp4"
    dropped = f"noise=drop='between(n,{4.5 * FPS},{6 * FPS - 1})'"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", film, "-c", "copy", "-bsf:v", dropped, full], check=True)
    given, chunks = sent(full, form, tmp_path)
    take = open_take(archive, now=clock(), **given)
    put_all(take, chunks, clock())
    until(lambda: take.finished, segmenting)
    after = next(one for one in archive.segments() if one.start >= take.began + timedelta(seconds=5.9))
    joined = join(find_tools(), [after], tmp_path, name="joined")
    assert seen_at(joined.path, 1.05) == pytest.approx((after.start - take.began).total_seconds() + 1.0, abs=0.15)


def test_segments_come_while_the_take_still_grows(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "browser h264", tmp_path)
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks[:12]):
        take.put(number, chunk, now=clock())
    until(lambda: len(archive.segments()) >= 3, segmenting)
    assert not take.finished


def test_a_killed_ffmpeg_is_fed_again_and_makes_the_same_segments(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "browser h264", tmp_path)
    whole = open_take(Archive(archive.folder.parent, "as-it-should-be"), now=clock(), **given)
    put_all(whole, chunks, clock())
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks[:10]):
        take.put(number, chunk, now=clock())
    until(lambda: len(archive.segments()) >= 2, segmenting)
    (running,) = [one for one in segmenting._running.values() if one.take.folder == take.folder]
    os.kill(running.segmenter.pid, signal.SIGKILL)
    put_all(take, chunks, clock())
    until(lambda: take.finished and whole.finished, segmenting)
    assert [(one.number, one.duration) for one in take.segments()] == [
        (one.number, one.duration) for one in whole.segments()
    ]
    assert [one.path.read_bytes() for one in take.segments()] == [one.path.read_bytes() for one in whole.segments()]


def test_an_ffmpeg_that_gets_on_may_be_killed_as_often_as_it_likes(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks):
        take.put(number, chunk, now=clock())
        if number % 4 == 3:
            there = len(archive.segments())
            until(lambda there=there: len(archive.segments()) > there, segmenting)
            (running,) = segmenting._running.values()
            os.kill(running.segmenter.pid, signal.SIGKILL)
            until(lambda running=running: running.segmenter is None, segmenting)
    take.close(now=clock())
    until(lambda: take.finished, segmenting)
    assert take.problem == ""
    assert sum(one.duration for one in archive.segments()) == pytest.approx(16, abs=0.2)


def test_whoever_reads_while_all_is_fed_again_sees_no_less_than_before(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks[:12]):
        take.put(number, chunk, now=clock())
    until(lambda: len(archive.segments()) >= 4, segmenting)
    (running,) = segmenting._running.values()
    os.kill(running.segmenter.pid, signal.SIGKILL)
    until(lambda: running.segmenter is None, segmenting)
    before = archive.segments()
    until(lambda: running.segmenter is not None, segmenting)
    take.index.unlink(missing_ok=True)  # the new ffmpeg has no segment yet
    assert archive.segments() == before
    put_all(take, chunks, clock())
    until(lambda: take.finished, segmenting)
    assert archive.segments()[: len(before)] == before


def test_who_is_stopped_in_mid_take_leaves_no_half_segment(ports, archive, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks[:10]):
        take.put(number, chunk, now=clock())
    first = Segmenting(ports)
    until(lambda: len(archive.segments()) >= 4, first)
    before = archive.segments()
    first.stop()
    assert archive.segments() == before


def test_who_starts_after_a_crash_goes_on_with_what_lies_there(ports, archive, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks[:10]):
        take.put(number, chunk, now=clock())
    first = Segmenting(ports)
    until(lambda: len(archive.segments()) >= 2, first)
    first.stop()
    put_all(take, chunks, clock())
    second = Segmenting(ports)
    until(lambda: take.finished, second)
    assert sum(one.duration for one in archive.segments()) == pytest.approx(16, abs=0.2)


def test_what_lies_there_is_fed_far_faster_than_it_plays(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "browser h264", tmp_path)
    # What a Matroska file holds beside its pictures is read and passed over: so this take is as large as three minutes at HD.
    ballast = b"\xec\x01" + (1_000_000).to_bytes(7) + bytes(1_000_000)
    put_all(open_take(archive, now=clock(), **given), [*chunks, *[ballast] * 60], clock())
    turns = []
    until(lambda: turns.append(1) or archive.settled(clock()), segmenting)
    assert len(turns) < 250
    assert sum(one.duration for one in archive.segments()) == pytest.approx(16, abs=0.2)


def test_two_processes_never_feed_one_take(ports, archive, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    take.put(0, chunks[0], now=clock())
    first, second = Segmenting(ports), Segmenting(ports)
    for _ in range(5):
        first.step()
        second.step()
    assert (len(first._running), len(second._running)) == (1, 0)
    first.stop()
    second.step()
    assert len(second._running) == 1
    second.stop()


@pytest.mark.parametrize(
    "rubbish", [b"no film at all" * 4000, b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n" * 100, b"\0" * 100_000]
)
def test_rubbish_is_given_up_with_a_word_for_why(archive, segmenting, clock, rubbish):
    take = open_take(archive, now=clock())
    take.put(0, rubbish, now=clock())
    take.put(1, rubbish, now=clock())
    until(lambda: take.finished, segmenting, seconds=40) if take.close(now=clock()) else None
    until(lambda: take.finished, segmenting, seconds=40)
    assert (archive.segments(), take.problem, take.closed) == ([], BROKEN, True)


def test_a_take_that_falls_silent_is_ended_and_worked_through(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    for number, chunk in enumerate(chunks[:9]):
        take.put(number, chunk, now=clock())
    until(lambda: len(archive.segments()) >= 2, segmenting)
    assert not take.closed
    clock.advance(seconds=SILENT.total_seconds() + 1)
    until(lambda: take.finished, segmenting)
    assert take.closed
    assert sum(one.duration for one in archive.segments()) == pytest.approx(9, abs=1.5)


def test_a_take_of_which_nothing_came_is_over_when_it_is_closed(archive, segmenting, clock):
    take = open_take(archive, now=clock())
    take.close(now=clock())
    until(lambda: take.finished, segmenting)
    assert (archive.segments(), take.problem) == ([], "")


def test_what_is_over_is_not_read_again_until_another_take_begins(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    put_all(open_take(archive, now=clock(), **given), chunks[:1], clock())
    until(lambda: archive.settled(clock()), segmenting)
    os.utime(archive.folder / "takes", (1, 1))
    segmenting.step()
    assert list(segmenting._over) == [str(archive.folder / "takes")]
    second = open_take(archive, now=clock(), **given)
    put_all(second, chunks, clock())
    until(lambda: second.finished, segmenting)
    assert len(list(second.segments())) > 4


def test_a_take_that_is_half_made_is_taken_up_when_it_is_whole(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    described = take.folder / "take.json"
    described.rename(described.with_suffix(".away"))
    os.utime(archive.folder / "takes", (1, 1))
    segmenting.step()
    described.with_suffix(".away").rename(described)
    put_all(take, chunks, clock())
    until(lambda: take.finished, segmenting)


def test_an_archive_that_is_deleted_meanwhile_harms_nobody(archive, segmenting, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    take.put(0, chunks[0], now=clock())
    segmenting.step()
    archive.delete()
    until(lambda: not segmenting._running, segmenting)


def test_nothing_of_ffmpeg_is_left_behind(ports, archive, clock, film, tmp_path):
    given, chunks = sent(film, "obs", tmp_path)
    take = open_take(archive, now=clock(), **given)
    take.put(0, chunks[0], now=clock())
    segmenting = Segmenting(ports)
    until(lambda: any(one.segmenter for one in segmenting._running.values()), segmenting)
    (running,) = segmenting._running.values()
    pid = running.segmenter.pid
    segmenting.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_takes_of_two_kinds_are_one_film_in_one_size(archive, segmenting, clock, film, tmp_path):
    for number, form in enumerate(("browser vp8", "silent")):
        given, chunks = sent(film, form, tmp_path)
        put_all(open_take(archive, now=clock(), sender=f"tab-{number}", take_over=True, **given), chunks, clock())
        clock.advance(seconds=16)
    until(lambda: all(take.finished for take in archive.takes()), segmenting)
    segments = archive.segments()
    joined = join(find_tools(), segments, tmp_path, name="joined")
    assert joined.duration == pytest.approx(32, abs=0.4)
    first = sum(one.duration for one in segments if one.take_id == "0000")
    # The picture of 16:9 fills the frame of the film, so its fields stand where they stood.
    assert [seen_at(joined.path, second) for second in (5.0, first + 5.0)] == pytest.approx([5.0, 5.0], abs=0.2)


@pytest.mark.parametrize("name", ["lock", "tracks"])
def test_a_take_that_cannot_be_worked_on_keeps_no_other_waiting(settings, segmenting, clock, film, tmp_path, name):
    given, chunks = sent(film, "obs", tmp_path)
    takes = [open_take(Archive(settings.live_root, f"broadcast-{number}"), now=clock(), **given) for number in range(2)]
    (takes[0].folder / name).mkdir()
    for take in takes:
        put_all(take, chunks, clock())
    until(lambda: takes[1].finished, segmenting)
    assert not takes[0].finished
