"""Windows of a wav file; never the whole of it."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from helpcenter.errors import N_, UnusableMedia

RATE = 16_000
Samples = npt.NDArray[np.int16]


def seconds_of(speech: Path) -> float:
    """The length of `speech`; 0 for a file without samples.

    Raises UnusableMedia for what is not 16 kHz mono 16 bit.
    """
    if not speech.stat().st_size:
        return 0.0
    try:
        with wave.open(str(speech), "rb") as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            # A header written before the end was known claims too much.
            frames = min(file.getnframes(), speech.stat().st_size // 2)
    except (wave.Error, EOFError) as error:
        raise UnusableMedia(N_("The speech audio cannot be read (%(reason)s)."), reason=str(error)) from error
    if form != (RATE, 1, 2):
        raise UnusableMedia(N_("The speech audio must be 16 kHz, mono and 16 bit."))
    return frames / RATE


def window(speech: Path, start: float, end: float) -> Samples:
    """The samples from `start` to `end` seconds, fewer where the file ends."""
    with wave.open(str(speech), "rb") as file:
        first = min(int(start * RATE), file.getnframes())
        file.setpos(first)
        data = file.readframes(max(0, int(end * RATE) - first))
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")


def levels(samples: Samples, frame: float = 0.02) -> npt.NDArray[Any]:
    """Root mean squares of frames of `frame` seconds, in units of the 16-bit sample."""
    size = int(frame * RATE)
    count = len(samples) // size
    frames = samples[: count * size].reshape(count, size).astype(np.float32)
    return np.sqrt((frames**2).mean(axis=1)) if count else np.zeros(0, dtype=np.float32)
