"""How a recording comes in."""

from datetime import datetime, timedelta
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.captions import CaptionFile, guess_language, parse_captions
from helpcenter.errors import N_, InvalidInput
from helpcenter.jobs import ADVANCE_RECORDING, defer
from helpcenter.models import (
    AuditRow,
    Marker,
    Question,
    Recording,
    RecordingVersion,
    Source,
    Topic,
    User,
    Visibility,
)
from helpcenter.services import steps
from helpcenter.services.recordings.markers import MarkerInput
from helpcenter.services.recordings.transcripts import CAPTIONS, NewTranscript, put_transcript
from helpcenter.services.recordings.youtube import is_youtube, youtube_id


def create(  # noqa: PLR0913 -- each is one thing that a person can say about a recording
    db: Session,
    *,
    source: Source,
    path_or_url: str,
    now: datetime,
    title: str = "",
    name: str = "",
    description: str = "",
    language: str | None = None,
    topic: Topic | None = None,
    captions: bytes | None = None,
    captions_name: str = "captions.vtt",
    markers: list[MarkerInput] | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    t0: datetime | None = None,
    created_by: User | None = None,
) -> Recording:
    """A new recording with all its steps still to be done; the file itself is taken later, by the step "fetch".

    `path_or_url` is where the file lies, or an address; one of a YouTube video makes the source YouTube, and the media
    stays there. `t0` is the instant of second 0, where it is known. Raises InvalidInput for captions that cannot be
    read and for an address on YouTube that is no video's: then nothing has been made.
    """
    sidecar = parse_captions(captions, name=captions_name) if captions is not None else None
    video = youtube_id(path_or_url)
    if video is None and is_youtube(path_or_url):
        raise InvalidInput(
            N_("This address leads to YouTube, but not to a video. Please give the address of one video.")
        )
    recording = Recording(
        title=(title.strip() or _title_of(name or path_or_url))[:300],
        description=description,
        language=language or (_language(sidecar) if sidecar else None),
        source=Source.YOUTUBE if video else source,
        source_ref=(video or (path_or_url if source is Source.URL else name))[:2000],
        topic_id=topic.id if topic else None,
        visibility=visibility,
        created_by_id=created_by.id if created_by else None,
        created_at=now,
    )
    db.add(recording)
    db.flush()
    recording.version = RecordingVersion(
        recording_id=recording.id,
        t0=t0 or now,
        t0_method="given" if t0 else "assumed",
        gaps=[],
        pending_path="" if video else path_or_url,
        original_name=_file_name(name or path_or_url),
    )
    db.flush()
    if sidecar:
        told = _language(sidecar) or language or "en"
        put_transcript(db, recording, NewTranscript(sidecar.cues, told, CAPTIONS, human=True), now=now)
    add_markers(db, recording, markers or [])
    steps.add_chain(db, recording.id, now=now)
    db.add(
        AuditRow(
            at=now,
            actor_id=recording.created_by_id,
            action="create",
            kind="recording",
            thing_id=recording.id,
            detail={},
        )
    )
    defer(db, ADVANCE_RECORDING, recording.id)
    return recording


def add_markers(db: Session, recording: Recording, markers: list[MarkerInput]) -> None:
    """Keep the markers as instants. Raises InvalidInput for a question that is not there."""
    assert recording.version is not None
    wanted = {marker.question for marker in markers if marker.question}
    found = db.execute(select(Question.public_id, Question.id).where(Question.public_id.in_(wanted)))
    questions = dict(found.all())
    for marker in markers:
        if marker.question and marker.question not in questions:
            raise InvalidInput(
                N_("The marker at %(at)s s names the question %(question)s, which is not here."),
                at=marker.at, question=marker.question,
            )  # fmt: skip
        db.add(
            Marker(
                recording_id=recording.id,
                at=recording.version.t0 + timedelta(seconds=marker.at),
                kind=marker.kind,
                title=marker.title,
                question_id=questions.get(marker.question or ""),
            )
        )


def _language(captions: CaptionFile) -> str | None:
    return captions.language or guess_language(" ".join(cue.text for cue in captions.cues))


def _file_name(path_or_url: str) -> str:
    path = unquote(urlsplit(path_or_url).path) if "://" in path_or_url else path_or_url
    return PurePath(path).name[-300:]


def _title_of(path_or_url: str) -> str:
    stem = PurePath(_file_name(path_or_url)).stem.replace("_", " ").replace("-", " ").strip()
    return stem or "Recording"
