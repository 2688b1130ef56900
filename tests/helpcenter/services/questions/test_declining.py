from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import OutgoingMail, QuestionState
from helpcenter.services import questions
from tests.factories import NOW, make_question

HOUR = timedelta(hours=1)


def _mails(db):
    return list(
        db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_declined").order_by(OutgoingMail.id))
    )


def _decline(db, question, *, now=NOW):
    questions.decline(db, question, reason=" It is about another maker's bike. ", now=now, actor=None)


def test_everybody_who_confirmed_reads_why_a_question_is_declined_once(each_database, db):
    question = make_question(db, language="de")
    questions.confirm_asker(db, questions.join(db, question, email="co@example.org", language="en", now=NOW), now=NOW)
    questions.join(db, question, email="silent@example.org", language="en", now=NOW)
    _decline(db, question)
    first, second = _mails(db)
    assert [(one.recipient, one.language) for one in (first, second)] == [
        ("asker@example.org", "de"),
        ("co@example.org", "en"),
    ]
    asker = question.askers[0].public_id
    why = {"title": question.title, "reason": "It is about another maker's bike."}
    assert first.params == {"question": question.public_id, "asker": asker, **why}


def test_who_confirms_late_reads_it_then(db):
    question = make_question(db, confirmed=False)
    _decline(db, question)
    assert _mails(db) == []
    for _ in range(2):
        questions.confirm_asker(db, question.askers[0], now=NOW + HOUR)
    assert [one.recipient for one in _mails(db)] == ["asker@example.org"]


def test_each_decision_is_told(db):
    question = make_question(db)
    _decline(db, question)
    questions.reopen(db, question, now=NOW + HOUR, actor=None)
    _decline(db, question, now=NOW + 2 * HOUR)
    assert len(_mails(db)) == 2


def test_who_reopens_a_question_may_say_why(each_database, db):
    question = make_question(db, state=QuestionState.ANSWERED)
    questions.reopen(db, question, now=NOW, actor=None, reason=" The lamp is still dark. ")
    assert (question.state, question.reason) == (QuestionState.REOPENED, "The lamp is still dark.")
    questions.answer(db, question, clip=None, entry=None, now=NOW, actor=None)
    questions.reopen(db, question, now=NOW, actor=None)
    assert question.reason == ""


@pytest.mark.parametrize("wrong", ["x" * 1001, "a\0b"])
def test_a_reason_that_cannot_be_kept_is_refused(db, wrong):
    question = make_question(db, state=QuestionState.ANSWERED)
    with pytest.raises(InvalidInput):
        questions.reopen(db, question, now=NOW, actor=None, reason=wrong)
    assert question.state is QuestionState.ANSWERED


def test_only_what_is_declined_is_taken_up_again_and_only_for_who_has_confirmed(db):
    question, unconfirmed = make_question(db), make_question(db, confirmed=False)
    questions.answer(db, question, clip=None, entry=None, now=NOW)
    questions.decline(db, unconfirmed, reason="Not ours.", now=NOW, actor=None)
    for one in (question, unconfirmed):
        with pytest.raises(Conflict):
            questions.take_up_again(db, one.askers[0], reason="But why?", now=NOW, actor=None)
    unconfirmed.askers[0].confirmed_at = NOW
    questions.take_up_again(db, unconfirmed.askers[0], reason="But why?", now=NOW, actor=None)
    assert (unconfirmed.state, unconfirmed.reason) == (QuestionState.REOPENED, "But why?")
