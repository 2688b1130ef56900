"""What a transcriber is, and what it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from helpcenter.captions import Cue
from helpcenter.errors import Message

Progress = Callable[[float], None]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SpeechConfig:
    """Where the models are; None where the operator has set none."""

    whisper_model: Path | None = None
    ffmpeg_whisper_model: Path | None = None
    ffmpeg: str = "ffmpeg"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said. Without cues, `note` says why; a `draft` is good for search, not for reading.

    `language` is None where nobody could tell; `chunk_languages` has (start, end, language) of each chunk, for recordings
    that change their language.
    """

    cues: tuple[Cue, ...]
    language: str | None
    provider: str
    draft: bool
    note: Message | None = None
    chunk_languages: tuple[tuple[float, float, str | None], ...] = ()


class Transcriber(Protocol):
    """One way from speech to text."""

    @property
    def name(self) -> str:
        """What rows keep as the provider."""

    @property
    def draft(self) -> bool:
        """Whether its text is good for search, not for reading."""

    def can(self, language: str | None) -> Message | None:
        """None if it can do this language (None: unknown) on this machine, else why not."""

    def transcribe(
        self, speech: Path, *, language: str | None, silences: Sequence[Span], work_dir: Path, progress: Progress
    ) -> Transcript:
        """The text of `speech` (wav, 16 kHz, mono, 16 bit); `silences` sorted, in seconds.

        Finished chunks are kept in `work_dir`: called again with the same speech it goes on where it ended. `progress`
        is called with 0 to 1 from this thread; what it raises ends the work. Raises Unavailable, NotConfigured,
        StorageFull, UnusableMedia.
        """
