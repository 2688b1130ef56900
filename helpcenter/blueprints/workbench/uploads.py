"""The upload page: what a recording is called, and the plain form for browsers without JavaScript."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import LANGUAGE_NAMES, bp
from helpcenter.errors import HelpCenterError, InvalidInput
from helpcenter.models import Upload
from helpcenter.permissions import Action, Scope, scope
from helpcenter.services import sessions, topics, uploads
from helpcenter.web import check, now, ports, reading, require, role, say, settings, signed_in_user, transaction
from helpcenter.web.people import load_sign_in
from helpcenter.web.sessions import is_host
from streaming.schedule import ScheduleError, near

LARGEST_DETAILS = 12 * 1024**2  # captions may have 5 MB
LARGEST_PLAIN = 512 * 1024**2  # without JavaScript nothing shows that it goes on, and nothing resumes it
_LIMITS = {
    "workbench.send_details": LARGEST_DETAILS,
    "workbench.send_plain": LARGEST_PLAIN,
    "workbench.send_record": LARGEST_PLAIN,
}


@bp.url_value_preprocessor
def _lift_limit(endpoint: str | None, _: object) -> None:
    # The check of the form's token reads the form before the view runs; so the limit is lifted before that, for those
    # who may upload, and for these forms alone.
    if endpoint in _LIMITS:
        load_sign_in()
        if scope(role(), Action.UPLOAD) is not Scope.NONE:
            request.max_content_length = min(_LIMITS[endpoint], settings().max_upload_bytes + LARGEST_DETAILS)


def room() -> uploads.Room:
    """Where uploads grow, and within which limits."""
    return uploads.Room(settings().uploads, settings().max_upload_bytes, settings().min_free_bytes)


@bp.get("/upload")
@require(Action.UPLOAD)
def upload() -> ResponseReturnValue:
    """The form, and what was begun and not finished."""
    return _page(Form({"session": request.args.get("session", "")}))


@bp.post("/upload/details")
@require(Action.UPLOAD)
def send_details() -> ResponseReturnValue:
    """Begin a resumable upload with everything but the file: {"url", "done"} of it, or {"errors": {field: sentence}}."""
    form, details = _details()
    try:
        with transaction() as db:
            uploads.sweep(db, room().folder, now=now())
            form.errors |= {name: say(problem) for name, problem in uploads.check_details(db, details).items()}
            if form.ok:
                begun = uploads.begin(
                    db, room(), user=signed_in_user(), name=form.get("name"),
                    size=request.form.get("size", 0, type=int), details=details, now=now(),
                )  # fmt: skip
                return jsonify(addresses_of(begun)), 201
    except HelpCenterError as error:
        return jsonify(errors={"file": say(error.message)}), error.status
    return jsonify(errors=form.errors), 422


@bp.post("/upload")
@require(Action.UPLOAD)
def send_plain() -> ResponseReturnValue:
    """Take a small file in one go, for browsers without JavaScript."""
    form, details = _details()
    file = request.files.get("file")
    if file is None or not file.filename:
        form.errors["file"] = gettext("Please choose the file of the recording.")
    with reading() as db:
        form.errors |= {name: say(problem) for name, problem in uploads.check_details(db, details).items()}
    try:
        if form.ok and file is not None:
            recording = take_file(file, details)
            return redirect(url_for("workbench.recording", public_id=recording))
    except HelpCenterError as error:
        form.errors["file"] = say(error.message)
        return _page(form), error.status
    return _page(form), 422


@bp.get("/uploads/<public_id>/done")
@require(Action.UPLOAD)
def upload_done(public_id: str) -> ResponseReturnValue:
    """The page of the recording that this upload has become, or the upload page while something is missing."""
    folder = settings().uploads
    with transaction() as db:
        found = uploads.find(db, public_id, user=signed_in_user(), now=now())
        if found.recording_id is None and uploads.offset_of(folder, public_id) != found.size:
            return redirect(url_for("workbench.upload"))
        recording = uploads.finish(db, folder, found, now=now())
        if question := found.options.get("question"):
            return redirect(url_for("workbench.answer", public_id=question, done="recorded"))
        return redirect(url_for("workbench.recording", public_id=recording.public_id))


@bp.post("/uploads/<public_id>/cancel")
@require(Action.UPLOAD)
def cancel_upload(public_id: str) -> ResponseReturnValue:
    """Forget an upload that was not finished."""
    with transaction() as db:
        uploads.cancel(db, settings().uploads, uploads.find(db, public_id, user=signed_in_user(), now=now()))
    return redirect(url_for("workbench.upload", done="cancelled"))


def _details() -> tuple[Form, uploads.Details]:
    form = Form(request.form.to_dict())
    captions, markers = request.files.get("captions"), request.files.get("markers")
    language = form.get("language")
    session, begins = _of_session(form)
    return form, uploads.Details(
        title=form.get("title").strip(),
        language=language if language in LANGUAGE_NAMES else None,
        topic=form.get("topic"),
        captions=captions.read() if captions else b"",
        captions_name=_name(captions, "captions.vtt"),
        markers=markers.read() if markers else b"",
        markers_name=_name(markers, "markers.json"),
        fingerprint=form.get("fingerprint")[:500],
        session=session,
        begins=begins,
    )


def _of_session(form: Form) -> tuple[str, str]:
    """The live session that the file was recorded in, and the instant of its first second as it was typed, if any."""
    public_id, begins = form.get("session"), form.get("begins")
    if not public_id:
        return "", ""
    with reading() as db:
        found = sessions.find(db, public_id)
        check(Action.HOST, own=is_host(found))
    try:
        at = near(datetime.fromisoformat(begins).replace(tzinfo=None), ZoneInfo(found.zone)) if begins else None
    except (ValueError, ScheduleError):
        form.errors["begins"] = gettext("Please write day and time.")
        at = None
    return public_id, at.isoformat() if at else ""


def _name(file: FileStorage | None, fallback: str) -> str:
    return Path(file.filename or "").name or fallback if file else fallback


def addresses_of(begun: Upload) -> dict[str, str]:
    """Where its pieces go, and where to go on after the last one."""
    return {
        "url": url_for("workbench.patch_upload", public_id=begun.public_id),
        "done": url_for("workbench.upload_done", public_id=begun.public_id),
    }


def take_file(file: FileStorage, details: uploads.Details) -> str:
    """The public id of the recording that the file has become. Raises InvalidInput, TooLarge, StorageFull."""
    size = file.seek(0, 2) or file.tell()
    file.seek(0)
    folder = room().folder
    with transaction() as db:
        begun = uploads.begin(
            db, room(), user=signed_in_user(), name=_name(file, "recording"), size=size, details=details, now=now()
        )
    got = uploads.append(folder, begun.public_id, offset=0, size=size, coming=size, read=file.read)
    if got != size:
        raise InvalidInput(gettext("The file did not arrive whole. Please send it again."))
    with transaction() as db:
        return uploads.finish(db, folder, db.merge(begun), now=now()).public_id


def _page(form: Form) -> str:
    with reading() as db:
        session = sessions.find(db, form.get("session")) if form.get("session") else None
        if session:
            check(Action.HOST, own=is_host(session))
        waiting = uploads.unfinished(db, settings().uploads, user=signed_in_user(), now=ports().clock())
        return render_template(
            "workbench/upload.html", form=form, topics=topics.flat(db), waiting=waiting, addresses=addresses_of,
            session=session, largest=settings().max_upload_bytes, largest_plain=min(LARGEST_PLAIN, settings().max_upload_bytes),
        )  # fmt: skip
