from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import OutgoingMail, RotaProposal, Shift, User, WishKind
from helpcenter.services.rota import absences, proposals, shifts, teams, wishes
from helpcenter.services.rota.absences import Away
from helpcenter.services.rota.balance import candidates, outlook, standings
from helpcenter.services.rota.gathering import gather
from helpcenter.services.rota.planning import Rules
from tests.factories import make_team
from tests.helpcenter.services.rota.conftest import AM, CALENDAR, MONDAY, NOW, PM, Rota

RULES = Rules(seconds=3)
FRIDAY = MONDAY + timedelta(days=4)


def propose(rota, weeks=1, rules=RULES, first=MONDAY):
    last = first + timedelta(weeks=weeks, days=-1)
    situation = gather(rota.db, first=first, last=last, calendar=CALENDAR)
    made = proposals.draft(situation, rules, first=first, last=last)
    return proposals.keep(rota.db, made, by=rota.editor, now=NOW)


def apply(rota, proposal, now=NOW):
    return proposals.apply(rota.db, proposal, by=rota.editor, calendar=CALENDAR, now=now)


def planned(db):
    return {(one.day, one.half, one.place): one.user_id for one in db.scalars(select(Shift))}


def test_a_plan_counts_when_it_is_applied_and_everybody_is_told_once(rota_of):
    rota = rota_of()
    proposal = propose(rota)
    assert planned(rota.db) == {}
    assert apply(rota, proposal) == 10
    assert len(planned(rota.db)) == 10
    mails = rota.db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "rota_planned")).all()
    assert sorted(mail.recipient for mail in mails) == sorted(user.email for user in rota.people)
    assert sum(len(mail.params["shifts"]) for mail in mails) == 10
    with pytest.raises(Conflict, match="counts already"):
        apply(rota, proposal)


def test_planning_again_keeps_every_row_and_writes_to_nobody(rota_of):
    rota = rota_of()
    apply(rota, propose(rota))
    before = {one.id: (one.user_id, one.sequence) for one in rota.db.scalars(select(Shift))}
    mails = rota.db.scalar(select(func.count()).select_from(OutgoingMail))
    assert apply(rota, propose(rota)) == 0
    assert {one.id: (one.user_id, one.sequence) for one in rota.db.scalars(select(Shift))} == before
    assert rota.db.scalar(select(func.count()).select_from(OutgoingMail)) == mails


@pytest.mark.parametrize("change", ["absence", "wish", "shift", "member", "needed"])
def test_a_plan_that_rests_on_what_has_changed_is_refused_whole(rota_of, change):
    rota = rota_of()
    ada = rota.people[0]
    shift = rota.shift(ada)
    proposal = propose(rota)
    if change == "absence":
        absences.report(rota.db, ada, Away((FRIDAY, AM), (FRIDAY, PM)), by=ada, calendar=CALENDAR, now=NOW)
    elif change == "wish":
        wishes.save_week(rota.db, ada, {("MO", AM): WishKind.AVOID}, by=ada, now=NOW)
    elif change == "shift":
        shifts.give(rota.db, shift, rota.people[1], by=rota.editor, now=NOW)
    elif change == "member":
        teams.set_members(rota.db, rota.team, rota.people[:2], by=rota.editor, calendar=CALENDAR, now=NOW)
    else:
        teams.change(rota.db, rota.team, name="Batteries", needed=2, by=rota.editor, now=NOW)
    before = planned(rota.db)
    with pytest.raises(Conflict, match="have changed since this plan was made"):
        apply(rota, proposal)
    assert planned(rota.db) == before


def test_a_plan_whose_first_day_has_come_is_refused(rota_of):
    rota = rota_of()
    proposal = propose(rota)
    with pytest.raises(Conflict, match="first of these days has come"):
        apply(rota, proposal, now=NOW + timedelta(days=3))


