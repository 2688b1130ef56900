"""Moderation: shown, hidden with a reason, merged, pinned; every step is written down."""

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import AuditRow, Moderation, OutgoingMail, QuestionState
from helpcenter.services import live, questions
from tests.factories import NOW, make_clip, make_recording, make_session
from tests.helpcenter.services.live.conftest import voters


def steps(db):
    rows = select(AuditRow.action, AuditRow.actor_id).where(AuditRow.kind == "session question").order_by(AuditRow.id)
    return [tuple(row) for row in db.execute(rows)]


def test_a_waiting_question_is_let_in(db, ask, moderator, each_database):
    item = ask(session=make_session(db, moderated=True))
    live.show(db, item, actor=moderator, now=NOW)
    live.show(db, item, actor=moderator, now=NOW)
    db.expire_all()
    assert (item.moderation, steps(db)) == (Moderation.SHOWN, [("shown", moderator.id)])


def test_it_is_hidden_with_a_reason_and_shown_again(db, ask, moderator):
    item = ask()
    with pytest.raises(InvalidInput, match="in some words why"):
        live.hide(db, item, reason=" ", actor=moderator, now=NOW)
    live.hide(db, item, reason="It names a person.", actor=moderator, now=NOW)
    assert (item.moderation, item.reason) == (Moderation.HIDDEN, "It names a person.")
    live.show(db, item, actor=moderator, now=NOW)
    assert (item.moderation, item.reason) == (Moderation.SHOWN, "")
    assert [action for action, _ in steps(db)] == ["hidden", "shown"]


def test_it_is_pinned_and_unpinned(db, session, ask, moderator, each_database):
    item = ask()
    for change in (live.pin, live.pin, live.unpin):
        change(db, item, actor=moderator, now=NOW)
    assert (item.pinned, [action for action, _ in steps(db)]) == (False, ["pin", "unpin"])


def test_every_step_is_a_beat_of_the_pulse(db, session, ask, moderator):
    item, other = ask("One?"), ask("Two?", voter="b")
    before = live.pulse_of(db, session.id)
    live.pin(db, item, actor=moderator, now=NOW)
    live.hide(db, item, reason="r", actor=moderator, now=NOW)
    live.show(db, item, actor=moderator, now=NOW)
    live.merge(db, item, other, actor=moderator, now=NOW)
    assert live.pulse_of(db, session.id) - before == 4


def test_merged_questions_count_each_person_once(db, ask, vote, moderator, each_database):
    item, into = ask("How far?", voter="asker"), ask("What is its range?", voter="other")
    vote(item, "a", "b", "other")
    vote(into, "b", "c")
    live.merge(db, item, into, actor=moderator, now=NOW)
    db.expire_all()
    assert (into.votes, voters(db, into)) == (4, ["a", "asker", "b", "c"])
    assert (item.question.state, item.question.merged_into_id) == (QuestionState.MERGED, into.question_id)


def test_who_votes_for_a_merged_question_votes_for_the_other_one(db, ask, vote, moderator):
    item, into = ask("How far?"), ask("What is its range?", voter="other")
    live.merge(db, item, into, actor=moderator, now=NOW)
    assert [vote(item, "a"), vote(into, "a"), vote(item, "b")] == [2, 2, 3]


def test_who_asked_the_merged_question_waits_for_the_others_answer(db, settings, ask, moderator):
    item, into = ask("How far?", email="a@example.org"), ask("Range?", voter="other", email="b@example.org")
    asker = item.question.askers[0]
    live.merge(db, item, into, actor=moderator, now=NOW)
    key = questions.link_for(settings, item.question, asker).partition("key=")[2]
    assert questions.asker_for_key(settings, item.question, key) is asker
    assert [(one.email, one.first) for one in into.question.askers] == [
        ("a@example.org", False),
        ("b@example.org", True),
    ]


def test_an_answer_that_is_there_already_reaches_who_is_merged_in(db, ask, moderator):
    item, into = ask("How far?", email="a@example.org"), ask("Range?", voter="other", email="b@example.org")
    for asked in (item, into):
        questions.confirm_asker(db, asked.question.askers[0], now=NOW)
    clip = make_clip(db, make_recording(db))
    questions.answer(db, into.question, clip=clip, entry=None, now=NOW)
    live.merge(db, item, into, actor=moderator, now=NOW)
    told = select(OutgoingMail.recipient).where(OutgoingMail.kind == "question_answered").order_by(OutgoingMail.id)
    assert db.scalars(told).all() == ["b@example.org", "a@example.org"]


def test_what_cannot_be_merged_is_refused_in_words(db, ask, moderator):
    one, two, third = ask("One?"), ask("Two?", voter="b"), ask("Three?", voter="c", session=make_session(db))
    with pytest.raises(InvalidInput, match="into itself"):
        live.merge(db, one, one, actor=moderator, now=NOW)
    with pytest.raises(Conflict, match="different sessions"):
        live.merge(db, one, third, actor=moderator, now=NOW)
    live.merge(db, one, two, actor=moderator, now=NOW)
    with pytest.raises(Conflict, match="closed"):
        live.merge(db, two, one, actor=moderator, now=NOW)
