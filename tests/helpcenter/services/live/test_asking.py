"""Asking in a session: before it and while it runs, with a name or without, with mail or without."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput, TooMany
from helpcenter.models import (
    Asker,
    AuditRow,
    LiveSession,
    LiveSessionState,
    Moderation,
    OutgoingMail,
    Question,
    QuestionState,
    SessionQuestion,
)
from helpcenter.services import live
from tests.factories import NOW, make_question, make_session, make_topic, make_user

S = LiveSessionState


def count(db, model):
    return db.scalar(select(func.count()).select_from(model))


def test_a_plain_question_keeps_no_person(db, session, ask, each_database):
    item = ask("How  far\n does it go?")
    db.expire_all()
    assert (item.question.title, item.question.state, item.moderation, item.name, item.voter) == (
        "How far does it go?", QuestionState.QUEUED, Moderation.SHOWN, "", "asker",
    )  # fmt: skip
    assert (count(db, Asker), count(db, OutgoingMail), live.pulse_of(db, session.id)) == (0, 0, 1)


def test_with_an_address_it_is_confirmed_by_mail_as_any_question(db, ask):
    item = ask(email="Kim@Example.org", name="Kim")
    assert [(asker.email, asker.confirmed_at) for asker in item.question.askers] == [("kim@example.org", None)]
    assert db.scalars(select(OutgoingMail.kind)).all() == ["confirm_question"]
    assert item.name == "Kim"


def test_who_is_signed_in_with_the_address_needs_no_confirmation(db, ask):
    user = make_user(db)
    item = ask(email=user.email, user=user)
    assert ([asker.confirmed_at for asker in item.question.askers], count(db, OutgoingMail)) == ([NOW], 0)


def test_the_question_is_about_the_sessions_topic(db, ask):
    topic = make_topic(db)
    assert ask(session=make_session(db, topics=[topic])).question.topic == topic


def test_a_moderated_session_shows_it_later(db, ask):
    assert ask(session=make_session(db, moderated=True)).moderation is Moderation.WAITING


def test_sending_the_same_twice_keeps_one(db, ask, each_database):
    assert ask("How far?").id == ask(" How  far?").id
    assert ask("How far?", voter="somebody else").id != ask("How far?").id
    assert count(db, Question) == 2


@pytest.mark.parametrize("title", ["🚲 Wie weit? <script>alert(1)</script>", "כמה רחוק זה מגיע?", "x" * 300])
def test_signs_of_all_kinds_are_kept_as_they_are(db, ask, each_database, title):
    item = ask(title, name="<b>קים</b> 🚲")
    db.expire_all()
    assert (item.question.title, item.name) == (title, "<b>קים</b> 🚲")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": " \n"}, "write your question"),
        ({"title": "\u200b\u200d"}, "write your question"),
        ({"title": "x" * 5000}, "in 300 letters, and the rest below"),
        ({"body": "x" * 5001}, "at most 5000 letters"),
        ({"title": "a\0b"}, "cannot be kept"),
        ({"name": "a\0b"}, "cannot be kept"),
        ({"name": "x" * 121}, "at most 120 letters"),
        ({"email": "nobody"}, "not a mail address"),
    ],
)
def test_what_cannot_be_a_question_is_refused_in_words(db, ask, given, words):
    with pytest.raises(InvalidInput) as refused:
        ask(**given)
    assert words in str(refused.value)
    assert count(db, SessionQuestion) == 0


@pytest.mark.parametrize(
    ("state", "words"),
    [(S.DRAFT, "no date yet"), (S.ENDED, "is over"), (S.PUBLISHED, "is over"), (S.CANCELLED, "does not take place")],
)
def test_a_session_that_is_not_open_says_so(db, ask, state, words):
    with pytest.raises(Conflict, match=words):
        ask(session=make_session(db, state=state))


def test_it_can_be_asked_while_it_runs(db, ask):
    assert ask(session=make_session(db, state=S.LIVE)).id


def test_one_person_does_not_take_all_the_time(db, ask):
    for number in range(5):
        ask(f"Question {number}")
    with pytest.raises(TooMany, match="others get their turn"):
        ask("One more")
    assert ask("One more", voter="somebody else")
    assert ask("One more", now=NOW + timedelta(minutes=11))


def test_who_wants_no_mail_stands_in_no_log_either(db, ask):
    user = make_user(db)
    ask("One?", user=user)
    ask("Two?", user=user, email=user.email)
    assert list(db.scalars(select(AuditRow.actor_id).order_by(AuditRow.id))) == [None, user.id]


def test_a_question_that_waits_elsewhere_is_taken_in_once_and_without_a_name(db, session, each_database):
    question, earlier = make_question(db), make_session(db)
    there = live.take_in(db, earlier, question, now=NOW)
    for one in "ab":
        live.vote(db, earlier, there, voter=one, network="n", now=NOW)
    item = live.take_in(db, session, question, now=NOW)
    assert live.take_in(db, session, question, now=NOW) is item
    assert (item.votes, item.name, item.place, question.state) == (2, "", None, QuestionState.QUEUED)


def test_of_a_merged_question_the_other_one_is_taken_in(db, session):
    target = make_question(db)
    merged = make_question(db, email="b@example.org", state=QuestionState.MERGED, merged_into_id=target.id)
    assert live.take_in(db, session, merged, now=NOW).question == target


def test_a_declined_question_is_not_taken_in(db, session):
    with pytest.raises(Conflict, match="Reopen it first"):
        live.take_in(db, session, make_question(db, state=QuestionState.DECLINED), now=NOW)


def test_after_the_end_nothing_is_taken_in(db):
    over = make_session(db, state=S.ENDED)
    with pytest.raises(Conflict, match="is over"):
        live.take_in(db, db.get_one(LiveSession, over.id), make_question(db), now=NOW)
