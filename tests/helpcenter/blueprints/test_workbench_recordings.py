"""Recordings and their steps, as those see them who brought them in."""

import pytest
from sqlalchemy import select

from helpcenter.errors import Message
from helpcenter.models import (
    Chapter,
    Clip,
    ClipState,
    FaqClip,
    Recording,
    RecordingState,
    SearchDocument,
    Step,
    StepState,
)
from helpcenter.permissions import Role
from helpcenter.services import faq, search, steps
from tests.factories import NOW, make_clip, make_entry, make_recording, make_user


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR)
    return sign_in(person)


@pytest.fixture
def recording(ports):
    with ports.database.transaction() as db:
        made = make_recording(db)
        steps.add_chain(db, made.id, now=NOW)
        for start in (0.0, 20.0):
            db.add(Chapter(recording_id=made.id, start=start, end=start + 20, title=f"At {start:.0f}", source="text"))
        return made


def set_step(ports, name, **values):
    with ports.database.transaction() as db:
        step = db.scalars(select(Step).where(Step.name == name)).one()
        for key, value in values.items():
            setattr(step, key, value)
        return step.id


def test_an_empty_list_says_what_to_do(editor):
    page = editor.get("/workbench/recordings").text
    assert "There are no recordings yet" in page
    assert "/workbench/upload" in page


def test_experts_see_their_own_recordings_only(ports, sign_in):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
        own = make_recording(db, title="Mine", created_by_id=expert.id)
        other = make_recording(db, title="Theirs")
    browser = sign_in(expert)
    page = browser.get("/workbench/recordings").text
    assert ("Mine" in page, "Theirs" in page) == (True, False)
    assert browser.get(f"/workbench/recordings/{own.public_id}").status_code == 200
    assert browser.get(f"/workbench/recordings/{other.public_id}").status_code == 403


def test_the_page_follows_along_while_the_pipeline_works(editor, recording, ports):
    set_step(ports, "fetch", state=StepState.DONE, seconds=1.25)
    set_step(ports, "probe", state=StepState.DOING, progress=0.4)
    page = editor.get(f"/workbench/recordings/{recording.public_id}").text
    assert 'hx-trigger="every 1500ms"' in page
    assert "Examine the file" in page
    assert 'value="40"' in page
    assert "1.2 s" in page


def test_the_page_stands_still_when_all_is_done(editor, recording, ports):
    for name in steps.CHAIN:
        set_step(ports, name, state=StepState.DONE)
    assert "hx-trigger" not in editor.get(f"/workbench/recordings/{recording.public_id}/progress").text


def test_a_step_that_stopped_says_why_and_is_tried_again(editor, recording, ports):
    error = Message("There is neither picture nor sound in %(name)s.", {"name": "a.mp4"})
    number = set_step(ports, "probe", state=StepState.QUARANTINED, attempts=3, error=error.as_json())
    page = editor.get(f"/workbench/recordings/{recording.public_id}").text
    assert page.count("There is neither picture nor sound in a.mp4.") == 2
    assert "attempt 3" in page
    answer = editor.post(f"/workbench/recordings/{recording.public_id}/steps/{number}/retry")
    assert answer.location == f"/workbench/recordings/{recording.public_id}?done=retry"
    with ports.database.reading() as db:
        step = db.get_one(Step, number)
        assert (step.state, step.attempts) == (StepState.TODO, 0)


def test_a_step_of_another_recording_is_not_retried(editor, recording, ports):
    number = set_step(ports, "probe", state=StepState.QUARANTINED)
    with ports.database.transaction() as db:
        other = make_recording(db)
    assert editor.post(f"/workbench/recordings/{other.public_id}/steps/{number}/retry").status_code == 404


def chapters(ports):
    with ports.database.reading() as db:
        rows = db.execute(select(Chapter.start, Chapter.end, Chapter.title, Chapter.edited).order_by(Chapter.start))
        return [tuple(row) for row in rows]


def ids(ports):
    with ports.database.reading() as db:
        return [str(number) for number in db.scalars(select(Chapter.id).order_by(Chapter.start))]


