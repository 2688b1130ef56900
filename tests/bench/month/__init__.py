"""A simulated month of questions on a clock of its own: what becomes of each, with two beats, dying workers, illness and holidays.

The rota is planned, freed and taken, questions are routed, passed on, answered and asked about by the site's own services; who
really knows what is hidden from it, in the world of words of `tests.bench.routing`.
"""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from helpcenter.models import AuditRow, Question
from helpcenter.services.questions.states import CLOSED
from tests.bench.month.counting import double_mails, fairness, lost, right_shares
from tests.bench.month.town import MONTH, Days, Month


def simulate(number: int, days: Days = MONTH, database_url: str = "") -> dict[str, Any]:
    """The month with so many questions: its figures by name, and how many questions ended how.

    It happens in a database of its own, unless an empty one is named.
    """
    with tempfile.TemporaryDirectory() as folder:
        month = Month(Path(folder), number, days, database_url)
        month.run()
        with month.ports.database.reading() as db:
            ends = Counter(db.scalars(select(Question.state)))
            kinds = "question", "shift"
            deeds = Counter(db.scalars(select(AuditRow.action).where(AuditRow.kind.in_(kinds))))
            doubles = double_mails(db)
            first, last = right_shares(db, month.askers.able_then)
            found = {
                "overdue_unescalated": len(month.unescalated), "lost": lost(db) + (number - sum(ends.values())),
                "double_mails": sum(doubles.values()), "doubles": [" ".join(one) for one in doubles],
                "closed": sum(ends[one] for one in CLOSED), "asked": sum(ends.values()), "routing_first_200": first,
                "routing_last_200": last, "rota_fairness": fairness(db, month), "plans": month.planner.plans,
                "deaths": month.beats.deaths, "unescalated": month.unescalated, "ends": dict(ends), "deeds": dict(deeds),
                "mails": month.mails(db),
            }  # fmt: skip
        month.ports.database.dispose()  # type: ignore[attr-defined]  # SqlDatabase, of which the port shows only the doors
        return found


def bench_month() -> dict[str, dict[str, Any]]:
    """The figures of `make bench`."""
    found = simulate(2000)
    how = f"of 2,000 questions of a simulated month, two beats, {found['deaths']} dead workers, 12 experts, 40 topics: "
    told = {
        "overdue_unescalated": ("", "overdue without an alarm in time"),
        "lost": ("", "neither closed nor with a due date"),
        "double_mails": ("", "mails twice, of all kinds, by what happened"),
        "routing_first_200": ("share", "of the first 200, whose first proposal has the answer"),
        "routing_last_200": ("share", "the same of the last 200"),
        "rota_fairness": ("half days", "largest distance from the due share at the month's end, illness and all"),
    }
    return {
        f"month_{name}": {"value": found[name], "unit": unit, "how": how + words}
        for name, (unit, words) in told.items()
    }
