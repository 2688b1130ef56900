"""The inbox and its decisions."""

import pytest
from sqlalchemy import select

from helpcenter.errors import Message
from helpcenter.models import Clip, ClipState, CueRow, EntryState, FaqEntry, Transcript
from helpcenter.permissions import Role
from tests.factories import NOW, make_clip, make_entry, make_recording, make_topic, make_user


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR)
    return sign_in(person)


@pytest.fixture
def proposal(ports):
    with ports.database.transaction() as db:
        recording = make_recording(db)
        db.add(transcript := Transcript(recording_id=recording.id, language="en", provider="captions", created_at=NOW))
        db.flush()
        db.add(CueRow(transcript_id=transcript.id, start=6, end=9, text="Sixty miles on one charge."))
        topic = make_topic(db, slug="range")
        return make_clip(
            db, recording, proposed_topic_id=topic.id, reason=Message("The host marked the answer.").as_json()
        )


def decision(**values):
    return {
        "action": "confirm", "title": "How far?", "start": "0:05", "end": "0:15", "language": "en", "entry": "new",
        "topic": "range", **values,
    }  # fmt: skip


def test_an_empty_inbox_says_what_to_do(editor):
    page = editor.get("/workbench").text
    assert "No proposals wait" in page
    assert "/workbench/upload" in page


def test_the_inbox_leads_to_the_proposal_with_its_reason(editor, proposal):
    page = editor.get("/workbench").text
    assert f"/workbench/clips/{proposal.public_id}" in page
    assert "The host marked the answer." in page


def test_the_proposals_page_shows_what_is_said(editor, proposal):
    page = editor.get(f"/workbench/clips/{proposal.public_id}").text
    assert "Sixty miles on one charge." in page
    assert "The host marked the answer." in page


def test_confirming_publishes_a_new_entry_and_leads_on(editor, proposal, ports):
    answer = editor.post(f"/workbench/clips/{proposal.public_id}", data=decision())
    assert answer.location == f"/workbench?done=confirm&last={proposal.public_id}"
    with ports.database.reading() as db:
        entry = db.scalars(select(FaqEntry)).one()
        assert (entry.state, entry.slug, entry.topic.slug) == (EntryState.PUBLISHED, "how-far", "range")
        assert [link.clip_id for link in entry.clips] == [proposal.id]


def test_after_a_decision_comes_the_next_proposal(editor, proposal, ports):
    with ports.database.transaction() as db:
        later = make_clip(db, db.merge(proposal).recording, start=20, end=30)
    answer = editor.post(f"/workbench/clips/{proposal.public_id}", data={"action": "reject"})
    assert answer.location == f"/workbench/clips/{later.public_id}?done=reject&last={proposal.public_id}"
    with ports.database.reading() as db:
        assert db.get_one(Clip, proposal.id).state is ClipState.REJECTED


def test_a_proposal_goes_into_an_existing_entry(editor, proposal, ports):
    with ports.database.transaction() as db:
        entry = make_entry(db)
    editor.post(f"/workbench/clips/{proposal.public_id}", data=decision(entry=entry.public_id))
    with ports.database.reading() as db:
        found = db.scalars(select(FaqEntry)).one()
        assert [link.clip_id for link in found.clips] == [proposal.id]
        assert found.state is EntryState.PUBLISHED


def test_what_was_typed_stays_beside_its_mistake(editor, proposal):
    answer = editor.post(f"/workbench/clips/{proposal.public_id}", data=decision(title="My title", end="soon"))
    assert answer.status_code == 422
    assert 'value="My title"' in answer.text
    assert "Please write a time such as 1:23 or 83.5." in answer.text


def test_a_stretch_cannot_end_before_it_starts(editor, proposal):
    answer = editor.post(f"/workbench/clips/{proposal.public_id}", data=decision(start="0:15", end="0:05"))
    assert answer.status_code == 422
    assert "The end must be later than the start." in answer.text


def test_an_untouched_bound_keeps_its_fractions(editor, proposal, ports):
    with ports.database.transaction() as db:
        db.get_one(Clip, proposal.id).start = 5.023
    editor.post(f"/workbench/clips/{proposal.public_id}", data=decision(start="0:05"))
    with ports.database.reading() as db:
        assert db.get_one(Clip, proposal.id).start == 5.023


def test_entries_are_found_without_javascript(editor, proposal, ports):
    with ports.database.transaction() as db:
        make_entry(db, title="How do I charge it?")
    answer = editor.post(f"/workbench/clips/{proposal.public_id}", data=decision(action="find", find="charge"))
    assert "How do I charge it?" in answer.text


def test_a_decision_that_somebody_else_made_is_told(editor, proposal, ports):
    with ports.database.transaction() as db:
        db.get_one(Clip, proposal.id).state = ClipState.CONFIRMED
    answer = editor.post(f"/workbench/clips/{proposal.public_id}", data={"action": "reject"})
    assert answer.status_code == 409
    assert "Somebody else changed this in the meantime." in answer.text


def test_an_expert_may_not_publish(ports, sign_in):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
        own = make_clip(db, make_recording(db, created_by_id=expert.id))
        foreign = make_clip(db, make_recording(db))
    browser = sign_in(expert)
    assert browser.get("/workbench").location == "/workbench/today"
    assert browser.post(f"/workbench/clips/{own.public_id}", data=decision(topic="")).status_code == 403
    assert browser.get(f"/workbench/clips/{own.public_id}").status_code == 200
    assert browser.get(f"/workbench/clips/{foreign.public_id}").status_code == 403
