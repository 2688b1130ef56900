from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    Answer,
    AnswerState,
    ClipState,
    EntryState,
    Marker,
    OutgoingMail,
    QuestionState,
    RecordingState,
    SearchDocument,
    Source,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import answers, pages, questions, recordings, search
from tests.factories import NOW, make_answer, make_clip, make_question, make_topic, make_user, make_watchable

HOUR = timedelta(hours=1)


@pytest.fixture
def expert(db):
    return make_user(db, Role.EXPERT, name="Ada")


def mails(db):
    wanted = select(OutgoingMail).where(OutgoingMail.kind == "question_answered")
    return list(db.scalars(wanted.order_by(OutgoingMail.id)))


def shown(db, question):
    return pages.show_question(db, question, language="en", visibilities=[Visibility.PUBLIC], now=NOW)


def test_a_written_answer_is_mailed_to_who_waits_and_stands_on_the_page(db, expert):
    question = make_question(db, email="kim@example.org")
    answer = answers.give(db, question, author=expert, body="  Charge it **indoors**. ", now=NOW)
    assert (answer.state, answer.body, answer.given_at) == (AnswerState.GIVEN, "Charge it **indoors**.", NOW)
    assert (question.state, question.answers, question.first_answered_at) == (QuestionState.ANSWERED, 1, NOW)
    (mail,) = mails(db)
    assert (mail.recipient, mail.params["excerpt"], mail.params["clip"]) == (
        "kim@example.org",
        "Charge it indoors.",
        None,
    )
    written = shown(db, question).written
    assert (written.body, written.by, written.at) == ("Charge it **indoors**.", "", NOW)


def test_a_written_answer_is_found_by_its_words(db, expert):
    question = make_question(db, title="Does frost hurt?")
    answers.give(db, question, author=expert, body="Lithium cells dislike charging below zero.", now=NOW)
    (hit,) = search.search(db, "lithium below zero")
    assert (hit.kind, hit.title, hit.thing_id) == ("question", "Does frost hurt?", question.id)


def test_an_answer_may_lead_to_a_clip_and_an_entry_without_a_word(db, expert):
    question, entry = make_question(db), make_answer(db)
    answers.give(db, question, author=expert, clip=entry.clips[0].clip, entry=entry, now=NOW)
    (mail,) = mails(db)
    assert (mail.params["entry"], mail.params["clip"]) == (entry.slug, entry.clips[0].clip.public_id)
    assert shown(db, question).answer.address == f"/faq/how-far?clip={entry.clips[0].clip.public_id}"
    assert shown(db, question).written is None


def test_nothing_is_no_answer_and_no_end_of_the_question(db, expert):
    question = make_question(db)
    with pytest.raises(InvalidInput):
        answers.give(db, question, author=expert, body=" \n ", now=NOW)
    assert (question.state, mails(db)) == (QuestionState.NEW, [])


@pytest.mark.parametrize("body", ["a\0b", "a" * 20_001])
def test_a_text_that_cannot_be_kept_is_refused_in_words(db, expert, body):
    with pytest.raises(InvalidInput):
        answers.give(db, make_question(db), author=expert, body=body, now=NOW)


def test_a_draft_is_one_per_person_and_becomes_the_answer(db, expert):
    question, other = make_question(db), make_user(db, Role.EXPERT)
    first = answers.keep_draft(db, question, author=expert, body="Char", clip=None, entry=None, now=NOW)
    again = answers.keep_draft(db, question, author=expert, body="Charge it.", clip=None, entry=None, now=NOW + HOUR)
    theirs = answers.keep_draft(db, question, author=other, body="Hm.", clip=None, entry=None, now=NOW)
    assert (first.id, again.body, theirs.id == first.id) == (again.id, "Charge it.", False)
    given = answers.give(db, question, author=expert, body="Charge it.", now=NOW + HOUR)
    assert (given.id, answers.draft_of(db, question, expert)) == (first.id, None)
    assert answers.draft_of(db, question, other) == theirs


