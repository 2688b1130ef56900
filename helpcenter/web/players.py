"""What a player on a page is given: its file or video, where it starts and ends, and its tracks."""

from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple
from urllib.parse import quote

from flask import Response, url_for

from helpcenter.services.pages import Chapter, ClipView, Text, Whole, entry_address, media_address, recording_address


@dataclass(frozen=True, slots=True)
class Track:
    """A track of a player: captions in one language, or chapters."""

    kind: str
    address: str
    language: str


class Line(NamedTuple):
    """A line beside the player; `start` and `end` in seconds of the player, `address` this page at that second."""

    start: float
    end: float
    text: str
    address: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """One player. `start`, and `end` where it stops by itself, are seconds of the player.

    `source` is the file's address; where the video plays on YouTube, `youtube` is its id instead; both None: nothing to play.
    """

    title: str
    start: float
    end: float | None
    source: str | None
    youtube: str | None
    poster: str | None
    audio_only: bool
    language: str | None
    draft: bool
    tracks: list[Track] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def fragment(self) -> str:
        """The stretch as a media fragment, for browsers without our script."""
        if not self.start and self.end is None:
            return ""
        return f"#t={self.start:g}" + (f",{self.end:g}" if self.end is not None else "")


def player_of_clip(clip: ClipView, text: Text, *, slug: str | None, at: float) -> Player:
    """The player of a clip in an entry, or in none; `at` is a second of the clip."""
    base = clip.base
    whole_file = not clip.media_key
    tracks = [
        Track(
            "captions",
            f"{recording_address(clip.recording)}/captions.vtt?language={quote(one)}"
            if whole_file
            else url_for("faq.captions", slug=slug or "-", clip=clip.public_id, language=one),
            one,
        )
        for one in text.languages
        if slug or whole_file
    ]
    here = f"{entry_address(slug or '-', clip.public_id)}&t="
    lines = [
        Line(
            round(max(cue.start, clip.start) - base, 3), round(cue.end - base, 3), cue.text,
            f"{here}{max(int(cue.start - clip.start), 0)}", cue.speaker,
        )
        for cue in text.cues
    ]  # fmt: skip
    return Player(
        title=clip.title,
        start=round(clip.start - base + at, 3),
        end=round(clip.end - base, 3) if whole_file else None,
        source=_source(clip.key),
        youtube=clip.youtube,
        poster=_source(clip.poster_key),
        audio_only=clip.audio_only,
        language=text.language,
        draft=text.draft,
        tracks=tracks,
        lines=lines,
    )


def player_of_recording(whole: Whole, text: Text, chapters: list[Chapter], *, at: float) -> Player:
    """The player of a whole recording from the second `at`."""
    here = recording_address(whole.public_id)
    tracks = [Track("captions", f"{here}/captions.vtt?language={quote(one)}", one) for one in text.languages]
    if chapters:
        tracks.append(Track("chapters", f"{here}/chapters.vtt", whole.language or "en"))
    return Player(
        title=whole.title,
        start=at,
        end=None,
        source=_source(whole.play_key),
        youtube=whole.youtube,
        poster=_source(whole.poster_key),
        audio_only=whole.audio_only,
        language=text.language,
        draft=text.draft,
        tracks=tracks,
        lines=[Line(cue.start, cue.end, cue.text, f"{here}?t={int(cue.start)}", cue.speaker) for cue in text.cues],
    )


def _source(key: str | None) -> str | None:
    return media_address(key) if key else None


def second(given: str | None, last: float | None) -> float:
    """The second that an address asks for, within what there is; 0 for nonsense."""
    try:
        value = float(given or 0)
    except ValueError:
        return 0.0
    if not isfinite(value) or value <= 0 or (last is not None and value >= last):
        return 0.0
    return round(value, 3)


def vtt(text: str) -> Response:
    """The text as a WebVTT file."""
    return Response(text, mimetype="text/vtt")
