import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput, Message
from helpcenter.models import AuditRow, Clip, ClipState, EntryState, OutgoingMail, Source, Step
from helpcenter.services import clips, search
from helpcenter.services.clips import NewClip
from tests.factories import NOW, make_clip, make_entry, make_question, make_recording, make_topic, make_user

WHY = Message("The host marked it.")


def new(start, end, title="How far does it go?", **values):
    defaults = {
        "origin": f"chapter:{start}",
        "language": "en",
        "text": "The battery lasts eighty kilometres.",
        "reason": WHY,
    }
    return NewClip(start=start, end=end, title=title, **{**defaults, **values})


def confirm(db, clip, **values):
    defaults = {
        "entry": None, "topic": None, "title": clip.title, "start": clip.start, "end": clip.end, "language": "en",
        "editor": None, "now": NOW,
    }  # fmt: skip
    return clips.confirm(db, clip, **{**defaults, **values})


def test_a_clip_found_again_keeps_its_address_though_it_moved(db):
    recording = make_recording(db)
    (first,) = clips.replace_proposals(db, recording, [new(10, 20)], now=NOW)
    address = first.public_id
    (again,) = clips.replace_proposals(db, recording, [new(11, 21, "How far?")], now=NOW)
    assert (again.public_id, again.start, again.title) == (address, 11, "How far?")


def test_a_clip_is_found_by_its_marker_wherever_it_lies_now(db):
    recording = make_recording(db)
    (first,) = clips.replace_proposals(db, recording, [new(10, 20, origin="marker:1")], now=NOW)
    both = clips.replace_proposals(
        db, recording, [new(10, 20, origin="marker:2"), new(40, 50, origin="marker:1")], now=NOW
    )
    assert [clip.start for clip in both if clip.public_id == first.public_id] == [40]


def test_a_proposal_that_is_not_found_any_more_goes(db):
    recording = make_recording(db)
    clips.replace_proposals(db, recording, [new(0, 10), new(10, 20)], now=NOW)
    clips.replace_proposals(db, recording, [new(10, 20)], now=NOW)
    assert [clip.start for clip in db.scalars(select(Clip))] == [10]


@pytest.mark.parametrize("decision", ["confirmed", "rejected", "edited"])
def test_what_a_person_decided_stays_and_is_not_proposed_again(db, decision):
    recording = make_recording(db)
    (clip,) = clips.replace_proposals(db, recording, [new(10, 20)], now=NOW)
    if decision == "confirmed":
        confirm(db, clip, title="Mine")
    elif decision == "rejected":
        clips.reject(db, clip, editor=None, now=NOW)
    else:
        clips.change(db, clip, title="Mine", start=9, end=21, editor=None, now=NOW)
    before = (clip.public_id, clip.start, clip.end, clip.title, clip.state)
    assert clips.replace_proposals(db, recording, [new(10.5, 20.5)], now=NOW) == []
    assert [(c.public_id, c.start, c.end, c.title, c.state) for c in db.scalars(select(Clip))] == [before]


def test_the_topic_is_proposed_by_the_words_and_says_so(db):
    brakes = make_topic(db, titles={"de": "Bremsen und Reifen", "en": "Brakes and tyres"})
    make_topic(db, titles={"de": "Akku", "en": "Battery"})
    clip = new(
        10, 20, "Woran erkenne ich, dass die Bremsbeläge verschlissen sind?", language="de", text="Sehen Sie genau hin."
    )
    (proposed,) = clips.replace_proposals(db, make_recording(db), [clip], now=NOW)
    assert proposed.proposed_topic_id == brakes.id
    assert [str(reason) for reason in clips.reasons(proposed)] == [
        str(WHY),
        "Its words fit the topic “Bremsen und Reifen”.",
    ]


def test_a_recordings_topic_holds_where_no_topic_below_it_fits_better(db):
    bikes, tents = make_topic(db, titles={"en": "Bikes"}), make_topic(db, titles={"en": "Battery tents"})
    battery = make_topic(db, titles={"en": "Battery"}, parent_id=bikes.id)
    recording = make_recording(db, topic_id=bikes.id)
    found = [new(0, 10, "How long does the battery last?"), new(10, 20, "Who are you?", text="We are the team.")]
    proposed = clips.replace_proposals(db, recording, found, now=NOW)
    assert [clip.proposed_topic_id for clip in proposed] == [battery.id, bikes.id]
    assert tents.id not in {clip.proposed_topic_id for clip in proposed}


