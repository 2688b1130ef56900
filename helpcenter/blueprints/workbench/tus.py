"""Resumable uploads over HTTP: tus 1.0.0, core with creation, expiration and termination (https://tus.io/protocols)."""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import http_date

from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.uploads import room
from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Upload
from helpcenter.permissions import Action
from helpcenter.services import uploads
from helpcenter.services.uploads.files import check_room
from helpcenter.web import now, reading, require, settings, signed_in_user, transaction

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def tus(view: View) -> View:
    """Speak only this version of the protocol, and say so in every answer."""

    @wraps(view)
    def spoken(*args: object, **values: object) -> ResponseReturnValue:
        if request.headers.get("Tus-Resumable") != VERSION:
            return _empty(412, {"Tus-Version": VERSION})
        response = make_response(view(*args, **values))
        response.headers["Tus-Resumable"] = VERSION
        return response

    return cast("View", spoken)


@bp.route("/uploads", methods=["OPTIONS"], provide_automatic_options=False)
@require(Action.UPLOAD)
def upload_options() -> ResponseReturnValue:
    """What this server can do."""
    return _empty(
        204,
        {
            "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(settings().max_upload_bytes),
        },
    )  # fmt: skip


@bp.post("/uploads")
@require(Action.UPLOAD)
@tus
def create_upload() -> ResponseReturnValue:
    """Begin an upload; metadata: filename, title, language, topic."""
    said = _metadata(request.headers.get("Upload-Metadata", ""))
    details = uploads.Details(
        title=said.get("title", ""), language=said.get("language") or None, topic=said.get("topic", "")
    )
    with transaction() as db:
        uploads.sweep(db, room().folder, now=now())
        begun = uploads.begin(
            db, room(), user=signed_in_user(), name=said.get("filename", "recording"), size=_number("Upload-Length"),
            details=details, now=now(),
        )  # fmt: skip
    return _empty(201, {"Location": url_for("workbench.patch_upload", public_id=begun.public_id)} | _expires(begun))


@bp.route("/uploads/<public_id>", methods=["HEAD"])
@require(Action.UPLOAD)
@tus
def head_upload(public_id: str) -> ResponseReturnValue:
    """How much of it is here."""
    with reading() as db:
        found = uploads.find(db, public_id, user=signed_in_user(), now=now())
        offset = found.size if found.recording_id else uploads.offset_of(settings().uploads, public_id)
    return _empty(
        200,
        {"Upload-Offset": str(offset), "Upload-Length": str(found.size), "Cache-Control": "no-store"} | _expires(found),
    )


@bp.route("/uploads/<public_id>", methods=["PATCH"])
@require(Action.UPLOAD)
@tus
def patch_upload(public_id: str) -> ResponseReturnValue:
    """Take the next piece; after the last one the recording is there."""
    if request.mimetype != CONTENT_TYPE:
        return _empty(415, {})
    folder = settings().uploads
    with reading() as db:
        found = uploads.find(db, public_id, user=signed_in_user(), now=now())
    if found.recording_id is None:
        check_room(folder, wanted=0, min_free=settings().min_free_bytes)
        offset = _take_piece(found)
    else:
        offset = found.size
    with transaction() as db:
        found = uploads.find(db, public_id, user=signed_in_user(), now=now())
        uploads.keep(found, now=now())
        if offset == found.size:
            uploads.finish(db, folder, found, now=now())
    return _empty(204, {"Upload-Offset": str(offset)} | _expires(found))


@bp.delete("/uploads/<public_id>")
@require(Action.UPLOAD)
@tus
def terminate_upload(public_id: str) -> ResponseReturnValue:
    """Forget the upload."""
    with transaction() as db:
        uploads.cancel(db, settings().uploads, uploads.find(db, public_id, user=signed_in_user(), now=now()))
    return _empty(204, {})


def _take_piece(found: Upload) -> int:
    # The body goes to the disk as it comes; its length is checked against what was announced, not against a form's limit.
    request.max_content_length = settings().max_upload_bytes
    return uploads.append(
        settings().uploads, found.public_id, offset=_number("Upload-Offset"), size=found.size,
        coming=request.content_length, read=_read,
    )  # fmt: skip


def _read(size: int) -> bytes:
    try:
        return request.stream.read(size)
    except OSError as error:
        raise InvalidInput(N_("The line broke. What has arrived is kept.")) from error


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit():
        raise InvalidInput(N_("The header %(name)s must be a number of bytes."), name=header)
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """`key base64,key base64` as a dictionary."""
    found = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidInput(N_("The header Upload-Metadata cannot be read.")) from error
    return found


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at)}


def _empty(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers=headers)
