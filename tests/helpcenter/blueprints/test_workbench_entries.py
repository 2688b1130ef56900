"""Entries and topics in the editor's hands."""

import pytest
from sqlalchemy import select

from helpcenter.models import ClipState, EntryState, FaqEntry, FaqRevision, Topic, Visibility
from helpcenter.permissions import Role
from helpcenter.services import faq, topics
from tests.factories import NOW, make_clip, make_entry, make_recording, make_topic, make_user


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR)
    return sign_in(person)


@pytest.fixture
def entry(ports):
    with ports.database.transaction() as db:
        return faq.create_entry(
            db, topic=None, language="en", title="How far?", body="Sixty **miles**.", editor=None, now=NOW
        )


def stored(ports, entry):
    with ports.database.reading() as db:
        found = faq.find(db, entry.public_id)
        return found.state, {text.language: (text.title, text.body, text.revision) for text in found.texts}


def text(**values):
    return {"action": "save", "language": "en", "title": "How far?", "body": "Sixty miles.", "seen": "1", **values}


def test_an_empty_list_says_what_to_do(editor):
    assert "There are no entries yet" in editor.get("/workbench/entries").text


def test_entries_are_filtered(editor, entry, ports):
    with ports.database.transaction() as db:
        make_entry(db, title="How heavy?", state=EntryState.PUBLISHED)
    page = editor.get("/workbench/entries?state=published&words=how").text
    assert ("How heavy?" in page, ">How far?<" in page) == (True, False)
    assert "No entry fits" in editor.get("/workbench/entries?words=nothing").text


def test_a_new_entry_is_a_draft(editor, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="range")
    form = {"title": "Wie weit?", "language": "de", "topic": "range", "body": "Weit.", "action": "save"}
    answer = editor.post("/workbench/entries/new", data=form)
    with ports.database.reading() as db:
        made = db.scalars(select(FaqEntry)).one()
        assert (made.state, made.slug, made.topic.slug) == (EntryState.DRAFT, "wie-weit", "range")
    assert answer.location == f"/workbench/entries/{made.public_id}?done=save"


def test_a_new_entry_without_a_title_keeps_its_text(editor):
    form = {"title": " ", "language": "de", "body": "Much work.", "action": "save"}
    answer = editor.post("/workbench/entries/new", data=form)
    assert answer.status_code == 422
    assert "Much work." in answer.text
    assert "Please write a title." in answer.text


def test_each_language_is_saved_on_its_own(editor, entry, ports):
    editor.post(f"/workbench/entries/{entry.public_id}", data=text())
    editor.post(
        f"/workbench/entries/{entry.public_id}", data=text(language="de", title="Wie weit?", body="Weit.", seen="0")
    )
    assert stored(ports, entry)[1] == {"de": ("Wie weit?", "Weit.", 1), "en": ("How far?", "Sixty miles.", 2)}


def test_who_saves_second_sees_both_texts_and_may_save_again(editor, entry, ports):
    address = f"/workbench/entries/{entry.public_id}"
    editor.post(address, data=text(body="Theirs."))
    answer = editor.post(address, data=text(body="Mine."))
    assert answer.status_code == 409
    assert "Somebody else saved this text in the meantime." in answer.text
    assert "Theirs.</pre>" in answer.text
    assert "Mine.</textarea>" in answer.text
    assert 'name="seen" value="2"' in answer.text
    editor.post(address, data=text(body="Mine.", seen="2"))
    assert stored(ports, entry)[1]["en"] == ("How far?", "Mine.", 3)


def test_a_preview_shows_markdown_and_saves_nothing(editor, entry, ports):
    fragment = editor.post("/workbench/preview", data={"body": "**bold** <script>x</script>"}).text
    assert "<strong>bold</strong>" in fragment
    assert "<script>" not in fragment
    page = editor.post(f"/workbench/entries/{entry.public_id}", data=text(body="*new*", action="preview")).text
    assert "<em>new</em>" in page
    assert stored(ports, entry)[1]["en"][2] == 1


def test_an_entry_is_published_and_taken_off_again(editor, entry, ports):
    for action, state in [
        ("submit", EntryState.IN_REVIEW),
        ("publish", EntryState.PUBLISHED),
        ("unpublish", EntryState.DRAFT),
    ]:
        answer = editor.post(f"/workbench/entries/{entry.public_id}/state", data={"action": action})
        assert answer.location == f"/workbench/entries/{entry.public_id}?done={action}"
        assert stored(ports, entry)[0] is state


def test_an_entry_without_an_answer_says_why_it_is_not_published(editor, ports):
    with ports.database.transaction() as db:
        empty = make_entry(db, body="")
    answer = editor.post(f"/workbench/entries/{empty.public_id}/state", data={"action": "publish"})
    assert answer.status_code == 400
    assert "There is no answer in this entry yet." in answer.text


