"""Runs inside the sandbox, alone with one file: what is in `in0`, as JSON. Only PyAV and the standard library are there.

Called as: SITE DEMUXER DECODERS MAX_STREAMS. Prints {"error": words} for a file that cannot be read.
"""

import json
import sys
from fractions import Fraction
from typing import Any

sys.path.insert(0, sys.argv[1])

import av
import av.error

TAIL_SECONDS = 2.0
# Their headers say nothing reliable about the length.
COUNTED = {"mp3", "aac", "mpegts"}


def main() -> None:
    """Print the description of `in0`."""
    demuxer, decoders, max_streams = sys.argv[2:5]
    options = {
        "protocol_whitelist": "file", "format_whitelist": demuxer, "codec_whitelist": decoders, "max_streams": max_streams,
    }  # fmt: skip
    try:
        with av.open("file:in0", format=demuxer, options=options, metadata_errors="replace") as container:
            print(json.dumps(describe(container, demuxer)))  # noqa: T201 -- the parent reads it
    except (av.error.FFmpegError, ValueError, OverflowError, MemoryError) as error:
        print(json.dumps({"error": getattr(error, "strerror", "") or str(error) or type(error).__name__}))  # noqa: T201


def describe(container: Any, demuxer: str) -> dict[str, Any]:
    """Format, duration (declared and really there), streams, chapters and tags."""
    declared = container.duration / av.time_base if container.duration else None
    start = (container.start_time or 0) / av.time_base
    streams = [stream_info(stream) for stream in container.streams]
    chapters = [chapter_info(chapter) for chapter in container.chapters()]
    return {
        "format": container.format.name,
        "declared": declared,
        "end": last_second(container, declared, start, counted=demuxer in COUNTED),
        "streams": streams,
        "chapters": chapters,
        "tags": {str(key).lower(): str(value) for key, value in container.metadata.items()},
    }


def stream_info(stream: Any) -> dict[str, Any]:
    """One stream in plain words and numbers."""
    context = getattr(stream, "codec_context", None)
    info: dict[str, Any] = {
        "index": stream.index,
        "type": stream.type,
        "codec": codec_name(context),
        "language": stream.language,
        "picture": bool(stream.disposition & stream.disposition.attached_pic) if stream.type == "video" else False,
        "default": bool(stream.disposition & stream.disposition.default),
    }
    if stream.type == "video" and context is not None:
        rate = stream.average_rate or stream.guessed_rate
        info |= {
            "width": context.width,
            "height": context.height,
            "pix_fmt": context.pix_fmt,
            "fps": float(rate) if rate else None,
        }
    if stream.type == "audio" and context is not None:
        info |= {"channels": context.channels, "sample_rate": context.sample_rate}
    return info


def codec_name(context: Any) -> str | None:
    """The codec (not its decoder); None where this ffmpeg does not know it."""
    if context is None:
        return None
    try:
        return str(context.codec.canonical_name)
    except (AttributeError, ValueError):
        return str(context.name)


def chapter_info(chapter: Any) -> dict[str, Any]:
    """Start and end in seconds, and the title."""
    base = Fraction(chapter["time_base"])
    title = chapter["metadata"].get("title", "")
    return {"start": float(chapter["start"] * base), "end": float(chapter["end"] * base), "title": title}


def last_second(container: Any, declared: float | None, start: float, *, counted: bool) -> float:
    """Where the last packet of picture or sound ends: a file that was cut off declares more than it has."""
    played = [
        s
        for s in container.streams
        if s.type == "audio" or (s.type == "video" and not s.disposition & s.disposition.attached_pic)
    ]
    if not played:
        return 0.0
    if declared and not counted:
        try:
            container.seek(int((start + max(declared - TAIL_SECONDS, 0.0)) * av.time_base))
            end = demuxed_end(container, played) - start
        except av.error.FFmpegError:
            end = 0.0
        if end > declared - 2 * TAIL_SECONDS and end > 0:
            return end
        container.seek(int(start * av.time_base))
    return demuxed_end(container, played) - start


def demuxed_end(container: Any, streams: list[Any]) -> float:
    """The end of the last packet from here on, as far as the file can be read."""
    end = 0.0
    try:
        for packet in container.demux(streams):
            if packet.pts is not None and packet.time_base is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    except av.error.FFmpegError:
        pass
    return end


main()
