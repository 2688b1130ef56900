"""The pictures that appear when somebody moves along the timeline: one sheet of small tiles, and which second each shows."""

import json
import math
from pathlib import Path

from helpcenter.errors import N_, UnusableMedia
from workers.media import files

WIDTH, HEIGHT, COLUMNS = 160, 90, 10
MAX_TILES = 200
MIN_INTERVAL = 2.0


def interval(duration: float) -> float:
    """The seconds between two tiles, so that there are never more than 200."""
    return max(MIN_INTERVAL, duration / (MAX_TILES - 1))


def expected(duration: float) -> int:
    """How many tiles the sheet has room for."""
    return math.floor(duration / interval(duration)) + 1


def describe(out_dir: Path, times: list[float], *, duration: float) -> None:
    """Write storyboard.json and storyboard.vtt for the sheet storyboard.jpg, whose tiles show the seconds `times`.

    The JSON: {"image", "width", "height", "columns", "interval", "tiles": [seconds]}. The VTT is what players take:
    cues whose text is `storyboard.jpg#xywh=x,y,width,height`.
    """
    times = times[: expected(duration)]
    sheet = out_dir / "storyboard.jpg"
    if not times or not sheet.exists() or not is_jpeg(sheet):
        raise UnusableMedia(N_("The picture of this recording cannot be decoded. Please export it again as mp4."))
    data = {
        "image": sheet.name, "width": WIDTH, "height": HEIGHT, "columns": COLUMNS,
        "interval": round(interval(duration), 3), "tiles": [round(time, 3) for time in times],
    }  # fmt: skip
    files.write_bytes(out_dir, "storyboard.json", json.dumps(data, separators=(",", ":")).encode())
    lines = ["WEBVTT", ""]
    for index, (start, end) in enumerate(
        zip([0.0, *times[1:]], [*times[1:], max(duration, times[-1] + 0.001)], strict=True)
    ):
        x, y = index % COLUMNS * WIDTH, index // COLUMNS * HEIGHT
        lines += [f"{clock(start)} --> {clock(end)}", f"{sheet.name}#xywh={x},{y},{WIDTH},{HEIGHT}", ""]
    files.write_bytes(out_dir, "storyboard.vtt", "\n".join(lines).encode())


def is_jpeg(path: Path) -> bool:
    """Whether a JPEG file is there from its first marker to its last."""
    data = path.read_bytes()
    return data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\x00").endswith(b"\xff\xd9")


def clock(seconds: float) -> str:
    """`seconds` as a WebVTT time."""
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
