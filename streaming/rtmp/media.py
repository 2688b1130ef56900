"""Which pictures and sound are taken: H.264 and AAC, as FLV carries them. Sources: FLV 10.1, annex E; Enhanced RTMP v2."""

from typing import Final

from streaming.rtmp.chunks import Message
from streaming.rtmp.errors import ProtocolError, Refused
from streaming.rtmp.messages import AUDIO, VIDEO

CODEC: Final = "codec"
"""The code of a refusal for the codec's sake."""
AVC: Final = 7
AAC: Final = 10
_COMMAND_FRAME: Final = 5
_ENHANCED_VIDEO: Final = 0x80
_ENHANCED_AUDIO: Final = 9
_ENHANCED_HEAD: Final = 5
# Enhanced RTMP's packet types of H.264, and FLV's own: sequence header, pictures with and without an offset, the end.
_START, _CODED, _END, _CODED_X = 0, 1, 2, 3
_VIDEO_HEAD: Final = 5
_AUDIO_HEAD: Final = 2

_VIDEO_NAMES: Final = {2: "Sorenson H.263", 3: "Screen video", 4: "VP6", 5: "VP6", 6: "Screen video 2", 12: "H.265"}
_AUDIO_NAMES: Final = {1: "ADPCM", 2: "MP3", 5: "Nellymoser", 6: "Nellymoser", 11: "Speex", 13: "Opus", 14: "MP3"}


def taken(message: Message) -> Message | None:
    """The message as it is kept, in FLV's own form; None for one without media. Raises Refused for other codecs."""
    if not message.body:
        return None
    return _video(message) if message.kind == VIDEO else _audio(message)


def is_header(message: Message) -> bool:
    """Whether this (taken) message tells how to decode those that follow."""
    return message.body[1] == 0


def is_audio(message: Message) -> bool:
    """Whether it is sound."""
    return message.kind == AUDIO


def codec_of(header: Message) -> str:
    """The codec in a sequence header, as browsers call it (RFC 6381). Raises ProtocolError."""
    if is_audio(header):
        if len(header.body) <= _AUDIO_HEAD:
            raise ProtocolError("an empty AAC configuration")
        return f"mp4a.40.{header.body[_AUDIO_HEAD] >> 3}"
    profile = header.body[_VIDEO_HEAD + 1 : _VIDEO_HEAD + 4]
    if len(profile) < 3:  # noqa: PLR2004 -- profile, compatibility, level
        raise ProtocolError("an empty H.264 configuration")
    return f"avc1.{profile.hex()}"


def _video(message: Message) -> Message | None:
    first = message.body[0]
    if first & _ENHANCED_VIDEO:
        return _plain(message)
    if first & 15 != AVC:
        name = _VIDEO_NAMES.get(first & 15, f"codec {first & 15}")
        raise Refused(f"The picture comes as {name}. Set the encoder to H.264 (AVC).", CODEC)
    if first >> 4 == _COMMAND_FRAME:
        return None
    return _whole(message, _VIDEO_HEAD)


def _audio(message: Message) -> Message | None:
    form = message.body[0] >> 4
    if form == _ENHANCED_AUDIO:
        name = message.body[1:5].decode("ascii", errors="replace")
        raise Refused(f"The sound comes as {name.strip()}. Set the encoder to AAC.", CODEC)
    if form != AAC:
        raise Refused(f"The sound comes as {_AUDIO_NAMES.get(form, f'codec {form}')}. Set the encoder to AAC.", CODEC)
    return _whole(message, _AUDIO_HEAD)


def _whole(message: Message, head: int) -> Message | None:
    if len(message.body) < head:
        raise ProtocolError("a picture or sound without its head")
    return message


def _plain(message: Message) -> Message | None:
    """H.264 in Enhanced RTMP's form, put into FLV's own, which every reader knows."""
    body = message.body
    name = body[1:_ENHANCED_HEAD].decode("ascii", errors="replace")
    if name != "avc1":
        raise Refused(f"The picture comes as {name.strip()}. Set the encoder to H.264 (AVC).", CODEC)
    frame, packet, rest = body[0] & 0x70, body[0] & 15, body[_ENHANCED_HEAD:]
    if packet in {_START, _END, _CODED_X}:
        rest = bytes(3) + rest
    elif packet != _CODED:
        return None
    kind = _CODED if packet == _CODED_X else packet
    plain = Message(VIDEO, message.stream, message.timestamp, bytes([frame | AVC, kind]) + rest)
    return _whole(plain, _VIDEO_HEAD)
