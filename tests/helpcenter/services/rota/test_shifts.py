from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, Forbidden, HelpCenterError
from helpcenter.jobs import WARN_OF_SHIFT
from helpcenter.models import Absence, MailState, OutgoingMail, Shift, User, Wish, WishKind
from helpcenter.permissions import Role
from helpcenter.services import rota as duty
from helpcenter.services.rota import mine, shifts, warnings
from helpcenter.worktime import make_calendar
from tests.factories import make_team, make_user
from tests.helpcenter.services.rota.conftest import AM, CALENDAR, MONDAY, NOW, PM, Rota
from workers import beat
from workers import rota as worker


def test_an_open_shift_is_taken_and_stays_with_whoever_took_it(rota_of):
    rota = rota_of()
    shift = rota.shift(None, warn_at=NOW)
    shifts.take(rota.db, shift, rota.people[1], now=NOW)
    assert (shift.user_id, shift.fixed, shift.sequence, shift.warn_at) == (rota.people[1].id, True, 1, None)


def test_of_two_who_take_a_shift_at_once_one_gets_it_and_the_other_reads_why(each_database, ports):
    with ports.database.transaction() as db:
        rota = Rota(db)
        shift_id, people = rota.shift(None).id, [user.id for user in rota.people]
    barrier, told = Barrier(len(people)), []

    def take(user_id):
        barrier.wait()
        try:
            with ports.database.transaction() as db:
                shifts.take(db, db.get_one(Shift, shift_id), db.get_one(User, user_id), now=NOW)
            told.append("")
        except HelpCenterError as error:
            told.append(str(error.message))

    threads = [Thread(target=take, args=(user_id,)) for user_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["", *["Somebody else was faster: this shift is taken."] * 2]


def test_one_who_takes_two_shifts_of_a_half_day_at_once_gets_one(each_database, ports):
    with ports.database.transaction() as db:
        rota = Rota(db, 1)
        other = make_team(db, rota.people[0])
        ids, user_id = [rota.shift(None).id, rota.shift(None, team=other).id], rota.people[0].id
    barrier = Barrier(2)

    def take(shift_id):
        barrier.wait()
        try:
            with ports.database.transaction() as db:
                shifts.take(db, db.get_one(Shift, shift_id), db.get_one(User, user_id), now=NOW)
        except Conflict:
            pass

    threads = [Thread(target=take, args=(shift_id,)) for shift_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ports.database.reading() as db:
        assert sorted(db.scalars(select(Shift.user_id)), key=str) == [user_id, None]


def test_nobody_takes_what_he_cannot_have(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    rota.db.add(Absence(user_id=ada.id, first_day=MONDAY, first_half=AM, last_day=MONDAY, last_half=AM, created_at=NOW))
    rota.shift(ben, team=make_team(rota.db, ben))
    shift = rota.shift(None)
    with pytest.raises(Conflict, match="Ada is away then"):
        shifts.take(rota.db, shift, ada, now=NOW)
    with pytest.raises(Conflict, match="Ben is on duty elsewhere in that half day"):
        shifts.take(rota.db, shift, ben, now=NOW)
    with pytest.raises(Forbidden, match="Only people of the team"):
        shifts.take(rota.db, shift, make_user(rota.db, Role.EXPERT), now=NOW)
    with pytest.raises(Conflict, match="over"):
        shifts.take(rota.db, shift, cem, now=shift.ends_at)


def test_a_planner_sets_somebody_there_and_opens_it_again(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    shift = rota.shift(ada, 7)
    shifts.give(rota.db, shift, ben, by=rota.editor, now=NOW)
    assert (shift.user_id, shift.fixed) == (ben.id, True)
    shifts.release(rota.db, shift, by=rota.editor, calendar=CALENDAR, now=NOW)
    assert (shift.user_id, shift.fixed, shift.warn_at) == (
        None,
        False,
        CALENDAR.half(MONDAY + timedelta(days=2), AM).starts_at,
    )


def test_working_days_are_counted_to_the_warning():
    assert (
        shifts.warning(CALENDAR, CALENDAR.half(MONDAY, PM).starts_at)
        == CALENDAR.half(MONDAY - timedelta(days=5), AM).starts_at
    )
    short = make_calendar(zone="Europe/Berlin", days="MO", morning="08:00-12:00", afternoon="13:00-17:00", region="")
    assert (
        shifts.warning(short, short.half(MONDAY, AM).starts_at) == short.half(MONDAY - timedelta(days=21), AM).starts_at
    )


def test_an_open_shift_is_told_once_though_two_beats_run_and_the_worker_looks_twice(each_database, ports, queue, clock):
    clock.now = NOW
    with ports.database.transaction() as db:
        rota = Rota(db)
        shift = rota.shift(None, warn_at=NOW)
        rota.shift(rota.people[2], place=1)
    rung = []
    for _ in range(2):
        beat.tick(ports)
        rung += [bell.row_id for bell in queue.rung if bell.task == WARN_OF_SHIFT]
    assert set(rung) == {shift.id}
    for shift_id in rung:
        worker.warn(ports, shift_id)
    with ports.database.reading() as db:
        told = sorted((mail.kind, mail.recipient, mail.state) for mail in db.scalars(select(OutgoingMail)))
        assert warnings.due(db, now=NOW) == []
    free = [("shifts_open", user.email, MailState.NEW) for user in rota.people[:2]]
    assert told == sorted([("shift_unfilled", rota.editor.email, MailState.NEW), *free])


def test_who_opens_again_is_told_again(rota_of):
    rota = rota_of()
    shift = rota.shift(None, 10, warn_at=NOW)
    assert warnings.warn(rota.db, shift.id, calendar=CALENDAR, now=NOW) == 4
    shifts.take(rota.db, shift, rota.people[0], now=NOW)
    shifts.release(rota.db, shift, by=rota.editor, calendar=CALENDAR, now=NOW)
    assert warnings.warn(rota.db, shift.id, calendar=CALENDAR, now=shift.starts_at) == 4


def test_a_shift_that_was_taken_meanwhile_is_not_told(rota_of):
    rota = rota_of()
    shift = rota.shift(None, 10, warn_at=NOW)
    shifts.take(rota.db, shift, rota.people[0], now=NOW)
    assert warnings.warn(rota.db, shift.id, calendar=CALENDAR, now=NOW) == 0


def test_the_shifts_of_who_has_gone_are_opened(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    mine, other, customer = rota.shift(ada, 9), rota.shift(ben, 10), rota.shift(cem, 11)
    ada.disabled_at, cem.role = NOW, Role.CUSTOMER
    rota.db.flush()
    assert warnings.free_of_gone(rota.db, calendar=CALENDAR, now=NOW) == 2
    assert [one.user_id for one in (mine, other, customer)] == [None, ben.id, None]
    assert warnings.free_of_gone(rota.db, calendar=CALENDAR, now=NOW) == 0


def test_today_shows_what_is_ones_own_and_what_one_could_take(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    at = CALENDAR.half(MONDAY, AM).starts_at
    own, later = rota.shift(ada, 0, PM), rota.shift(ada, 2)
    free, elsewhere, unwanted = rota.shift(None, 1), rota.shift(None, 0, PM, place=1), rota.shift(None, 3)
    rota.db.add(Wish(user_id=ada.id, slot="TH", half=AM, kind=WishKind.IMPOSSIBLE))
    rota.db.flush()
    found = mine.today(rota.db, ada, at)
    assert (found.member, found.shifts, found.next, found.swaps, found.open) == (True, [own], later, [], [free])
    assert mine.today(rota.db, ben, at).open == [elsewhere, free, unwanted]
    assert mine.today(rota.db, rota.editor, at).member is False


def test_the_public_line_says_until_when_or_from_when(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    first = rota.shift(ada)
    rota.shift(ben, place=1)
    line = duty.duty_line(rota.db, None, now=first.starts_at)
    assert (line.count, line.names, line.until, line.next_at) == (2, [], first.ends_at, None)
    line = duty.duty_line(rota.db, None, now=NOW)
    assert (line.count, line.until, line.next_at) == (0, None, first.starts_at)
    assert duty.duty_line(rota.db, None, now=first.ends_at) is None


def test_an_archived_team_is_on_duty_for_nothing(rota_of):
    rota = rota_of()
    shift = rota.shift(rota.people[0])
    assert duty.on_duty(rota.db, None, now=shift.starts_at) == [rota.people[0]]
    rota.team.archived_at = NOW
    assert duty.on_duty(rota.db, None, now=shift.starts_at) == []