def test_an_earlier_version_is_seen_and_brought_back(editor, entry, ports):
    editor.post(f"/workbench/entries/{entry.public_id}", data=text(body="Other."))
    page = editor.get(f"/workbench/entries/{entry.public_id}/versions/en?number=1").text
    assert "<strong>miles</strong>" in page
    editor.post(f"/workbench/entries/{entry.public_id}/versions/en", data={"number": "1"})
    assert stored(ports, entry)[1]["en"] == ("How far?", "Sixty **miles**.", 3)
    with ports.database.reading() as db:
        assert db.scalars(select(FaqRevision.number)).all() == [1, 2, 3]


def test_place_and_audience_are_changed(editor, entry, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="range")
    editor.post(f"/workbench/entries/{entry.public_id}/place", data={"topic": "range", "visibility": "customers"})
    with ports.database.reading() as db:
        found = faq.find(db, entry.public_id)
        assert (found.topic.slug, found.visibility) == ("range", Visibility.CUSTOMERS)


def test_clips_are_added_ordered_chosen_and_taken_out(editor, entry, ports):
    with ports.database.transaction() as db:
        recording = make_recording(db)
        clips = [make_clip(db, recording, title=name, state=ClipState.CONFIRMED) for name in ("One", "Two")]
        proposed = make_clip(db, recording, title="Not yet")

    def do(action, clip):
        address = f"/workbench/entries/{entry.public_id}/clips"
        status = editor.post(address, data={"action": action, "clip": clip.public_id}).status_code
        with ports.database.reading() as db:
            return status, [(link.clip.title, link.best) for link in faq.find(db, entry.public_id).clips]

    assert "Two" in editor.get(f"/workbench/entries/{entry.public_id}?clips=two").text
    assert do("add", clips[0]) == (302, [("One", True)])
    assert do("add", clips[1]) == (302, [("One", True), ("Two", False)])
    assert do("add", proposed) == (409, [("One", True), ("Two", False)])
    assert do("up", clips[1]) == (302, [("Two", False), ("One", True)])
    assert do("best", clips[1]) == (302, [("Two", True), ("One", False)])
    assert do("remove", clips[1]) == (302, [("One", True)])


def test_experts_write_no_entries(entry, ports, sign_in):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
    browser = sign_in(expert)
    for address in ("/workbench/entries", f"/workbench/entries/{entry.public_id}", "/workbench/topics"):
        assert browser.get(address).status_code == 403


def test_a_topic_is_made_changed_and_deleted(editor, ports):
    editor.post("/workbench/topics", data={"title_de": "Räder", "title_en": "Bikes", "parent": ""})
    editor.post("/workbench/topics", data={"title_de": "Akku", "title_en": "", "parent": "bikes"})
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
    form = {
        "title_de": "Batterie",
        "title_en": "Battery",
        "description_en": "All of it.",
        "parent": "",
        "experts": expert.id,
    }
    assert editor.post("/workbench/topics/akku", data=form).location == "/workbench/topics?done=save"
    with ports.database.reading() as db:
        battery = topics.find(db, "akku")
        assert (battery.title("en"), battery.parent_id) == ("Battery", None)
        assert [person.id for person in topics.experts_of(db, battery)] == [expert.id]
    editor.post("/workbench/topics/akku/order", data={"action": "up"})
    with ports.database.reading() as db:
        assert [node.topic.slug for node in topics.flat(db)] == ["akku", "bikes"]
    assert "All of it." in editor.get("/workbench/topics/akku").text
    assert editor.post("/workbench/topics/akku/delete").location == "/workbench/topics?done=deleted"


def test_a_topic_below_itself_is_refused_in_words(editor, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="top")
        db.flush()
        make_topic(db, slug="below", parent_id=db.scalar(select(Topic.id)))
    answer = editor.post("/workbench/topics/top", data={"title_de": "Oben", "parent": "below"})
    assert answer.status_code == 400
    assert "A topic cannot be placed below itself." in answer.text


def test_a_topic_in_use_says_why_it_stays(editor, ports):
    with ports.database.transaction() as db:
        make_entry(db, topic=make_topic(db, slug="used", titles={"en": "Used"}))
    answer = editor.post("/workbench/topics/used/delete")
    assert answer.status_code == 409
    assert "There are entries in “Used” (1). Move them first." in answer.text


def test_a_topic_needs_a_title(editor):
    answer = editor.post("/workbench/topics", data={"title_de": " "})
    assert answer.status_code == 422
    assert "Please write a title in at least one language." in answer.text
