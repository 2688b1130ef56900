"""One ffmpeg that makes finished segments of one take into FLV, as fast as they play: what other platforms are sent."""

import os
import select
import subprocess
from contextlib import ExitStack
from typing import Final

from workers.media import sandbox
from workers.media.ffmpeg import DECODERS, MAX_PIXELS, MAX_STREAMS, Tools
from workers.media.live.process import end
from workers.media.sandbox import Limits

_LIMITS: Final = Limits(memory=2 << 30, file_size=1 << 20, cpu_factor=1.0)
_FOREVER: Final = 10.0**8
_READ: Final = 1 << 16
ARGUMENTS: Final = [
    "-hide_banner", "-nostats", "-loglevel", "quiet", "-re", "-f", "mov", "-protocol_whitelist", "pipe",
    "-format_whitelist", "mov", "-codec_whitelist", DECODERS, "-max_pixels", str(MAX_PIXELS), "-max_streams",
    str(MAX_STREAMS), "-i", "pipe:0", "-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-f", "flv", "-flvflags",
    "no_duration_filesize", "-flush_packets", "1", "pipe:1",
]  # fmt: skip


class RemuxEnded(Exception):
    """It has ended, or was killed: nothing more comes out of it."""


class Remuxer:
    """Segments go in, FLV comes out; in its box, without a network. Not for several threads."""

    def __init__(self, tools: Tools) -> None:
        self._stack = ExitStack()
        program = sandbox.ffmpeg_program(tools.ffmpeg, ARGUMENTS)
        limited = sandbox.prlimit(_LIMITS, _FOREVER)
        box = self._stack.enter_context(sandbox.boxed(program, [], None, walls=tools.sandbox, limited=limited))
        self._process = subprocess.Popen(  # noqa: S603 -- fixed arguments
            box.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=box.cwd, env=box.env,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._in.fileno(), False)
        self._waiting = b""

    @property
    def pid(self) -> int:
        """The process that works."""
        return self._process.pid

    @property
    def hungry(self) -> bool:
        """Whether it has taken all that it was given."""
        return not self._waiting

    def give(self, data: bytes) -> None:
        """What it is to take next: the start of a take, or a segment."""
        self._waiting += data

    def turn(self, seconds: float) -> bytes:
        """What came out, after waiting for so long at most; meanwhile it takes what it was given. Raises RemuxEnded."""
        feeding = [self._in] if self._waiting else []
        readable, writable, _ = select.select([self._out], feeding, [], seconds)
        try:
            if writable:
                self._waiting = self._waiting[os.write(self._in.fileno(), self._waiting) :]
        except BrokenPipeError as error:
            raise RemuxEnded from error
        if not readable:
            return b""
        data = os.read(self._out.fileno(), _READ)
        if not data:
            raise RemuxEnded
        return data

    def no_more(self) -> None:
        """Nothing more is given: it ends by itself once all has come out."""
        self._in.close()
        self._waiting = b""

    def stop(self) -> None:
        """End it now, and leave nothing of it behind."""
        end(self._process)
        self._out.close()
        try:
            self._in.close()
        except BrokenPipeError:
            return
        finally:
            self._stack.close()
