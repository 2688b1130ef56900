"""Bytes to messages: four formats, long times, and every way of cutting the stream."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rtmp.chunks import ABORT, SET_CHUNK_SIZE, ChunkReader, Message, chunked
from streaming.rtmp.errors import ProtocolError
from streaming.rtmp.messages import AUDIO, VIDEO

LIMIT = 1 << 16


def reader():
    return ChunkReader(limit=LIMIT)


def whole(lane=4, *, at=0, length=4, kind=AUDIO, stream=1):
    """The header of format 0, without payload."""
    clock = min(at, 0xFFFFFF)
    extended = at.to_bytes(4) if clock == 0xFFFFFF else b""
    return (
        bytes([lane]) + clock.to_bytes(3) + length.to_bytes(3) + bytes([kind]) + stream.to_bytes(4, "little") + extended
    )


def in_pieces(data, cuts):
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


MESSAGES = st.lists(
    st.builds(
        Message,
        kind=st.sampled_from([AUDIO, VIDEO]),
        stream=st.integers(0, 5),
        timestamp=st.one_of(st.integers(0, 5000), st.integers(0xFFFFF0, (1 << 32) - 1)),
        body=st.binary(max_size=700),
    ),
    max_size=6,
)


@given(MESSAGES, st.integers(1, 300), st.lists(st.integers(0, 5000), max_size=30))
def test_however_the_stream_is_cut_the_messages_are_the_same(messages, size, cuts):
    resized = chunked(Message(SET_CHUNK_SIZE, 0, 0, size.to_bytes(4)), lane=2, size=128)
    data = resized + b"".join(chunked(item, lane=4 + item.kind % 2, size=size) for item in messages)
    taker = reader()
    assert [found for piece in in_pieces(data, cuts) for found in taker.feed(piece)] == messages


@given(MESSAGES)
def test_byte_by_byte_is_as_good(messages):
    data = b"".join(chunked(item, lane=4, size=128) for item in messages)
    taker = reader()
    assert [found for byte in data for found in taker.feed(bytes([byte]))] == messages


@given(st.binary(max_size=4000), st.lists(st.integers(0, 4000), max_size=9))
def test_rubbish_gives_messages_or_a_protocol_error(data, cuts):
    taker = reader()
    try:
        for piece in in_pieces(data, cuts):
            taker.feed(piece)
    except ProtocolError:
        return


def test_the_four_formats_save_what_is_as_before():
    data = whole(at=1000) + b"aaaa"
    data += bytes([0x44]) + (20).to_bytes(3) + (2).to_bytes(3) + bytes([VIDEO]) + b"bb"
    data += bytes([0x84]) + (30).to_bytes(3) + b"cc"
    data += bytes([0xC4]) + b"dd"
    assert reader().feed(data) == [
        Message(AUDIO, 1, 1000, b"aaaa"),
        Message(VIDEO, 1, 1020, b"bb"),
        Message(VIDEO, 1, 1050, b"cc"),
        Message(VIDEO, 1, 1080, b"dd"),
    ]


def test_a_chunk_without_fields_after_a_whole_header_repeats_its_very_time():
    found = reader().feed(whole(at=40) + b"aaaa" + bytes([0xC4]) + b"bbbb")
    assert [item.timestamp for item in found] == [40, 80]


def test_long_times_stand_in_every_further_chunk():
    late = 0x01234567
    further = bytes([0xC4]) + late.to_bytes(4)
    found = reader().feed(whole(at=late, length=300) + b"a" * 128 + further + b"b" * 128 + further + b"c" * 44)
    assert found == [Message(AUDIO, 1, late, b"a" * 128 + b"b" * 128 + b"c" * 44)]


def test_a_new_message_without_fields_has_its_own_long_time():
    data = whole(at=10) + b"aaaa" + bytes([0x84]) + b"\xff\xff\xff" + (0x1000000).to_bytes(4) + b"bbbb"
    data += bytes([0xC4]) + (0x1000001).to_bytes(4) + b"cccc"
    assert [item.timestamp for item in reader().feed(data)] == [10, 0x100000A, 0x200000B]


def test_times_begin_again_after_seven_weeks():
    last = (1 << 32) - 10
    found = reader().feed(whole(at=last) + b"aaaa" + bytes([0x84]) + (25).to_bytes(3) + b"bbbb")
    assert [item.timestamp for item in found] == [last, 15]


def test_chunk_streams_are_interleaved_and_may_have_high_numbers():
    long, short = Message(VIDEO, 1, 5, b"v" * 200), Message(AUDIO, 1, 6, b"a" * 100)
    data = chunked(long, lane=6, size=128)
    head, tail = data[: 12 + 128], data[12 + 128 :]
    high = b"\1\x34\x12" + chunked(short, lane=4, size=128)[1:]
    two = b"\0\x30" + chunked(short, lane=4, size=128)[1:]
    assert reader().feed(head + high + two + tail) == [short, short, long]


def test_an_aborted_message_never_comes():
    begun = chunked(Message(VIDEO, 1, 5, b"v" * 200), lane=6, size=128)[: 12 + 128]
    abort = chunked(Message(ABORT, 0, 0, (6).to_bytes(4)), lane=2, size=128)
    after = Message(VIDEO, 1, 9, b"w" * 200)
    assert reader().feed(begun + abort + chunked(after, lane=6, size=128)) == [after]


@pytest.mark.parametrize(
    "data",
    [
        bytes([0xC4]) + b"no header before",
        bytes([0x84]) + bytes(20),
        whole(length=LIMIT + 1),
        whole(length=200) + bytes(128) + whole(length=200),
        chunked(Message(SET_CHUNK_SIZE, 0, 0, bytes(4)), lane=2, size=128),
        chunked(Message(SET_CHUNK_SIZE, 0, 0, b"\xff" * 4), lane=2, size=128),
        chunked(Message(ABORT, 0, 0, b"\0"), lane=2, size=128),
        b"".join(whole(lane) + b"aaaa" for lane in range(3, 40)),
        b"".join(whole(lane, length=LIMIT) + bytes(128) for lane in range(3, 9)),
    ],
    ids=[
        "no header", "half a header", "too large", "begun anew", "no chunk size", "a negative chunk size", "a short abort",
        "too many chunk streams", "too much at once",
    ],
)  # fmt: skip
def test_what_no_encoder_sends_is_a_protocol_error(data):
    with pytest.raises(ProtocolError):
        reader().feed(data)
