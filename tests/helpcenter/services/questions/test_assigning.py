from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpcenter.errors import Conflict, InvalidInput, Message
from helpcenter.models import Alarm, AuditRow, OutgoingMail, Question, QuestionState
from helpcenter.permissions import Role
from helpcenter.services import questions
from helpcenter.services.questions.states import CLOSED, move
from tests.factories import NOW, make_question, make_topic, make_user

S = QuestionState
HOUR = timedelta(hours=1)
WHY = Message("You are on duty for “%(topic)s”.", {"topic": "Range"})


def _assign(db, question, expert, *, actor=None, reason=None, now=NOW):
    return questions.assign(db, question, expert, now=now, actor=actor, reason=reason)


def _mails(db):
    return list(
        db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_assigned").order_by(OutgoingMail.id))
    )


def _expert(db, **values):
    return make_user(db, Role.EXPERT, **values)


def test_who_is_given_a_question_has_it_and_is_told_why(each_database, db):
    topic, expert, editor = (
        make_topic(db, titles={"de": "Reichweite", "en": "Range"}),
        _expert(db, language="de"),
        make_user(db, Role.EDITOR),
    )
    question = make_question(db, topic=topic)
    assert _assign(db, question, expert, actor=editor, reason=WHY)
    assert (question.state, question.expert_id, question.state_at) == (S.ROUTED, expert.id, NOW)
    (mail,) = _mails(db)
    assert (mail.recipient, mail.language) == (expert.email, "de")
    assert mail.params == {
        "question": question.public_id, "title": question.title, "topic": "Reichweite", "reason": WHY.as_json(),
    }  # fmt: skip
    audit = db.scalars(select(AuditRow).where(AuditRow.kind == "question")).one()
    assert (audit.action, audit.actor_id, audit.thing_id) == ("assign", editor.id, question.id)
    assert audit.detail == {"from": None, "to": expert.id, "why": WHY.text}


def test_who_has_it_already_is_not_told_again(db):
    question, expert = make_question(db), _expert(db)
    assert [_assign(db, question, expert), _assign(db, question, expert)] == [True, False]
    assert len(_mails(db)) == 1


def test_each_time_a_question_comes_to_somebody_he_is_told(db):
    question, first, second = make_question(db), _expert(db), _expert(db)
    for expert in (first, second, first):
        assert _assign(db, question, expert)
    assert [mail.recipient for mail in _mails(db)] == [first.email, second.email, first.email]


def test_who_takes_a_question_himself_needs_no_mail(db):
    question, expert = make_question(db), _expert(db)
    assert _assign(db, question, expert, actor=expert)
    assert (question.expert_id, _mails(db)) == (expert.id, [])


def test_a_new_owner_gets_a_due_date_of_his_own(db):
    question = make_question(db, state=S.ROUTED, due_at=NOW, alarm=Alarm.REMINDED, state_at=NOW - HOUR)
    _assign(db, question, _expert(db))
    assert (question.due_at, question.alarm, question.state_at) == (None, Alarm.NONE, NOW)


def test_what_is_planned_for_a_session_stays_planned(db):
    question, expert = make_question(db, state=S.QUEUED, due_at=NOW + HOUR, state_at=NOW - HOUR), _expert(db)
    assert _assign(db, question, expert)
    assert (question.state, question.expert_id) == (S.QUEUED, expert.id)
    assert (question.due_at, question.state_at) == (NOW + HOUR, NOW - HOUR)


def test_who_had_a_reopened_question_can_be_given_it_again(db):
    expert = _expert(db)
    question = make_question(db, state=S.REOPENED, expert_id=expert.id)
    assert _assign(db, question, expert)
    assert (question.state, len(_mails(db))) == (S.ROUTED, 1)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_question_is_given_to_nobody(db, state):
    question = make_question(db, state=state)
    with pytest.raises(Conflict):
        _assign(db, question, _expert(db))


@pytest.mark.parametrize(
    "values", [{"role": Role.CUSTOMER}, {"role": Role.SUPER_USER}, {"role": Role.EXPERT, "disabled_at": NOW}]
)
def test_only_who_answers_here_is_given_questions(db, values):
    question = make_question(db)
    with pytest.raises(InvalidInput):
        _assign(db, question, make_user(db, **values))
    assert question.expert_id is None


def test_of_two_who_give_it_away_at_once_one_wins(db):
    question, first, second = make_question(db), _expert(db), _expert(db)
    elsewhere = update(Question).where(Question.id == question.id).values(expert_id=first.id)
    db.execute(elsewhere.execution_options(synchronize_session=False))
    with pytest.raises(Conflict):
        _assign(db, question, second)
    assert _mails(db) == []


def test_every_change_of_state_leaves_the_due_date_open(each_database, db):
    question = make_question(db, due_at=NOW, alarm=Alarm.ESCALATED)
    move(db, question, S.BEING_ANSWERED, now=NOW + HOUR, actor=None)
    assert (question.due_at, question.alarm, question.state_at) == (None, Alarm.NONE, NOW + HOUR)
