"""A team in a week of December, seen from the Friday before."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpcenter.permissions import Role
from helpcenter.worktime import Half, make_calendar
from tests.factories import make_shift, make_team, make_user

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
CALENDAR = make_calendar(
    zone="Europe/Berlin", days="MO,TU,WE,TH,FR", morning="08:00-12:00", afternoon="13:00-17:00", region="DE-BY"
)
AM, PM = Half.MORNING, Half.AFTERNOON


class Rota:
    """`people` of one `team`, and an `editor` who plans."""

    def __init__(self, db, count=3):
        self.db = db
        self.people = [make_user(db, Role.EXPERT, name=name) for name in ("Ada", "Ben", "Cem", "Dora")[:count]]
        self.team = make_team(db, *self.people, name="Batteries")
        self.editor = make_user(db, Role.EDITOR, name="Edith")

    def shift(self, user, day=0, half=AM, team=None, **values):
        """A shift on that day after Monday."""
        at = CALENDAR.half(MONDAY + timedelta(days=day), half)
        given = {"day": at.day, "half": half, "starts_at": at.starts_at, "ends_at": at.ends_at, **values}
        return make_shift(self.db, team or self.team, user, **given)


@pytest.fixture
def rota_of(each_database, db):
    """`rota_of(count)` is a team with so many experts."""
    return lambda count=3: Rota(db, count)
