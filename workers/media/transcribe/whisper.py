"""faster-whisper with a model folder on this machine; it never asks the network for one."""

from pathlib import Path
from typing import Any

import numpy as np

from helpcenter.errors import N_, NotConfigured
from workers.media.transcribe.audio import window
from workers.media.transcribe.chunks import Chunk
from workers.media.transcribe.pieces import Piece, Recognised
from workers.media.transcribe.sanity import is_credit

LONGEST = 300.0  # seconds of a chunk: what is lost at most; whisper itself looks at 30 s at a time
NO_SPEECH = 0.6  # probability of silence from which on the text is believed only if the words are likely
UNLIKELY = -1.0  # mean log probability of the words
REPETITIVE = 2.4  # compression ratio of text that loops
SURE = 0.5  # probability from which on the language is believed


class Whisper:
    """Recognises chunks with the model in `folder`; `language` None lets each chunk find its own."""

    def __init__(self, folder: Path, language: str | None) -> None:
        from faster_whisper import WhisperModel

        try:
            self._model: Any = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
        except (RuntimeError, ValueError, OSError) as error:
            message = N_("The Whisper model in %(folder)s cannot be loaded (%(reason)s). Download it again.")
            raise NotConfigured(message, folder=str(folder), reason=str(error)[:200]) from error
        self._language = language

    def __call__(self, speech: Path, chunk: Chunk) -> Recognised:
        """The words of `chunk` with their punctuation, and its language."""
        samples = window(speech, chunk.start, chunk.end).astype(np.float32) / 32768
        # Without the text before: that is what loops feed on.
        segments, info = self._model.transcribe(
            samples,
            language=self._language,
            vad_filter=True,
            word_timestamps=True,
            condition_on_previous_text=False,
            no_speech_threshold=NO_SPEECH,
            compression_ratio_threshold=REPETITIVE,
        )
        pieces = [piece for segment in segments if believable(segment) for piece in words_of(segment, chunk.start)]
        known = self._language or (info.language if info.language_probability >= SURE else None)
        return Recognised(tuple(pieces), known)


def believable(segment: Any) -> bool:
    """Whether a segment of whisper is speech and not one of its inventions on silence or music."""
    if segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < UNLIKELY:
        return False
    return segment.compression_ratio <= REPETITIVE and not is_credit(segment.text)


def words_of(segment: Any, offset: float) -> list[Piece]:
    """The words of a segment; a token without a space before it belongs to the word before ("E", "-Bike")."""
    pieces: list[Piece] = []
    for word in segment.words or ():
        text = word.word.strip()
        # The library's numbers are numpy's, which JSON does not know.
        start, end, sure = offset + float(word.start), offset + float(word.end), float(word.probability)
        if pieces and not word.word.startswith(" "):
            last = pieces.pop()
            pieces.append(Piece(last.start, end, last.text + text, min(last.confidence, sure)))
        elif text:
            pieces.append(Piece(start, end, text, sure))
    return pieces or [Piece(offset + float(segment.start), offset + float(segment.end), segment.text.strip())]
