"""What askers send, made anew by the real ffmpeg."""

import struct
import subprocess

import pytest

from helpcenter.errors import UnusableMedia
from tests.workers.media.conftest import AAC, CLOCK, H264, SPEECHLIKE, lavfi
from workers.media import attachments
from workers.media.probe import probe

PLACE = ("-metadata", "location=+52.5200+013.4050/", "-metadata", "comment=Kim at home", "-metadata", "title=Kim")
# Left half red, right half blue: what it looks like when turned tells how it was turned.
HALVES = "color=c=red:s=600x400:d=1[a];color=c=blue:s=600x400:d=1[b];[a][b]hstack"


def exif(orientation):
    """A segment with an orientation, and a place in latitude as cameras write it."""
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x8825, 4, 1, 38)
    gps = struct.pack(">H", 1) + struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack(">I", 0)
    tiff = b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 2) + entries + struct.pack(">I", 0) + gps
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


@pytest.fixture(scope="session")
def photo(make):
    """A picture of 1200 × 400 pixels."""
    return make("halves.jpg", "-f", "lavfi", "-i", HALVES, "-frames:v", "1")


@pytest.fixture
def phone_photo(photo, tmp_path):
    """`phone_photo(6)` is the picture as a phone that was held that way saves it."""

    def made(orientation):
        data = photo.read_bytes()
        path = tmp_path / f"phone-{orientation}.jpg"
        path.write_bytes(data[:2] + exif(orientation) + data[2:])
        return path

    return made


def pixels(path):
    """(width, height, colour in the middle of the top edge, and of the bottom edge)."""
    import av

    with av.open(str(path)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
    height, width = frame.shape[:2]
    name = lambda one: "red" if one[0] > one[2] else "blue"  # noqa: E731
    return width, height, name(frame[5, width // 4]), name(frame[height - 6, width // 4])


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [
        (1, (1200, 400, "red", "red")),
        (2, (1200, 400, "blue", "blue")),
        (3, (1200, 400, "blue", "blue")),
        (6, (400, 1200, "red", "blue")),
        (8, (400, 1200, "blue", "red")),
        (99, (1200, 400, "red", "red")),
    ],
)
def test_a_picture_stands_as_it_was_taken_and_tells_nothing_of_where(tools, phone_photo, tmp_path, orientation, shown):
    made = attachments.make(tools, phone_photo(orientation), tmp_path / "out")
    assert pixels(made.path) == shown
    data = made.path.read_bytes()
    assert [mark in data for mark in (b"Exif", b"\xff\xe1", b"Lavc")] == [False, False, False]
    assert (made.poster, made.seconds) == (None, None)


@pytest.mark.parametrize("kind", ["png", "webp", "jpg"])
def test_a_large_picture_is_made_smaller_whatever_its_name_says(tools, make, tmp_path, kind):
    codec = ("-c:v", "libwebp") if kind == "webp" else ()
    large = make(f"large.{kind}", "-f", "lavfi", "-i", "testsrc=s=4000x3000:d=1", "-frames:v", "1", *codec)
    wrong = tmp_path / "holiday.mp4"
    wrong.write_bytes(large.read_bytes())
    assert pixels(attachments.make(tools, wrong, tmp_path / "out").path)[:2] == (2048, 1536)


def test_a_video_becomes_one_that_every_browser_plays_without_place_and_name(tools, make, tmp_path):
    video = make(
        "phone.mov", *lavfi(CLOCK, SPEECHLIKE, seconds=3), *H264, *AAC, *PLACE, "-movflags", "use_metadata_tags"
    )
    assert b"Kim" in video.read_bytes()
    heard = []
    made = attachments.make(tools, video, tmp_path / "out", progress=heard.append)
    info, data = probe(tools, made.path), made.path.read_bytes()
    assert (info.video.codec, info.audio.codec, info.video.pix_fmt) == ("h264", "aac", "yuv420p")
    assert [word in data for word in (b"Kim", b"+52.52", b"Lavf")] == [False, False, False]
    assert made.seconds == pytest.approx(3, abs=0.2)
    assert heard[-1] == 1.0
    assert pixels(made.poster)[:2] == (320, 180)


def test_an_upright_video_stays_upright(tools, make, tmp_path):
    flat = make("flat.mp4", *lavfi(CLOCK, seconds=2), *H264)
    turned = tmp_path / "turned.mp4"
    rotate = [tools.ffmpeg, "-v", "error", "-i", str(flat), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(turned)]
    subprocess.run(rotate, check=True)
    made = attachments.make(tools, turned, tmp_path / "out")
    video = probe(tools, made.path).video
    assert (video.width, video.height) == (180, 320)


def _written(tmp_path, content):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a" + bytes(50), "neither a picture nor a video"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither a picture nor a video"),
        (b"#EXTM3U\n/etc/passwd\n", "neither a picture nor a video"),
        (b"MZ" + bytes(500), "neither a picture nor a video"),
        (b"%PDF-1.7", "neither a picture nor a video"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "damaged"),
        (b"RIFF\x20\0\0\0WEBPVP8 " + bytes(50), "damaged"),
        (b"\0\0\0\x18ftypmp42" + bytes(500), "damaged"),
        (b"\0\0\0\x18ftypheic" + bytes(500), "HEIC"),
        (b"\0\0\0\x18ftypmif1" + bytes(500), "HEIC"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_words(tools, tmp_path, content, words):
    with pytest.raises(UnusableMedia, match=words):
        attachments.make(tools, _written(tmp_path, content), tmp_path / "out")
    out = tmp_path / "out"
    assert [path.name for path in out.glob("*")] == []


def test_a_truncated_picture_shows_what_there_is_or_is_refused(tools, photo, tmp_path):
    half = photo.read_bytes()[: photo.stat().st_size // 2]
    try:
        made = attachments.make(tools, _written(tmp_path, half), tmp_path / "out")
    except UnusableMedia:
        return
    assert pixels(made.path)[:2] == (1200, 400)


def test_a_video_may_last_a_minute(tools, make, tmp_path):
    long = make("long.mp4", *lavfi("color=s=64x64:r=1:d={d}", seconds=63), *H264)
    with pytest.raises(UnusableMedia, match="63 seconds long"):
        attachments.make(tools, long, tmp_path / "out")


def test_a_sound_is_no_answer_to_what_it_looks_like(tools, sound_only, tmp_path):
    with pytest.raises(UnusableMedia, match="without a picture"):
        attachments.make(tools, sound_only, tmp_path / "out")


def test_a_picture_may_have_fifteen_megabytes(tools, photo, tmp_path):
    with pytest.raises(UnusableMedia, match="larger than 15 MB"):
        attachments.make(tools, _written(tmp_path, photo.read_bytes() + bytes(15 * 1024**2)), tmp_path / "out")
