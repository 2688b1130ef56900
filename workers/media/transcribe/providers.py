"""The transcribers in the order in which they are asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from helpcenter.captions import guess_language
from helpcenter.errors import N_, Message
from workers.media.transcribe import ffmpeg_whisper, sphinx, whisper
from workers.media.transcribe.audio import seconds_of
from workers.media.transcribe.base import Progress, Span, SpeechConfig, Transcriber, Transcript
from workers.media.transcribe.job import Job
from workers.media.transcribe.pieces import mean_confidence, to_cues
from workers.media.transcribe.process import Limit, recognise

NO_AUDIO = N_("There is no sound in this recording, so there is no transcript.")
NO_SPEECH = N_("No speech was found in this recording.")
PARTLY = N_("Parts of the recording that could not be recognised and have no text: %(count)d.")
NOT_ENGLISH = N_(
    "The speech is not clear enough to recognise, or it is not English. Choose its language, or upload captions."
)
ONLY_ENGLISH = N_("The built-in speech recognition knows English only. Upload captions, or set up a Whisper model.")

SHORTEST = 0.3  # seconds; less sound is none
# Mean confidence of pocketsphinx below which a chunk in an unknown language is not English. Measured: English 0.31 (far
# away, two speakers) to 0.73, German 0.22.
CLEAR_ENGLISH = 0.3


def available(config: SpeechConfig) -> list[Transcriber]:
    """All transcribers, best first; `can` of each says whether it is ready on this machine."""
    return [FasterWhisper(config), WhisperFilter(config), PocketSphinx()]


def choose(transcribers: Iterable[Transcriber], language: str | None) -> Transcriber | None:
    """The first that can do `language`, None if there is none."""
    return next((transcriber for transcriber in transcribers if transcriber.can(language) is None), None)


@dataclass(frozen=True, slots=True)
class FasterWhisper:
    """faster-whisper with the model folder of the settings."""

    config: SpeechConfig
    name: str = "faster-whisper"
    draft: bool = False

    def can(self, language: str | None) -> Message | None:
        """None if package and model are here; models named *.en know English alone."""
        folder = self.config.whisper_model
        if folder is None:
            return Message(N_("No folder with a Whisper model is set (HELPCENTER_WHISPER_MODEL)."))
        if find_spec("faster_whisper") is None:
            return Message(N_("The package faster-whisper is not installed (pip install faster-whisper)."))
        if not folder.is_dir():
            return Message(N_("The folder %(folder)s for the Whisper model does not exist."), {"folder": str(folder)})
        if not (folder / "model.bin").is_file():
            return Message(
                N_("There is no model.bin in %(folder)s; the Whisper model is incomplete."), {"folder": str(folder)}
            )
        if folder.name.endswith(".en") and language not in {"en", None}:
            return Message(N_("The Whisper model in %(folder)s knows English only."), {"folder": str(folder)})
        return None

    def transcribe(
        self, speech: Path, *, language: str | None, silences: Sequence[Span], work_dir: Path, progress: Progress
    ) -> Transcript:
        """See Transcriber."""
        work = _Work(self.name, whisper.LONGEST, Limit(600.0, 12.0), model=str(self.config.whisper_model))
        return work.transcript(speech, language=language, silences=silences, work_dir=work_dir, progress=progress)


@dataclass(frozen=True, slots=True)
class WhisperFilter:
    """The whisper filter of the ffmpeg at hand, with the ggml model of the settings."""

    config: SpeechConfig
    name: str = "ffmpeg-whisper"
    draft: bool = False

    def can(self, language: str | None) -> Message | None:  # noqa: ARG002 -- its models know all languages
        """None if the model is here and this ffmpeg has the filter."""
        model = self.config.ffmpeg_whisper_model
        if model is None:
            return Message(N_("No model for ffmpeg's whisper filter is set (HELPCENTER_FFMPEG_WHISPER_MODEL)."))
        if not model.is_file():
            return Message(N_("The model %(file)s for ffmpeg's whisper filter does not exist."), {"file": str(model)})
        if not ffmpeg_whisper.has_filter(self.config.ffmpeg):
            return Message(N_("This ffmpeg has no whisper filter; that takes version 8, built with whisper.cpp."))
        return None

    def transcribe(
        self, speech: Path, *, language: str | None, silences: Sequence[Span], work_dir: Path, progress: Progress
    ) -> Transcript:
        """See Transcriber."""
        model = str(self.config.ffmpeg_whisper_model)
        work = _Work(self.name, ffmpeg_whisper.LONGEST, Limit(600.0, 16.0), model=model, ffmpeg=self.config.ffmpeg)
        return work.transcript(speech, language=language, silences=silences, work_dir=work_dir, progress=progress)


@dataclass(frozen=True, slots=True)
class PocketSphinx:
    """pocketsphinx: always here, English only, about one word in three wrong."""

    name: str = "pocketsphinx"
    draft: bool = True

    def can(self, language: str | None) -> Message | None:
        """None for English, and for an unknown language, which it notices not to understand."""
        return None if language in {"en", None} else Message(ONLY_ENGLISH)

    def transcribe(
        self, speech: Path, *, language: str | None, silences: Sequence[Span], work_dir: Path, progress: Progress
    ) -> Transcript:
        """See Transcriber."""
        clear = 0.0 if language == "en" else CLEAR_ENGLISH
        work = _Work(self.name, sphinx.LONGEST, Limit(300.0, 5.0), clear=clear, draft=True)
        return work.transcript(speech, language=language, silences=silences, work_dir=work_dir, progress=progress)


@dataclass(frozen=True, slots=True)
class _Work:
    """What all transcribers do alike; `clear` is the mean confidence below which a chunk is left out."""

    provider: str
    longest: float
    limit: Limit
    model: str = ""
    ffmpeg: str = "ffmpeg"
    clear: float = 0.0
    draft: bool = False

    def transcript(
        self, speech: Path, *, language: str | None, silences: Sequence[Span], work_dir: Path, progress: Progress
    ) -> Transcript:
        duration = seconds_of(speech)
        if duration < SHORTEST:
            return self._nothing(language, Message(NO_AUDIO))
        spans = tuple((float(start), float(end)) for start, end in silences)
        job = Job(
            self.provider,
            str(speech.resolve()),
            duration,
            language,
            spans,
            self.longest,
            model=self.model,
            ffmpeg=self.ffmpeg,
        )
        results = recognise(job, work_dir=work_dir, limit=self.limit, progress=progress)
        progress(1.0)
        crashed = sum(result.crashed for _, result in results)
        note = Message(PARTLY, {"count": crashed}) if crashed else None
        if not any(result.pieces for _, result in results):
            return self._nothing(language, note or Message(NO_SPEECH))
        results = [(chunk, result) for chunk, result in results if mean_confidence(result.pieces) >= self.clear]
        if not any(result.pieces for _, result in results):
            return self._nothing(language, note or Message(NOT_ENGLISH))
        cues = tuple(cue for _, result in results for cue in to_cues(result.pieces))
        languages = tuple((chunk.start, chunk.end, result.language) for chunk, result in results)
        spoken = language or _main_language(languages) or guess_language(" ".join(cue.text for cue in cues))
        return Transcript(cues, spoken, self.provider, draft=self.draft, note=note, chunk_languages=languages)

    def _nothing(self, language: str | None, why: Message) -> Transcript:
        return Transcript((), language, self.provider, draft=self.draft, note=why)


def _main_language(languages: Iterable[tuple[float, float, str | None]]) -> str | None:
    """The language that is spoken longest."""
    seconds: dict[str, float] = {}
    for start, end, language in languages:
        if language is not None:
            seconds[language] = seconds.get(language, 0.0) + end - start
    return max(seconds, key=lambda language: seconds[language], default=None)
