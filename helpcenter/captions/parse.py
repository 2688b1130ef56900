"""Caption files of any origin, read as tolerantly as can be done without inventing anything."""

import re
from pathlib import PurePath

from helpcenter.captions import formats, lines
from helpcenter.captions.decode import decode
from helpcenter.captions.model import CaptionFile
from helpcenter.captions.repair import repair
from helpcenter.errors import N_, InvalidInput, TooLarge

MAX_BYTES = 5_000_000  # 12 hours of speech are 1 MB
LANGUAGE_IN_NAME = re.compile(r"\.([a-z]{2})(?:[-_][A-Za-z0-9]{2,8})?\Z")
JSON_START = ("[", "{")


def parse_captions(data: bytes, *, name: str) -> CaptionFile:
    """The cues of a WebVTT, SRT, SBV, ASS/SSA or JSON transcript, sorted, without overlaps and markup.

    The format is told by the content; `name` gives the language ("talk.de.vtt") and stands in the messages.
    Whatever cannot be used is left out with a warning. Raises InvalidInput if nothing is left, TooLarge over 5 MB.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(N_("%(name)s is larger than 5 MB. Please give a caption file (VTT or SRT)."), name=name)
    text, warnings = decode(data, name=name)
    if not text.strip():
        raise InvalidInput(N_("%(name)s is empty. Please give a caption file with text (VTT or SRT)."), name=name)
    read = _read(text, name=name)
    cues, repairs = repair(read.cues)
    if not cues:
        raise InvalidInput(
            N_("There are no captions in %(name)s that can be read. Please give a WebVTT or SRT file with times."),
            name=name,
        )
    return CaptionFile(
        cues=tuple(cues),
        language=read.language or _language_of(name),
        warnings=(*warnings, *read.warnings, *repairs),
        notes=read.notes,
        format=read.format,
    )


def _read(text: str, *, name: str) -> CaptionFile:
    start = text.lstrip()
    if start.startswith(JSON_START) and (transcript := formats.read_json(start)) is not None:
        return transcript
    if start[:13].lower() == "[script info]":
        return formats.read_substation(start)
    return lines.read_lines(text, is_vtt=name.lower().endswith(".vtt"))


def _language_of(name: str) -> str | None:
    match = LANGUAGE_IN_NAME.search(PurePath(name).stem)
    return match[1] if match else None