def test_what_nobody_could_have_is_an_open_shift_that_is_told_of_in_time(rota_of):
    rota = rota_of(1)
    ada = rota.people[0]
    later = MONDAY + timedelta(days=14)
    absences.report(rota.db, ada, Away((later, AM), (later, AM)), by=ada, calendar=CALENDAR, now=NOW)
    proposal = propose(rota, first=later)
    assert [str(one.reason) for one in proposals.given(proposal) if one.person is None] == [
        "Of 1 in the team: away: 1."
    ]
    apply(rota, proposal)
    [shift] = rota.db.scalars(select(Shift).where(Shift.user_id.is_(None))).all()
    assert (shift.day, shift.half) == (later, AM)
    assert shift.warn_at == CALENDAR.half(later - timedelta(days=5), AM).starts_at


def test_what_a_person_has_set_survives_planning(rota_of):
    rota = rota_of()
    shift = rota.shift(rota.people[2], 3, fixed=True)
    apply(rota, propose(rota))
    assert (shift.user_id, shift.sequence) == (rota.people[2].id, 0)


def test_fewer_needed_means_fewer_shifts_and_more_means_more(rota_of):
    rota = rota_of()
    rota.team.needed = 2
    rota.db.flush()
    apply(rota, propose(rota))
    assert len(planned(rota.db)) == 20
    teams.change(rota.db, rota.team, name="Batteries", needed=1, by=rota.editor, now=NOW)
    assert apply(rota, propose(rota)) == 10
    assert len(planned(rota.db)) == 10


def test_the_wishes_of_a_date_count_before_those_of_its_weekday(rota_of):
    rota = rota_of()
    ada = rota.people[0]
    wishes.save_week(rota.db, ada, {("MO", AM): WishKind.IMPOSSIBLE, ("TU", PM): WishKind.AVOID}, by=ada, now=NOW)
    wishes.save_single(rota.db, ada, (MONDAY, AM), WishKind.PREFER, by=ada, now=NOW)
    situation = gather(rota.db, first=MONDAY, last=MONDAY + timedelta(days=11), calendar=CALENDAR)
    [person] = [one for one in situation.people if one.id == ada.id]
    again = MONDAY + timedelta(days=7)
    assert (MONDAY, AM) in person.prefers
    assert {key for key in person.impossible if key[0] >= MONDAY} == {(again, AM)}
    wishes.save_single(rota.db, ada, (MONDAY, AM), None, by=ada, now=NOW)
    assert wishes.single(rota.db, ada, today=MONDAY) == []
    assert wishes.week(rota.db, ada) == {("MO", AM): WishKind.IMPOSSIBLE, ("TU", PM): WishKind.AVOID}


def test_shifts_of_the_past_eight_weeks_count_and_older_ones_do_not(rota_of):
    rota = rota_of(2)
    ada = rota.people[0]
    rota.shift(ada, -7)
    rota.shift(ada, -56, PM)
    rota.shift(ada, -63, PM)
    [first, second] = gather(rota.db, first=MONDAY, last=FRIDAY, calendar=CALENDAR).people
    assert (dict(first.worked), dict(second.worked)) == ({rota.team.id: 2}, {})
    assert first.there == second.there == 80


def test_who_has_least_of_his_share_is_asked_first_and_who_would_rather_not_last(rota_of):
    rota = rota_of(4)
    ada, ben, _, dora = rota.people
    shift = rota.shift(None, 4)
    rota.shift(ada, 1)
    rota.shift(ada, 2)
    rota.shift(ben, 1, PM)
    wishes.save_week(rota.db, dora, {("FR", AM): WishKind.AVOID}, by=dora, now=NOW)
    found = candidates(outlook(rota.db, calendar=CALENDAR, now=NOW), shift)
    assert [(one.user.name, one.avoids) for one in found] == [
        ("Cem", False),
        ("Ben", False),
        ("Ada", False),
        ("Dora", True),
    ]


def test_standings_say_what_of_the_planned_is_due_and_had(rota_of):
    rota = rota_of(2)
    ada, ben = rota.people
    rota.shift(ada, 0)
    rota.shift(ada, 1)
    rows = standings(gather(rota.db, first=MONDAY, last=FRIDAY, calendar=CALENDAR))
    assert [(row.user, row.share.due, row.share.got) for row in rows] == [(ada, 1.0, 2), (ben, 1.0, 0)]


