"""The archive of a session on this site, for the steps: clips out of it while it grows, the whole of it at the end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.db import touch_content
from helpcenter.errors import N_, UnusableMedia
from helpcenter.models import Clip, Question, Recording, RecordingVersion, Visibility
from helpcenter.services import live, questions, recordings, videos
from helpcenter.services.live.hidden import Stretch
from streaming.local.archive import Archive, Segment
from streaming.local.stretches import kept, zero_and_gaps
from workers.failpoints import reach
from workers.media.clips import poster
from workers.media.live import join
from workers.media.probe import probe
from workers.pipeline.files import digest_of
from workers.pipeline.job import Job, Keys, Later, Outcome
from workers.steps.media import version_of

ARRIVES: Final = 8.0
"""Seconds for which a cut waits for its last second to arrive; after that it is tried again later."""
_LOOK: Final = 0.2
_GIVEN_UP: Final = timedelta(seconds=40)
"""So long after its end a clip gets what there is: the line was cut, and what is missing may never come."""
_AGAIN: Final = timedelta(seconds=2)
_SAME: Final = timedelta(seconds=0.05)
POSTER: Final = "poster.jpg"
_NOTHING: Final = N_(
    "Nothing of this session arrived here. If somebody has recorded it, attach the file to the session."
)
_OPEN: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


@dataclass(frozen=True, slots=True)
class Source:
    """What is kept of a session: its archive, from when till when (None: it goes on), and what is off the record."""

    session_id: int
    archive: Archive
    begins: datetime
    ends: datetime | None
    hidden: Sequence[Stretch]

    def segments(self) -> list[Segment]:
        """All that may be shown, as far as it has arrived."""
        return kept(self.archive.segments(), begins=self.begins, ends=self.ends, hidden=self.hidden)


def source_of(job: Job) -> Source:
    """What is kept of the recording's session. Raises UnusableMedia where there is none."""
    with job.reading() as (db, recording):
        session = recordings.session_of(db, recording)
        if session is None or session.live_at is None:
            raise UnusableMedia(_NOTHING)
        archive = Archive(job.ports.settings.live_root, recording.source_ref)
        return Source(session.id, archive, session.live_at, session.ended_at, live.hidden_stretches(db, session.id))


def cut(job: Job, clip: Clip) -> Outcome:
    """The clip, cut out of what has arrived; people see it as soon as this is stored. Raises Later, UnusableMedia."""
    begin, end = _bounds(job, clip)
    source = _wait_for(job, end)
    segments = [one for one in source.segments() if one.end > begin and one.start < end]
    if not segments:
        raise UnusableMedia(_NOTHING)
    reach("cut.working")
    joined = join(job.tools, segments, job.folder, name="clip", progress=job.progress)
    picture = poster(job.tools, joined.path, probe(job.tools, joined.path), job.folder, at=0.0, name=POSTER)
    files = {joined.path.name: joined.path} | ({POSTER: picture} if picture else {})
    zero, gaps = zero_and_gaps(source.segments())

    def store(db: Session, recording: Recording, keys: Keys) -> None:
        row = db.get(Clip, clip.id)
        if row is None:
            return
        _check(db, source)
        if any(abs(now - then) > _SAME for now, then in zip(_bounds_of(recording, row), (begin, end), strict=True)):
            raise Later(timedelta())
        _retime(db, recording, zero, gaps, now=job.ports.clock())
        row.media_key, row.poster_key, row.media_mode = keys[joined.path.name], keys.get(POSTER), "fast"
        row.media_start = round(version_of(recording).offset(joined.t0), 3)
        db.flush()
        _tell(db, recording, row, now=job.ports.clock())

    return Outcome(files=files, store=store, lock=partial(live.beat, session_id=source.session_id))


def assemble(job: Job) -> Outcome:
    """The whole recording as one file, once everything has arrived. Raises Later, UnusableMedia, StorageFull."""
    source = source_of(job)
    if source.ends is None or not source.archive.settled(job.ports.clock(), until=source.ends):
        raise Later(_AGAIN)
    segments = source.segments()
    if not segments:
        raise UnusableMedia(_NOTHING)
    joined = join(job.tools, segments, job.folder, name="original", progress=job.progress)
    digest, size = digest_of({joined.path.name: joined.path}), joined.path.stat().st_size

    def store(db: Session, recording: Recording, keys: Keys) -> None:
        _check(db, source)
        _retime(db, recording, joined.t0, joined.gaps, now=job.ports.clock())
        version = version_of(recording)
        version.original_key, version.original_name = keys[joined.path.name], f"{recording.title}.mp4"[-300:]
        version.sha256, version.size = digest, size

    lock = partial(live.beat, session_id=source.session_id)
    return Outcome(files={joined.path.name: joined.path}, digest=digest, store=store, lock=lock)


def _wait_for(job: Job, end: datetime) -> Source:
    """What is kept of the session, as it is known once it is there up to the instant `end`. Raises Later."""
    deadline = time.monotonic() + ARRIVES
    while True:
        source = source_of(job)  # what is off the record may be another a moment later
        there = any(segment.end >= end for segment in source.archive.segments())
        if there or job.ports.clock() > end + _GIVEN_UP:
            return source
        if time.monotonic() > deadline:
            raise Later(_AGAIN)
        time.sleep(_LOOK)
        job.progress(0.0)


def _bounds(job: Job, clip: Clip) -> tuple[datetime, datetime]:
    with job.reading() as (db, recording):
        return _bounds_of(recording, db.get(Clip, clip.id) or clip)


def _bounds_of(recording: Recording, clip: Clip) -> tuple[datetime, datetime]:
    """The instants between which the clip lies."""
    version = version_of(recording)
    return version.instant(clip.start), version.instant(clip.end)


def _check(db: Session, source: Source) -> None:
    """Raise Later where something else is off the record than when the files were made; nobody changes it until the commit."""
    if live.hidden_stretches(db, source.session_id) != source.hidden:
        raise Later(timedelta())


def _retime(db: Session, recording: Recording, zero: datetime, gaps: list[list[float]], *, now: datetime) -> None:
    """Set second 0 and the gaps as they are known now; what is known of the recording moves along."""
    version = version_of(recording)
    if (version.t0, version.gaps) == (zero, gaps):
        return
    old = RecordingVersion(t0=version.t0, gaps=list(version.gaps), duration=version.duration)
    version.t0, version.gaps = zero, gaps
    videos.move_content(db, recording, old, version, now=now)
    db.flush()


def _tell(db: Session, recording: Recording, clip: Clip, *, now: datetime) -> None:
    """Viewers see the clip, and whoever asked is written to where the session is set so."""
    session = recordings.session_of(db, recording)
    if session is None:
        return
    question = db.get(Question, clip.question_id) if clip.question_id else None
    if question is not None and session.answers_at_once and recording.visibility in _OPEN:
        questions.answer(db, question, clip=clip, entry=None, now=now)
    touch_content(db)
    live.beat(db, session.id)


def clip_of(db: Session, recording: Recording, public_id: str) -> Clip | None:
    """The clip that a step is about."""
    wanted = select(Clip).where(Clip.public_id == public_id, Clip.recording_id == recording.id)
    return db.scalars(wanted).one_or_none()
