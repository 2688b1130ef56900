"""Runs inside the sandbox: small grey copies of all frames of `in0` in some stretches, raw on standard output.

Called as: SITE DEMUXER DECODERS STREAM WIDTHxHEIGHT RANGES (JSON, seconds). Each record is a little-endian double, the
second, and the pixels. Seconds count from the start of the file, as ffmpeg's own do.
"""

import json
import struct
import sys
from typing import Any

sys.path.insert(0, sys.argv[1])

import av
import av.error


def main() -> None:
    """Write every frame of every stretch."""
    demuxer, decoders, index, size, ranges = sys.argv[2:7]
    width, height = (int(part) for part in size.split("x"))
    options = {"protocol_whitelist": "file", "format_whitelist": demuxer, "codec_whitelist": decoders}
    with av.open("file:in0", format=demuxer, options=options, metadata_errors="replace") as container:
        stream = container.streams[int(index)]
        stream.codec_context.thread_count = 1
        for start, end in json.loads(ranges):
            write_stretch(container, stream, (start, end), (width, height))


def write_stretch(container: Any, stream: Any, span: tuple[float, float], size: tuple[int, int]) -> None:
    """Write the frames from `span`'s first to its last second."""
    zero = (container.start_time or 0) / av.time_base
    width, height = size
    try:
        container.seek(int((span[0] + zero + 0.001) / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            now = frame.time - zero if frame.time is not None else span[0]
            if now > span[1] + 0.001:
                return
            if now >= span[0] - 0.001:
                plane = frame.reformat(width=width, height=height, format="gray").planes[0]
                data, step = bytes(plane), plane.line_size
                rows = b"".join(data[row * step : row * step + width] for row in range(height))
                sys.stdout.buffer.write(struct.pack("<d", now) + rows)
    except av.error.FFmpegError:
        return


main()