def test_an_entry_with_nearly_the_same_title_is_proposed(db):
    entry = make_entry(db, title="How far does the bike go?")
    make_entry(db, title="How do I charge the bike?")
    found = [new(0, 10, "How far do the bikes go?"), new(10, 20, "May I swim?")]
    proposed = clips.replace_proposals(db, make_recording(db), found, now=NOW)
    assert [clip.proposed_entry_id for clip in proposed] == [entry.id, None]


def test_confirming_publishes_answers_the_question_tells_the_asker_and_cuts(each_database, db):
    editor, topic, question = make_user(db), make_topic(db), make_question(db)
    clip = make_clip(db, make_recording(db), question_id=question.id)
    entry = confirm(db, clip, topic=topic, title=" How far in winter? ", editor=editor)
    assert (entry.state, entry.topic_id, entry.texts[0].title) == (EntryState.PUBLISHED, topic.id, "How far in winter?")
    assert [(link.clip_id, link.best) for link in entry.clips] == [(clip.id, True)]
    assert (clip.state, clip.decided_by_id, clip.edited) == (ClipState.CONFIRMED, editor.id, True)
    assert (question.state.value, question.answer_clip_id, question.entry_id) == ("answered", clip.id, entry.id)
    assert [mail.recipient for mail in db.scalars(select(OutgoingMail))] == ["asker@example.org"]
    assert [(step.name, step.subject) for step in db.scalars(select(Step))] == [("cut", clip.public_id)]
    assert "confirmed" in set(db.scalars(select(AuditRow.action).where(AuditRow.kind == "clip")))


def test_a_confirmed_clip_can_join_an_entry_that_is_there(db):
    entry = make_entry(db)
    first, second = (make_clip(db, make_recording(db)) for _ in range(2))
    assert confirm(db, first, entry=entry) is entry
    confirm(db, second, entry=entry)
    assert [(link.clip_id, link.best) for link in entry.clips] == [(first.id, True), (second.id, False)]


def test_confirming_twice_is_a_conflict(db):
    clip = make_clip(db, make_recording(db))
    confirm(db, clip)
    with pytest.raises(Conflict):
        confirm(db, clip)


def test_a_youtube_clip_is_not_cut(db):
    confirm(db, make_clip(db, make_recording(db, source=Source.YOUTUBE)))
    assert db.scalars(select(Step)).all() == []


@pytest.mark.parametrize(("start", "end", "title"), [(5, 5.2, "x"), (-1, 5, "x"), (70, 80, "x"), (1, 5, "  ")])
def test_a_clip_outside_its_recording_or_without_a_title_is_refused(db, start, end, title):
    clip = make_clip(db, make_recording(db, duration=60))
    with pytest.raises(InvalidInput):
        clips.change(db, clip, title=title, start=start, end=end, editor=None, now=NOW)


def test_changing_a_public_clip_cuts_it_again(db):
    clip = make_clip(db, make_recording(db))
    confirm(db, clip)
    db.scalars(select(Step)).one().state = "done"
    db.flush()
    clips.change(db, clip, title=clip.title, start=6, end=14, editor=None, now=NOW)
    step = db.scalars(select(Step)).one()
    db.refresh(step)
    assert (step.state.value, clip.edited) == ("todo", True)


def test_a_withdrawn_clip_leaves_its_entry_and_one_without_another_answer_is_a_draft_again(db):
    clip = make_clip(db, make_recording(db))
    entry = confirm(db, clip)
    clips.withdraw(db, clip, editor=None, now=NOW)
    assert (clip.state, entry.clips, entry.state) == (ClipState.WITHDRAWN, [], EntryState.DRAFT)


def test_a_withdrawn_best_clip_makes_room_for_the_next(db):
    entry = make_entry(db)
    first, second = (make_clip(db, make_recording(db)) for _ in range(2))
    confirm(db, first, entry=entry)
    confirm(db, second, entry=entry)
    clips.withdraw(db, first, editor=None, now=NOW)
    assert ([(link.clip_id, link.best) for link in entry.clips], entry.state) == (
        [(second.id, True)],
        EntryState.PUBLISHED,
    )
    confirm(db, first, entry=entry)
    assert len(entry.clips) == 2


def test_only_confirmed_clips_are_found_by_everybody(db):
    clip = make_clip(db, make_recording(db), title="Unmistakable zebra")
    search.index_recording(db, clip.recording_id)
    before = [hit.kind for hit in search.search(db, "zebra")]
    confirm(db, clip)
    after = [hit.kind for hit in search.search(db, "zebra")]
    assert (before, after) == ([], ["entry"])
