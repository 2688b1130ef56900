"""How questions are spoken of to those who answer them."""

from datetime import datetime, timedelta
from typing import Final

from flask_babel import format_timedelta, gettext

from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import N_
from helpcenter.models import Question, QuestionState
from helpcenter.services.dispatch import Which
from helpcenter.services.questions.states import CLOSED
from helpcenter.web import now

_S = QuestionState
_MINUTE: Final = timedelta(minutes=1)
_STATES: Final[dict[QuestionState, tuple[str, str]]] = {
    _S.NEW: (N_("new"), "busy"),
    _S.ROUTED: (N_("with an expert"), ""),
    _S.QUEUED: (N_("planned for a live session"), ""),
    _S.BEING_ANSWERED: (N_("being answered"), "busy"),
    _S.ANSWERED: (N_("answered"), "ok"),
    _S.CONFIRMED: (N_("solved"), "ok"),
    _S.MERGED: (N_("part of another question"), "quiet"),
    _S.DECLINED: (N_("not answered"), "quiet"),
    _S.REOPENED: (N_("open again"), "busy"),
}
LISTS: Final = {
    Which.MINE: N_("mine"),
    Which.UNASSIGNED: N_("without an expert"),
    Which.ALL: N_("all open ones"),
    Which.OVERDUE: N_("overdue"),
    Which.HELD: N_("held back"),
    Which.CLOSED: N_("closed"),
}
EMPTY: Final = {
    Which.MINE: (N_("Nothing waits for you"), N_("As soon as a question is yours, it stands here, and a mail tells you.")),
    Which.UNASSIGNED: (N_("Every question has somebody"), N_("What nobody has yet, and what you could answer, stands here.")),
    Which.ALL: (N_("No question is open"), N_("What customers ask stands here until it is answered.")),
    Which.OVERDUE: (N_("Nothing is overdue"), ""),
    Which.HELD: (N_("Nothing is held back"), N_("What looks like spam or abuse waits here for your decision.")),
    Which.CLOSED: (N_("Nothing is closed yet"), ""),
}  # fmt: skip


@bp.app_template_global()
def question_word(state: QuestionState) -> str:
    """The word for a question's state, for those who answer."""
    return str(gettext(_STATES[state][0]))


@bp.app_template_global()
def question_tone(state: QuestionState) -> str:
    """The tone of its badge."""
    return _STATES[state][1]


@bp.app_template_global()
def due_words(question: Question) -> str:
    """When something has to be done about the question, "" where nothing has."""
    if question.due_at is None or question.state in CLOSED:
        return ""
    when = ago(question.due_at)
    return str(gettext("was due %(when)s", when=when) if is_late(question) else gettext("due %(when)s", when=when))


@bp.app_template_global()
def is_late(question: Question) -> bool:
    """Whether its due date has passed."""
    return question.due_at is not None and question.due_at < now() and question.state not in CLOSED


@bp.app_template_global()
def ago(at: datetime) -> str:
    """How far away the instant is, in words: “in 3 hours”, “2 days ago”."""
    distance = at - now()
    return str(gettext("just now") if abs(distance) < _MINUTE else format_timedelta(distance, add_direction=True))
