"""Who finds an answered question: whoever may see both its answer and its own page."""

import pytest

from helpcenter.models import FaqEntry, SessionQuestion, Visibility
from helpcenter.services import live, questions, search
from tests.factories import NOW, make_answer, make_question, make_session

PUBLIC, CUSTOMERS, STAFF = (Visibility.PUBLIC,), (Visibility.PUBLIC, Visibility.CUSTOMERS), tuple(Visibility)
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def answered(db):
    """`answered(session=…)` is a question that was asked there, and answered by a public entry."""

    def made(*, session=None, moderation=None, **values):
        question = make_question(db, title="Firmware broken, now what?", **values)
        if session:
            more = {"moderation": moderation} if moderation else {}
            db.add(SessionQuestion(session=session, question=question, voter="v", created_at=NOW, **more))
        questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW)
        return question

    return made


def found(db, visibilities):
    hits = search.search(db, "firmware broken", visibilities=visibilities, kinds={"question"})
    return [hit.thing_id for hit in hits]


def test_one_from_a_session_for_customers_is_found_by_customers_alone(db, answered):
    question = answered(session=make_session(db, visibility=Visibility.CUSTOMERS))
    assert (found(db, PUBLIC), found(db, CUSTOMERS)) == ([], [question.id])


def test_one_that_is_hidden_afterwards_is_found_no_more_until_it_is_shown(db, answered):
    question = answered(session=make_session(db))
    assert found(db, PUBLIC) == [question.id]
    item = db.query(SessionQuestion).one()
    live.hide(db, item, reason="It names a person.", actor=None, now=NOW)
    assert (found(db, PUBLIC), found(db, STAFF)) == ([], [question.id])
    live.show(db, item, actor=None, now=NOW)
    assert found(db, PUBLIC) == [question.id]


def test_one_behind_which_nobody_stands_is_found_once_its_asker_has_confirmed(db, answered):
    question = answered(confirmed=False)
    assert found(db, PUBLIC) == []
    questions.confirm_asker(db, question.askers[0], now=NOW)
    assert found(db, PUBLIC) == [question.id]


def test_it_follows_the_entry_that_answers_it(db, answered):
    question = answered()
    entry = db.get_one(FaqEntry, question.entry_id)
    entry.visibility = Visibility.CUSTOMERS
    search.index_entry(db, entry.id)
    assert (found(db, PUBLIC), found(db, CUSTOMERS)) == ([], [question.id])
