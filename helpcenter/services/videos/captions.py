"""The captions that the platform has of a video: which are taken, and how they become a recording's text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from helpcenter.captions import CaptionFile, Cue, guess_language
from helpcenter.models import PlatformVideo, Recording
from helpcenter.services import recordings, steps
from helpcenter.services.recordings import PLATFORM, NewTranscript
from streaming.platform import CaptionTrack

MOST_LOOKS: Final = 6
"""Each costs fifty units of the quota."""
_BY_PEOPLE: Final = "standard"
_READY: Final = "serving"
_FORCED: Final = "forced"


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one track; `human` where a person made it, not a machine."""

    cues: Sequence[Cue]
    language: str
    human: bool


def note_tracks(row: PlatformVideo, tracks: Sequence[CaptionTrack]) -> None:
    """Keep which tracks there are, and that this was looked at."""
    row.caption_looks += 1
    row.captions = [_as_json(track) for track in tracks]


def _as_json(track: CaptionTrack) -> dict[str, Any]:
    return {"id": track.id, "language": track.language, "name": track.name, "kind": track.kind, "status": track.status}


def best_tracks(tracks: Sequence[CaptionTrack], language: str | None) -> list[CaptionTrack]:
    """The tracks that can be taken, best first: in the language that is spoken before others, a person's before a machine's."""
    usable = [track for track in tracks if track.status == _READY and not track.draft and track.kind != _FORCED]
    return sorted(usable, key=lambda track: (_other(track.language, language), track.kind != _BY_PEOPLE, track.id))


def _other(of_track: str, spoken: str | None) -> bool:
    return spoken is not None and of_track.partition("-")[0].lower() != spoken


def text_of(track: CaptionTrack, captions: CaptionFile) -> Text:
    """The text of a track that was read."""
    told = track.language.partition("-")[0].lower()
    language = told or guess_language(" ".join(cue.text for cue in captions.cues)) or "en"
    return Text(captions.cues, language[:8], human=track.kind == _BY_PEOPLE)


def keep_text(db: Session, recording: Recording, text: Text, *, now: datetime) -> bool:
    """Make it the recording's text where it is better than the one that is there; then chapters and clips are found anew.

    A machine's captions stand behind whatever else is there but a draft.
    """
    before = recordings.main_transcript(db, recording)
    if not text.human and before is not None and not before.draft and before.provider != PLATFORM:
        return False
    new = NewTranscript(text.cues, text.language, PLATFORM, human=text.human)
    if not recordings.put_transcript(db, recording, new, now=now):
        return False
    recording.language = recording.language or text.language
    steps.rerun(db, recording.id, first="chapters", by=None, now=now)
    return True
