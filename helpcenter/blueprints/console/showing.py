"""What the templates of the host's page need, and the page as a whole."""

from datetime import datetime
from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext
from sqlalchemy.orm import Session

from helpcenter.errors import N_
from helpcenter.models import Channel, DeskDeed, LiveSession, LiveSessionState, MarkerKind
from helpcenter.services import broadcasts, channels, console, sessions
from helpcenter.services.console import Command, Row
from helpcenter.services.console.commands import TAIL
from helpcenter.web import now, say_in, settings

NO_CONTENT: Final = 204
STEPS: Final = 1000
"""How far a question is moved at once: to the top."""
MARKS: Final = {
    MarkerKind.ANSWERING: N_("Answering"),
    MarkerKind.ANSWERED: N_("Answered"),
    MarkerKind.TOPIC: N_("Topic"),
    MarkerKind.OFF_RECORD: N_("Off the record"),
    MarkerKind.ON_RECORD: N_("On the record again"),
}
DEEDS: Final = {
    DeskDeed.TAKE_ON: N_("Taken on"),
    DeskDeed.DROP: N_("Put back"),
    DeskDeed.MOVE: N_("Moved"),
    DeskDeed.ANSWER: N_("Answering"),
    DeskDeed.DONE: N_("Done"),
    DeskDeed.SKIP: N_("Skipped"),
    DeskDeed.TOPIC: N_("Topic"),
    DeskDeed.OFF_RECORD: N_("Off the record"),
    DeskDeed.ON_RECORD: N_("On the record again"),
}
SLATE: Final = N_("Back in a moment")
"""What stands in the picture while it is off the record; it is recorded for everybody."""
_ASKED: Final = {Command.END, Command.START_OVER}


def whole_page(db: Session, found: LiveSession, *, key: str | None = None, error: str = "") -> str:
    """The page; `key` is the stream key, where it was asked for."""
    return render_template(
        "console/console.html", server_now=now().timestamp(), error=error, slate=say_in(found.language, SLATE),
        **{**now_values(db, found), **desk_values(db, found), **encoder_values(db, found), "key": key},
    )  # fmt: skip


def unless_seen(fragment: str) -> ResponseReturnValue:
    """The fragment; nothing where it stands in the page already."""
    seen = request.args.get("seen", "")
    return ("", NO_CONTENT) if seen and f"seen={seen}" in fragment else fragment


def now_values(db: Session, found: LiveSession, refused: str = "") -> dict[str, Any]:
    """How it stands and what can be done; `refused` says why something could not be done."""
    shown = console.view(db, found, settings=settings(), now=now())
    ask = request.args.get("ask", "")
    pace = 3 if shown.commands or found.state in {*sessions.AHEAD, LiveSessionState.LIVE} else 20
    return {
        "view": shown, "session": found, "refused": refused, "Command": Command, "pace": pace,
        "tail": max(1, round(settings().live_wait(TAIL).total_seconds())),
        "ask": ask if ask in _ASKED and ask in shown.commands and not shown.end_at else "", "starts_in": _starts_in(found),
        "planned_end": _planned_end,
    }  # fmt: skip


def desk_values(db: Session, found: LiveSession, error: str = "") -> dict[str, Any]:
    """Agenda, inbox, answers; `error` says why something could not be done."""
    return {
        "session": found, "desk": console.read_desk(db, found), "desk_error": error, "waits": _waits, "steps": STEPS,
        "mark_words": {kind: gettext(word) for kind, word in MARKS.items()},
        "deed_words": {kind: gettext(word) for kind, word in DEEDS.items()},
    }  # fmt: skip


def encoder_values(db: Session, found: LiveSession) -> dict[str, Any]:
    """What the encoder needs, but for its key; `server` is "" where no encoder can send."""
    channel = db.get(Channel, found.channel_id) if found.channel_id else None
    here = channels.is_local(channel)
    row = broadcasts.of_session(db, found) if here else None
    server = settings().encoder_address if here else channel.stream_address if channel else ""
    has_key = bool(row and row.remote_id) if here else bool(channel and channel.stream_key)
    return {"session": found, "channel": channel, "here": here, "server": server, "has_key": has_key, "key": None}


def _planned_end(found: LiveSession) -> datetime:
    """When it is to be over; one that was begun early lasts as long as it was planned to."""
    if found.live_at is None:
        return found.ends_at
    return min(found.ends_at, found.live_at + (found.ends_at - found.starts_at))


def _starts_in(found: LiveSession) -> str:
    words = str(format_timedelta(found.starts_at - now(), threshold=2, add_direction=True))
    return words if found.starts_at > now() else gettext("It should have begun %(ago)s", ago=words)


def _waits(row: Row) -> str:
    """When it was asked, in words: "3 days ago"."""
    return str(format_timedelta(row.since - now(), add_direction=True))