def test_who_is_slower_keeps_his_draft(db, expert):
    question, other = make_question(db), make_user(db, Role.EXPERT)
    answers.keep_draft(db, question, author=other, body="Mine", clip=None, entry=None, now=NOW)
    answers.give(db, question, author=expert, body="Faster", now=NOW)
    with pytest.raises(Conflict):
        answers.give(db, question, author=other, body="Mine", now=NOW)
    assert answers.draft_of(db, question, other).body == "Mine"
    assert answers.newest(db, question).body == "Faster"
    assert len(mails(db)) == 1


def test_the_answer_of_a_merged_question_is_given_to_the_one_it_is_part_of(db, expert):
    question, into = make_question(db, email="a@example.org"), make_question(db, email="b@example.org")
    questions.merge(db, question, into, now=NOW, actor=None)
    answer = answers.give(db, question, author=expert, body="Yes.", now=NOW)
    assert answer.question_id == into.id
    assert sorted(mail.recipient for mail in mails(db)) == ["a@example.org", "b@example.org"]


def test_an_answer_that_did_not_solve_it_has_failed_and_the_next_is_mailed_again(db, expert):
    question = make_question(db)
    first = answers.give(db, question, author=expert, body="Try this.", now=NOW)
    questions.reopen(db, question, now=NOW + HOUR, actor=None)
    db.flush()
    assert (first.state, shown(db, question).written) == (AnswerState.FAILED, None)
    assert search.search(db, "try this") == []
    answers.give(db, question, author=expert, body="Then that.", now=NOW + 2 * HOUR)
    assert [mail.params["excerpt"] for mail in mails(db)] == ["Try this.", "Then that."]
    assert question.first_answered_at == NOW
    assert [one.body for one in answers.history(db, question)] == ["Then that.", "Try this."]


def test_correcting_an_answer_writes_to_nobody(db, expert):
    question = make_question(db)
    answer = answers.give(db, question, author=expert, body="Wnter", now=NOW)
    answers.correct(db, answer, body="Winter", actor=expert, now=NOW + HOUR)
    assert (shown(db, question).written.body, len(mails(db))) == ("Winter", 1)
    with pytest.raises(InvalidInput):
        answers.correct(db, answer, body="", actor=expert, now=NOW)
    questions.reopen(db, question, now=NOW, actor=None)
    db.flush()
    with pytest.raises(Conflict):
        answers.correct(db, answer, body="Late", actor=expert, now=NOW)


@pytest.mark.parametrize(("publish", "state"), [(True, EntryState.PUBLISHED), (False, EntryState.IN_REVIEW)])
def test_an_answer_becomes_an_entry_once(db, expert, publish, state):
    topic = make_topic(db)
    question = make_question(db, title="How cold?", topic=topic)
    clip = make_clip(db, make_watchable(db), state=ClipState.CONFIRMED)
    answer = answers.give(db, question, author=expert, body="Not below zero.", clip=clip, now=NOW)
    entry = answers.make_entry(db, answer, editor=expert, publish=publish, now=NOW)
    again = answers.make_entry(db, answer, editor=expert, publish=publish, now=NOW)
    assert (entry.id, entry.state, entry.topic) == (again.id, state, topic)
    assert [(text.title, text.body) for text in entry.texts] == [("How cold?", "Not below zero.")]
    assert [link.clip_id for link in entry.clips] == [clip.id]
    assert (question.entry_id, len(mails(db))) == (entry.id, 1)


def test_an_answer_that_failed_makes_no_entry(db, expert):
    question = make_question(db)
    answer = answers.give(db, question, author=expert, body="No.", now=NOW)
    questions.reopen(db, question, now=NOW, actor=None)
    with pytest.raises(Conflict):
        answers.make_entry(db, answer, editor=expert, publish=True, now=NOW)


def recorded(db, question, expert, **values):
    recording = recordings.create(
        db, source=Source.UPLOAD, path_or_url="answer.webm", title=question.title, now=NOW, created_by=expert, **values
    )  # fmt: skip
    return recording, answers.expect(db, question, recording, author=expert, now=NOW)


def ready(db, recording):
    recording.version.duration, recording.state = 20.0, RecordingState.READY
    db.flush()


