"""The whisper filter of ffmpeg 8 and later, where it was built with it."""

import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from helpcenter.captions import parse_captions
from helpcenter.errors import InvalidInput
from workers.media import runner
from workers.media.ffmpeg import find_tools, source
from workers.media.sandbox import Limits
from workers.media.transcribe.chunks import Chunk
from workers.media.transcribe.pieces import Piece, Recognised

LONGEST = 300.0  # seconds of a chunk
QUEUE = 20  # seconds that the filter collects before it recognises; its default of 3 cuts sentences apart
# Memory for the largest model; a slow machine takes many seconds for one of speech.
LIMITS = Limits(wall_floor=300.0, wall_per_second=15.0, cpu_factor=16.0, memory=16 << 30)


@lru_cache(maxsize=8)
def has_filter(binary: str) -> bool:
    """Whether this ffmpeg lists the filter."""
    try:
        listed = subprocess.run(  # noqa: S603 -- the operator's ffmpeg with fixed arguments
            [binary, "-hide_banner", "-filters"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return any(line.split()[1:2] == [b"whisper"] for line in listed.stdout.splitlines())


class FfmpegWhisper:
    """Recognises chunks with the ggml `model`."""

    def __init__(self, ffmpeg: str, model: Path, language: str | None) -> None:
        self._tools = find_tools(ffmpeg_binary=ffmpeg)
        self._model = model
        self._language = language

    def __call__(self, speech: Path, chunk: Chunk) -> Recognised:
        """The phrases of `chunk`."""
        graph = graph_of(chunk, self._language)
        with tempfile.TemporaryDirectory(prefix="speech-") as folder:
            runner.run(
                self._tools,
                graph,
                inputs=[speech, self._model],
                out_dir=Path(folder),
                duration=chunk.end - chunk.start,
                limits=LIMITS,
            )
            written = Path(folder) / "speech.srt"
            data = written.read_bytes() if written.exists() else b""
        return Recognised(_phrases(data, chunk.start), self._language)


def graph_of(chunk: Chunk, language: str | None) -> list[str]:
    """The arguments that write the text of `chunk` to out/speech.srt; in1 is the model."""
    sound = source("wav", ss=chunk.start, t=round(chunk.end - chunk.start, 3)).audio
    heard = sound.filter(
        "whisper", model="in1", language=language or "auto", queue=QUEUE, destination="out/speech.srt", format="srt"
    )
    arguments: list[str] = heard.output("-", format="null").get_args()
    return arguments


def _phrases(data: bytes, offset: float) -> tuple[Piece, ...]:
    try:
        cues = parse_captions(data, name="speech.srt").cues
    except InvalidInput:
        return ()  # nobody spoke
    return tuple(
        Piece(round(offset + cue.start, 3), round(offset + cue.end, 3), cue.text.replace("\n", " ")) for cue in cues
    )
