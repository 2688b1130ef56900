"""Where the picture changes, from tiny grey copies of frames.

A cut shows as many changed pixels, compared with what is usual nearby: a talking head moves all the time, slides do not.
A black stretch between two scenes is one change, at its middle (as PySceneDetect's threshold detector has it).
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.media import runner
from workers.media.ffmpeg import DECODERS, Tools
from workers.media.probe import MediaInfo
from workers.media.sandbox import Limits

WIDTH, HEIGHT = 64, 36
SIZE = WIDTH * HEIGHT
MIN_SCENE = 0.3

_SCRIPT = Path(__file__).with_name("frames_child.py")
_LIMITS = Limits(wall_floor=120.0, memory=2 << 30, file_size=1 << 20)
_CHANGED = 20
_BLACK = 12.0
_SAME = 0.001
_SHARE = 0.06
_ABOVE_USUAL = 2.0
_NEARBY = 12
# What may be looked at again, in frames: a fixed part, and one for each key frame that the pass decoded anyway.
_BUDGET, _BUDGET_PER_KEY_FRAME = 400, 0.4
_RECORD = struct.Struct(f"<d{SIZE}s")


@dataclass(frozen=True, slots=True)
class Thumbs:
    """Grey copies, 64 by 36, of the frames at `times`."""

    times: NDArray[np.float64]
    pixels: NDArray[np.uint8]

    def part(self, first: int, last: int) -> "Thumbs":
        """The frames from `first` up to, not including, `last`."""
        return Thumbs(self.times[first:last], self.pixels[first:last])


def load(times_file: Path, pixels_file: Path) -> Thumbs:
    """What the scan pass wrote: the times as `metadata=print` has them, the pixels raw."""
    times = printed_times(times_file)
    pixels = np.fromfile(pixels_file, dtype=np.uint8) if pixels_file.exists() else np.zeros(0, np.uint8)
    count = min(len(times), len(pixels) // SIZE)
    return Thumbs(np.array(times[:count]), pixels[: count * SIZE].reshape(count, SIZE))


def printed_times(path: Path) -> list[float]:
    """The times of the frames that a `metadata=print` filter saw."""
    if not path.exists():
        return []
    with path.open(encoding="ascii", errors="replace") as lines:
        return [printed_time(line) for line in lines if line.startswith("frame:")]


def printed_time(line: str) -> float:
    """The second of a frame, from its pts in thousandths: `pts_time` has six digits, so tenths of seconds after three hours."""
    return int(line.partition("pts:")[2].split()[0]) / 1000


def changed_share(thumbs: Thumbs) -> NDArray[np.float64]:
    """For each frame, which share of its pixels differs from the frame before; 0 for the first."""
    share = np.zeros(len(thumbs.times))
    for index in range(1, len(share)):
        difference = thumbs.pixels[index].astype(np.int16) - thumbs.pixels[index - 1]
        share[index] = np.count_nonzero(np.abs(difference) > _CHANGED) / SIZE
    return share


def cut_frames(thumbs: Thumbs) -> list[int]:
    """The frames that begin a new scene."""
    share = changed_share(thumbs)
    found: list[int] = []
    for index in np.flatnonzero(share > _SHARE):
        around = np.concatenate((share[max(index - _NEARBY, 1) : index], share[index + 1 : index + 1 + _NEARBY]))
        usual = float(np.percentile(around, 25)) if len(around) >= _NEARBY else 0.0
        if share[index] > 0.7 * _SHARE + _ABOVE_USUAL * usual:
            found.append(int(index))
    return found


def changes(thumbs: Thumbs, *, opening: bool = True) -> list[float]:
    """The seconds at which a new scene begins; a black stretch counts once, at its middle.

    `opening` says whether `thumbs` begins with the recording, so that black there is what comes before its first scene.
    """
    black = np.array([frame.mean() < _BLACK for frame in thumbs.pixels], dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], black.astype(np.int8), [0]))))
    runs = [
        (int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b < len(black) and (a > 0 or opening)
    ]
    middles = [float(thumbs.times[a] + thumbs.times[b]) / 2 for a, b in runs]
    cuts = [i for i in cut_frames(thumbs) if not black[i] and not any(a <= i <= b for a, b in runs)]
    times = sorted([*middles, *(float(thumbs.times[i]) for i in cuts)])
    kept: list[float] = []
    for time in times:
        if time - (kept[-1] if kept else 0.0) >= MIN_SCENE:
            kept.append(round(time, 3))
    return kept


def refined(tools: Tools, path: Path, info: MediaInfo, keys: Thumbs) -> list[float]:
    """`changes` of the key frames `keys`, with those that lie somewhere between two of them looked for frame by frame.

    An encoder puts a key frame on a cut that it notices; then the distance to the one before is shorter than usual and
    nothing is looked for. What the budget does not reach keeps the second of the key frame after it.
    """
    wanted = _doubtful(keys, info)
    if not wanted:
        return changes(keys)
    stretches = _joined([(float(keys.times[i - 1]), float(keys.times[i])) for i in wanted])
    seen = _frames(tools, path, info, stretches)
    found = [time for time in changes(keys) if not any(start < time <= end for start, end in stretches)]
    for start, end in stretches:
        inside = (seen.times >= start - _SAME) & (seen.times <= end + _SAME)
        within = changes(Thumbs(seen.times[inside], seen.pixels[inside]), opening=start <= keys.times[0])
        found += within or [end]
    return sorted(round(time, 3) for time in found)


def _joined(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches of which none begins where another ends: a black one may reach over a key frame."""
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and joined[-1][1] >= start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _doubtful(keys: Thumbs, info: MediaInfo) -> list[int]:
    gaps = np.diff(keys.times)
    if not len(gaps) or info.video is None:
        return []
    usual = float(np.percentile(gaps, 90))
    fps = min(info.video.fps or 30.0, 60.0)
    left = _BUDGET + _BUDGET_PER_KEY_FRAME * len(keys.times)
    chosen: list[int] = []
    for i in cut_frames(keys):
        frames = gaps[i - 1] * fps
        if gaps[i - 1] >= max(0.9 * usual, 0.6) and frames <= left:
            chosen.append(i)
            left -= frames
    return chosen


def _frames(tools: Tools, path: Path, info: MediaInfo, ranges: list[tuple[float, float]]) -> Thumbs:
    assert info.video is not None
    arguments = [info.format, DECODERS, str(info.video.index), f"{WIDTH}x{HEIGHT}", json.dumps(ranges)]
    data = runner.run_python(tools, _SCRIPT, arguments, inputs=[path], limits=_LIMITS).stdout
    records = [_RECORD.unpack_from(data, at) for at in range(0, len(data) - _RECORD.size + 1, _RECORD.size)]
    pixels = np.frombuffer(b"".join(record[1] for record in records), dtype=np.uint8).reshape(-1, SIZE)
    return Thumbs(np.array([record[0] for record in records]), pixels)


def poster_time(thumbs: Thumbs, duration: float) -> float:
    """The second of the frame that shows most, out of the first third after the opening."""
    early = np.flatnonzero((thumbs.times >= 0.02 * duration) & (thumbs.times <= 0.35 * duration))
    if not len(early):
        return float(thumbs.times[0]) if len(thumbs.times) else 0.0
    # One frame at a time: the deviations of a long recording's frames all at once would take more memory than all else.
    return float(thumbs.times[max(early, key=lambda frame: float(thumbs.pixels[frame].std()))])
