from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict
from helpcenter.models import (
    Clip,
    ClipState,
    EntryState,
    FaqEntry,
    LiveSessionState,
    Marker,
    MarkerKind,
    OutgoingMail,
    QuestionState,
    SessionQuestion,
    Step,
)
from helpcenter.services import channels, clips, live, questions, recordings
from helpcenter.services.recordings import begin_live
from tests.factories import NOW, make_entry, make_question, make_recording, make_session, make_topic

ON_AIR = NOW


@pytest.fixture
def on_air(db):
    """A session that went live on this site at NOW, about one topic."""
    channel = channels.local_channel(db, now=NOW)
    session = make_session(
        db, channel_id=channel.id, state=LiveSessionState.LIVE, live_at=ON_AIR, topics=[make_topic(db)]
    )
    begin_live(db, session, "archive-1", now=NOW)
    return session


def mark(db, session, seconds, kind, **values):
    marker = Marker(session_id=session.id, at=ON_AIR + timedelta(seconds=seconds), kind=kind, **values)
    db.add(marker)
    db.flush()
    return marker


def answered(db, session, question=None, *, start=60.0, end=90.0, title=""):
    """What the host's two presses make of it."""
    values = {"title": title, "question_id": question.id if question else None}
    answering = mark(db, session, start, MarkerKind.ANSWERING, **values)
    done = mark(db, session, end, MarkerKind.ANSWERED, **values)
    return answering, clips.cut_live(db, session, answering=answering, answered=done, now=NOW)


def test_an_answer_is_a_clip_from_just_before_the_first_press_to_just_after_the_second(db, on_air):
    question = make_question(db, title="How far does it go?", language="en")
    answering, clip = answered(db, on_air, question)
    assert (clip.start, clip.end, clip.title) == (58.5, 90.5, "How far does it go?")
    assert (clip.origin, clip.state, clip.provisional) == (f"marker:{answering.id}", ClipState.PROPOSED, True)
    assert clip.question_id == question.id


def test_it_stands_in_a_draft_of_the_faq_under_the_sessions_topic(db, on_air):
    _, clip = answered(db, on_air, title="How far does it go?")
    entry = db.scalars(select(FaqEntry)).one()
    assert (entry.state, entry.topic) == (EntryState.DRAFT, on_air.topics[0])
    assert [link.clip for link in entry.clips] == [clip]
    assert clip.proposed_entry_id == entry.id


def test_an_entry_that_asks_the_same_is_proposed_instead_of_a_second_one(db, on_air):
    entry = make_entry(db, title="How far does the battery go?")
    _, clip = answered(db, on_air, title="How far does the battery go?")
    assert [found.id for found in db.scalars(select(FaqEntry))] == [entry.id]
    assert clip.proposed_entry_id == entry.id


def test_its_cut_comes_before_everything_else(db, on_air):
    _, clip = answered(db, on_air)
    step = db.scalars(select(Step)).one()
    assert (step.name, step.subject, step.position) == ("cut", clip.public_id, -1)


def test_the_question_in_the_session_shows_it_and_everybody_hears_of_it(db, on_air):
    question = make_question(db)
    item = SessionQuestion(session_id=on_air.id, question_id=question.id, created_at=NOW)
    db.add(item)
    before = live.pulse_of(db, on_air.id)
    _, clip = answered(db, on_air, question)
    db.refresh(item)
    assert item.clip_id == clip.id
    assert live.pulse_of(db, on_air.id) == before + 1


def test_pressing_done_once_more_moves_the_end_of_the_same_clip(db, on_air):
    answering, clip = answered(db, on_air)
    later = mark(db, on_air, 120.0, MarkerKind.ANSWERED)
    again = clips.cut_live(db, on_air, answering=answering, answered=later, now=NOW)
    assert (again.id, again.end) == (clip.id, 120.5)


def test_gaps_before_the_answer_do_not_count(db, on_air):
    on_air.recording.version.gaps = [[10.0, 25.0]]
    _, clip = answered(db, on_air)
    assert (clip.start, clip.end) == (43.5, 75.5)


def test_two_presses_within_two_seconds_were_no_answer(db, on_air):
    _, clip = answered(db, on_air, start=60.0, end=61.0)
    assert clip is None
    assert db.scalars(select(Clip)).all() == []


