"""Answers that are taken back after they were given, and videos that never become one."""

import pytest

from helpcenter.models import AnswerState, ClipState, QuestionState, RecordingState, Visibility
from helpcenter.permissions import Role
from helpcenter.services import answers, clips, dispatch, editing, faq, fate, pages, questions, routing
from helpcenter.services.fate import Deed
from tests.factories import make_clip, make_entry, make_recording, make_topic, make_user
from tests.helpcenter.services.fate.acting import ask, at, expert, mails, on_duty, watch

S = QuestionState


def _answered(db, **values):
    """A question that Ada answered with what is named; and Ada."""
    ada = expert(db)
    question = ask(db)
    answers.give(db, question, author=ada, now=at(10), **values)
    return question, ada


def _clip(db, **values):
    return make_clip(db, make_recording(db, **values), state=ClipState.CONFIRMED)


def _steps(db, question):
    way = pages.progress.progress(db, question, visibilities=frozenset(Visibility), now=at(12))
    return [one.step for one in way.steps]


def test_a_withdrawn_clip_brings_its_question_back_to_who_answered_it(each_database, db, settings):
    clip = _clip(db)
    question, ada = _answered(db, clip=clip)
    assert watch(db, question, settings, at(11)) == []
    clips.withdraw(db, clip, editor=None, now=at(11))
    assert watch(db, question, settings, at(11)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id, question.due_at) == (S.REOPENED, ada.id, at(16))
    assert mails(db, "question_assigned") == [("question_assigned", ada.email)]
    assert _steps(db, question) == ["received", "answered", "gone"]


def test_whoever_waits_is_written_to_again_when_there_is_another_answer(db, settings):
    clip = _clip(db)
    question, ada = _answered(db, clip=clip)
    clips.withdraw(db, clip, editor=None, now=at(11))
    watch(db, question, settings, at(11))
    answers.give(db, question, author=ada, body="Forty kilometres.", now=at(12))
    assert mails(db, "question_answered") == [("question_answered", "asker@example.org")] * 2


def test_a_deleted_recording_brings_its_question_back(db, settings):
    clip = _clip(db)
    question, ada = _answered(db, clip=clip)
    editing.delete_recording(db, clip.recording, editor=None, now=at(11))
    assert watch(db, question, settings, at(11)) == [Deed.DATED]
    assert (question.state, question.expert_id) == (S.REOPENED, ada.id)


def test_a_recording_that_only_the_staff_may_see_brings_its_question_back(db, settings):
    clip = _clip(db)
    question, _ = _answered(db, clip=clip)
    clip.recording.visibility = Visibility.STAFF
    db.flush()
    assert watch(db, question, settings, at(11))[0] is Deed.TAKEN_BACK


def test_an_entry_that_is_taken_off_the_site_brings_its_question_back(each_database, db, settings):
    entry = make_entry(db)
    faq.publish(db, entry, editor=None, now=at(9))
    question, _ = _answered(db, entry=entry)
    assert watch(db, question, settings, at(11)) == []
    faq.unpublish(db, entry, editor=None, now=at(11))
    assert watch(db, question, settings, at(11))[0] is Deed.TAKEN_BACK


def test_an_answer_that_still_has_its_words_stays(db, settings):
    clip = _clip(db)
    question, _ = _answered(db, clip=clip, body="Forty kilometres.")
    clips.withdraw(db, clip, editor=None, now=at(11))
    assert (watch(db, question, settings, at(11)), question.state) == ([], S.ANSWERED)


def test_what_its_asker_has_confirmed_stays_solved(db, settings):
    clip = _clip(db)
    question, _ = _answered(db, clip=clip)
    questions.say_solved(db, question.askers[0], now=at(11), actor=None)
    clips.withdraw(db, clip, editor=None, now=at(12))
    assert (watch(db, question, settings, at(12)), question.state) == ([], S.CONFIRMED)


def test_a_withdrawn_answer_of_somebody_who_is_gone_is_nobodys(db, settings):
    clip = _clip(db)
    question, ada = _answered(db, clip=clip)
    ada.disabled_at = at(11)
    clips.withdraw(db, clip, editor=None, now=at(11))
    watch(db, question, settings, at(11))
    assert (question.state, question.expert_id) == (S.REOPENED, None)


def _recorded(db, question, ada):
    recording = make_recording(db, state=RecordingState.PROCESSING)
    return answers.expect(db, question, recording, author=ada, now=at(10))


@pytest.mark.parametrize("deleted", [False, True])
def test_a_video_that_comes_to_nothing_gives_its_question_back_to_who_recorded_it(each_database, db, settings, deleted):
    ada, ben = expert(db), expert(db)
    question = ask(db, topic=on_duty(db, ben))
    answer = _recorded(db, question, ada)
    assert watch(db, question, settings, at(10)) == [Deed.DATED]
    if deleted:
        editing.delete_recording(db, answer.recording, editor=None, now=at(11))
        db.refresh(answer)
    else:
        answer.recording.state = RecordingState.FAILED
        db.flush()
    assert watch(db, question, settings, at(11)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id) == (S.ROUTED, ada.id)
    assert mails(db) == [("question_assigned", ada.email)]
    assert answer.state is (AnswerState.FAILED if deleted else AnswerState.WAITING)


def test_a_failed_video_that_is_mended_is_the_answer_after_all(db, settings):
    ada = expert(db)
    question = ask(db)
    answer = _recorded(db, question, ada)
    answer.recording.state = RecordingState.FAILED
    db.flush()
    watch(db, question, settings, at(11))
    answer.recording.state = RecordingState.READY
    answers.arrived(db, answer.recording, now=at(12))
    assert (question.state, answer.state) == (S.ANSWERED, AnswerState.GIVEN)


def test_while_another_video_is_on_its_way_the_question_is_being_answered(db, settings):
    ada = expert(db)
    question = ask(db)
    first = _recorded(db, question, ada)
    _recorded(db, question, ada)
    first.recording.state = RecordingState.FAILED
    db.flush()
    assert watch(db, question, settings, at(11)) == [Deed.DATED]
    assert question.state is S.BEING_ANSWERED


def test_the_watch_gives_nothing_back_to_who_passed_it_on(each_database, db, settings):
    ada, ben = expert(db), expert(db)
    make_user(db, Role.ADMIN)
    question = ask(db, topic=on_duty(db, ada))
    dispatch.take(db, question, ada, now=at(9))
    assert dispatch.pass_on(db, question, ada, now=at(9)) is None
    assert watch(db, question, settings, at(9)) == [Deed.TAKEN_BACK, Deed.DATED]
    assert (question.state, question.expert_id) == (S.NEW, None)
    assert fate.next_one(db, question, now=at(10)) is None
    assert ada not in fate.duty_of(db, question, now=at(10)).people
    assert ben.id not in routing.who_passed(db, question)


def test_whoever_gets_a_question_back_is_told_so_at_once(db):
    ada = expert(db)
    question = ask(db, topic=make_topic(db))
    answers.give(db, question, author=ada, body="Far.", now=at(10))
    questions.say_unsolved(db, question.askers[0], trouble=questions.Trouble.UNCLEAR, now=at(11), actor=None)
    assert mails(db, "question_assigned") == [("question_assigned", ada.email)]
    assert question.state is S.REOPENED
