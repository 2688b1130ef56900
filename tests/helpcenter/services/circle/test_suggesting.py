from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput, NotFound, TooMany
from helpcenter.models import ClipState, OutgoingMail, QuestionState, SessionQuestion, SuggestionState, Visibility
from helpcenter.permissions import Role
from helpcenter.services import circle, live, questions
from helpcenter.services.circle import suggesting
from helpcenter.services.questions import Trouble
from tests.factories import (
    NOW,
    make_answer,
    make_clip,
    make_entry,
    make_helper,
    make_question,
    make_recording,
    make_session,
    make_topic,
    make_user,
)

S = QuestionState
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def kim(db):
    return make_helper(db, name="Bike fox", email="kim@example.org")


@pytest.fixture
def expert(db):
    return make_user(db, Role.EXPERT)


@pytest.fixture
def question(db):
    return make_question(db, circle=True)


def _suggest(db, question, kim, **values):
    return circle.suggest(db, question, helper=kim, **{"body": "", "language": "en", "now": NOW, **values})


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        ({"circle": True}, True),
        ({"circle": True, "state": S.REOPENED}, True),
        ({}, False),
        ({"circle": True, "held_for": "spam"}, False),
        ({"circle": True, "confirmed": False}, False),
        ({"circle": True, "email": "kim@example.org"}, False),
        *[({"circle": True, "state": state}, False) for state in (S.ANSWERED, S.CONFIRMED, S.MERGED, S.DECLINED)],
    ],
)
def test_only_open_questions_whose_askers_agreed_are_seen(db, kim, values, seen):
    question = make_question(db, **values)
    assert circle.open_questions(db, kim) == ([question] if seen else [])
    if not seen:
        with pytest.raises(NotFound):
            circle.find_question(db, kim, question.public_id)
        with pytest.raises(NotFound):
            _suggest(db, question, kim, body="Charge it.")


def test_a_topic_leaves_its_questions_and_those_below_it(db, kim):
    bikes = make_topic(db, titles={"en": "Bikes"})
    battery, other = (
        make_topic(db, parent_id=bikes.id, titles={"en": "Battery"}),
        make_topic(db, titles={"en": "Other"}),
    )
    asked = [make_question(db, topic=topic, circle=True) for topic in (bikes, battery, other)]
    assert circle.open_questions(db, kim, topic=bikes) == asked[:2]
    assert circle.open_questions(db, kim, topic=battery) == [asked[1]]
    assert [one[1:] for one in circle.open_topics(db, kim, language="en")] == [
        ("Battery", 1), ("Bikes", 1), ("Other", 1),
    ]  # fmt: skip


def test_a_suggestion_waits_for_an_expert(db, kim, question):
    entry = make_answer(db)
    made = _suggest(db, question, kim, body=" Charge *it*. ", answer=f"entry:{entry.id}")
    assert (made.body, made.entry_id, made.state) == ("Charge *it*.", entry.id, SuggestionState.PROPOSED)
    (given,) = circle.suggestions_for(db, question)
    assert (given.suggestion, given.name) == (made, "Bike fox")
    assert question.state is S.NEW


def test_what_is_not_public_cannot_be_suggested(db, kim, question):
    draft, customers = make_entry(db), make_answer(db, visibility=Visibility.CUSTOMERS)
    proposed = make_clip(db, make_recording(db))
    staff = make_clip(db, make_recording(db, visibility=Visibility.STAFF), state=ClipState.CONFIRMED)
    silent, held = make_question(db, confirmed=False), make_question(db, held_for="spam")
    named = [
        f"entry:{draft.id}", f"entry:{customers.id}", f"clip:{proposed.id}", f"clip:{staff.id}", f"question:{silent.id}",
        f"question:{held.id}", f"question:{question.id}", "entry:999", "user:1", "entry:x", "entry:" + "9" * 30,
    ]  # fmt: skip
    for answer in named:
        with pytest.raises(InvalidInput):
            _suggest(db, question, kim, answer=answer)


@pytest.mark.parametrize("body", ["", "  ", "x" * 5001, "a\0b"])
def test_a_suggestion_says_something_that_can_be_kept(db, kim, question, body):
    with pytest.raises(InvalidInput):
        _suggest(db, question, kim, body=body)


def test_there_are_limits_for_a_question_and_for_a_day(db, kim, question, monkeypatch):
    for number in range(3):
        _suggest(db, question, kim, body=f"Idea {number}")
    with pytest.raises(TooMany):
        _suggest(db, question, kim, body="One more")
    monkeypatch.setattr(suggesting, "PER_DAY", 4)
    other = make_question(db, circle=True)
    _suggest(db, other, kim, body="The fourth")
    with pytest.raises(TooMany):
        _suggest(db, other, kim, body="The fifth")
    assert _suggest(db, other, kim, body="The fifth", now=NOW + timedelta(days=1, seconds=1))


