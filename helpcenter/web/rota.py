"""How the rota is spoken of: half days, days, wishes, and who may see and do what in it."""

from datetime import date
from typing import Any, Final

from babel.dates import format_skeleton
from flask_babel import format_date, get_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_
from helpcenter.models import Absence, Shift, Team, TeamMember, User, WishKind
from helpcenter.permissions import Action
from helpcenter.services.rota import teams
from helpcenter.web.context import now, settings
from helpcenter.web.people import allowed, check, signed_in_user
from helpcenter.worktime import Half, WorkCalendar

_HALVES: Final = {Half.MORNING: N_("morning"), Half.AFTERNOON: N_("afternoon")}
_SHORT: Final = {Half.MORNING: N_("a.m."), Half.AFTERNOON: N_("p.m.")}
_WISHES: Final = {
    WishKind.PREFER: N_("gladly"), WishKind.AVOID: N_("rather not"), WishKind.IMPOSSIBLE: N_("not possible"),
}  # fmt: skip


def calendar() -> WorkCalendar:
    """When people work here."""
    return settings().working_time


def today() -> date:
    """The date of this request on the calendar's own clock."""
    return now().astimezone(calendar().zone).date()


def is_planner() -> bool:
    """Whether whoever asks plans for everybody."""
    return allowed(Action.PLAN_ROTA)


def shown_teams(db: Session) -> list[Team]:
    """The teams whose rota whoever asks may see: all for planners, one's own for experts."""
    return teams.every(db, of=None if is_planner() else signed_in_user())


def check_team(db: Session, team_id: int) -> None:
    """Raise Forbidden unless whoever asks plans, or is in the team."""
    member = select(TeamMember.user_id).where(TeamMember.team_id == team_id, TeamMember.user_id == signed_in_user().id)
    check(Action.PLAN_ROTA, own=db.scalar(member) is not None)


def read_day(text: str | None) -> date | None:
    """The date of "2026-12-24", None for anything else."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if date(1970, 1, 1) < found < date(2200, 1, 1) else None


def half_short(half: Half) -> str:
    """The half day in a few letters, for calendars."""
    return str(gettext(_SHORT[Half(half)]))


def half_word(half: Half) -> str:
    """The half day in the language of this request."""
    return str(gettext(_HALVES[Half(half)]))


def wish_word(kind: WishKind) -> str:
    """The wish in the language of this request."""
    return str(gettext(_WISHES[WishKind(kind)]))


def short_day(day: date) -> str:
    """The day with its weekday, short: Mon, 30 Nov."""
    return str(format_skeleton("MMMEd", day, locale=get_locale()))


def slot_word(shift: Shift) -> str:
    """The shift's half day: Mon, 30 Nov, morning."""
    return _half_day(shift.day, shift.half)


def absence_word(absence: Absence) -> str:
    """From when till when: Mon, 30 Nov – Fri, 4 Dec; half days are named where they are not the whole day."""
    first, last = absence.first_half is Half.MORNING, absence.last_half is Half.AFTERNOON
    if absence.first_day == absence.last_day:
        whole = first and last
        return short_day(absence.first_day) if whole else _half_day(absence.first_day, absence.first_half)
    start = short_day(absence.first_day) if first else _half_day(absence.first_day, absence.first_half)
    end = short_day(absence.last_day) if last else _half_day(absence.last_day, absence.last_half)
    return f"{start} – {end}"


def _half_day(day: date, half: Half) -> str:
    return str(gettext("%(day)s, %(half)s", day=short_day(day), half=half_word(half)))


def name_of(user: User) -> str:
    """The person as colleagues know him."""
    return user.name or user.email


def template_words() -> dict[str, Any]:
    """What templates need to speak of the rota; for context processors."""
    return {
        "half_word": half_word, "half_short": half_short, "absence_word": absence_word, "wish_word": wish_word,
        "short_day": short_day, "slot_word": slot_word, "name_of": name_of,
        "long_day": lambda day: format_date(day, "full"), "halves": list(Half), "wish_kinds": list(WishKind),
    }  # fmt: skip
