"""Pictures and short videos: sent with the question or later, seen by its asker and by who may answer it, by nobody else."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import flask
from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from helpcenter.blueprints.media import TYPES
from helpcenter.blueprints.questions import bp
from helpcenter.errors import NotFound
from helpcenter.models import Question, QuestionAttachment
from helpcenter.services import attachments
from helpcenter.services.attachments import Arrival
from helpcenter.services.uploads.files import check_room
from helpcenter.web import limiter, now, ports, public, reading, say, settings, transaction
from helpcenter.web.faults import wants_json
from helpcenter.web.questions import find_question, first_asker, may_read_all

LARGEST_FORM: Final = attachments.MOST * attachments.LARGEST + 2 * 1024**2
MEGABYTES: Final = "3000/day"
"""From one network."""


def megabytes() -> int:
    """What this request counts against MEGABYTES, by its own word."""
    return 1 + (request.content_length or 0) // 1024**2


def take_in(
    files: Sequence[FileStorage], *, ticket: str, question: Question | None = None, db: Session | None = None
) -> None:
    """Keep the files that came with a form, under its ticket or with the question. Raises StorageFull."""
    given = [file for file in files if file.filename]
    if not given or not (ticket or question):
        return
    if db is None:
        with transaction() as own:
            _receive(own, given, ticket, None)
    else:
        _receive(db, given, ticket, question)


def drop(names: Sequence[str], *, ticket: str) -> None:
    """Forget those of the ticket's files that are not to be sent after all."""
    if names:
        with transaction() as db:
            for row in attachments.of_ticket(db, ticket):
                if row.public_id in names:
                    attachments.remove(db, row, settings().arrivals, now=now())


@bp.post("/ask/files")
@public
@limiter.limit(MEGABYTES, cost=megabytes)
@limiter.limit("100/hour")
def send_file() -> ResponseReturnValue:
    """One file for the ticket of an ask page, from our script: {"id", "name", "size", "refused": words or ""}."""
    ticket = request.form.get("ticket", "")
    take_in(request.files.getlist("files")[:1], ticket=ticket)
    with reading() as db:
        rows = attachments.of_ticket(db, ticket)
    if not rows:
        raise NotFound
    row = rows[-1]
    return jsonify(id=row.public_id, name=row.name, size=row.size, refused=say(row.reason)), 201


@bp.get("/questions/<public_id>/files")
@public
def files(public_id: str) -> ResponseReturnValue:
    """How far the question's files are, as a piece of its page."""
    key = request.args.get("key", "")
    with reading() as db:
        question = _readable(db, public_id, key)
        rows = attachments.of_question(db, question)
        own = first_asker(question, key) is not None
    answer = render_template("questions/_files.html", question=question, files=rows, key=key, own=own)
    return answer, 200, {"Cache-Control": "private, no-store"}


@bp.post("/questions/<public_id>/files")
@public
@limiter.limit(MEGABYTES, cost=megabytes)
@limiter.limit("60/hour")
def add_files(public_id: str) -> ResponseReturnValue:
    """The asker of this key sends more files."""
    with transaction() as db:
        question = _own(db, public_id)
        take_in(request.files.getlist("files"), ticket="", question=question, db=db)
    if wants_json():
        return jsonify(refused=""), 201
    return _back(public_id, "files")


@bp.post("/questions/<public_id>/files/<name>/remove")
@public
@limiter.limit("60/hour")
def remove_file(public_id: str, name: str) -> ResponseReturnValue:
    """The asker of this key takes a file back; it is deleted."""
    with transaction() as db:
        row = attachments.find(db, name, question=_own(db, public_id))
        attachments.remove(db, row, settings().arrivals, now=now())
    return _back(public_id, "removed")


@bp.get("/questions/<public_id>/files/<name>")
@public
def attachment(public_id: str, name: str) -> ResponseReturnValue:
    """The file as it was made anew; with `?poster=1` the picture of a video."""
    with reading() as db:
        question = _readable(db, public_id, request.args.get("key", ""))
        key = _key(attachments.find(db, name, question=question))
    storage = ports().storage
    if address := storage.url(key):
        answer: Response = make_response(redirect(address))
    else:
        with storage.local(key) as path:
            answer = _shown(path, key)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shown(path: Path, key: str) -> Response:
    """The file in the storage, to be shown and never to be run."""
    suffix = PurePosixPath(key).suffix
    answer = flask.send_file(path, mimetype=TYPES[suffix], conditional=True, etag=True)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers.set("Content-Disposition", "inline", filename=f"file{suffix}")
    return answer


def _key(row: QuestionAttachment) -> str:
    key = row.poster_key if request.args.get("poster") else row.key
    if key is None:
        raise NotFound
    return key


def _readable(db: Session, public_id: str, key: str) -> Question:
    question = find_question(db, public_id)
    if not may_read_all(db, question, key):
        raise NotFound
    return question


def _own(db: Session, public_id: str) -> Question:
    question = find_question(db, public_id)
    if first_asker(question, request.form.get("key", "")) is None:
        raise NotFound
    return question


def _receive(db: Session, files: Sequence[FileStorage], ticket: str, question: Question | None) -> None:
    folder = settings().arrivals
    check_room(folder, wanted=request.content_length or 0, min_free=settings().min_free_bytes)
    if question:
        attachments.check_number(db, question)
    for file in files[: 2 * attachments.MOST]:
        attachments.receive(db, _arrival(file, folder), folder, ticket=ticket, question=question, now=now())


def _arrival(file: FileStorage, folder: Path) -> Arrival:
    path = folder / f"arriving-{secrets.token_hex(8)}"
    with path.open("wb") as written:
        file.save(written)
        written.flush()
        os.fsync(written.fileno())
    return Arrival(file.filename or "", path.stat().st_size, path)


def _back(public_id: str, told: str) -> ResponseReturnValue:
    key = request.form.get("key", "")
    return redirect(url_for("questions.question", public_id=public_id, key=key or None, told=told, _anchor="own"), 303)
