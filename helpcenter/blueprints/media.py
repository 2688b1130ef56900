"""Files of recordings and clips, for whoever may see the page that plays them."""

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final

from flask import Blueprint, Response, redirect, request, send_file
from flask.typing import ResponseReturnValue

from helpcenter.errors import NotFound
from helpcenter.models import Visibility
from helpcenter.permissions import Action
from helpcenter.services import pages
from helpcenter.web import allowed, check_visible, current_user, ports, public, reading

bp = Blueprint("media", __name__)

# What a browser may be told that a file is, and show; everything else is only ever downloaded.
TYPES: Final = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".mkv": "video/x-matroska",
    ".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".wav": "audio/wav", ".flac": "audio/flac", ".aac": "audio/aac",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
    ".vtt": "text/vtt", ".json": "application/json",
}  # fmt: skip
_INLINE: Final = ("video/", "audio/", "image/", "text/vtt")
_HOUR: Final = 3600


@bp.get("/media/<path:key>")
@public
def file(key: str) -> ResponseReturnValue:
    """The file, or a part of it (byte ranges); from other storage by an address that is signed for some minutes."""
    with reading() as db:
        owner = pages.owner_of(db, key)
    _check(owner)
    storage = ports().storage
    if address := storage.url(key):
        answer = redirect(address)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
    with storage.local(key) as path:
        return _headers(send_file(path, mimetype=_type(key), conditional=True, etag=True), key, owner)


def _check(owner: pages.FileOwner) -> None:
    user = current_user()
    own = user is not None and owner.created_by_id == user.id
    check_visible(owner.visibility, own=own)
    if not owner.shown and not allowed(Action.READ_DRAFTS, own=own):
        raise NotFound


def _type(key: str) -> str:
    return TYPES.get(PurePosixPath(key).suffix.lower(), "application/octet-stream")


def _headers(answer: Response, key: str, owner: pages.FileOwner) -> Response:
    # A key's content never changes, but who may see it does: so browsers keep it for an hour, and nobody in between.
    for_all = owner.shown and owner.visibility in {Visibility.PUBLIC, Visibility.UNLISTED}
    answer.headers["Cache-Control"] = f"private, max-age={_HOUR}" if for_all else "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    kind = _type(key)
    disposition = "inline" if kind.startswith(_INLINE) and "download" not in request.args else "attachment"
    answer.headers.set("Content-Disposition", disposition, filename=PurePosixPath(key).name)
    if request.method == "HEAD" or answer.status_code == HTTPStatus.NOT_MODIFIED:
        answer.close()  # nobody reads the file, so nobody would close it
    return answer
