"""Integrated loudness and range (EBU R 128, ITU-R BS.1770-4, EBU Tech 3342) from samples of a long recording.

ffmpeg's ebur128 costs more than decoding the sound. In a long recording it therefore hears three seconds of every few, on the
original channels; the level of every moment between is known from the mono speech audio, and the samples tell how K-weighted
loudness and mono level relate in that part of the recording. A short recording is heard whole.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.media.sound import Floats

HOP = 0.1
WINDOW = 3.0
HEARD_WHOLE = 120.0
ENOUGH = 180.0
MAX_PERIOD = 36.0
_WARM_UP = 5
_BLOCK = 4
_SHORT_TERM = 30
_OFFSET = 0.691
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = 10.0
_RANGE_GATE = 20.0
# More than this between loudness and mono level (as a factor): the channels cancel out, and mono tells nothing.
_CANCELLED = 1000.0
_NEIGHBOURS = 5
_TINY = 1e-20


@dataclass(frozen=True, slots=True)
class Loudness:
    """`integrated` in LUFS; `range` in LU."""

    integrated: float
    range: float


def period(duration: float) -> float:
    """The seconds from one three-second sample to the next; equal to 3 where all is heard."""
    if duration <= HEARD_WHOLE:
        return WINDOW
    return min(max(WINDOW, WINDOW * duration / ENOUGH), MAX_PERIOD)


def parse(path: Path) -> tuple[Floats, Floats]:
    """Times and momentary loudness (LUFS) from what `ametadata=print` wrote, its pts being thousandths of seconds."""
    times: list[float] = []
    values: list[float] = []
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("frame:"):
                now = int(line.partition("pts:")[2].split()[0]) / 1000
            elif line.startswith("lavfi.r128.M="):
                value = float(line.partition("=")[2])
                times.append(now)
                values.append(value if math.isfinite(value) else -120.0)
    return np.array(times), np.array(values)


def measure(times: Floats, momentary: Floats, energy: Floats, step: float) -> Loudness | None:
    """The loudness of a recording; None where it is silent or shorter than 0.4 s.

    `times` and `momentary` are ebur128's values every 100 ms where it listened, each over the 0.4 s that end 0.1 s after its
    time; `energy` is the mono mean square of every `step` seconds of the whole recording.
    """
    heard = 10 ** ((momentary + _OFFSET) / 10)
    gaps = np.diff(times) > 2 * HOP
    if not gaps.any():
        return _gated(heard[_BLOCK - 1 :])
    sums = np.concatenate(([0.0], np.cumsum(energy))) * step
    marks: Floats = np.arange(len(sums), dtype=np.float64) * step
    settled = _settled(gaps)
    loud = heard[settled]
    level = _levels(times[settled], sums, marks)
    grid: Floats = np.arange(_BLOCK - 1, int(marks[-1] / HOP), dtype=np.float64) * HOP
    ratio = _ratios(times[settled], loud, level, grid)
    return _gated(loud if ratio is None else _levels(grid, sums, marks) * ratio)


def _levels(times: Floats, sums: Floats, marks: Floats) -> Floats:
    """The mono mean square over the same 0.4 s as a momentary value of that time."""
    end = times + HOP
    return (np.interp(end, marks, sums) - np.interp(end - _BLOCK * HOP, marks, sums)) / (_BLOCK * HOP)


def _settled(gaps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which values heard only what belongs to them: not the first 0.5 s after a gap, nor the one that runs into the next."""
    index = np.arange(len(gaps) + 1)
    begins = np.concatenate(([True], gaps))
    since = index - np.maximum.accumulate(np.where(begins, index, 0))
    return (since >= _WARM_UP) & ~np.concatenate((gaps, [True]))


def _ratios(times: Floats, loud: Floats, level: Floats, grid: Floats) -> Floats | None:
    """For each moment of `grid`, loudness per mono level as the samples around it show it; None where mono tells nothing."""
    if not len(times) or loud.sum() > _CANCELLED * level.sum():
        return None
    count = int(grid[-1] / MAX_PERIOD) + 2
    part = np.minimum((times / MAX_PERIOD).astype(int), count - 1)
    kernel = np.ones(2 * _NEIGHBOURS + 1)
    loud_sums, level_sums = (
        np.convolve(np.bincount(part, values, count), kernel)[_NEIGHBOURS:-_NEIGHBOURS] for values in (loud, level)
    )
    overall = loud.sum() / level.sum()
    ratio = np.where(level_sums > 0, loud_sums / np.maximum(level_sums, _TINY), overall)
    along: Floats = np.minimum(ratio, _CANCELLED)[(grid / MAX_PERIOD).astype(int)]
    return along


def _moving_mean(values: Floats, width: int) -> Floats:
    """The mean of each value and the `width - 1` before it."""
    sums = np.cumsum(np.concatenate((np.zeros(width), values)))
    return (sums[width:] - sums[:-width]) / width


def _lufs(energy: float) -> float:
    return 10 * math.log10(max(energy, 1e-12)) - _OFFSET


def _above(blocks: Floats, gate: float) -> Floats:
    return blocks[blocks > 10 ** ((gate + _OFFSET) / 10)]


def _gated(blocks: Floats) -> Loudness | None:
    audible = _above(blocks, _ABSOLUTE_GATE)
    if not len(audible):
        return None
    loud = _above(audible, _lufs(float(audible.mean())) - _RELATIVE_GATE)
    return Loudness(round(_lufs(float(loud.mean())), 2), _range(blocks))


def _range(blocks: Floats) -> float:
    short_term = _above(_moving_mean(blocks, _SHORT_TERM)[_SHORT_TERM - 1 :], _ABSOLUTE_GATE)
    if not len(short_term):
        return 0.0
    heard = _above(short_term, _lufs(float(short_term.mean())) - _RANGE_GATE)
    low, high = np.percentile(heard, [10, 95])
    return round(_lufs(float(high)) - _lufs(float(low)), 1)