def test_a_recorded_answer_is_given_when_it_is_ready(db, expert):
    question = make_question(db, title="Which way round?")
    recording, answer = recorded(db, question, expert)
    assert (answer.state, question.state, mails(db)) == (AnswerState.WAITING, QuestionState.BEING_ANSWERED, [])
    (marker,) = db.scalars(select(Marker).where(Marker.recording_id == recording.id))
    assert (marker.question_id, recording.version.offset(marker.at)) == (question.id, 0.0)
    ready(db, recording)
    clip = make_clip(db, recording, start=0.4, end=19.0, question_id=question.id)
    assert answers.arrived(db, recording, now=NOW + HOUR) == [answer]
    assert (answer.state, answer.clip_id, clip.state) == (AnswerState.GIVEN, clip.id, ClipState.CONFIRMED)
    (mail,) = mails(db)
    assert (mail.params["recording"], mail.params["start"]) == (recording.public_id, 0.4)
    assert answers.arrived(db, recording, now=NOW + HOUR) == []


def test_a_recording_without_a_clip_is_the_answer_as_a_whole(db, expert):
    question = make_question(db)
    recording, answer = recorded(db, question, expert)
    ready(db, recording)
    answers.arrived(db, recording, now=NOW)
    assert (answer.clip.start, answer.clip.end, answer.clip.question_id) == (0.0, 20.0, question.id)
    kinds = select(SearchDocument.kind).where(SearchDocument.recording_id == recording.id)
    assert "clip" in set(db.scalars(kinds))


def test_a_recording_that_comes_after_another_answer_fails_quietly(db, expert):
    question = make_question(db)
    recording, answer = recorded(db, question, expert)
    answers.give(db, question, author=make_user(db, Role.EXPERT), body="Faster.", now=NOW)
    ready(db, recording)
    assert answers.arrived(db, recording, now=NOW) == []
    assert (answer.state, len(mails(db))) == (AnswerState.FAILED, 1)


def test_a_recording_for_a_question_that_was_merged_meanwhile_answers_the_other(db, expert):
    question, into = make_question(db, email="a@example.org"), make_question(db, email="b@example.org")
    recording, answer = recorded(db, question, expert)
    questions.merge(db, question, into, now=NOW, actor=None)
    ready(db, recording)
    answers.arrived(db, recording, now=NOW)
    assert (answer.question_id, into.state) == (into.id, QuestionState.ANSWERED)


def test_a_closed_question_takes_no_recording(db, expert):
    question = make_question(db)
    answers.give(db, question, author=expert, body="Done.", now=NOW)
    with pytest.raises(Conflict):
        recorded(db, question, expert)
    assert len(db.scalars(select(Answer)).all()) == 1


def test_pieces_are_found_and_inserted(db, expert):
    question, entry = make_question(db), make_answer(db, clips=2)
    search.index_entry(db, entry.id)
    search.index_recording(db, entry.clips[0].clip.recording_id)
    found = answers.pieces_for(db, "how far does it go", language="en", visibilities=[Visibility.PUBLIC])
    assert [(piece.name, piece.title) for piece in found][:1] == [(f"entry:{entry.id}", "How far does it go?")]
    draft = answers.keep_draft(db, question, author=expert, body="See:", clip=None, entry=None, now=NOW)
    clips = [link.clip for link in entry.clips]
    for name in (f"entry:{entry.id}", f"clip:{clips[0].id}", f"clip:{clips[0].id}", f"clip:{clips[1].id}"):
        piece = answers.Piece(name, "A [bracket]", "/recordings/x?t=25", 25.0)
        answers.insert(db, draft, name, piece=piece)
    assert (draft.entry, draft.clip) == (entry, clips[0])
    assert draft.body == "See:\n\n[A (bracket)](/recordings/x?t=25)"


@pytest.mark.parametrize("name", ["", "clip:1x", "clip:999999", "entry:0", "question:1", "clip:99999999999999"])
def test_what_is_not_public_cannot_be_inserted(db, expert, name):
    draft = answers.keep_draft(db, make_question(db), author=expert, body="", clip=None, entry=None, now=NOW)
    with pytest.raises(InvalidInput):
        answers.insert(db, draft, name, piece=None)
