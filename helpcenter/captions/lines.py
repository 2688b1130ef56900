"""WebVTT, SRT and SBV: mended line by line into clean WebVTT, which webvtt-py then reads.

Mending before parsing keeps line numbers for the warnings, and hostile input away from the library's patterns.
"""

import re
from itertools import pairwise

import webvtt

from helpcenter.captions.model import CaptionFile, Cue
from helpcenter.captions.text import voices
from helpcenter.captions.times import parse_timing, stamp
from helpcenter.captions.warn import BROKEN_TIMES, Warnings

ARROW = "-->"
HEADER = re.compile(r"WEBVTT(?=\s|\Z)", re.IGNORECASE)
TIME_LIKE = re.compile(r"\d:\d")
SBV_TIMING = re.compile(r"\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3},\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3}")
LANGUAGE = re.compile(r"language:\s{0,8}([a-z]{2})\b", re.IGNORECASE)


def read_lines(text: str, *, is_vtt: bool) -> CaptionFile:
    """The cues of WebVTT (`is_vtt`, whose header may be missing), SRT or SBV, not yet repaired."""
    rows = [row.strip() for row in text.split("\n")]
    first = next(index for index, row in enumerate(rows) if row)
    header = ["WEBVTT", ""]
    if HEADER.match(rows[first]):
        is_vtt = True
        end = next((index for index in range(first, len(rows)) if not rows[index] or ARROW in rows[index]), len(rows))
        header = ["WEBVTT" + rows[first][6:], *rows[first + 1 : end], ""]
        rows[first:end] = [""] * (end - first)
    clean, warnings = _mend(rows, is_vtt=is_vtt)
    read = webvtt.WebVTT.from_string("\n".join(header + clean))
    cues = [cue for caption in read.captions for cue in _cues_of(caption)]
    language = next((match[1].lower() for row in read.metadata if (match := LANGUAGE.match(row))), None)
    notes = [
        *read.header_comments,
        *(note for caption in read.captions for note in caption.comments),
        *read.footer_comments,
    ]
    return CaptionFile(
        tuple(cues),
        language=language,
        warnings=warnings.messages(),
        notes=tuple(notes),
        format="vtt" if is_vtt else "srt",
    )


def _mend(rows: list[str], *, is_vtt: bool) -> tuple[list[str], Warnings]:
    """`rows` with well-formed timing lines and without the cues whose times are broken."""
    rows = [row.replace(",", f" {ARROW} ") if SBV_TIMING.fullmatch(row) else row for row in rows]
    found = [index for index in range(len(rows)) if _is_timing(rows, index)]
    clean = rows[: found[0]] if found and is_vtt else []
    warnings = Warnings()
    for index, following in pairwise([*found, len(rows)]):
        body = rows[index + 1 : following]
        if following < len(rows) and body and body[-1].isdecimal():
            body[-1] = ""  # the number of the next cue
        text, rest = _split(body, is_vtt=is_vtt)
        times = parse_timing(rows[index])
        if times is None:
            warnings.add(BROKEN_TIMES, index + 1)
        else:
            timing = f"{stamp(times[0])} {ARROW} {stamp(times[1])}"
            clean += [timing, *(row.replace(ARROW, "--&gt;") for row in text)]
        clean += ["", *rest]
    return clean, warnings


def _is_timing(rows: list[str], index: int) -> bool:
    """Whether this row is where a cue begins, and not a sentence with an arrow in it."""
    if ARROW not in rows[index]:
        return False
    above = rows[index - 1] if index else ""
    return bool(TIME_LIKE.search(rows[index])) or not above or above.isdecimal()


def _split(body: list[str], *, is_vtt: bool) -> tuple[list[str], list[str]]:
    """The rows of the cue's text, and those after it (notes, styles, the next id); SRT text may have empty rows."""
    if not is_vtt:
        return [row for row in body if row], []
    end = body.index("") if "" in body else len(body)
    return body[:end], body[end:]


def _cues_of(caption: webvtt.Caption) -> list[Cue]:
    """The cue, or one for each voice in it, which share its time by the length of what they say."""
    parts = voices(caption.raw_text)
    start, end = (time.in_milliseconds() / 1000 for time in (caption.start_time, caption.end_time))
    whole = sum(len(text) for _, text in parts)
    cues = []
    spoken = 0
    for speaker, text in parts:
        begin = start + (end - start) * spoken / whole
        spoken += len(text)
        cues.append(Cue(round(begin, 3), round(start + (end - start) * spoken / whole, 3), text, speaker))
    return cues
