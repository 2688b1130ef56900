"""Caption texts: read from WebVTT, SRT or SBV, written as such, moved in time."""

import re
from dataclasses import dataclass, replace
from typing import Final

_TIME: Final = re.compile(
    r"(?P<a>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})(?:\s*-->\s*|,)(?P<b>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})[^\n]*"
)


class CannotConvertError(ValueError):
    """No such form, or no cue in the text."""


@dataclass(frozen=True)
class Line:
    """What is said from `start` to `end`, in seconds."""

    start: float
    end: float
    text: str


def read(content: bytes) -> list[Line]:
    """The cues, whatever the form. Raises CannotConvertError where there is none."""
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    lines = []
    for block in re.split(r"\n\s*\n", text):
        if match := _TIME.search(block):
            said = block[match.end() :].strip("\n")
            lines.append(Line(_seconds(match["a"]), _seconds(match["b"]), said))
    if not lines:
        raise CannotConvertError
    return lines


def convert(content: bytes, form: str) -> bytes:
    """The same cues as vtt, srt or sbv. Raises CannotConvertError."""
    return write(read(content), form)


def write(lines: list[Line], form: str) -> bytes:
    """Cues as vtt, srt or sbv. Raises CannotConvertError for another form."""
    if form == "vtt":
        blocks = [f"{_clock(line.start)} --> {_clock(line.end)}\n{line.text}" for line in lines]
        return ("WEBVTT\n\n" + "\n\n".join(blocks) + "\n").encode()
    if form == "srt":
        times = [f"{_clock(line.start)} --> {_clock(line.end)}".replace(".", ",") for line in lines]
        return (
            "\n\n".join(f"{n}\n{t}\n{x.text}" for n, (t, x) in enumerate(zip(times, lines, strict=True), 1)) + "\n"
        ).encode()
    if form == "sbv":
        blocks = [f"{_clock(line.start)},{_clock(line.end)}\n{line.text}" for line in lines]
        return ("\n\n".join(blocks) + "\n").encode()
    raise CannotConvertError


def cut(lines: list[Line], start: float, end: float) -> list[Line]:
    """What remains between these seconds, on a new clock that begins at `start`."""
    kept = [line for line in lines if line.end > start and line.start < end]
    return [replace(line, start=max(line.start, start) - start, end=min(line.end, end) - start) for line in kept]


def _seconds(text: str) -> float:
    parts = [float(part) for part in text.replace(",", ".").split(":")]
    return sum(part * 60.0**power for power, part in enumerate(reversed(parts)))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
