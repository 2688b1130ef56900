"""Clips as the pipeline proposes them; what people have decided or edited stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.models import Clip, ClipState, Recording
from helpcenter.services import steps
from helpcenter.services.clips.suggest import Suggestion, all_titles, all_topics, suggest_entry, suggest_topic

SAME = 0.5  # of two stretches together; from here on they are one clip that was found again


@dataclass(frozen=True, slots=True)
class NewClip:
    """A stretch that answers something. `origin` is what it was made from; `text` is what is said in it."""

    origin: str
    start: float
    end: float
    title: str
    language: str
    text: str
    reason: Message
    question_id: int | None = None


def replace_proposals(
    db: Session, recording: Recording, found: Sequence[NewClip], *, now: datetime, final: bool = False
) -> list[Clip]:
    """Keep `found` as proposals. One that was proposed before keeps its address, by its origin or because it lies where that lay.

    Clips that a person decided on or edited stay as they are, and nothing is proposed where they lie; but those that were cut
    out of the running session get their exact bounds, until these are `final`. The result is every proposal that stands
    now, in order of time.
    """
    before = list(db.scalars(select(Clip).where(Clip.recording_id == recording.id).order_by(Clip.start, Clip.id)))
    _make_exact(db, before, found, now=now, final=final)
    settled = [clip for clip in before if clip.edited or clip.state is not ClipState.PROPOSED]
    movable = [clip for clip in before if clip not in settled]
    wanted = sorted((new for new in found if not any(_same(clip, new) for clip in settled)), key=lambda new: new.start)
    matches = _matches(movable, wanted)
    for new in wanted:
        if new.origin not in matches:
            matches[new.origin] = Clip(recording_id=recording.id, origin=new.origin, created_at=now)
            db.add(matches[new.origin])
        moved = _fill(matches[new.origin], new)
        if moved and matches[new.origin].media_key is not None:
            steps.add_cut(db, recording.id, matches[new.origin].public_id, now=now)
    kept = [matches[new.origin] for new in wanted]
    for clip in movable:
        if clip not in kept and clip.media_key is None:  # one that has been watched already keeps its address
            db.delete(clip)
    db.flush()
    _suggest(db, recording, list(zip(kept, wanted, strict=True)))
    db.flush()
    return kept


def _make_exact(
    db: Session, clips: Sequence[Clip], found: Sequence[NewClip], *, now: datetime, final: bool
) -> None:  # fmt: skip
    """Clips of the running session, now that the recording is there: cut anew, by the bounds that were found or a person set."""
    bounds = {new.origin: (new.start, new.end) for new in found}
    for clip in (clip for clip in clips if clip.provisional):
        if not clip.edited:
            clip.start, clip.end = bounds.get(clip.origin, (clip.start, clip.end))
        clip.provisional = not final
        db.flush()
        steps.add_cut(db, clip.recording_id, clip.public_id, now=now)


def _matches(clips: Sequence[Clip], found: Sequence[NewClip]) -> dict[str, Clip]:
    """Which earlier clip each new one is, by the new one's origin: first by the origin itself, then by the place."""
    matches = {clip.origin: clip for clip in clips if any(clip.origin == new.origin for new in found)}
    rest = [clip for clip in clips if clip.origin not in matches]
    for new in found:
        if new.origin not in matches and (clip := next((clip for clip in rest if _same(clip, new)), None)):
            matches[new.origin] = clip
            rest.remove(clip)
    return matches


def reasons(clip: Clip) -> list[Message]:
    """Why it is proposed, for which topic, for which entry: as far as there is something to say."""
    if not clip.reason:
        return []
    return [Message.from_json(clip.reason), *map(Message.from_json, clip.reason.get("more", []))]


def _same(clip: Clip, new: NewClip) -> bool:
    if clip.origin == new.origin:
        return True
    both = min(clip.end, new.end) - max(clip.start, new.start)
    return both > SAME * (max(clip.end, new.end) - min(clip.start, new.start))


def _fill(clip: Clip, new: NewClip) -> bool:
    """Make the clip what was found; whether it lies elsewhere than before."""
    before = (clip.start, clip.end)
    clip.start, clip.end, clip.title = new.start, new.end, new.title[:300]
    clip.language, clip.question_id = new.language, new.question_id
    clip.reason = new.reason.as_json()
    return (clip.start, clip.end) != before


def _suggest(db: Session, recording: Recording, pairs: Sequence[tuple[Clip, NewClip]]) -> None:
    topics = all_topics(db)
    titles = {language: all_titles(db, language) for language in {clip.language for clip, _ in pairs}}
    for clip, new in pairs:
        topic = suggest_topic(
            topics, title=clip.title, text=new.text, language=clip.language, within=recording.topic_id
        )
        entry = suggest_entry(titles[clip.language], title=clip.title, language=clip.language)
        clip.proposed_topic_id = topic.id if topic else recording.topic_id
        if clip.media_key is None or entry is not None:  # the draft that was made live stays its entry
            clip.proposed_entry_id = entry.id if entry else None
        clip.reason = _with(new.reason, topic, entry)


def _with(reason: Message, *suggestions: Suggestion | None) -> dict[str, Any]:
    return reason.as_json() | {"more": [suggestion.why.as_json() for suggestion in suggestions if suggestion]}
