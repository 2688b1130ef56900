"""The picture of a running session, as browsers play it: a list of segments, and the segments (HLS)."""

from http import HTTPStatus
from typing import Final

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.live import bp
from helpcenter.blueprints.live.common import seen_session
from helpcenter.errors import N_, NotFound
from helpcenter.web import public, reading
from helpcenter.web.playlists import Listing, playlists

_LIST: Final = "application/vnd.apple.mpegurl"
_TYPES: Final = {".m4s": "video/iso.segment", ".mp4": "video/mp4"}
_DAY: Final = 24 * 3600


@bp.get("/live/<public_id>/index.m3u8")
@public
def index(public_id: str) -> ResponseReturnValue:
    """What can be played, from the beginning to now, as long as the recording is not there. Raises NotFound before that."""
    listing = _listing(public_id)
    if not listing.text:
        raise NotFound(N_("The picture is not there yet, or not any more."))
    packed = request.accept_encodings.quality("gzip") > 0
    answer = Response(listing.packed if packed else listing.text, content_type=_LIST)
    answer.set_etag(listing.etag, weak=True)
    answer.headers["Cache-Control"] = "public, max-age=1" if listing.for_all else "private, no-cache"
    answer.headers["Vary"] = "Accept-Encoding" if listing.for_all else "Accept-Encoding, Cookie"
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer.make_conditional(request)


@bp.get("/live/<public_id>/<take>/<name>")
@public
def segment(public_id: str, take: str, name: str) -> ResponseReturnValue:
    """One segment, or what belongs before those of its take. One that is off the record is not there. Raises NotFound."""
    listing = _listing(public_id)
    path = listing.files.get((take, name))
    if path is None or path.suffix not in _TYPES:
        raise NotFound
    try:
        answer = send_file(path, mimetype=_TYPES[path.suffix], conditional=True, etag=f"{take}-{name}", max_age=_DAY)
    except FileNotFoundError as error:
        raise NotFound from error
    answer.headers["Cache-Control"] = f"public, max-age={_DAY}, immutable" if listing.for_all else "private, no-store"
    if request.method == "HEAD" or answer.status_code == HTTPStatus.NOT_MODIFIED:
        answer.close()  # nobody reads the file, so nobody would close it
    return answer


def _listing(public_id: str) -> Listing:
    """The listing, for whoever may see the session."""
    listing = playlists().of(public_id)
    if not listing.for_all:
        with reading() as db:
            seen_session(db, public_id)
    return listing
