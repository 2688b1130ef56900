"""From messages to FLV in pieces: what comes first, where it is cut, and when it was."""

from datetime import UTC, datetime, timedelta

import pytest

from streaming.rtmp.amf import encode
from streaming.rtmp.errors import ProtocolError, Refused
from streaming.rtmp.flv import MAX_PIECE, Cutter
from streaming.rtmp.messages import AUDIO, DATA, VIDEO
from streaming.rtmp.tags import header, tags
from tests.streaming.rtmp.encoder import AAC_HEADER, AVC_HEADER, METADATA, message, picture, sound

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
HEADERS = [message(DATA, METADATA), message(VIDEO, AVC_HEADER), message(AUDIO, AAC_HEADER)]


def cut(messages, cutter=None, *, late=lambda at: 0.0):
    """The pieces of these messages, each arriving when its time says, and late by so many seconds."""
    cutter = cutter or Cutter()
    zero = next((item.timestamp for item in messages if item.body[1:2] == b"\1"), 0)
    pieces = []
    for item in messages:
        since = (item.timestamp - zero) / 1000
        pieces.append(cutter.add(item, NOW + timedelta(seconds=max(0, since) + late(since))))
    return [*filter(None, pieces), cutter.rest()], cutter


def times(piece):
    return [(item.kind, item.timestamp) for item in tags(piece) if item.body[1] == 1 and item.kind != DATA]


def test_the_first_piece_holds_everything_a_reader_needs():
    pieces, cutter = cut([*HEADERS, picture(0, key=True), sound(10), picture(1000), sound(1010)])
    assert pieces[0][:13] == header({AUDIO, VIDEO}) == b"FLV\1\5\0\0\0\t\0\0\0\0"
    assert [item.kind for item in tags(pieces[0])] == [DATA, VIDEO, AUDIO, VIDEO, AUDIO, VIDEO]
    assert tags(pieces[0])[0].body == encode("onMetaData", {"videocodecid": 7.0, "audiocodecid": 10.0})
    assert cutter.start.codecs == "avc1.42c01f,mp4a.40.2"


def test_pieces_last_a_second_and_lose_nothing():
    media = [item for at in range(0, 5000, 40) for item in (picture(at, key=at % 1000 == 0), sound(at + 5))]
    pieces, _ = cut([*HEADERS, *media])
    assert [len(times(piece)) for piece in pieces] == [51, 49, 50, 50, 50]
    assert [moment for piece in pieces for moment in times(piece)] == [(item.kind, item.timestamp) for item in media]


@pytest.mark.parametrize("zero", [0, 40, 57_600_000, (1 << 32) - 500])
def test_times_count_from_the_first_picture_whatever_the_encoders_clock_shows(zero):
    at = [(zero + offset) % (1 << 32) for offset in range(0, 2400, 40)]
    pieces, cutter = cut([*HEADERS, picture(at[0], key=True), *map(picture, at[1:])], late=lambda _: 0.0)
    assert [moment for piece in pieces for _, moment in times(piece)] == list(range(0, 2400, 40))
    assert zero > 1 << 31 or cutter.start.began == NOW


def test_the_earliest_arrival_of_the_first_second_tells_when_it_began():
    late = {0.0: 0.4, 0.04: 0.3, 0.08: 0.05}
    _, cutter = cut([*HEADERS, *map(picture, range(0, 1200, 40))], late=lambda since: late.get(since, 0.2))
    assert cutter.start.began == NOW + timedelta(seconds=0.05)


def test_the_first_piece_waits_for_the_pictures_that_were_announced():
    begun = [HEADERS[0], HEADERS[2], *map(sound, range(0, 3000, 100)), HEADERS[1], picture(3000, key=True)]
    pieces, cutter = cut(begun)
    assert len(pieces) == 2
    assert [item.kind for item in tags(pieces[0])][:3] == [DATA, AUDIO, VIDEO]
    assert cutter.start.codecs == "avc1.42c01f,mp4a.40.2"


def test_pictures_that_never_come_are_not_waited_for_for_ever():
    pieces, cutter = cut([HEADERS[0], HEADERS[2], *map(sound, range(0, 7000, 100))])
    assert times(pieces[0])[-1] == (AUDIO, 5000)
    assert cutter.start.codecs == "mp4a.40.2"


def test_sound_alone_says_so_in_the_head():
    pieces, _ = cut([HEADERS[2], *map(sound, range(0, 1200, 100))])
    assert pieces[0][:13] == header({AUDIO})


def test_what_cannot_be_decoded_yet_is_left_out():
    pieces, _ = cut([picture(0), HEADERS[1], picture(40, key=True)])
    assert [item.body[5:] for item in tags(pieces[0])] == [AVC_HEADER[5:], b"picture"]


def test_a_new_configuration_in_the_middle_stays_where_it_came():
    other = message(VIDEO, AVC_HEADER[:-1] + b"\1", at=40)
    pieces, _ = cut([HEADERS[1], picture(0, key=True), other, picture(40, key=True)])
    assert [item.body for item in tags(pieces[0])][0::2] == [AVC_HEADER, other.body]


def test_nothing_but_headers_leaves_nothing():
    assert cut(HEADERS)[0] == [b""]


def test_a_clock_that_stands_still_fills_no_memory():
    cutter = Cutter()
    big = b"x" * (MAX_PIECE // 3)
    pieces = [cutter.add(item, NOW) for item in [HEADERS[1], *(picture(0, big) for _ in range(9))]]
    assert sum(piece is not None for piece in pieces) == 2


@pytest.mark.parametrize("jump", [-3000, 61_000])
def test_a_clock_that_jumps_is_refused_in_words(jump):
    with pytest.raises(Refused, match="clock has jumped"):
        cut([HEADERS[1], picture(10_000, key=True), picture(10_000 + jump)])


def test_metadata_that_cannot_be_read_are_refused():
    with pytest.raises(ProtocolError):
        cut([message(DATA, encode("@setDataFrame", "onMetaData") + b"\x7f")])


def test_other_data_are_left_out():
    assert cut([message(DATA, encode("onCuePoint", {})), HEADERS[1], picture(0)])[0][0].count(b"onCuePoint") == 0
