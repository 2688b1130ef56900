"""Questions on their way to who answers them: given away by the site, and decided about by those who answer."""

from helpcenter.services.dispatch.automatic import Mode, due, give_by_itself, route
from helpcenter.services.dispatch.deeds import give, pass_on, release, set_topic, take
from helpcenter.services.dispatch.history import Event, history
from helpcenter.services.dispatch.lists import (
    PAGE,
    Line,
    Which,
    count,
    find,
    line_of,
    list_questions,
    may_list,
    next_after,
    sessions_today,
)
from helpcenter.services.dispatch.merging import alike
from helpcenter.services.dispatch.scheduling import schedule, sessions_to_choose

__all__ = [
    "PAGE", "Event", "Line", "Mode", "Which", "alike", "count", "due", "find", "give", "give_by_itself", "history", "line_of",
    "list_questions", "may_list", "next_after", "pass_on", "release", "route", "schedule", "sessions_to_choose", "sessions_today",
    "set_topic", "take",
]  # fmt: skip
