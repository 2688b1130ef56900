"""FLV, tag by tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rtmp.errors import ProtocolError
from streaming.rtmp.messages import AUDIO, VIDEO
from streaming.rtmp.tags import TagReader, header, tag, tags
from tests.streaming.rtmp.encoder import message, picture, sound

ITEMS = [
    message(item.kind, item.body, at=item.timestamp, stream=0) for item in (picture(0), sound(5), picture(0x1234567))
]
FILE = header({AUDIO, VIDEO}) + b"".join(tag(item, item.timestamp) for item in ITEMS)


def test_what_is_written_is_read_again_with_or_without_the_files_head():
    assert tags(FILE) == ITEMS
    assert tags(FILE[13:]) == ITEMS


@given(st.lists(st.integers(1, 40), max_size=40))
def test_however_it_comes_the_tags_are_the_same(sizes):
    reader, found, at = TagReader(), [], 0
    for size in [*sizes, len(FILE)]:
        found += reader.feed(FILE[at : at + size])
        at += size
    assert found == ITEMS
    assert not reader.waits


def test_a_stretch_that_is_cut_in_a_tag_is_not_read():
    with pytest.raises(ProtocolError):
        tags(FILE[:-3])
