"""Whoever waits for both of two questions that are one is one person, whichever of his links he follows."""

import threading

from sqlalchemy import select

from helpcenter.models import Asker, MailState, OutgoingMail, QuestionState
from helpcenter.services import answers, questions
from tests.factories import NOW, make_question, make_user

S = QuestionState


def _both(db, *, confirmed):
    """One person who asked two questions of which the first became part of the second."""
    question = make_question(db, confirmed=confirmed)
    into = make_question(db, confirmed=confirmed)
    questions.merge(db, question, into, now=NOW, actor=None)
    return question, into


def _told(db):
    return [
        mail.params["asker"]
        for mail in db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_answered"))
    ]


def test_who_confirms_by_the_link_of_the_merged_question_stands_behind_the_other(each_database, db):
    question, into = _both(db, confirmed=False)
    questions.confirm_asker(db, question.askers[0], now=NOW)
    assert into.askers[0].confirmed_at == NOW
    questions.answer(db, into, clip=None, entry=None, now=NOW)
    assert _told(db) == [into.askers[0].public_id]


def test_who_leaves_by_the_link_of_the_merged_question_gets_no_mail_about_the_other(each_database, db):
    question, into = _both(db, confirmed=True)
    questions.leave(db, question.askers[0])
    questions.answer(db, into, clip=None, entry=None, now=NOW)
    assert (db.scalars(select(Asker)).all(), _told(db)) == ([], [])


def test_what_has_not_been_sent_when_somebody_leaves_is_not_sent_any_more(each_database, db):
    question = make_question(db)
    other = make_question(db)
    for one in (question, other):
        questions.answer(db, one, clip=None, entry=None, now=NOW)
    questions.leave(db, question.askers[0])
    states = [
        mail.state
        for mail in db.scalars(select(OutgoingMail).order_by(OutgoingMail.id).execution_options(populate_existing=True))
    ]
    assert states == [MailState.FAILED, MailState.NEW]


def test_an_answer_to_a_merged_question_answers_the_one_that_it_is_part_of(db):
    first, second, third = (make_question(db, email=f"{number}@example.org") for number in range(3))
    questions.merge(db, first, second, now=NOW, actor=None)
    questions.merge(db, second, third, now=NOW, actor=None)
    answers.give(db, first, author=make_user(db), body="Far.", now=NOW)
    assert (questions.root_of(db, first), third.state, len(_told(db))) == (third, S.ANSWERED, 3)


def test_who_confirms_while_his_question_is_merged_into_an_answered_one_hears_of_the_answer(each_database, ports):
    with ports.database.transaction() as db:
        into, question = make_question(db, email="other@example.org"), make_question(db, confirmed=False)
        questions.answer(db, into, clip=None, entry=None, now=NOW)
        asker = question.askers[0]
        ids = question.id, into.id, asker.id
    merged, go_on = threading.Event(), threading.Event()

    def merge():
        with ports.database.transaction() as db:
            questions.merge(db, db.get_one(type(question), ids[0]), db.get_one(type(into), ids[1]), now=NOW, actor=None)
            merged.set()
            go_on.wait(0.3)

    thread = threading.Thread(target=merge)
    thread.start()
    merged.wait(10)
    with ports.database.transaction() as db:
        questions.confirm_asker(db, db.get_one(Asker, ids[2]), now=NOW)
    thread.join()
    with ports.database.reading() as db:
        assert len(_told(db)) == 2
