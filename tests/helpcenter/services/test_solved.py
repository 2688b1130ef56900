from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import Asker, FaqClip, OutgoingMail, QuestionState, Rating, RatingKind, Solved
from helpcenter.permissions import Role
from helpcenter.services import questions
from helpcenter.services.questions import Trouble
from tests.factories import NOW, make_answer, make_clip, make_entry, make_question, make_recording, make_user

S = QuestionState
AFTER = timedelta(days=3)
LATER = NOW + AFTER
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.usefixtures("each_database")


def _asked(db):
    found = select(OutgoingMail).where(OutgoingMail.kind == "question_solved").order_by(OutgoingMail.id)
    return [mail.recipient for mail in db.scalars(found)]


def _answered(db, **values):
    """A question with a co-asker that an entry's clip answers, and that entry."""
    question = make_question(db, **values)
    co = questions.join(db, question, email="co@example.org", language="de", now=NOW)
    questions.confirm_asker(db, co, now=NOW)
    entry = make_answer(db)
    questions.answer(db, question, clip=entry.clips[0].clip, entry=entry, now=NOW)
    db.refresh(question)
    return question, entry


def _ask_all(db, now):
    return [questions.ask_whether_solved(db, one, now=now, after=AFTER) for one in _due(db, now)]


def _due(db, now):
    return questions.due_to_ask(db, now=now, after=AFTER)


def _no(db, asker, trouble=Trouble.OUTDATED, **values):
    return questions.say_unsolved(db, asker, trouble=trouble, now=LATER, actor=None, **values)


def _yes(db, asker):
    questions.say_solved(db, asker, now=LATER, actor=None)


def test_everybody_who_was_sent_the_answer_is_asked_once_some_days_later(db):
    question, _ = _answered(db)
    assert _due(db, LATER - SECOND) == []
    assert _due(db, LATER) == [asker.id for asker in question.askers]
    assert _ask_all(db, LATER) == [True, True]
    assert (_due(db, LATER), _asked(db)) == ([], ["asker@example.org", "co@example.org"])


def test_two_ticks_that_find_the_same_asker_ask_him_once(db):
    _answered(db)
    twice = [*_due(db, LATER), *_due(db, LATER)]
    assert [questions.ask_whether_solved(db, one, now=LATER, after=AFTER) for one in twice] == [
        True,
        True,
        False,
        False,
    ]
    assert len(_asked(db)) == 2


def test_who_has_not_confirmed_or_has_said_so_already_is_not_asked(db):
    question, _ = _answered(db)
    questions.join(db, question, email="silent@example.org", language="en", now=NOW)
    _yes(db, question.askers[0])
    assert (_ask_all(db, LATER), _asked(db)) == ([True], ["co@example.org"])


def test_who_joins_an_answered_question_is_asked_as_many_days_after_his_own_mail(db):
    question, _ = _answered(db)
    late = questions.join(db, question, email="late@example.org", language="en", now=NOW)
    questions.confirm_asker(db, late, now=LATER)
    assert late.id not in _due(db, LATER)
    assert late.id in _due(db, LATER + AFTER)


def test_the_askers_yes_confirms_it_and_a_co_askers_yes_does_not(db):
    question, _ = _answered(db)
    first, co = question.askers
    _yes(db, co)
    assert (question.state, co.solved) == (S.ANSWERED, Solved.YES)
    _yes(db, first)
    _yes(db, first)
    assert (question.state, first.solved) == (S.CONFIRMED, Solved.YES)


def test_a_co_askers_yes_confirms_it_where_the_asker_has_left(db):
    question, _ = _answered(db)
    first, co = question.askers
    questions.leave(db, first)
    _yes(db, co)
    assert question.state is S.CONFIRMED


def test_a_no_opens_it_again_with_its_reason_and_counts_against_what_failed(db):
    question, entry = _answered(db)
    clip = entry.clips[0].clip
    assert _no(db, question.askers[0], text=" It shows\n the old model. ")
    assert (question.state, question.reason) == (S.REOPENED, "outdated: It shows the old model.")
    assert questions.read_reason(question) == (Trouble.OUTDATED, "It shows the old model.")
    rating = db.scalars(select(Rating)).one()
    assert (rating.entry_id, rating.clip_id, rating.helpful) == (entry.id, clip.id, False)
    assert (rating.reason, rating.kind, rating.question_id) == (
        "outdated: It shows the old model.",
        RatingKind.FAILED,
        question.id,
    )


