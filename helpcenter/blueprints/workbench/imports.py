"""Videos that are on YouTube already: one by its address, or the back catalogue of a channel."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import parse_qs, urlsplit

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import N_, HelpCenterError
from helpcenter.models import Channel, ChannelImport, ChannelState, ImportState
from helpcenter.permissions import Action
from helpcenter.services import channels, topics, videos
from helpcenter.web import allowed, now, reading, require, signed_in_user, transaction
from helpcenter.web.sessions import site_zone

# The word for a state, and the badge's tone.
_STATES: Final = {
    ImportState.LISTING: (N_("looking for videos"), "busy"),
    ImportState.PULLING: (N_("taking them in"), "busy"),
    ImportState.DONE: (N_("done"), "ok"),
    ImportState.STOPPED: (N_("stopped"), "quiet"),
}
_MOVES: Final = {"stop": videos.stop_import, "resume": videos.resume_import}


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in the list."""

    job: ChannelImport
    progress: videos.Progress

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.job.state in {ImportState.LISTING, ImportState.PULLING}

    @property
    def word(self) -> str:
        """Its state."""
        return str(gettext(_STATES[self.job.state][0]))

    @property
    def tone(self) -> str:
        """Its badge's tone."""
        return _STATES[self.job.state][1]


@bp.get("/imports", endpoint="imports")
@require(Action.UPLOAD)
def list_() -> ResponseReturnValue:
    """Both forms, and how far the imports are."""
    with reading() as db:
        return _page(db)


@bp.get("/imports/progress")
@require(Action.MANAGE_CHANNELS)
def imports_progress() -> ResponseReturnValue:
    """How far the imports are; a fragment."""
    with reading() as db:
        return render_template("workbench/_imports.html", lines=_lines(db))


@bp.post("/imports/video")
@require(Action.UPLOAD)
def adopt_video() -> ResponseReturnValue:
    """One video becomes a recording; the same one where it is here already."""
    form = Form(request.form.to_dict())
    status = 422
    try:
        with transaction() as db:
            topic = form.topic(db)
            if form.ok:
                recording = videos.adopt_address(
                    db, form.get("address"), channel=channels.only_channel(db), topic=topic, title=form.get("title").strip(),
                    actor=signed_in_user(), now=now(),
                )  # fmt: skip
                return redirect(url_for("workbench.recording", public_id=recording.public_id))
    except HelpCenterError as error:
        status = form.refuse(error)
        form.errors["address"], form.error = form.error, ""
    with reading() as db:
        return _page(db, one=form), status


@bp.post("/imports")
@require(Action.MANAGE_CHANNELS)
def start_import() -> ResponseReturnValue:
    """Take in the videos of a channel or of one of its playlists."""
    form = Form(request.form.to_dict())
    status = 422
    since = _since(form)
    try:
        with transaction() as db:
            channel, topic = channels.find(db, form.get("channel")), form.topic(db)
            if form.ok:
                videos.start_import(
                    db, channel, playlist=_playlist(form.get("playlist")), since=since, topic=topic, actor=signed_in_user(),
                    now=now(),
                )  # fmt: skip
                return redirect(url_for("workbench.imports", done="import_started", _anchor="imports"))
    except HelpCenterError as error:
        status = form.refuse(error)
    with reading() as db:
        return _page(db, many=form), status


@bp.post("/imports/<public_id>/<any(stop, resume):move>")
@require(Action.MANAGE_CHANNELS)
def move_import(public_id: str, move: str) -> ResponseReturnValue:
    """Stop an import, or let it go on."""
    try:
        with transaction() as db:
            _MOVES[move](db, videos.find_import(db, public_id), actor=signed_in_user(), now=now())
    except HelpCenterError as error:
        form = Form()
        status = form.refuse(error)
        with reading() as db:
            return _page(db, many=form), status
    return redirect(url_for("workbench.imports", _anchor="imports"))


def _page(db: Session, *, one: Form | None = None, many: Form | None = None) -> str:
    usable: list[Channel] = []
    if allowed(Action.MANAGE_CHANNELS):
        usable = [channel for channel in channels.all_channels(db) if channel.state is not ChannelState.REVOKED]
    return render_template(
        "workbench/imports.html", one=one or Form(), many=many or Form(), topics=topics.flat(db),
        lines=_lines(db) if allowed(Action.MANAGE_CHANNELS) else [],
        channels=[(channel.public_id, channel.title) for channel in usable],
    )  # fmt: skip


def _lines(db: Session) -> list[ImportLine]:
    jobs = [job for channel in channels.all_channels(db) for job in videos.imports_of(db, channel)]
    jobs.sort(key=lambda job: job.created_at, reverse=True)
    return [ImportLine(job, videos.progress(db, job)) for job in jobs[:50]]


def _since(form: Form) -> datetime | None:
    text = form.get("since")
    try:
        day = datetime.combine(date.fromisoformat(text), time(), site_zone()) if text else None
        return day.astimezone(UTC) if day else None
    except (ValueError, OverflowError):
        form.errors["since"] = gettext("Please choose a day.")
        return None


def _playlist(text: str) -> str:
    """The id of a playlist, also from its address."""
    try:
        return parse_qs(urlsplit(text.strip()).query).get("list", [text.strip()])[0]
    except ValueError:
        return text.strip()
