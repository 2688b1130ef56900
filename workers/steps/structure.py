"""Chapters and clips, from all that is known of a recording at the moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.captions import Cue, guess_language
from helpcenter.errors import N_, Message
from helpcenter.models import Marker as MarkerRow
from helpcenter.models import MarkerKind, Recording
from helpcenter.services import recordings
from helpcenter.services.clips import NewClip
from helpcenter.services.recordings.chapters import NewChapter
from workers.media.chapters import Chapter, ClipProposal, Marker, answers, outline
from workers.media.probe import MediaInfo
from workers.media.scan import Scan
from workers.pipeline.job import Job
from workers.steps.media import version_of

T = TypeVar("T")
ROOM = 1.0  # seconds that a clip may reach beyond its chapter


@dataclass(frozen=True, slots=True)
class Known:
    """What chapters are made from; markers as offsets, with their row and the question that they name."""

    duration: float
    markers: list[Marker]
    marker_ids: list[int]
    question_ids: list[int | None]
    info: MediaInfo | None
    description: str
    cues: list[Cue]
    scan: Scan | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Structure:
    """Chapters and clips, ready to be kept."""

    chapters: list[NewChapter]
    clips: list[NewClip]

    @property
    def note(self) -> Message:
        """How much was found."""
        counts = {"chapters": len(self.chapters), "clips": len(self.clips)}
        return Message(N_("Chapters: %(chapters)d, clips proposed: %(clips)d."), counts)


def known(job: Job) -> Known:
    """All that the rows know now."""
    with job.reading() as (db, recording):
        version = version_of(recording)
        markers = _markers(db, recording)
        transcript = recordings.main_transcript(db, recording)
        cues = recordings.cues_of(db, transcript)
        at = [version.offset(marker.at) for marker in markers]
        last = max([*at, *(cue.end for cue in cues)], default=0.0)
        return Known(
            duration=version.duration or last,
            markers=[
                Marker(seconds, marker.kind.value, marker.title) for seconds, marker in zip(at, markers, strict=True)
            ],
            marker_ids=[marker.id for marker in markers],
            question_ids=[marker.question_id for marker in markers],
            info=MediaInfo.from_json(version.media) if version.media else None,
            description=recording.description,
            cues=cues,
            scan=Scan.from_json(version.scan) if version.scan else None,
            language=(transcript.language if transcript else None) or recording.language,
        )


def _markers(db: Session, recording: Recording) -> list[MarkerRow]:
    wanted = select(MarkerRow).where(MarkerRow.recording_id == recording.id)
    return list(db.scalars(wanted.order_by(MarkerRow.at, MarkerRow.id)))


def find(now: Known) -> Structure:
    """The chapters and clips that follow from it."""
    if now.duration <= 0:
        return Structure([], [])
    found = outline(
        duration=now.duration,
        markers=now.markers,
        file_chapters=now.info.chapters if now.info else [],
        description=now.description,
        cues=now.cues,
        silences=now.scan.silences if now.scan else [],
        scene_cuts=now.scan.scene_cuts if now.scan else [],
        language=now.language,
    )
    chapters = [
        NewChapter(
            start=chapter.start, end=chapter.end, title=chapter.title, source=chapter.source,
            confidence=chapter.confidence, marker_id=_of(chapter.marker, now.marker_ids),
        )
        for chapter in found
    ]  # fmt: skip
    return Structure(chapters, [_clip(now, found, proposal) for proposal in answers(found, now.cues, now.language)])


def _clip(now: Known, chapters: Sequence[Chapter], proposal: ClipProposal) -> NewClip:
    chapter = chapters[proposal.chapter_index]
    marker_id = _of(chapter.marker, now.marker_ids)
    # A recogniser's draft has no full stops: its "sentence" may reach far into the chapters beside.
    start, end = max(proposal.start, chapter.start - ROOM), min(proposal.end, chapter.end + ROOM)
    said = " ".join(cue.text for cue in now.cues if cue.start < end and cue.end > start)
    return NewClip(
        origin=f"marker:{marker_id}" if marker_id is not None else f"chapter:{chapter.start:.1f}",
        start=start,
        end=end,
        title=proposal.title,
        language=guess_language(f"{proposal.title} {said}") or now.language or "en",
        text=said,
        reason=proposal.reason,
        question_id=_question(now, chapter, proposal),
    )


def _question(now: Known, chapter: Chapter, proposal: ClipProposal) -> int | None:
    """The question that the chapter's own marker names, else one that was marked answered within the clip."""
    own = _of(chapter.marker, now.question_ids)
    if own is not None:
        return own
    for marker, question_id in zip(now.markers, now.question_ids, strict=True):
        answered = marker.kind == MarkerKind.ANSWERED and proposal.start < marker.at <= chapter.end
        if answered and question_id is not None:
            return question_id
    return None


def _of(index: int | None, values: Sequence[T]) -> T | None:
    return None if index is None else values[index]