def test_chapters_are_edited_added_and_deleted(editor, recording, ports):
    first, second = ids(ports)
    form = {
        "id": [first, second, "", ""], "start": ["0:00", "0:20", "0:31.5", ""],
        "title": ["Hello", "At 20", "New", ""], "remove": [],
    }  # fmt: skip
    answer = editor.post(f"/workbench/recordings/{recording.public_id}/chapters", data=form)
    assert answer.location == f"/workbench/recordings/{recording.public_id}?done=chapters"
    assert chapters(ports) == [(0, 20, "Hello", True), (20, 31.5, "At 20", False), (31.5, 60, "New", True)]
    form = {"id": ids(ports), "start": ["0", "20", "0:31.5"], "title": ["Hello", "", "New"], "remove": [second]}
    editor.post(f"/workbench/recordings/{recording.public_id}/chapters", data=form)
    assert [title for _, _, title, _ in chapters(ports)] == ["Hello", "New"]


def test_edited_chapters_are_found_by_their_new_title(editor, recording, ports):
    form = {"id": ids(ports), "start": ["0", "20"], "title": ["Torque sensor", "At 20"]}
    editor.post(f"/workbench/recordings/{recording.public_id}/chapters", data=form)
    with ports.database.reading() as db:
        found = db.scalars(select(SearchDocument.title).where(SearchDocument.kind == "chapter")).all()
    assert "Torque sensor" in found


@pytest.mark.parametrize(
    ("start", "title", "said"),
    [
        ("soon", "A", "Please write a time"), ("0:20", "A", "Two chapters cannot start at the same second."),
        ("9:99", "A", "Please write a time"), ("2:00", "A", "A chapter must start within the recording."),
        ("0:01", "", "Please write a title."),
    ],
)  # fmt: skip
def test_mistakes_in_chapters_keep_what_was_typed(editor, recording, ports, start, title, said):
    form = {"id": ids(ports), "start": [start, "0:20"], "title": [title, "My other"]}
    answer = editor.post(f"/workbench/recordings/{recording.public_id}/chapters", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="My other"' in answer.text
    assert [edited for *_, edited in chapters(ports)] == [False, False]


def test_a_deleted_recording_leaves_its_entries_texts_and_no_files(editor, recording, ports, tmp_path):
    source = tmp_path / "play.mp4"
    source.write_bytes(b"film")
    ports.storage.put(f"recordings/{recording.public_id}/play-1/play.mp4", source)
    with ports.database.transaction() as db:
        clip = make_clip(db, db.get_one(Recording, recording.id), state=ClipState.CONFIRMED)
        entry = make_entry(db, title="How far?")
        faq.attach_clip(db, entry, clip, now=NOW)
        faq.publish(db, entry, editor=None, now=NOW)
        search.index_recording(db, recording.id)
    answer = editor.post(f"/workbench/recordings/{recording.public_id}/delete")
    assert answer.location == "/workbench/recordings?done=deleted"
    assert not ports.storage.exists(f"recordings/{recording.public_id}/play-1/play.mp4")
    with ports.database.reading() as db:
        assert [db.scalars(select(table)).all() for table in (Recording, Clip, FaqClip, Step, Chapter)] == [[]] * 5
        assert db.scalars(select(SearchDocument.title)).all() == ["How far?"]


def test_the_address_in_mails_leads_to_the_recording(editor, recording):
    answer = editor.get(f"/workbench/{recording.public_id}")
    assert answer.location == f"/workbench/recordings/{recording.public_id}"


def test_what_failed_is_said_as_of_a_recording_and_as_of_a_step(editor, ports, recording):
    set_step(ports, "probe", state=StepState.FAILED)
    with ports.database.transaction() as db:
        db.get_one(Recording, recording.id).state = RecordingState.FAILED
    pages = [
        editor.get(address, headers={"Accept-Language": "en"}).text
        for address in ("/workbench/recordings", f"/workbench/recordings/{recording.public_id}")
    ]
    assert ["stuck" in pages[0], "failed, will be tried again" in pages[1]] == [True, True]
    assert [page.count("did not solve it") for page in pages] == [0, 0]
