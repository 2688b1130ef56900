"""What one reading of the speech audio tells: how loud each moment is, its pauses, its waveform."""

import math
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 16_000
STEP = 0.02
PEAK_STEP = 0.1
MAX_PEAKS = 36_000
MIN_PAUSE = 0.3
CHUNK = 60 * RATE
_FULL_SCALE = 32768.0
_FLOOR_DB = -90.0
# Quieter than this is silence, whatever the rest of the recording is like.
_SILENT_DB = -60.0
# How far from the noise floor to the level of speech a pause may reach.
_DEPTH = 0.4
_MIN_CONTRAST_DB = 6.0
_MAX_CONTRAST_DB = 50.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Variance per 20 ms (`energy`, full scale 1) and the loudest sample per 100 ms (`peaks`, 0 to 1)."""

    duration: float
    energy: Floats
    peaks: Floats


def read(path: Path) -> Sound:
    """The sound of a 16 kHz mono 16-bit WAV file; memory grows by 2 kB per minute, not with the samples."""
    energies: list[NDArray[np.float32]] = []
    peaks: list[NDArray[np.float32]] = []
    samples = 0
    with wave.open(str(path), "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            message = "speech audio must be 16 kHz mono 16-bit"
            raise ValueError(message)
        while data := file.readframes(CHUNK):
            chunk = np.frombuffer(data, dtype="<i2")
            samples += len(chunk)
            energies.append(_variances(chunk, round(STEP * RATE)))
            peaks.append(_peaks(chunk, round(PEAK_STEP * RATE)))
    return Sound(samples / RATE, _joined(energies), _joined(peaks))


def _joined(parts: list[NDArray[np.float32]]) -> Floats:
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)


def _padded(chunk: NDArray[np.int16], width: int) -> NDArray[np.int16]:
    missing = -len(chunk) % width
    return (np.pad(chunk, (0, missing)) if missing else chunk).reshape(-1, width)


def _variances(chunk: NDArray[np.int16], width: int) -> NDArray[np.float32]:
    """Mean squares about the mean: what cannot be heard, an offset or rumble of a few hertz, does not count as sound."""
    rows = _padded(chunk, width).astype(np.float32) / np.float32(_FULL_SCALE)
    squares = np.einsum("ij,ij->i", rows, rows) / np.float32(width)
    variances: NDArray[np.float32] = np.maximum(squares - rows.mean(axis=1) ** 2, np.float32(0))
    return variances


def _peaks(chunk: NDArray[np.int16], width: int) -> NDArray[np.float32]:
    rows = _padded(chunk, width)
    loudest = np.maximum(rows.max(axis=1).astype(np.float32), -rows.min(axis=1).astype(np.float32))
    peaks: NDArray[np.float32] = loudest / np.float32(_FULL_SCALE)
    return peaks


def decibels(energy: Floats) -> Floats:
    """Mean squares as dB of full scale, nothing below -90."""
    return 10 * np.log10(np.maximum(energy, 10 ** (_FLOOR_DB / 10)))


def silences(sound: Sound) -> list[tuple[float, float]]:
    """The pauses of at least 0.3 s, as (start, end), sorted.

    The threshold lies between the recording's own noise floor (10th percentile) and its speech (95th), so that a noisy
    room has pauses too; a recording without contrast has none, unless all of it is silent.
    """
    if not len(sound.energy):
        return []
    smooth = np.convolve(sound.energy, np.ones(3) / 3, mode="same")
    quiet = decibels(smooth) < _pause_threshold(decibels(smooth))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(np.int8), [0]))))
    spans = [
        (float(a) * STEP, min(float(b) * STEP, sound.duration)) for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
    return [(round(start, 2), round(end, 2)) for start, end in spans if end - start >= MIN_PAUSE]


def _pause_threshold(levels: Floats) -> float:
    speech = float(np.percentile(levels, 95))
    floor = max(float(np.percentile(levels, 10)), speech - _MAX_CONTRAST_DB)
    if speech < _SILENT_DB:
        return math.inf
    if speech - floor < _MIN_CONTRAST_DB:
        return _SILENT_DB
    return max(floor + _DEPTH * (speech - floor), _SILENT_DB)


def waveform(sound: Sound) -> dict[str, object]:
    """{"per_second", "duration", "peaks": whole numbers 0 to 100}; ten a second, fewer in recordings of over an hour."""
    group = max(1, math.ceil(len(sound.peaks) / MAX_PEAKS))
    missing = -len(sound.peaks) % group
    peaks = np.pad(sound.peaks, (0, missing)).reshape(-1, group).max(axis=1) if len(sound.peaks) else sound.peaks
    numbers = np.round(np.minimum(peaks, 1.0) * 100).astype(int).tolist()
    return {"per_second": 1 / (PEAK_STEP * group), "duration": round(sound.duration, 2), "peaks": numbers}