def test_where_nothing_of_ours_records_there_is_no_clip(db):
    session = make_session(db, state=LiveSessionState.LIVE, live_at=ON_AIR)
    assert answered(db, session)[1] is None
    session.recording = make_recording(db)
    assert answered(db, session)[1] is None


def test_undone_it_is_as_if_it_had_not_been(db, on_air):
    question = make_question(db)
    answering, clip = answered(db, on_air, question)
    questions.answer(db, question, clip=clip, entry=None, now=NOW)
    clips.undo_live(db, on_air, answering=answering, now=NOW)
    for rows in (Clip, FaqEntry, Step):
        assert db.scalars(select(rows)).all() == []
    assert (question.state, question.answer_clip_id) == (QuestionState.REOPENED, None)


def test_undone_it_leaves_a_draft_on_which_somebody_has_worked(db, on_air):
    answering, clip = answered(db, on_air)
    entry = db.get_one(FaqEntry, clip.proposed_entry_id)
    entry.texts[0].body = "As far as you like."
    clips.undo_live(db, on_air, answering=answering, now=NOW)
    assert [(found.id, found.clips) for found in db.scalars(select(FaqEntry))] == [(entry.id, [])]


def test_what_an_editor_has_published_is_not_undone(db, on_air):
    answering, clip = answered(db, on_air)
    clip.state = ClipState.CONFIRMED
    with pytest.raises(Conflict):
        clips.undo_live(db, on_air, answering=answering, now=NOW)
    assert db.scalars(select(Clip)).one() is clip


def test_what_an_editor_has_turned_down_can_be_undone(db, on_air):
    answering, clip = answered(db, on_air)
    clips.reject(db, clip, editor=None, now=NOW)
    clips.undo_live(db, on_air, answering=answering, now=NOW)
    assert [db.scalars(select(rows)).all() for rows in (Clip, FaqEntry)] == [[], []]


def test_undoing_what_made_no_clip_does_nothing(db, on_air):
    clips.undo_live(db, on_air, answering=mark(db, on_air, 5.0, MarkerKind.ANSWERING), now=NOW)


def test_the_mail_leads_to_the_running_session_and_later_to_the_recording(db, on_air):
    question = make_question(db)
    _, clip = answered(db, on_air, question)
    questions.answer(db, question, clip=clip, entry=None, now=NOW)
    assert db.scalars(select(OutgoingMail)).one().params["session"] == on_air.public_id
    assert recordings.running_session(db, clip) == on_air.public_id
    clip.provisional = False
    assert recordings.running_session(db, clip) is None


def test_the_pipeline_gives_it_exact_bounds_at_its_address(db, on_air):
    _, clip = answered(db, on_air, title="How far does it go?")
    clip.media_key = "recordings/x/cut-1/clip.mp4"
    found = new_clip(clip.origin, 57.2, 93.0)
    assert clips.replace_proposals(db, on_air.recording, [found], now=NOW) == [clip]
    assert (clip.start, clip.end, clip.provisional) == (57.2, 93.0, True)
    clips.replace_proposals(db, on_air.recording, [new_clip(clip.origin, 57.4, 92.8)], now=NOW, final=True)
    assert (clip.start, clip.end, clip.provisional) == (57.4, 92.8, False)


def test_one_that_was_published_meanwhile_gets_exact_bounds_too_but_keeps_those_that_a_person_set(db, on_air):
    _, published = answered(db, on_air)
    _, edited = answered(db, on_air, start=200.0, end=230.0)
    published.state = edited.state = ClipState.CONFIRMED
    edited.edited = True
    found = [new_clip(published.origin, 57.0, 93.0), new_clip(edited.origin, 190.0, 240.0)]
    clips.replace_proposals(db, on_air.recording, found, now=NOW, final=True)
    assert (published.start, published.end) == (57.0, 93.0)
    assert (edited.start, edited.end) == (198.5, 230.5)


def test_one_that_was_watched_stays_where_the_pipeline_finds_it_no_more(db, on_air):
    _, watched = answered(db, on_air)
    watched.media_key = "recordings/x/cut-1/clip.mp4"
    clips.replace_proposals(db, on_air.recording, [], now=NOW, final=True)
    assert (db.scalars(select(Clip)).all(), watched.provisional) == ([watched], False)


def new_clip(origin, start, end):
    from helpcenter.errors import Message

    return clips.NewClip(origin, start, end, "How far does it go?", "en", "Far.", Message("because"))
