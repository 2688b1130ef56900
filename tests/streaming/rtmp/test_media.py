"""Which codecs are taken."""

import pytest

from streaming.rtmp.errors import ProtocolError, Refused
from streaming.rtmp.media import codec_of, taken
from streaming.rtmp.messages import AUDIO, VIDEO
from tests.streaming.rtmp.encoder import AAC_HEADER, AVC_HEADER, message, picture, sound


@pytest.mark.parametrize("item", [picture(0), picture(0, key=True), sound(0), message(VIDEO, AVC_HEADER)])
def test_h264_and_aac_are_taken_as_they_are(item):
    assert taken(item) == item


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (VIDEO, b"\x1c\0\0\0\0", "The picture comes as H.265. Set the encoder to H.264 (AVC)."),
        (VIDEO, b"\x22\0\0\0\0", "The picture comes as Sorenson H.263. Set the encoder to H.264 (AVC)."),
        (VIDEO, b"\x2f\0\0\0\0", "The picture comes as codec 15. Set the encoder to H.264 (AVC)."),
        (VIDEO, b"\x90hvc1\0", "The picture comes as hvc1. Set the encoder to H.264 (AVC)."),
        (VIDEO, b"\x90av01\0", "The picture comes as av01. Set the encoder to H.264 (AVC)."),
        (AUDIO, b"\x2f\0", "The sound comes as MP3. Set the encoder to AAC."),
        (AUDIO, b"\x90Opus", "The sound comes as Opus. Set the encoder to AAC."),
    ],
)
def test_other_codecs_are_refused_in_words(kind, body, words):
    with pytest.raises(Refused) as refused:
        taken(message(kind, body))
    assert refused.value.text == words


@pytest.mark.parametrize(
    ("enhanced", "plain"),
    [
        (b"\x90avc1" + AVC_HEADER[5:], AVC_HEADER),
        (b"\xa1avc1\0\0\x50data", b"\x27\1\0\0\x50data"),
        (b"\xa3avc1data", b"\x27\1\0\0\0data"),
        (b"\x92avc1", b"\x17\2\0\0\0"),
    ],
    ids=["header", "with offset", "without", "the end"],
)
def test_h264_in_the_enhanced_form_is_put_into_the_plain_one(enhanced, plain):
    assert taken(message(VIDEO, enhanced, at=7)) == message(VIDEO, plain, at=7)


@pytest.mark.parametrize("item", [message(AUDIO, b""), message(VIDEO, b"\x57\0"), message(VIDEO, b"\x94avc1colour")])
def test_messages_without_media_are_nothing(item):
    assert taken(item) is None


@pytest.mark.parametrize("item", [message(AUDIO, b"\xaf"), message(VIDEO, b"\x17\1"), message(VIDEO, b"\xa1avc1")])
def test_half_a_head_is_a_protocol_error(item):
    with pytest.raises(ProtocolError):
        taken(item)


def test_codecs_are_named_as_browsers_name_them():
    assert codec_of(message(VIDEO, AVC_HEADER)) == "avc1.42c01f"
    assert codec_of(message(AUDIO, AAC_HEADER)) == "mp4a.40.2"
    for empty in (message(VIDEO, AVC_HEADER[:6]), message(AUDIO, AAC_HEADER[:2])):
        with pytest.raises(ProtocolError):
            codec_of(empty)
