"""Live sessions as those see them who schedule them: a month, one session, its poll, its end."""

from calendar import Calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, Final, Self

from babel.dates import format_skeleton, get_day_names
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.gaps import proposed
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import DateOption, LiveSession, LiveSessionState, PlatformVideo
from helpcenter.permissions import Action
from helpcenter.services import broadcasts, console, sessions, videos
from helpcenter.services.sessions import agenda, subscriptions
from helpcenter.services.sessions.agenda import Show
from helpcenter.web import allowed, check, local_time, now, reading, require, say, settings, signed_in_user, transaction
from helpcenter.web.sessions import is_host, site_zone, template_words

_MONTHS: Final = 12
_YEARS: Final = range(1970, 2200)
_DRAFT: Final = LiveSessionState.DRAFT

bp.context_processor(template_words)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the site's own calendar; `first` is its first day."""

    first: date

    @classmethod
    def read(cls, text: str, today: date) -> Self:
        """The month of "2026-12", today's where it cannot be read."""
        try:
            first = date.fromisoformat(f"{text}-01")
        except ValueError:
            return cls(today.replace(day=1))
        return cls(first if first.year in _YEARS else today.replace(day=1))

    @property
    def value(self) -> str:
        """As it stands in addresses: 2026-12."""
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """As people say it: December 2026."""
        return str(format_skeleton("yMMMM", self.first, locale=get_locale()))

    @property
    def before(self) -> str:
        """The month before, for addresses."""
        return self._moved(-1).value

    @property
    def after(self) -> str:
        """The month after, for addresses."""
        return self._moved(1).value

    def bounds(self) -> tuple[datetime, datetime]:
        """The instants at which it begins and ends."""
        first, end = (datetime.combine(day, time(), site_zone()) for day in (self.first, self._moved(1).first))
        return first, end

    def _moved(self, months: int) -> "Month":
        year, month = divmod(self.first.year * _MONTHS + self.first.month - 1 + months, _MONTHS)
        return Month(date(year, month + 1, 1))


@bp.get("/sessions", endpoint="sessions")
@require(Action.SCHEDULE)
def month_() -> ResponseReturnValue:
    """A month of sessions, grouped by day; experts see those that they host."""
    today = local_time(now()).date()
    month = Month.read(request.args.get("month", ""), today)
    show = Show(request.args["show"]) if request.args.get("show") in list(Show) else Show.ALL
    mine = request.args.get("whose") == "mine"
    host = signed_in_user() if mine or not allowed(Action.SCHEDULE) else None
    query = {"show": show.value if show is not Show.ALL else "", "whose": "mine" if mine else ""}
    with reading() as db:
        found = agenda.between(db, *month.bounds(), show=show, host=host)
        nearest = None if found else agenda.nearest(db, *month.bounds(), show=show, host=host)
        return render_template(
            "workbench/sessions.html", month=month, show=show.value, mine=mine, today=today, nearest=nearest,
            days=_by_day(found), counts=Counter(_day(one) for one in found), weeks=_weeks(month),
            query={name: value for name, value in query.items() if value}, weekdays=_weekdays(),
            kinds=[(kind.value, word) for kind, word in _kinds().items()],
            nearest_day=format_date(_day(nearest), "long") if nearest else "",
            nearest_month=f"{_day(nearest):%Y-%m}" if nearest else "",
        )  # fmt: skip


@bp.get("/sessions/<public_id>")
@require(Action.SCHEDULE)
def session(public_id: str) -> ResponseReturnValue:
    """One session: what is planned, its poll, its broadcast, its series."""
    with reading() as db:
        return session_page(db, own_session(db, public_id))


@bp.post("/sessions/<public_id>/cancel")
@require(Action.SCHEDULE)
def cancel_session(public_id: str) -> ResponseReturnValue:
    """Cancel it, or it and all that follow; whoever subscribed is told why."""
    form = Form(request.form.to_dict())
    reason = form.get("reason").strip()
    if not reason:
        form.errors["reason"] = gettext("Please say why, so that people understand.")
    status = 422
    try:
        with transaction() as db:
            found = own_session(db, public_id)
            if form.ok:
                following = form.get("scope") == "following"
                sessions.cancel(db, found, reason=reason, following=following, actor=signed_in_user(), now=now())
                return redirect(url_for("workbench.session", public_id=public_id, done="session_cancelled"))
    except HelpCenterError as error:
        if error.status in {401, 403, 404}:
            raise
        status = form.refuse(error)
    with reading() as db:
        return session_page(db, own_session(db, public_id), form), status


@bp.post("/sessions/<public_id>/announce")
@require(Action.SCHEDULE)
def announce_session(public_id: str) -> ResponseReturnValue:
    """A draft becomes a session that is announced; or it and the drafts that follow."""
    following = request.form.get("scope") == "following"
    try:
        with transaction() as db:
            found = own_session(db, public_id)
            sessions.announce(db, found, following=following, actor=signed_in_user(), now=now())
    except HelpCenterError as error:
        return _refused(public_id, error)
    return redirect(url_for("workbench.session", public_id=public_id, done="scheduled"))


