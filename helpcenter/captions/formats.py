"""Caption files that are not made of lines with arrows: transcripts as JSON, and SubStation."""

import json
import re
import warnings
from collections.abc import Mapping
from typing import Any

import pysubs2

from helpcenter.captions.model import CaptionFile, Cue
from helpcenter.captions.text import plain_text
from helpcenter.captions.times import LATEST, parse_time
from helpcenter.captions.warn import BROKEN_TIMES, Warnings
from helpcenter.errors import N_

BROKEN_ITEM = N_("Entry %(line)d has no usable times and was left out.")
BRACES = re.compile(r"\{[^{}]*\}")
LISTS = ("segments", "transcript", "cues")


def read_json(text: str) -> CaptionFile | None:
    """The cues of a JSON transcript, not yet repaired; None if `text` holds no list of timed texts.

    Podlove ([{"start_ms", "end_ms", "voice", "text"}]), the podcast namespace ({"segments": [{"startTime", "endTime",
    "speaker", "body"}]}) and what Whisper programs write ({"segments": [{"start", "end", "text"}]}, seconds).
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    language = None
    if isinstance(data, dict):
        language = data.get("language")
        data = next((data[key] for key in LISTS if isinstance(data.get(key), list)), None)
    if not isinstance(data, list):
        return None
    notes = Warnings()
    cues = []
    for number, item in enumerate(data, 1):
        cue = _item(item) if isinstance(item, dict) else None
        if cue is None:
            notes.add(BROKEN_ITEM, number)
        elif cue.text:
            cues.append(cue)
    spoken = language[:2].lower() if isinstance(language, str) and language[:2].isalpha() else None
    return CaptionFile(tuple(cues), language=spoken, warnings=notes.messages(), format="json")


def _item(item: Mapping[str, Any]) -> Cue | None:
    start = _seconds(item, "start_ms", "start", "startTime")
    end = _seconds(item, "end_ms", "end", "endTime")
    if start is None or end is None:
        return None
    speaker = next((item[key] for key in ("voice", "speaker") if isinstance(item.get(key), str)), "")
    text = next((item[key] for key in ("text", "body") if isinstance(item.get(key), str)), "")
    return Cue(start, end, plain_text(text), " ".join(plain_text(speaker).split()) or None)


def _seconds(item: Mapping[str, Any], milliseconds: str, *keys: str) -> float | None:
    for key, unit in ((milliseconds, 1000), *((key, 1) for key in keys)):
        value = item.get(key)
        if isinstance(value, str):
            return parse_time(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # Compared before it is divided: an endless number would not fit a float.
            return round(value / unit, 3) if 0 <= value <= LATEST * unit else None
    return None


def _spoken(text: str) -> str:
    # Not the library's `plaintext`: its pattern takes quadratic time on a row of opening braces.
    for mark, plain in (("\\N", "\n"), ("\\n", "\n"), ("\\h", " ")):
        text = text.replace(mark, plain)
    return plain_text(BRACES.sub("", text))


def read_substation(text: str) -> CaptionFile:
    """The cues of an ASS or SSA file, not yet repaired."""
    notes = Warnings()
    rows = []
    for number, row in enumerate(text.split("\n"), 1):
        # One broken time would make the library give up the whole file.
        if row.startswith("Dialogue:") and any(parse_time(part.strip()) is None for part in row.split(",", 3)[1:3]):
            notes.add(BROKEN_TIMES, number)
        else:
            rows.append(row)
    try:
        with warnings.catch_warnings(action="ignore"):  # about colours and margins
            events = pysubs2.SSAFile.from_string("\n".join(rows)).events
    except (pysubs2.Pysubs2Error, ValueError, LookupError):
        return CaptionFile((), format="ass")
    cues = [
        Cue(event.start / 1000, event.end / 1000, _spoken(event.text), plain_text(event.name) or None)
        for event in events
        if event.type == "Dialogue" and "\\p1" not in event.text  # \p1 draws shapes
    ]
    return CaptionFile(tuple(cues), warnings=notes.messages(), format="ass")
