"""Uploads as rows: who sends what, how long it is kept, and the recording that it becomes, once."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpcenter.captions import parse_captions
from helpcenter.errors import N_, Conflict, HelpCenterError, InvalidInput, Message, NotFound, TooLarge
from helpcenter.models import LiveSession, Question, Recording, Source, Topic, Upload, User, Visibility
from helpcenter.services import answers, recordings, videos
from helpcenter.services.uploads.files import check_room, create_empty, held, offset_of, path_of, remove

LIFE: Final = timedelta(hours=24)
LONGEST_TITLE: Final = 300


@dataclass(frozen=True, slots=True)
class Details:
    """What the sender says of the recording. `captions` and `markers` are files as they came; `fingerprint` knows the file again.

    `session` is the public id of the live session that the file was recorded in, `begins` the ISO instant of its first second.
    `question` is the public id of the question that it answers, `unlisted`: only who has the address may see it.
    """

    title: str = ""
    language: str | None = None
    topic: str = ""
    captions: bytes = b""
    captions_name: str = "captions.vtt"
    markers: bytes = b""
    markers_name: str = "markers.json"
    fingerprint: str = ""
    session: str = ""
    begins: str = ""
    question: str = ""
    unlisted: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form that the row keeps."""
        return {
            "title": self.title, "language": self.language, "topic": self.topic, "fingerprint": self.fingerprint,
            "captions": base64.b64encode(self.captions).decode(), "captions_name": self.captions_name,
            "markers": base64.b64encode(self.markers).decode(), "markers_name": self.markers_name,
            "session": self.session, "begins": self.begins, "question": self.question, "unlisted": self.unlisted,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Details":
        """The details that `as_json` wrote."""
        files = {name: base64.b64decode(data.get(name) or "") for name in ("captions", "markers")}
        return cls(**{**data, **files})


@dataclass(frozen=True, slots=True)
class Room:
    """Where uploads grow; in bytes, the largest that is taken, and what must stay free on the disk."""

    folder: Path
    largest: int
    min_free: int


def check_details(db: Session, details: Details) -> dict[str, Message]:
    """What is wrong with the details, by field; nothing when all can be used."""
    wrong: dict[str, Message] = {}
    if len(details.title) > LONGEST_TITLE:
        wrong["title"] = Message(N_("This title is too long."))
    if details.topic and db.scalar(select(Topic.id).where(Topic.slug == details.topic)) is None:
        wrong["topic"] = Message(N_("This topic does not exist any more. Please choose another."))
    if details.session and db.scalar(_held(details.session)) is None:
        wrong["file"] = Message(N_("A file can be attached once the session has ended."))
    try:
        if details.captions:
            parse_captions(details.captions, name=details.captions_name)
    except HelpCenterError as error:
        wrong["captions"] = error.message
    try:
        if details.markers:
            recordings.read_markers(details.markers, name=details.markers_name)
    except HelpCenterError as error:
        wrong["markers"] = error.message
    return wrong


def _held(public_id: str) -> Select[int]:
    return select(LiveSession.id).where(LiveSession.public_id == public_id, LiveSession.state.in_(videos.HELD))


def begin(db: Session, room: Room, *, user: User, name: str, size: int, details: Details, now: datetime) -> Upload:
    """A new upload of `size` bytes, of which none is here. Raises InvalidInput, TooLarge, StorageFull."""
    if size <= 0:
        raise InvalidInput(N_("This file is empty."))
    if size > room.largest:
        raise TooLarge(
            N_("This file has %(size)s GB; the largest that is taken here has %(largest)s GB."),
            size=_gigabytes(size), largest=_gigabytes(room.largest),
        )  # fmt: skip
    for problem in check_details(db, details).values():
        raise InvalidInput(problem.text, **problem.params)
    check_room(room.folder, wanted=size, min_free=room.min_free)
    upload = Upload(
        user_id=user.id, name=name[-300:], size=size, options=details.as_json(), created_at=now, expires_at=now + LIFE
    )
    db.add(upload)
    db.flush()
    create_empty(room.folder, upload.public_id)
    return upload


def find(db: Session, public_id: str, *, user: User, now: datetime) -> Upload:
    """The user's own upload. Raises NotFound for everybody else's, and for one that is too old."""
    upload = db.scalar(select(Upload).where(Upload.public_id == public_id, Upload.user_id == user.id))
    if upload is None or (upload.expires_at <= now and upload.recording_id is None):
        raise NotFound
    return upload


def keep(upload: Upload, *, now: datetime) -> None:
    """Keep the upload for another day, since it goes on."""
    upload.expires_at = now + LIFE


def unfinished(db: Session, folder: Path, *, user: User, now: datetime) -> list[tuple[Upload, int]]:
    """The user's uploads that wait for their rest, each with how many bytes are here, newest first."""
    found = db.scalars(
        select(Upload)
        .where(Upload.user_id == user.id, Upload.recording_id.is_(None), Upload.expires_at > now)
        .order_by(Upload.created_at.desc(), Upload.id.desc())
    )
    return [(upload, offset_of(folder, upload.public_id)) for upload in found]


def finish(db: Session, folder: Path, upload: Upload, *, now: datetime) -> Recording:
    """The recording of a complete upload: made at the first call, the same one at each later call.

    Raises Conflict while something is missing.
    """
    db.flush()  # refreshing throws away what is not written yet
    db.refresh(upload, with_for_update=True)
    if upload.recording_id is not None:
        return db.get_one(Recording, upload.recording_id)
    if offset_of(folder, upload.public_id) != upload.size:
        raise Conflict(N_("This upload is not complete yet."))
    details = Details.from_json(upload.options)
    recording = _attached(db, folder, upload, details, now=now) or _created(db, folder, upload, details, now=now)
    question = db.scalar(select(Question).where(Question.public_id == details.question)) if details.question else None
    if question is not None:
        answers.expect(db, question, recording, author=db.get_one(User, upload.user_id), now=now)
    upload.recording_id = recording.id
    db.flush()
    return recording


def _attached(db: Session, folder: Path, upload: Upload, details: Details, *, now: datetime) -> Recording | None:
    """The recording of the live session that the file was recorded in, where it was."""
    session = db.scalar(select(LiveSession).where(LiveSession.public_id == details.session))
    if session is None:
        return None
    t0 = datetime.fromisoformat(details.begins) if details.begins else None
    file, actor = path_of(folder, upload.public_id), db.get(User, upload.user_id)
    return videos.attach_file(db, session, file, name=upload.name, t0=t0, actor=actor, now=now)


def _created(db: Session, folder: Path, upload: Upload, details: Details, *, now: datetime) -> Recording:
    topic = db.scalar(select(Topic).where(Topic.slug == details.topic)) if details.topic else None
    return recordings.create(
        db,
        source=Source.UPLOAD,
        title=details.title,
        path_or_url=str(path_of(folder, upload.public_id)),
        name=upload.name,
        language=details.language,
        topic=topic,
        captions=details.captions or None,
        captions_name=details.captions_name,
        markers=recordings.read_markers(details.markers, name=details.markers_name) if details.markers else None,
        visibility=Visibility.UNLISTED if details.unlisted else Visibility.PUBLIC,
        created_by=db.get(User, upload.user_id),
        now=now,
    )


def cancel(db: Session, folder: Path, upload: Upload) -> None:
    """Forget an upload and what has arrived of it. Raises Conflict once it has become a recording, Busy while it runs."""
    if upload.recording_id is not None:
        raise Conflict(N_("This upload is complete. Delete its recording instead."))
    with held(folder, upload.public_id):
        db.delete(upload)
        remove(folder, upload.public_id)


def sweep(db: Session, folder: Path, *, now: datetime) -> int:
    """Forget the uploads whose time is over; how many there were. The file of a finished one belongs to its recording."""
    old = db.scalars(select(Upload).where(Upload.expires_at <= now)).all()
    for upload in old:
        if upload.recording_id is None:
            remove(folder, upload.public_id)
        db.delete(upload)
    return len(old)


def _gigabytes(size: int) -> float:
    return round(size / 1024**3, 1)