@pytest.mark.parametrize(("first", "weeks"), [(NOW.date(), 1), (MONDAY, 0), (MONDAY, 27)])
def test_a_span_that_makes_no_sense_is_refused(first, weeks):
    with pytest.raises(InvalidInput):
        proposals.read_span(first=first, weeks=weeks, now=NOW, calendar=CALENDAR)


def test_there_must_be_something_to_plan(rota_of):
    rota = rota_of()
    holidays = date(2026, 12, 25)
    with pytest.raises(InvalidInput, match="no working day"):
        proposals.draft(
            gather(rota.db, first=holidays, last=holidays, calendar=CALENDAR), RULES, first=holidays, last=holidays
        )
    teams.archive(rota.db, rota.team, by=rota.editor, now=NOW)
    with pytest.raises(InvalidInput, match="no team yet"):
        proposals.draft(gather(rota.db, first=MONDAY, last=FRIDAY, calendar=CALENDAR), RULES, first=MONDAY, last=FRIDAY)


def test_other_teams_shifts_keep_a_person_busy(rota_of):
    rota = rota_of(1)
    ada = rota.people[0]
    other = make_team(rota.db, ada)
    rota.shift(ada, 0, team=other)
    situation = gather(rota.db, first=MONDAY, last=FRIDAY, calendar=CALENDAR, teams=[rota.team])
    assert situation.people[0].busy == {(MONDAY, AM)}


def test_old_plans_are_forgotten(rota_of):
    rota = rota_of()
    propose(rota)
    proposals.forget_old(rota.db, now=NOW + timedelta(days=7))
    assert rota.db.scalar(select(func.count()).select_from(RotaProposal)) == 1
    proposals.forget_old(rota.db, now=NOW + timedelta(days=8))
    assert rota.db.scalar(select(func.count()).select_from(RotaProposal)) == 0


def test_a_team_is_made_changed_archived_and_comes_back(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    with pytest.raises(Conflict, match="of this name"):
        teams.create(rota.db, name=" batteries ", needed=1, by=rota.editor, now=NOW)
    with pytest.raises(InvalidInput, match="needs a name"):
        teams.create(rota.db, name=" ", needed=1, by=rota.editor, now=NOW)
    with pytest.raises(InvalidInput, match="1 to 20"):
        teams.create(rota.db, name="Motors", needed=0, by=rota.editor, now=NOW)
    motors = teams.create(rota.db, name=" Motors ", needed=1, by=rota.editor, now=NOW)
    assert [team.name for team in teams.every(rota.db)] == ["Batteries", "Motors"]
    past, ahead = rota.shift(cem, -7), rota.shift(cem, 7)
    teams.set_members(rota.db, rota.team, [ada, ben], by=rota.editor, calendar=CALENDAR, now=NOW)
    assert ([user.name for user in rota.team.members], past.user_id, ahead.user_id) == (["Ada", "Ben"], cem.id, None)
    teams.archive(rota.db, rota.team, by=rota.editor, now=NOW)
    assert teams.every(rota.db) == [motors]
    assert [one.id for one in rota.db.scalars(select(Shift))] == [past.id]
    teams.restore(rota.db, rota.team, by=rota.editor, now=NOW)
    assert [team.name for team in teams.every(rota.db, of=ada)] == ["Batteries"]


def test_of_two_plans_applied_at_once_one_counts(each_database, ports):
    with ports.database.transaction() as db:
        rota = Rota(db)
        ids, editor_id = [propose(rota).id for _ in range(2)], rota.editor.id
    barrier, refused = Barrier(2), []

    def apply_one(proposal_id):
        barrier.wait()
        try:
            with ports.database.transaction() as db:
                proposal, editor = db.get_one(RotaProposal, proposal_id), db.get_one(User, editor_id)
                proposals.apply(db, proposal, by=editor, calendar=CALENDAR, now=NOW)
        except Conflict as error:
            refused.append(str(error.message))

    threads = [Thread(target=apply_one, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ports.database.reading() as db:
        assert len(planned(db)) == 10
    assert [text[:24] for text in refused] == ["Shifts, absences, wishes"]
