"""Cues as files for players."""

from collections.abc import Iterable, Sequence

import webvtt

from helpcenter.captions.model import Cue
from helpcenter.captions.text import escape_srt, escape_vtt, tidy
from helpcenter.captions.times import stamp


def clip_cues(cues: Iterable[Cue], *, offset: float = 0.0, until: float | None = None) -> list[Cue]:
    """The cues of the stretch from `offset` to `until`, cut at its edges, in times of the stretch."""
    out = []
    for cue in cues:
        start = max(cue.start, offset)
        end = cue.end if until is None else min(cue.end, until)
        # What rounds to nothing in milliseconds is not shown.
        if round(end * 1000) > round(start * 1000):
            out.append(Cue(start - offset, end - offset, cue.text, cue.speaker))
    return out


def to_vtt(
    cues: Iterable[Cue],
    *,
    language: str | None = None,
    offset: float = 0.0,
    until: float | None = None,
    notes: Sequence[str] = (),
) -> str:
    """WebVTT of `cues`; with `offset` and `until` the captions of that clip, beginning at 0."""
    file = webvtt.WebVTT(
        captions=[
            webvtt.Caption(stamp(cue.start), stamp(cue.end), _voiced(cue, text))
            for cue in clip_cues(cues, offset=offset, until=until)
            if (text := escape_vtt(cue.text))
        ],
        header_comments=[comment for note in notes if (comment := tidy(note).replace("-->", "->"))],
        metadata=[f"Language: {language}"] if language else [],
    )
    return file.content.rstrip("\n") + "\n"


def _voiced(cue: Cue, text: str) -> str:
    # The end tag may be left out where one voice speaks the whole cue, but not every player knows that.
    speaker = " ".join(escape_vtt(cue.speaker or "").split())
    if speaker.endswith("--"):  # with the bracket behind it that would be an arrow
        speaker = speaker[:-1] + "&#45;"
    return f"<v {speaker}>{text}</v>" if speaker else text


def to_srt(cues: Iterable[Cue]) -> str:
    """SRT of `cues`; it cannot say who speaks."""
    shown = [(cue, text) for cue in clip_cues(cues) if (text := escape_srt(cue.text))]
    return "\n".join(
        f"{number}\n{stamp(cue.start, ',')} --> {stamp(cue.end, ',')}\n{text}\n"
        for number, (cue, text) in enumerate(shown, 1)
    )
