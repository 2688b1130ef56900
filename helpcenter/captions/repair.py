"""Cues in order: sorted, without overlaps, without the doubled lines of rolling captions."""

from collections.abc import Iterable
from itertools import pairwise

from helpcenter.captions.model import Cue
from helpcenter.errors import N_, Message

SAME = 0.05  # seconds; starts closer than this are one moment
READING = 15.0  # characters in a second, for a cue that does not say when it ends
SHORTEST = 0.5  # seconds
ROLLING = 0.5  # of the cues begin with the line before: then it is the file's habit


def repair(cues: Iterable[Cue]) -> tuple[list[Cue], list[Message]]:
    """`cues` sorted, each ending where the next begins at the latest, and what had to be done in words."""
    given = [cue for cue in cues if cue.text]
    ordered = sorted(given, key=lambda cue: (cue.start, cue.end))
    warnings = []
    if ordered != given:
        warnings.append(Message(N_("The captions were not in the order of their times and have been sorted.")))
    ordered, backwards = _with_ends(_unrolled(ordered))
    if backwards:
        text = N_("Captions that ended before they began: %(count)d. Their end has been estimated.")
        warnings.append(Message(text, {"count": backwards}))
    ordered, overlaps = _clipped(ordered)
    if overlaps:
        text = N_("Captions that overlapped the next one: %(count)d. They have been shortened.")
        warnings.append(Message(text, {"count": overlaps}))
    return ordered, warnings


def _with_ends(cues: list[Cue]) -> tuple[list[Cue], int]:
    mended = 0
    out = []
    for cue in cues:
        if cue.end > cue.start:
            out.append(cue)
            continue
        mended += 1
        end = round(cue.start + max(SHORTEST, len(cue.text) / READING), 3)
        out.append(Cue(cue.start, end, cue.text, cue.speaker))
    return out, mended


def _clipped(cues: list[Cue]) -> tuple[list[Cue], int]:
    """No cue reaches into the next; cues of the same moment become one, or share its time if several speak."""
    out: list[Cue] = []
    overlaps = 0
    for cue in cues:
        if not out or cue.start >= out[-1].end:
            out.append(cue)
            continue
        last = out.pop()
        if (cue.text, cue.speaker) == (last.text, last.speaker):
            out.append(Cue(last.start, max(cue.end, last.end), cue.text, cue.speaker))
            continue
        overlaps += cue.start - last.start <= SAME or last.end - cue.start > SAME
        if cue.start - last.start > SAME:
            out += [Cue(last.start, cue.start, last.text, last.speaker), cue]
        elif cue.speaker == last.speaker:
            out.append(Cue(last.start, max(cue.end, last.end), f"{last.text}\n{cue.text}", cue.speaker))
        else:
            end = max(cue.end, last.end)
            share = len(last.text) / (len(last.text) + len(cue.text))
            middle = round(last.start + (end - last.start) * share, 3)
            out += [Cue(last.start, middle, last.text, last.speaker), Cue(middle, end, cue.text, cue.speaker)]
    return out, overlaps


def _unrolled(cues: list[Cue]) -> list[Cue]:
    """Without the lines that each cue repeats from the one before, where the file does so throughout.

    Automatic captions of video platforms roll: every cue shows the last line once more above the new one.
    """
    rows = [cue.text.split("\n") for cue in cues]
    repeats = [False, *(before[-1] == after[0] for before, after in pairwise(rows))]
    several = [index for index, lines in enumerate(rows) if len(lines) > 1]
    if len(several) < 3 or sum(repeats[index] for index in several) < ROLLING * len(several):  # noqa: PLR2004 -- a few
        return cues
    out = []
    for cue, lines, repeated in zip(cues, rows, repeats, strict=True):
        if text := "\n".join(lines[1:] if repeated else lines):
            out.append(Cue(cue.start, cue.end, text, cue.speaker))
    return out
