"""What an encoder such as OBS needs: server and key, which is in no page before somebody asks for it."""

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.console.frame import bp, own
from helpcenter.blueprints.console.showing import encoder_values, whole_page
from helpcenter.models import Channel, LiveSession
from helpcenter.permissions import Action
from helpcenter.services import broadcasts, channels
from helpcenter.web import reading, require, settings
from streaming.local import platform as local


@bp.get("/<public_id>/encoder")
@require(Action.HOST)
def encoder(public_id: str) -> ResponseReturnValue:
    """What the encoder needs, without the key; a fragment."""
    with reading() as db:
        return render_template("console/_key.html", **encoder_values(db, own(db, public_id)))


@bp.post("/<public_id>/key")
@require(Action.HOST)
def show_key(public_id: str) -> ResponseReturnValue:
    """The stream key, which is in no browser's cache afterwards."""
    with reading() as db:
        found = own(db, public_id)
        values = encoder_values(db, found)
        key = _key(db, found, values["channel"])
        if request.headers.get("HX-Request"):
            answer = make_response(render_template("console/_key.html", **{**values, "key": key}))
        else:
            answer = make_response(whole_page(db, found, key=key))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _key(db: Session, found: LiveSession, channel: Channel | None) -> str | None:
    if channel is None:
        return None
    if not channels.is_local(channel):
        return channels.stream_key(settings(), channel)
    row = broadcasts.of_session(db, found)
    return local.stream_key(settings().secret, row.remote_id) if row and row.remote_id else None