def test_a_confirmed_answer_answers_the_question_and_whoever_waits_has_mail(db, kim, question, expert):
    made = _suggest(db, question, kim, body="Charge it.")
    circle.confirm(db, made, expert=expert, now=NOW)
    assert (question.state, made.state, made.decided_by_id) == (S.ANSWERED, SuggestionState.CONFIRMED, expert.id)
    given = circle.given_answer(db, question)
    assert (given.suggestion.body, given.name) == ("Charge it.", "Bike fox")
    assert db.scalars(select(OutgoingMail.kind)).all() == ["question_answered"]


def test_a_confirmed_entry_is_the_answer(db, kim, question, expert):
    entry = make_answer(db)
    circle.confirm(db, _suggest(db, question, kim, answer=f"entry:{entry.id}"), expert=expert, now=NOW)
    assert question.entry_id == entry.id


def test_a_confirmed_duplicate_brings_the_questions_together(db, kim, question, expert):
    other = make_question(db, email="first@example.org")
    circle.confirm(db, _suggest(db, question, kim, answer=f"question:{other.id}"), expert=expert, now=NOW)
    assert (question.state, question.merged_into_id) == (S.MERGED, other.id)
    assert sorted(asker.email for asker in other.askers) == ["asker@example.org", "first@example.org"]


def test_what_was_decided_is_decided(db, kim, question, expert):
    made = _suggest(db, question, kim, body="Charge it.")
    circle.reject(db, made, expert=expert, reason=" Not  safe. ", now=NOW)
    assert (made.state, made.reason, circle.suggestions_for(db, question)) == (
        SuggestionState.REJECTED,
        "Not safe.",
        [],
    )
    for again in (
        lambda: circle.confirm(db, made, expert=expert, now=NOW),
        lambda: circle.take_back(db, made, helper=kim, now=NOW),
    ):
        with pytest.raises(Conflict):
            again()
    assert question.state is S.NEW


def test_nothing_is_confirmed_for_a_question_that_is_closed_by_now(db, kim, question, expert):
    made = _suggest(db, question, kim, body="Charge it.")
    questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW)
    assert (circle.suggestions_for(db, question), circle.waiting(db, expert)) == ([], [])
    with pytest.raises(Conflict):
        circle.confirm(db, made, expert=expert, now=NOW)
    db.refresh(made)
    assert (made.state, circle.given_answer(db, question)) == (SuggestionState.PROPOSED, None)


def test_an_expert_sees_what_is_his_and_an_editor_everything(db, kim, expert):
    others = make_topic(db)
    free, foreign = make_question(db, circle=True), make_question(db, circle=True, topic=others)
    for one in (free, foreign):
        _suggest(db, one, kim, body="Charge it.")
    assert [asked for asked, _ in circle.waiting(db, expert)] == [free]
    assert [asked for asked, _ in circle.waiting(db, make_user(db, Role.EDITOR))] == [free, foreign]


def test_the_record_counts_what_was_confirmed_and_whom_it_helped(db, kim, question, expert):
    for email in ("b@example.org", "c@example.org"):
        questions.confirm_asker(db, questions.join(db, question, email=email, language="en", now=NOW), now=NOW)
    circle.confirm(db, _suggest(db, question, kim, body="Charge it."), expert=expert, now=NOW)
    _suggest(db, make_question(db, circle=True), kim, body="Turn it.")
    db.refresh(question)
    for asker in question.askers[:2]:
        questions.say_solved(db, asker, now=NOW, actor=None)
    record = circle.record_of(db, kim)
    assert (record.confirmed, record.helped, len(record.suggestions)) == (1, 2, 2)
    questions.say_unsolved(db, question.askers[2], trouble=Trouble.UNCLEAR, now=NOW, actor=None)
    assert circle.given_answer(db, question) is None
    questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW)
    assert (circle.given_answer(db, question), circle.record_of(db, kim).helped) == (None, 0)


def test_without_the_helper_his_answer_stays_without_a_name(db, kim, question, expert):
    circle.confirm(db, _suggest(db, question, kim, body="Charge it."), expert=expert, now=NOW)
    circle.resign(db, kim, now=NOW)
    given = circle.given_answer(db, question)
    assert (given.suggestion.body, given.name) == ("Charge it.", "")


def test_a_question_that_customers_do_not_see_cannot_be_named_by_its_number(db, kim, question):
    hidden = make_question(db, email="live@example.org")
    item = SessionQuestion(session=make_session(db), question=hidden, voter="v", created_at=NOW)
    db.add(item)
    db.flush()
    assert _suggest(db, question, kim, answer=f"question:{hidden.id}").other_id == hidden.id
    live.hide(db, item, reason="It names a person.", actor=None, now=NOW)
    with pytest.raises(InvalidInput):
        _suggest(db, question, kim, answer=f"question:{hidden.id}")
