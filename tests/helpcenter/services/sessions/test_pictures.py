"""Pictures of live sessions are known by their content."""

import struct

import pytest

from helpcenter.errors import InvalidInput
from helpcenter.services.sessions.pictures import LARGEST, Picture, picture_key, read_picture


def png(width=1280, height=720, end=b"\0\0\0\0IEND\xaeB`\x82"):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0CRC!" + end


def jpeg(width=1280, height=720, end=b"\xff\xd9"):
    head = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + bytes(10)
    return head + frame + b"scan" + end


def test_size_and_kind_are_read_from_the_content():
    assert read_picture(png()) == Picture(".png", 1280, 720)
    assert read_picture(jpeg(1920, 1080)) == Picture(".jpg", 1920, 1080)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg></svg>", png(end=b""), jpeg(end=b""), png()[:20], b"\xff\xd8\xff\xe0\xff\xff\xff\xd9"],
)
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(InvalidInput, match="not a whole JPEG or PNG"):
        read_picture(content)


@pytest.mark.parametrize("size", [(639, 360), (8001, 4500), (640, 9000)])
def test_sizes_that_nobody_can_show_are_refused(size):
    with pytest.raises(InvalidInput, match="1280 × 720"):
        read_picture(png(*size))


def test_too_many_bytes_are_refused_before_anything_else():
    with pytest.raises(InvalidInput, match="2 MB"):
        read_picture(b"x" * (LARGEST + 1))


def test_the_same_picture_has_the_same_key():
    keys = {picture_key(content, read_picture(content)) for content in (png(), png(), jpeg())}
    assert sorted(key.rpartition(".")[2] for key in keys) == ["jpg", "png"]
    assert all(key.startswith("sessions/") for key in keys)
