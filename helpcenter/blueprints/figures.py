"""How well questions are answered here, for everybody to see."""

from datetime import timedelta
from typing import Final

from babel.units import format_unit
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta

from helpcenter.services import questions
from helpcenter.web import cached_page, language, now, public, reading, settings

bp = Blueprint("figures", __name__)

DAYS: Final = 90
_HOUR: Final = timedelta(hours=1)


@bp.get("/answered")
@public
@cached_page
def answered() -> ResponseReturnValue:
    """The share of questions that were answered, how long it took, and how long the oldest open one has waited."""
    at = now()
    with reading() as db:
        found = questions.figures(db, at - timedelta(days=DAYS), at, settings().working_time)
    return render_template(
        "figures/answered.html", found=found, days=DAYS, working=_working(found.working),
        clock=_clock(found.clock), oldest=_clock(found.oldest),
    )  # fmt: skip


def _working(time: timedelta | None) -> str:
    """Working time in minutes or hours: its days would be shorter than other days."""
    if time is None:
        return ""
    number, unit = (time / _HOUR, "hour") if time >= _HOUR else (time / timedelta(minutes=1), "minute")
    return str(format_unit(round(number, 1) if unit == "hour" else round(number), unit, locale=language()))


def _clock(time: timedelta | None) -> str:
    return "" if time is None else format_timedelta(max(time, timedelta(minutes=1)), granularity="minute", threshold=1)
