"""Hits of the search as they are shown: with an address that leads to the second, and a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from helpcenter.models import Clip, FaqEntry, Question, Recording, RecordingVersion
from helpcenter.services.pages.addresses import entry_address, recording_address
from helpcenter.services.search import Hit

_ENTRIES = select(FaqEntry.id, FaqEntry.slug).where(FaqEntry.id.in_(bindparam("ids", expanding=True)))
_CLIPS = select(Clip.id, Clip.public_id, Clip.start, Clip.end, Clip.poster_key).where(
    Clip.id.in_(bindparam("ids", expanding=True))
)
_RECORDINGS = (
    select(Recording.id, Recording.public_id, Recording.title, RecordingVersion.poster_key)
    .outerjoin(RecordingVersion, RecordingVersion.id == Recording.version_id)
    .where(Recording.id.in_(bindparam("ids", expanding=True)))
)
_QUESTIONS = select(Question.id, Question.public_id).where(Question.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as it is shown: `address` is a path of this site, `recording` the title of the recording that it is in.

    `at` is the second of the recording that the address leads to, `clip` the public id of the clip that can be played instead.
    """

    hit: Hit
    address: str
    recording: str = ""
    poster_key: str | None = None
    at: float | None = None
    clip: str = ""


def show_hits(db: Session, hits: Sequence[Hit]) -> list[Found]:
    """The hits with addresses and pictures, in their order; at most four queries."""
    entries = _rows(db, _ENTRIES, [hit.entry_id for hit in hits])
    clips = _rows(db, _CLIPS, [hit.clip_id for hit in hits])
    recordings = _rows(db, _RECORDINGS, [hit.recording_id for hit in hits])
    questions = _rows(db, _QUESTIONS, [hit.thing_id for hit in hits if hit.kind == "question"])
    return [
        _found(
            hit,
            entries.get(hit.entry_id or 0),
            clips.get(hit.clip_id or 0),
            recordings.get(hit.recording_id or 0),
            questions.get(hit.thing_id) if hit.kind == "question" else None,
        )
        for hit in hits
    ]


def _rows(db: Session, statement: Any, ids: Sequence[int | None]) -> dict[int, Row[Any]]:
    wanted = {number for number in ids if number is not None}
    return {row.id: row for row in db.execute(statement, {"ids": sorted(wanted)})} if wanted else {}


def _found(
    hit: Hit, entry: Row[Any] | None, clip: Row[Any] | None, recording: Row[Any] | None, question: Row[Any] | None
) -> Found:
    title = recording.title if recording else ""
    playable = clip.public_id if clip else ""
    poster = (clip.poster_key if clip else None) or (recording.poster_key if recording else None)
    if question is not None and entry is None:
        return Found(hit, f"/questions/{quote(question.public_id)}", clip=playable)
    if entry is not None:
        # Where it is the clip as a whole that was found, its beginning is meant, not a second in it.
        at = hit.start if hit.kind in {"cue", "chapter"} else None
        return Found(hit, _entry_address(entry.slug, clip, at), title, poster, hit.start, playable)
    if recording is not None:
        return Found(hit, recording_address(recording.public_id, hit.start), title, poster, hit.start, playable)
    return Found(hit, "/")


def _entry_address(slug: str, clip: Row[Any] | None, at: float | None) -> str:
    if clip is None:
        return entry_address(slug)
    inside = at - clip.start if at is not None and clip.start < at < clip.end else None
    return entry_address(slug, clip.public_id, inside)