@bp.post("/sessions/<public_id>/fix")
@require(Action.SCHEDULE)
def fix_session(public_id: str) -> ResponseReturnValue:
    """Fix one of the proposed dates; the session is announced."""
    chosen = select(DateOption).where(DateOption.public_id == request.form.get("option", ""))
    try:
        with transaction() as db:
            found = own_session(db, public_id)
            option = db.scalar(chosen.where(DateOption.session_id == found.id))
            if option is None:
                raise NotFound
            sessions.fix_date(db, option, actor=signed_in_user(), now=now())
    except HelpCenterError as error:
        return _refused(public_id, error)
    return redirect(url_for("workbench.session", public_id=public_id, done="date_fixed"))


@bp.post("/sessions/<public_id>/sync")
@require(Action.SCHEDULE)
def sync_session(public_id: str) -> ResponseReturnValue:
    """Try once more to bring its broadcast in step."""
    try:
        with transaction() as db:
            broadcasts.try_again(db, own_session(db, public_id), now=now(), actor=signed_in_user())
    except HelpCenterError as error:
        return _refused(public_id, error)
    return redirect(url_for("workbench.session", public_id=public_id, done="retry"))


@bp.post("/sessions/<public_id>/look")
@require(Action.SCHEDULE)
def look_again(public_id: str) -> ResponseReturnValue:
    """Look at once whether YouTube's recording is whole."""
    try:
        with transaction() as db:
            video = _video(db, own_session(db, public_id))
            if video is None:
                raise NotFound
            videos.look_again(db, video, actor=signed_in_user(), now=now())
    except HelpCenterError as error:
        return _refused(public_id, error)
    return redirect(url_for("workbench.session", public_id=public_id, done="retry"))


def own_session(db: Session, public_id: str) -> LiveSession:
    """The session, which whoever asks may schedule. Raises NotFound, Forbidden."""
    found = sessions.find(db, public_id)
    check(Action.SCHEDULE, own=is_host(found))
    return found


def session_page(db: Session, found: LiveSession, form: Form | None = None, *, error: str = "") -> str:
    """The page of one session; `form` is a cancellation that was refused."""
    options = select(DateOption).where(DateOption.session_id == found.id).options(selectinload(DateOption.votes))
    return render_template(
        "workbench/session.html", session=found, form=form or Form(), error=error, series=agenda.siblings(db, found),
        options=db.scalars(options.order_by(DateOption.starts_at)).all(), month=f"{_day(found):%Y-%m}",
        video=_video(db, found), held=videos.HELD, broadcast=broadcasts.of_session(db, found),
        relay=broadcasts.relay_of(db, found),
        shown=console.view(db, found, settings=settings(), now=now()),
        subscribers=len(subscriptions.recipients(db, found)), can_host=allowed(Action.HOST, own=is_host(found)),
        editable=found.state in {_DRAFT, LiveSessionState.SCHEDULED},
        cancellable=found.state in {_DRAFT, *sessions.AHEAD},
        public_address=url_for("sessions.session", public_id=found.public_id), gaps=proposed(db, found),
    )  # fmt: skip


def _video(db: Session, found: LiveSession) -> PlatformVideo | None:
    wanted = select(PlatformVideo).where(PlatformVideo.session_id == found.id).order_by(PlatformVideo.id.desc())
    return db.scalars(wanted.limit(1)).first()


def _refused(public_id: str, error: HelpCenterError) -> ResponseReturnValue:
    if error.status in {401, 403, 404}:
        raise error
    with reading() as db:
        return session_page(db, own_session(db, public_id), error=say(error.message)), error.status


def _kinds() -> dict[Show, str]:
    return {
        Show.ALL: gettext("all"), Show.UPCOMING: gettext("upcoming"), Show.DRAFTS: gettext("drafts"),
        Show.PAST: gettext("past"), Show.CANCELLED: gettext("cancelled"),
    }  # fmt: skip


def _day(found: LiveSession) -> date:
    return found.starts_at.astimezone(site_zone()).date()


def _by_day(found: list[LiveSession]) -> list[dict[str, Any]]:
    """[{"date", "name", "sessions"}], in order."""
    return [
        {"date": day, "name": format_date(day, "full"), "sessions": list(of_day)}
        for day, of_day in groupby(found, key=_day)
    ]


def _weeks(month: Month) -> list[list[date]]:
    return Calendar(get_locale().first_week_day).monthdatescalendar(month.first.year, month.first.month)


def _weekdays() -> list[tuple[str, str]]:
    """(name, short name), from the first day of the week of this language on."""
    locale = get_locale()
    names, short = get_day_names("wide", locale=locale), get_day_names("short", locale=locale)
    return [(names[day], short[day]) for day in Calendar(locale.first_week_day).iterweekdays()]
