"""Scheduling a live session, proposing dates for one, and moving it."""

import tempfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench import session_form as fields
from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.sessions import own_session
from helpcenter.errors import HelpCenterError
from helpcenter.models import LiveSession
from helpcenter.permissions import Action, Scope, scope
from helpcenter.services import channels, sessions, topics
from helpcenter.services.sessions.pictures import LARGEST, Picture, picture_key
from helpcenter.web import (
    language,
    local_time,
    now,
    ports,
    reading,
    require,
    role,
    settings,
    signed_in_user,
    transaction,
)
from helpcenter.web.people import load_sign_in
from helpcenter.web.sessions import zones

LARGEST_FORM: Final = 12 * 1024**2
"""Bytes; a photograph of a phone may arrive, so that it can be refused in words beside its field."""
_WITH_PICTURE: Final = {"workbench.schedule_session", "workbench.send_dates", "workbench.save_session"}
Act = Callable[[Session, sessions.SessionDetails], Iterable[LiveSession]]


@bp.url_value_preprocessor
def _lift_limit(endpoint: str | None, _: object) -> None:
    # The check of the form's token reads the form before the view runs; see uploads.py.
    if endpoint in _WITH_PICTURE:
        load_sign_in()
        if scope(role(), Action.SCHEDULE) is not Scope.NONE:
            request.max_content_length = LARGEST_FORM


@bp.get("/sessions/new")
@require(Action.SCHEDULE)
def new_session() -> ResponseReturnValue:
    """An empty form."""
    with reading() as db:
        return _page(db, _fresh(db), "new")


@bp.post("/sessions/new")
@require(Action.SCHEDULE)
def schedule_session() -> ResponseReturnValue:
    """A session, or a series of them; or a draft."""
    form = fields.read_form()
    start = fields.start_of(form)
    rule, draft = fields.rule_of(form, start), form.get("action") == "draft"

    def act(db: Session, details: sessions.SessionDetails) -> list[LiveSession]:
        return sessions.schedule(
            db, details, start=start, fold=fields.FOLDS.get(form.get("fold")), rrule=rule, draft=draft,
            actor=signed_in_user(), now=now(),
        )  # fmt: skip

    return _do(form, "new", act, done="draft_kept" if draft else "scheduled")


@bp.get("/sessions/propose")
@require(Action.SCHEDULE)
def propose_dates() -> ResponseReturnValue:
    """An empty form for a session whose date is not fixed yet."""
    with reading() as db:
        return _page(db, _fresh(db), "poll")


@bp.post("/sessions/propose")
@require(Action.SCHEDULE)
def send_dates() -> ResponseReturnValue:
    """A draft with several dates, on which customers vote."""
    form = fields.read_form()
    starts = fields.starts_of(form)

    def act(db: Session, details: sessions.SessionDetails) -> list[LiveSession]:
        return [sessions.propose(db, details, starts=starts, actor=signed_in_user(), now=now())]

    return _do(form, "poll", act, done="proposed")


@bp.get("/sessions/<public_id>/edit")
@require(Action.SCHEDULE)
def edit_session(public_id: str) -> ResponseReturnValue:
    """The form as it stands."""
    with reading() as db:
        found = own_session(db, public_id)
        return _page(db, fields.offered(db, found), "edit", found)


@bp.post("/sessions/<public_id>/edit")
@require(Action.SCHEDULE)
def save_session(public_id: str) -> ResponseReturnValue:
    """Change or move it, or it and all that follow."""
    with reading() as db:
        before = fields.offered(db, own_session(db, public_id))
    form = fields.read_form()
    start = fields.start_of(form, was=f"{before.get('date')}T{before.get('time')}")

    def act(db: Session, details: sessions.SessionDetails) -> list[LiveSession]:
        return sessions.edit(
            db, own_session(db, public_id), details, start=start, fold=fields.FOLDS.get(form.get("fold")),
            following=form.get("scope") == "following", actor=signed_in_user(), now=now(),
        )  # fmt: skip

    return _do(form, "edit", act, done="save", public_id=public_id)


def _do(form: Form, kind: str, act: Act, *, done: str, public_id: str | None = None) -> ResponseReturnValue:
    """Do what the form says, or show it again as it was typed."""
    status = 422
    picture = fields.picture_of(form)
    try:
        # The file goes first, since storage may be slow, and nothing waits for it in a transaction.
        key = _store(*picture) if picture and form.ok else None
        with transaction() as db:
            details = fields.details(db, form)
            if form.ok:
                made = list(act(db, details))
                if key or form.get("no_picture"):
                    for one in made:
                        sessions.set_picture(db, one, key, now=now())
                shown = public_id or made[0].public_id
                return redirect(url_for("workbench.session", public_id=shown, done=done))
    except HelpCenterError as error:
        if error.status in {401, 403, 404}:
            raise
        status = form.refuse(error)
    if picture and "picture" not in form.errors:
        form.errors["picture"] = gettext("Please choose the picture once more; browsers do not keep it.")
    with reading() as db:
        return _page(db, form, kind, own_session(db, public_id) if public_id else None), status


def _store(content: bytes, picture: Picture) -> str:
    """The key under which the picture is kept; where the row is not written after all, nobody finds it."""
    key = picture_key(content, picture)
    if not ports().storage.exists(key):
        scratch = settings().scratch
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            file = Path(folder) / "picture"
            file.write_bytes(content)
            ports().storage.put(key, file)
    return key


def _fresh(db: Session) -> Form:
    """What is offered first: a week from now at 18:00, with oneself as host."""
    channel = channels.only_channel(db)
    day = (local_time(now()) + timedelta(days=7)).date().isoformat()
    return Form(
        {
            "language": language(), "zone": settings().zone, "minutes": fields.MINUTES, "date": day, "time": "18:00",
            "hosts": [signed_in_user().public_id], "topics": [], "visibility": "public", "repeat": "", "count": 4,
            "channel": fields.channel_name(channel) or fields.HERE, "answers": fields.AT_ONCE, "ends": "count",
        }
    )  # fmt: skip


def _page(db: Session, form: Form, kind: str, found: LiveSession | None = None) -> str:
    back = url_for("workbench.session", public_id=found.public_id) if found else url_for("workbench.sessions")
    dates = form.values.setdefault("dates", [])
    dates += [{"date": "", "time": "18:00"}] * max(0, fields.ROWS - len(dates))
    return render_template(
        "workbench/session_form.html", form=form, kind=kind, session=found, back=back, topics=topics.flat(db),
        zones=zones(), usual_zones=sorted({settings().zone, "UTC", form.get("zone")} - {""}), repeats=_repeats(),
        largest_picture=LARGEST,
        of_series=found is not None and found.series_id is not None, picture=found.picture_key if found else None,
        **fields.choices(db, found),
    )  # fmt: skip


def _repeats() -> dict[str, str]:
    return {
        "": gettext("does not repeat"), "weekly": gettext("every week"), "fortnightly": gettext("every two weeks"),
        "monthly": gettext("every month, on the same weekday (such as the first Thursday)"), "own": gettext("a rule of my own"),
    }  # fmt: skip