def test_a_no_to_a_clip_counts_against_the_entry_that_it_stands_in(db):
    question, clip, entry = make_question(db), make_clip(db, make_recording(db)), make_entry(db)
    db.add(FaqClip(entry_id=entry.id, clip_id=clip.id))
    questions.answer(db, question, clip=clip, entry=None, now=NOW)
    _no(db, question.askers[0], Trouble.UNCLEAR)
    rating = db.scalars(select(Rating)).one()
    assert (rating.entry_id, rating.clip_id, rating.reason) == (entry.id, clip.id, "unclear")


def test_a_no_to_an_answer_without_an_entry_counts_against_its_clip(db):
    question, clip = make_question(db), make_clip(db, make_recording(db))
    questions.answer(db, question, clip=clip, entry=None, now=NOW)
    assert _no(db, question.askers[0])
    rating = db.scalars(select(Rating)).one()
    assert (question.state, rating.entry_id, rating.clip_id) == (S.REOPENED, None, clip.id)


def test_a_co_askers_no_opens_it_after_the_askers_yes(db):
    question, _ = _answered(db)
    first, co = question.askers
    _yes(db, first)
    assert _no(db, co)
    assert (question.state, first.solved, co.solved) == (S.REOPENED, Solved.YES, Solved.NO)


def test_a_second_no_is_noted_and_does_nothing_else(db):
    question, _ = _answered(db)
    first, co = question.askers
    assert [_no(db, co), _no(db, first), _no(db, co)] == [True, False, False]
    assert (first.solved, len(db.scalars(select(Rating)).all())) == (Solved.NO, 1)


def test_a_yes_to_a_question_that_is_open_again_is_refused(db):
    question, _ = _answered(db)
    first, co = question.askers
    _no(db, co)
    with pytest.raises(Conflict):
        _yes(db, first)


def test_once_it_is_open_again_nobody_is_asked_about_the_old_answer(db):
    question, _ = _answered(db)
    _no(db, question.askers[0])
    assert _due(db, LATER + AFTER) == []


def test_after_a_second_answer_everybody_is_asked_again_once(db):
    question, entry = _answered(db)
    first, co = question.askers
    _ask_all(db, LATER)
    _yes(db, first)
    _no(db, co)
    questions.answer(db, question, clip=None, entry=entry, now=LATER)
    assert {asker.solved for asker in db.scalars(select(Asker).execution_options(populate_existing=True))} == {
        Solved.UNKNOWN
    }
    assert _ask_all(db, LATER + AFTER) == [True, True]
    assert _asked(db) == ["asker@example.org", "co@example.org"] * 2
    _yes(db, first)
    assert question.state is S.CONFIRMED


@pytest.mark.parametrize("text", ["x" * 901, "a\0b"])
def test_a_text_that_cannot_be_kept_is_refused_and_nothing_is_done(db, text):
    question, _ = _answered(db)
    with pytest.raises(InvalidInput):
        _no(db, question.askers[0], text=text)
    assert (question.state, question.askers[0].solved) == (S.ANSWERED, Solved.UNKNOWN)


@pytest.mark.parametrize(
    ("role", "gone", "back"), [(Role.EXPERT, False, True), (Role.CUSTOMER, False, False), (Role.EXPERT, True, False)]
)
def test_it_goes_back_to_who_answered_it_unless_he_is_no_expert_any_more(db, role, gone, back):
    expert = make_user(db, role, disabled_at=NOW if gone else None)
    question = make_question(db)
    questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW, actor=expert)
    _no(db, question.askers[0])
    assert question.expert_id == (expert.id if back else None)


def test_it_goes_back_to_who_has_it_though_an_editor_published_the_answer(db):
    expert, editor = make_user(db, Role.EXPERT), make_user(db, Role.EDITOR)
    question = make_question(db, expert=expert)
    questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW, actor=editor)
    _no(db, question.askers[0])
    assert question.expert_id == expert.id
