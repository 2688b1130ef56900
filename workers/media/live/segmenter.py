"""One ffmpeg that makes a take's chunks into segments as they come: the picture copied where every browser plays it.

The same chunks make the same segments. So after a crash all chunks are simply fed once more, as fast as ffmpeg takes them, and
nothing has to be remembered. ffmpeg runs in its box, without a network, and reads nothing but what we feed it.
"""

import fcntl
import os
import select
import subprocess
import time
from contextlib import ExitStack, suppress
from typing import Final

from streaming.local.takes import Container, Take
from workers.media import mp4, sandbox
from workers.media.ffmpeg import DECODERS, MAX_PIXELS, MAX_STREAMS, Tools
from workers.media.live.process import end
from workers.media.sandbox import Limits

DEMUXERS: Final = {Container.WEBM: "matroska", Container.MP4: "mov", Container.FLV: "flv"}
SECONDS: Final = 2
"""How long a segment is, where the encoder sends a key frame as often."""
_LIMITS: Final = Limits(memory=2 << 30, file_size=1 << 30, cpu_factor=1.0)
_FOREVER: Final = 10.0**8
"""Seconds; a session lasts as long as it lasts, and waiting costs no CPU."""
_TAIL: Final = 8000
_TURN: Final = 0.2
"""Seconds for which what has come is fed at once; what is fed again after a crash is often an hour of pictures."""
_PIPE: Final = 1 << 20
"""Bytes that wait for ffmpeg while we look after other things."""
_COPIED: Final = ("h264", "avc1")
# A browser tells no frame rate. ffmpeg then takes it for that of its clock, a thousand, and would make as many pictures.
_AS_IT_COMES: Final = ["-fps_mode", "vfr", "-r", "30"]
# Each picture lasts until the next one. Else ffmpeg moves the first one of a segment to where the last one should have ended:
# an encoder whose line was full drops all up to a key frame, and a clip that begins with it would be late by as much.
_TO_THE_NEXT: Final = ["-bsf:v", "setts=pts=PTS:dts=DTS:duration=if(gt(NEXT_DTS\\,DTS)\\,NEXT_DTS-DTS\\,DURATION)"]
_HD: Final = "scale=w='min(1280,iw)':h='min(720,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"


class Segmenter:
    """Feeds one take into one ffmpeg. Not for several threads."""

    def __init__(self, tools: Tools, take: Take) -> None:
        take.feed_again()
        self.take = take
        self.fed = 0
        self._stack = ExitStack()
        program = sandbox.ffmpeg_program(tools.ffmpeg, arguments(take))
        limited = sandbox.prlimit(_LIMITS, _FOREVER)
        box = self._stack.enter_context(
            sandbox.boxed(program, [], take.folder / "hls", walls=tools.sandbox, limited=limited)
        )
        self._said = self._stack.enter_context((take.folder / "ffmpeg.log").open("wb"))
        self._process = subprocess.Popen(  # noqa: S603 -- fixed arguments, see `arguments`
            box.argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said, cwd=box.cwd, env=box.env,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        os.set_blocking(self._pipe.fileno(), False)
        with suppress(PermissionError):  # where all pipes of a user have much already, ours stays small
            fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, _PIPE)
        self._rest = memoryview(b"")

    @property
    def pid(self) -> int:
        """The process that works."""
        return self._process.pid

    def feed(self) -> None:
        """Give ffmpeg what has come since, as much as it takes within a moment. Raises BrokenPipeError."""
        until = time.monotonic() + _TURN
        while (self._rest or self._next()) and (left := until - time.monotonic()) > 0:
            try:
                self._rest = self._rest[os.write(self._pipe.fileno(), self._rest) :]
            except BlockingIOError:
                self._wait_for_room(left)

    def _wait_for_room(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._pipe, select.POLLOUT)
        poll.poll(seconds * 1000)

    @property
    def drained(self) -> bool:
        """Whether all that has come was given."""
        return not self._rest and self.fed >= self.take.count()

    def end(self) -> None:
        """Nothing more comes: ffmpeg writes the last segment and ends by itself."""
        with suppress(BrokenPipeError):
            self._pipe.close()

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """End it now, and leave nothing of it behind."""
        end(self._process)
        self.end()
        self._stack.close()

    def wait(self, seconds: float) -> int | None:
        """Its exit status, once it is over or after so many seconds."""
        deadline = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        return self._process.poll()

    @property
    def complaint(self) -> str:
        """The end of what ffmpeg said."""
        try:
            return (self.take.folder / "ffmpeg.log").read_bytes()[-_TAIL:].decode(errors="replace")
        except FileNotFoundError:
            return ""

    def _next(self) -> bool:
        """Take the next chunk up, if it has come."""
        try:
            self._rest = memoryview(self.take.chunk(self.fed).read_bytes())
        except FileNotFoundError:
            return False
        self.fed += 1
        return True


def arguments(take: Take) -> list[str]:
    """What ffmpeg is told for this take."""
    demuxer = DEMUXERS[take.container]
    return [
        "-hide_banner", "-nostats", "-loglevel", "warning", "-y", "-fflags", "+genpts+discardcorrupt", "-probesize", "2000000",
        "-analyzeduration", "2000000", "-f", demuxer, "-protocol_whitelist", "pipe", "-format_whitelist", demuxer,
        "-codec_whitelist", DECODERS, "-max_pixels", str(MAX_PIXELS), "-max_streams", str(MAX_STREAMS), "-i", "pipe:0",
        "-map", "0:v:0?", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1", *_picture(take), *_sound(take),
        "-f", "hls", "-hls_time", str(SECONDS), "-hls_list_size", "0", "-hls_segment_type", "fmp4",
        "-hls_fmp4_init_filename", "init.mp4", "-hls_flags", "independent_segments+temp_file",
        "-hls_segment_filename", "out/%05d.m4s", "-flush_packets", "1", "out/index.m3u8",
    ]  # fmt: skip


def _picture(take: Take) -> list[str]:
    if any(name in take.codecs.lower() for name in _COPIED):
        return ["-c:v", "copy", *_TO_THE_NEXT]
    keys = f"expr:gte(t,n_forced*{SECONDS})"
    return ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-crf", "24", "-pix_fmt", "yuv420p",
            "-vf", _HD, "-force_key_frames", keys, "-threads", "2", *_AS_IT_COMES, *_TO_THE_NEXT]  # fmt: skip


def _sound(take: Take) -> list[str]:
    if any(name in take.codecs.lower() for name in ("mp4a", "aac")):
        return ["-c:a", "copy", *(["-bsf:a", "aac_adtstoasc"] if take.container is Container.FLV else [])]
    return ["-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]


def tracks_of(take: Take) -> list[str]:
    """Of what it is made, "video" and "audio"; nothing before its first segment."""
    if not take.init.exists():
        return []
    kinds = {"vide": "video", "soun": "audio"}
    return sorted(kinds[track.kind] for track in mp4.read(take.init).tracks if track.kind in kinds)
