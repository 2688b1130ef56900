"""Two beats, each ringing for all that is due, and workers that look at it in any order; some die before they commit."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.services import dispatch, fate, questions
from helpcenter.services.rota import warnings

if TYPE_CHECKING:
    from tests.bench.month.town import Month

DEATHS: Final = 0.1
"""How likely a worker dies before its transaction is committed."""
Work = Callable[[Session, int], Any]


class Killed(Exception):
    """The worker died here."""


class Beats:
    """The site's own part, as `workers.beat` rings for it and the tasks do it; `deaths` counts the workers."""

    def __init__(self, month: "Month") -> None:
        self._month, self.deaths = month, 0
        self._after = timedelta(days=month.settings.solved_days)

    def ring(self) -> bool:
        """Let everything that is due be done twice over; whether anything was."""
        month = self._month
        with month.ports.database.reading() as db:
            rung: list[tuple[Work, int]] = [
                *((self._route, one) for one in dispatch.due(db, now=month.now)),
                *((self._watch, one) for one in fate.due(db, now=month.now)),
                *((self._warn, one) for one in warnings.due(db, now=month.now)),
                *((self._ask_solved, one) for one in questions.due_to_ask(db, now=month.now, after=self._after)),
            ] * 2
        month.random.shuffle(rung)
        for work, row_id in rung:
            with suppress(Killed, Conflict), month.ports.database.transaction() as db:
                if work(db, row_id) and month.random.random() < DEATHS:
                    self.deaths += 1
                    raise Killed
        return bool(rung)

    def _route(self, db: Session, question_id: int) -> bool:
        return dispatch.route(db, question_id, now=self._month.now, mode="auto", calendar=self._month.calendar)

    def _watch(self, db: Session, question_id: int) -> fate.Deed | None:
        return fate.watch(db, question_id, settings=self._month.settings, now=self._month.now)

    def _warn(self, db: Session, shift_id: int) -> int:
        return warnings.warn(db, shift_id, calendar=self._month.calendar, now=self._month.now)

    def _ask_solved(self, db: Session, asker_id: int) -> bool:
        return questions.ask_whether_solved(db, asker_id, now=self._month.now, after=self._after)
