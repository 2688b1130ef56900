import pytest
from sqlalchemy import delete

from helpcenter.models import Alarm, LiveSessionState, QuestionState, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import fate, questions
from helpcenter.services.fate import Deed
from helpcenter.services.questions.states import CLOSED, move
from helpcenter.settings import Settings
from tests.factories import make_session, make_user
from tests.helpcenter.services.fate.acting import DAY, HOUR, MINUTE, ask, ask_live, at, mails, watch

S = QuestionState


def test_a_question_gets_a_due_date_in_working_time(each_database, db, settings):
    question = ask(db, now=at(16))
    assert watch(db, question, settings, at(16, 1)) == [Deed.DATED]
    assert (question.due_at, question.alarm_at, question.alarm) == (at(11, day=24), at(11, day=24), Alarm.NONE)


@pytest.mark.parametrize(
    ("state", "due_at"),
    [(S.NEW, at(14)), (S.BEING_ANSWERED, at(9, day=24)), (S.REOPENED, at(14))],
)
def test_each_state_has_its_own_time(db, settings, state, due_at):
    question = ask(db, state=state)
    watch(db, question, settings, at(9))
    assert question.due_at == due_at


def test_the_times_are_a_setting(db):
    question = ask(db)
    watch(db, question, Settings(due_hours="new=1.5"), at(9))
    assert question.due_at == at(10, 30)


def test_weekends_and_public_holidays_do_not_count(db, settings):
    friday, before_christmas = ask(db, now=at(16, day=27)), ask(db, now=at(16) + 31 * DAY)
    watch(db, friday, settings, at(16, day=27))
    watch(db, before_christmas, settings, at(16) + 31 * DAY)
    assert friday.due_at == at(11, day=30)
    assert before_christmas.created_at.astimezone(at(9).tzinfo).strftime("%d.%m. %H") == "24.12. 16"
    assert before_christmas.due_at == at(11, day=23) + 35 * DAY  # Monday the 28th


def test_nobody_sees_to_a_question_before_its_asker_has_confirmed(each_database, db, settings):
    question = ask(db, confirmed=False)
    assert fate.due(db, now=at(9) + 9 * DAY) == []
    assert fate.watch(db, question.id, settings=settings, now=at(9) + 9 * DAY) is None
    questions.confirm_asker(db, question.askers[0], now=at(9, day=25))
    watch(db, question, settings, at(9, day=25))
    assert question.due_at == at(14, day=25)


def test_who_waits_already_makes_an_unconfirmed_question_overdue_when_he_is_brought_to_it(db, settings):
    """Nobody sees to it before, and at once then: he has waited since his own confirmation."""
    editor, into, merged = make_user(db, Role.EDITOR), ask(db, confirmed=False), ask(db, email="b@example.org")
    questions.merge(db, merged, into, now=at(9, day=26), actor=None)
    assert watch(db, into, settings, at(9, day=26)) == [Deed.DATED, Deed.REMINDED]
    assert (into.due_at, mails(db, "question_due")) == (at(14), [("question_due", editor.email)])


def test_what_was_asked_in_a_session_counts_from_its_asking(db, settings):
    session = make_session(db, starts_at=at(8), state=LiveSessionState.ENDED)
    watch(db, (question := ask_live(db, session)), settings, at(9))
    assert question.due_at == at(14)


def test_whoever_is_the_last_to_leave_does_not_take_the_question_along(db, settings):
    question = ask(db, state=S.BEING_ANSWERED)
    questions.leave(db, question.askers[0])
    assert watch(db, question, settings, at(9)) == [Deed.DATED]


def test_a_planned_question_is_due_after_its_session(db, settings):
    session = make_session(db, starts_at=at(16), ends_at=at(17))
    question = ask_live(db, session, state=S.QUEUED)
    watch(db, question, settings, at(9))
    assert question.due_at == at(12, day=24)


def test_a_session_that_was_moved_moves_the_due_date(db, settings):
    session = make_session(db, starts_at=at(16), ends_at=at(17))
    question = ask_live(db, session, state=S.QUEUED)
    watch(db, question, settings, at(9))
    session.starts_at, session.ends_at = at(16, day=25), at(17, day=25)
    db.flush()
    assert watch(db, question, settings, at(12, day=24)) == [Deed.DATED]
    assert (question.due_at, question.alarm) == (at(12, day=26), Alarm.NONE)


def test_every_change_of_state_brings_a_new_due_date(db, settings):
    question = ask(db)
    watch(db, question, settings, at(9))
    move(db, question, S.BEING_ANSWERED, now=at(10), actor=None)
    assert watch(db, question, settings, at(10, 1)) == [Deed.DATED]
    assert question.due_at == at(10, day=24)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_nothing_is_due_about_a_closed_question(db, settings, state):
    question = ask(db, state=state, due_at=at(9), alarm_at=at(9))
    assert fate.due(db, now=at(17)) == []
    assert fate.watch(db, question.id, settings=settings, now=at(17)) is None


def test_a_question_that_is_gone_is_no_error(db, settings):
    assert fate.watch(db, 4711, settings=settings, now=at(9)) is None


def test_a_held_question_has_a_due_date_too(db, settings):
    question = ask(db, held_for="links")
    watch(db, question, settings, at(9))
    assert question.due_at == at(14)


def test_those_who_answer_see_how_much_is_overdue_and_due_today(each_database, db, settings):
    for due_at in (at(8), at(9), at(16, 59), at(8, day=24)):
        ask(db, due_at=due_at)
    ask(db, due_at=at(8), state=S.ANSWERED)
    assert fate.waiting(db, calendar=settings.working_time, now=at(9)) == fate.Waiting(2, 1, 4)


def test_the_longest_overdue_is_looked_at_first(db):
    late, later = ask(db, due_at=at(9), alarm_at=at(9) + HOUR), ask(db, due_at=at(9), alarm_at=at(9) + MINUTE)
    assert fate.due(db, now=at(17)) == [later.id, late.id]


def test_a_question_whose_session_was_deleted_is_found(db):
    question = ask_live(db, make_session(db), state=S.QUEUED, due_at=at(17), alarm_at=at(17))
    assert fate.due(db, now=at(9)) == []
    db.execute(delete(SessionQuestion))
    assert fate.due(db, now=at(9)) == [question.id]
