"""pocketsphinx with the English model inside its package: the embedded default.

About one word in three is wrong, so that its text is a draft. Measured on 102 words of real speech, read and public:
29 % wrong with the mean taken over the whole chunk against 48 % live; 25 % with a quarter second of silence around it
and a wide second pass. Louder or quieter input, other noise removal and other weights did not help.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from workers.media.transcribe.audio import RATE, Samples, levels, window
from workers.media.transcribe.chunks import Chunk
from workers.media.transcribe.pieces import Piece, Recognised, mean_confidence

LONGEST = 18.0  # seconds of a chunk
PADDING = 0.25  # seconds of silence put around a chunk
FRAMES_PER_SECOND = 100
NOISE = 0.12  # mean confidence; chords have 0.06, speech 0.3 and more
SLOWEST = 0.8  # words in a voiced second; with fewer it was music
SLOWEST_FROM = 4.0  # voiced seconds, from which on that can be told
VARIANT = re.compile(r"\(\d+\)\Z")  # "and(2)" is another pronunciation of "and"
FILLERS = ("<", "[", "+")  # <sil>, [NOISE], ++BREATH++
FAINTEST = 32.0  # of 32768, -60 dBFS: the loudest frame of a chunk in which nobody speaks
VOICED = 0.1  # of the length of a chunk in which somebody speaks, by the voice detector at its strictest
SPOKEN = {"i": "I", "i'm": "I'm", "i'll": "I'll", "i've": "I've", "i'd": "I'd"}


class Sphinx:
    """Recognises chunks; the model (37 MB) is loaded once."""

    def __init__(self) -> None:
        import pocketsphinx

        self._decoder: Any = pocketsphinx.Decoder(
            samprate=RATE, loglevel="FATAL", fwdflatbeam=1e-80, fwdflatwbeam=1e-40
        )
        self._detector: Any = pocketsphinx.Vad(mode=3)

    def __call__(self, speech: Path, chunk: Chunk) -> Recognised:
        """The words of `chunk`, none if nobody speaks in it."""
        samples = window(speech, chunk.start, chunk.end)
        voiced = self._voiced(samples)
        if voiced <= VOICED * len(samples) / RATE:
            return Recognised(())
        silence = np.zeros(int(PADDING * RATE), dtype="<i2")
        self._decoder.start_utt()
        self._decoder.process_raw(np.concatenate([silence, samples, silence]).tobytes(), full_utt=True)
        self._decoder.end_utt()
        # No hypothesis at all: its segments must not be asked for.
        if self._decoder.hyp() is None:
            return Recognised(())
        heard = (_piece(segment, chunk.start - PADDING) for segment in self._decoder.seg())
        pieces = tuple(piece for piece in heard if piece is not None)
        music = voiced > SLOWEST_FROM and len(pieces) < SLOWEST * voiced
        return Recognised(()) if music or mean_confidence(pieces) < NOISE else Recognised(pieces, "en")

    def _voiced(self, samples: Samples) -> float:
        """The seconds in which somebody may speak."""
        loudness = levels(samples)
        if not len(loudness) or loudness.max() < FAINTEST:
            return 0.0
        data, size = samples.tobytes(), self._detector.frame_bytes
        frames = [data[place : place + size] for place in range(0, len(data) - size + 1, size)]
        count = sum(bool(self._detector.is_speech(frame)) for frame in frames)
        return count * int(size) / 2 / RATE


def _piece(segment: Any, offset: float) -> Piece | None:
    word = VARIANT.sub("", segment.word)
    if word.startswith(FILLERS):
        return None
    start = offset + segment.start_frame / FRAMES_PER_SECOND
    end = offset + (segment.end_frame + 1) / FRAMES_PER_SECOND
    return Piece(round(start, 3), round(end, 3), SPOKEN.get(word, word), round(float(segment.prob), 4))
