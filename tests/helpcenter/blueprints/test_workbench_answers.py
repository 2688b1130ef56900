"""Answering a question."""

import io

import pytest
from sqlalchemy import func, select

from helpcenter.models import (
    Answer,
    AnswerState,
    EntryState,
    FaqEntry,
    OutgoingMail,
    Question,
    QuestionState,
    Recording,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import search, topics
from tests.factories import NOW, make_answer, make_question, make_topic, make_user


@pytest.fixture
def expert(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EXPERT, name="Ada")
    return sign_in(person)


@pytest.fixture
def question(ports):
    with ports.database.transaction() as db:
        return make_question(
            db, title="How cold may it get?", body="It stands outside.", product="Pedelec 3", email="kim@example.org"
        )


@pytest.fixture
def address(question):
    return f"/workbench/questions/{question.public_id}/answer"


def state_of(ports, question):
    with ports.database.reading() as db:
        return db.get_one(Question, question.id).state


def test_the_page_shows_what_was_asked(expert, address):
    page = expert.get(address).text
    for words in ("How cold may it get?", "It stands outside.", "Pedelec 3", "1 person waits"):
        assert words in page


def test_a_sent_answer_is_told_and_shown(expert, address, question, client, ports):
    sent = expert.post(address, data={"do": "send", "body": "Not **below zero**."})
    assert (sent.status_code, sent.location) == (303, f"{address}?done=answered")
    assert state_of(ports, question) is QuestionState.ANSWERED
    assert "Sent. Everybody" in expert.get(sent.location).text
    page = client.get(f"/questions/{question.public_id}").text
    assert "<p>Not <strong>below zero</strong>.</p>" in page
    assert "Answered by one of our experts" in page
    assert "Ada" not in page
    with ports.database.reading() as db:
        assert db.scalar(select(func.count()).where(OutgoingMail.kind == "question_answered")) == 1


def test_a_script_in_an_answer_is_text(expert, address, question, client):
    expert.post(address, data={"do": "send", "body": "<script>alert(1)</script>[x](javascript:alert(1))"})
    page = client.get(f"/questions/{question.public_id}").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_what_is_refused_stays_in_the_field(expert, address, question, ports):
    long = "a" * 20_001
    page = expert.post(address, data={"do": "send", "body": long})
    assert page.status_code == 400
    assert "at most" in page.text
    assert long in page.text
    assert state_of(ports, question) is QuestionState.NEW


def test_a_draft_is_there_again(expert, address):
    assert expert.post(f"{address}/draft", data={"body": "Half a sent"}).status_code == 204
    assert ">Half a sent</textarea>" in expert.get(address).text


def test_an_entry_is_found_inserted_and_taken_out(expert, address, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db)
        search.index_entry(db, entry.id)
    name = f"entry:{entry.id}"
    found = expert.post(address, data={"do": "find", "words": "how far", "body": "See"}).text
    assert f'value="insert:{name}"' in found
    page = expert.post(address, data={"do": f"insert:{name}", "words": "how far", "body": "See"}).text
    assert f'name="entry" value="{name}"' in page
    page = expert.post(address, data={"do": "out:entry", "entry": name, "body": "See"}).text
    assert 'name="entry"' not in page
    assert ">See</textarea>" in page


def test_the_preview_shows_it_as_it_will_be(expert, address):
    assert "<strong>cold</strong>" in expert.post(address, data={"do": "preview", "body": "**cold**"}).text


def test_who_is_slower_reads_it_and_keeps_his_text(expert, address, ports, sign_in):
    with ports.database.transaction() as db:
        rival = make_user(db, Role.EXPERT)
    other = sign_in(rival)
    expert.post(address, data={"do": "send", "body": "First"})
    page = other.post(address, data={"do": "send", "body": "Second"})
    assert page.status_code == 409
    assert "closed" in page.text


@pytest.mark.parametrize(("role", "state"), [(Role.EXPERT, EntryState.IN_REVIEW), (Role.EDITOR, EntryState.PUBLISHED)])
def test_one_click_makes_an_entry(role, state, address, ports, sign_in):
    with ports.database.transaction() as db:
        user = make_user(db, role)
    person = sign_in(user)
    person.post(address, data={"do": "send", "body": "Not below zero."})
    with ports.database.reading() as db:
        answer = db.scalars(select(Answer)).one()
    person.post(f"/workbench/answers/{answer.public_id}/entry")
    with ports.database.reading() as db:
        assert db.scalars(select(FaqEntry)).one().state is state


def test_a_correction_is_shown(expert, address, question, client, ports):
    expert.post(address, data={"do": "send", "body": "Not blow zero."})
    with ports.database.reading() as db:
        answer = db.scalars(select(Answer)).one()
    expert.post(f"/workbench/answers/{answer.public_id}/correct", data={"body": "Not below zero."})
    assert "Not below zero." in client.get(f"/questions/{question.public_id}").text


def test_another_topic_s_expert_may_not_answer(ports, sign_in, address, question):
    with ports.database.transaction() as db:
        topic, owner, other = make_topic(db), make_user(db, Role.EXPERT), make_user(db, Role.EXPERT)
        topics.set_experts(db, topic, [owner], editor=None, now=NOW)
        db.get_one(Question, question.id).topic_id = topic.id
    assert sign_in(owner).get(address).status_code == 200
    assert sign_in(other).get(address).status_code == 403
    assert sign_in(other).post(address, data={"do": "send", "body": "Me!"}).status_code == 403


def test_a_video_taken_with_the_phone_is_on_its_way_to_be_the_answer(expert, address, question, ports):
    record = address.replace("/answer", "/record")
    data = {"file": (io.BytesIO(b"\0" * 2000), "IMG_1.MOV"), "unlisted": "1"}
    sent = expert.post(record, data=data, content_type="multipart/form-data")
    assert (sent.status_code, sent.location) == (303, f"{address}?done=recorded")
    with ports.database.reading() as db:
        answer = db.scalars(select(Answer)).one()
        assert (answer.state, answer.recording.title) == (AnswerState.WAITING, "How cold may it get?")
        assert (answer.recording.visibility, answer.recording.language) == (Visibility.UNLISTED, "en")
    assert state_of(ports, question) is QuestionState.BEING_ANSWERED
    assert "The video, and how far it is" in expert.get(address).text


def test_no_file_is_said_in_words(expert, address):
    page = expert.post(address.replace("/answer", "/record"), data={})
    assert page.status_code == 422
    assert "Please choose the video" in page.text


def test_a_recorded_upload_leads_back_to_the_question(expert, address, question, ports):
    begun = expert.post(address.replace("/answer", "/record/details"), data={"size": "5", "name": "answer.webm"})
    assert begun.status_code == 201
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert expert.patch(begun.json["url"], data=b"video", headers=tus).status_code == 204
    assert expert.get(begun.json["done"]).location == f"{address}?done=recorded"
    with ports.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Recording)) == 1


def test_a_closed_question_takes_no_video(expert, address):
    expert.post(address, data={"do": "send", "body": "Done."})
    record = address.replace("/answer", "/record")
    assert "Reopen it first" in expert.get(record).text
    data = {"file": (io.BytesIO(b"\0" * 2000), "a.mp4")}
    assert expert.post(record, data=data, content_type="multipart/form-data").status_code == 409
