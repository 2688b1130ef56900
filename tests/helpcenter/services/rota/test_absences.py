from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import InvalidInput
from helpcenter.models import AuditRow, OutgoingMail, Shift, Swap, SwapState
from helpcenter.permissions import Role
from helpcenter.services.rota import absences, swaps
from helpcenter.services.rota.absences import Away
from helpcenter.services.rota.warnings import due
from tests.factories import make_team, make_user
from tests.helpcenter.services.rota.conftest import AM, CALENDAR, MONDAY, NOW, PM


def report(rota, user, first, last, note=""):
    return absences.report(rota.db, user, Away(first, last, note), by=user, calendar=CALENDAR, now=NOW)


def mails(db):
    return sorted((mail.kind, mail.recipient) for mail in db.scalars(select(OutgoingMail)))


def test_an_absence_opens_just_the_shifts_that_it_covers(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    before, hit, after, other = (
        rota.shift(ada, 0, AM),
        rota.shift(ada, 0, PM),
        rota.shift(ada, 2, PM),
        rota.shift(ben, 1),
    )
    assert report(rota, ada, (MONDAY, PM), (MONDAY + timedelta(days=2), AM)) == [hit]
    assert [one.user_id for one in (before, hit, after, other)] == [ada.id, None, ada.id, ben.id]
    assert (hit.sequence, hit.fixed) == (1, False)


def test_colleagues_are_asked_in_fair_order_and_planners_are_told_without_the_reason(rota_of):
    rota = rota_of(4)
    ada, ben, cem, dora = rota.people
    make_team(rota.db, rota.editor, name="Others")
    for day in range(1, 4):
        rota.shift(ben, day, PM)
    rota.shift(cem, 1)
    report(rota, dora, (MONDAY, AM), (MONDAY, AM))
    shift = rota.shift(ada, 0, PM)
    report(rota, ada, (MONDAY, PM), (MONDAY, PM), note="at the doctor's")
    asked = [("shifts_open", one.email) for one in (ben, cem, dora)]
    assert mails(rota.db) == sorted([("alert", rota.editor.email), *asked])
    assert "doctor" not in str([mail.params for mail in rota.db.scalars(select(OutgoingMail))])
    assert shift.user_id is None


def test_only_the_three_with_the_least_are_asked(rota_of):
    rota = rota_of(4)
    ada, ben, cem, dora = rota.people
    extra = make_user(rota.db, Role.EXPERT)
    rota.team.members.append(extra)
    rota.db.flush()
    rota.shift(ada, 0)
    for day in range(1, 4):
        rota.shift(ben, day)
    report(rota, ada, (MONDAY, AM), (MONDAY, PM))
    asked = {recipient for kind, recipient in mails(rota.db) if kind == "shifts_open"}
    assert asked == {cem.email, dora.email, extra.email}


def test_an_absence_without_shifts_bothers_nobody(rota_of):
    rota = rota_of()
    assert report(rota, rota.people[0], (MONDAY, AM), (MONDAY, PM)) == []
    assert mails(rota.db) == []


def test_what_is_soon_is_told_at_once_and_what_is_far_again_in_time(rota_of):
    rota = rota_of()
    ada = rota.people[0]
    soon, far = rota.shift(ada, 0), rota.shift(ada, 21)
    report(rota, ada, (MONDAY, AM), (MONDAY + timedelta(days=30), PM))
    assert (soon.warn_at, far.warn_at) == (None, CALENDAR.half(date(2026, 12, 16), AM).starts_at)
    assert due(rota.db, now=far.starts_at) == [far.id]


def test_an_offer_of_a_shift_that_opens_is_withdrawn(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    swap = swaps.offer(rota.db, rota.shift(ada), by=ada, to=ben, calendar=CALENDAR, now=NOW)
    report(rota, ada, (MONDAY, AM), (MONDAY, PM))
    assert rota.db.get_one(Swap, swap.id, populate_existing=True).state is SwapState.WITHDRAWN


def test_an_absence_that_is_withdrawn_leaves_the_shifts_open(rota_of):
    rota = rota_of()
    ada = rota.people[0]
    shift = rota.shift(ada)
    report(rota, ada, (MONDAY, AM), (MONDAY, PM))
    [absence] = absences.ahead(rota.db, today=MONDAY, of=ada)
    absences.withdraw(rota.db, absence, by=ada, now=NOW)
    assert absences.ahead(rota.db, today=MONDAY) == []
    assert rota.db.get_one(Shift, shift.id).user_id is None
    assert set(rota.db.scalars(select(AuditRow.action))) == {"away", "opened by absence", "back"}


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((MONDAY, PM), (MONDAY, AM), "before the beginning"),
        ((date(2026, 11, 2), AM), (date(2026, 11, 3), AM), "in the past"),
        ((MONDAY, AM), (date(2029, 1, 1), AM), "longer than can be planned"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(rota_of, first, last, words):
    rota = rota_of()
    with pytest.raises(InvalidInput, match=words):
        report(rota, rota.people[0], first, last)
