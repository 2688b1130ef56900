import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict
from helpcenter.models import AuditRow, LiveSessionState, OutgoingMail, QuestionState, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import accounts, fate, live, questions, sessions
from helpcenter.services.fate import Deed
from tests.factories import make_question, make_session, make_topic, make_user
from tests.helpcenter.services.fate.acting import HOUR, ask, ask_live, at, expert, mails, on_duty, watch

S, L = QuestionState, LiveSessionState


def _planned(db, session, **values):
    question = ask(db, state=S.QUEUED, **values)
    db.add(SessionQuestion(session=session, question=question, created_at=at(9)))
    db.flush()
    return question


def _evening(db, **values):
    return make_session(db, starts_at=at(18), ends_at=at(19), **values)


def test_a_cancelled_session_gives_its_questions_back_at_once(each_database, db, settings):
    session = _evening(db)
    question = _planned(db, session)
    assert watch(db, question, settings, at(9)) == [Deed.DATED]
    sessions.cancel(db, session, reason="ill", actor=None, now=at(10))
    assert watch(db, question, settings, at(10)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.due_at) == (S.NEW, at(15))


def test_a_question_goes_back_to_who_had_it_and_he_is_told(db, settings):
    ada, session = expert(db), _evening(db)
    question = _planned(db, session, expert_id=ada.id)
    session.state = L.ENDED
    db.flush()
    assert watch(db, question, settings, at(19)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id) == (S.ROUTED, ada.id)
    assert mails(db) == [("question_assigned", ada.email)]


@pytest.mark.parametrize("state", [L.ENDED, L.PROCESSING, L.PUBLISHED])
def test_a_session_that_ended_without_answering_gives_its_questions_back(db, settings, state):
    question = ask_live(db, _evening(db, state=state), state=S.QUEUED)
    assert watch(db, question, settings, at(19))[0] is Deed.TAKEN_BACK


def test_a_session_that_runs_longer_than_planned_keeps_them(db, settings):
    question = _planned(db, _evening(db, state=L.LIVE))
    assert watch(db, question, settings, at(20)) == [Deed.DATED]
    assert question.state is S.QUEUED


def test_a_session_that_nobody_began_keeps_them_for_half_a_day(db, settings):
    question = _planned(db, _evening(db))
    assert Deed.TAKEN_BACK not in watch(db, question, settings, at(19) + 12 * HOUR - HOUR / 60)
    assert watch(db, question, settings, at(19) + 12 * HOUR)[0] is Deed.TAKEN_BACK


def test_a_question_that_another_session_will_answer_stays_planned(db, settings):
    question = _planned(db, _evening(db, state=L.CANCELLED))
    db.add(SessionQuestion(session=make_session(db, starts_at=at(18, day=25)), question=question, created_at=at(9)))
    db.flush()
    assert watch(db, question, settings, at(20)) == [Deed.DATED]
    assert (question.state, question.due_at) == (S.QUEUED, at(12, day=26))


def test_what_was_asked_live_without_mail_is_not_lost_after_its_session(db, settings):
    session = _evening(db)
    item = live.ask(db, session, title="How far?", voter="v", network="n", language="en", user=None, now=at(9))
    session.state = L.ENDED
    db.flush()
    assert watch(db, item.question, settings, at(19)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (item.question.state, item.question.due_at) == (S.NEW, at(12, day=24))


def test_the_question_of_somebody_who_is_disabled_goes_to_the_next_at_once(each_database, db, settings):
    ada, ben, admin = expert(db), expert(db), make_user(db, Role.ADMIN)
    question = ask(db, state=S.ROUTED, topic=on_duty(db, ada, ben), expert_id=ada.id)
    watch(db, question, settings, at(9))
    accounts.disable(db, ada, by=admin, now=at(10))
    assert watch(db, question, settings, at(10)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id, mails(db)) == (S.ROUTED, ben.id, [("question_assigned", ben.email)])
    assert (
        db.scalars(select(OutgoingMail)).one().params["reason"]["text"]
        == "Who had it does not answer questions here any more."
    )


def test_the_question_of_somebody_who_answers_no_more_is_nobodys_where_nobody_else_could_have_it(db, settings):
    ada, admin = expert(db), make_user(db, Role.ADMIN)
    question = ask(db, state=S.BEING_ANSWERED, topic=make_topic(db), expert_id=ada.id)
    accounts.set_role(db, ada, Role.CUSTOMER, by=admin, now=at(9))
    assert watch(db, question, settings, at(9)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id) == (S.NEW, None)
    last = db.scalars(select(AuditRow).where(AuditRow.kind == "question").order_by(AuditRow.id.desc())).first()
    assert (last.action, last.detail["from"]) == ("release", ada.id)


@pytest.mark.parametrize(("state", "after"), [(S.NEW, S.NEW), (S.REOPENED, S.REOPENED), (S.ROUTED, S.NEW)])
def test_whoever_is_gone_holds_no_question_in_any_state(db, settings, state, after):
    gone = expert(db, disabled_at=at(8))
    question = ask(db, state=state, expert_id=gone.id)
    assert watch(db, question, settings, at(9)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id) == (after, None)


def test_the_question_of_somebody_who_was_deleted_goes_to_the_next(each_database, db, settings):
    ada, ben = expert(db), expert(db)
    question = ask(db, state=S.ROUTED, topic=on_duty(db, ben), expert_id=ada.id)
    watch(db, question, settings, at(9))
    db.delete(ada)
    db.flush()
    assert watch(db, question, settings, at(10)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert question.expert_id == ben.id


def test_a_held_question_leaves_who_is_gone_for_the_moderators(db, settings):
    ada, ben = expert(db, disabled_at=at(8)), expert(db)
    question = ask(db, state=S.ROUTED, topic=on_duty(db, ben), expert_id=ada.id, held_for="links")
    watch(db, question, settings, at(9))
    assert (question.state, question.expert_id) == (S.NEW, None)


def test_who_is_next_is_somebody_who_may_answer(db):
    demoted, ben = make_user(db), expert(db)
    question = ask(db, topic=on_duty(db, demoted, ben))
    assert fate.next_one(db, question, now=at(9)) == (ben, True)


def test_nothing_is_merged_into_a_declined_question_and_who_was_merged_before_is_told(db):
    target, merged = make_question(db), make_question(db, email="b@example.org")
    questions.merge(db, merged, target, now=at(9), actor=None)
    questions.decline(db, target, reason="Not ours.", now=at(10), actor=None)
    assert mails(db) == [("question_declined", "asker@example.org"), ("question_declined", "b@example.org")]
    with pytest.raises(Conflict):
        questions.merge(db, make_question(db, email="c@example.org"), target, now=at(11), actor=None)


def test_a_merged_question_that_is_reopened_is_due_again(db, settings):
    target, merged = ask(db), ask(db, email="b@example.org")
    questions.merge(db, merged, target, now=at(9), actor=None)
    questions.reopen(db, merged, now=at(10), actor=None)
    assert watch(db, merged, settings, at(10)) == [Deed.DATED]
