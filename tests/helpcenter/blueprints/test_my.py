import io
import json
import zipfile

import pytest
from sqlalchemy import select

from helpcenter.models import OwnedProduct, QuestionState, Subscription, User
from helpcenter.permissions import Role
from tests.factories import (
    NOW,
    make_answer,
    make_question,
    make_shift,
    make_subscription,
    make_team,
    make_topic,
    make_user,
)

EN = {"Accept-Language": "en"}


@pytest.fixture
def kim(ports):
    with ports.database.transaction() as db:
        return make_user(db, email="kim@example.org")


@pytest.fixture
def bike(ports):
    with ports.database.transaction() as db:
        return make_topic(db, slug="bike", titles={"en": "Bike", "de": "Rad"})


def test_the_page_is_for_whoever_is_signed_in(client, sign_in, kim):
    assert [client.get(path).status_code for path in ("/my", "/my/data", "/my/data.zip")] == [302] * 3
    page = sign_in(kim).get("/my", headers=EN).text
    assert ["You have not asked anything yet" in page, "You follow nothing yet" in page, "Your guide" in page] == [
        True
    ] * 3


@pytest.mark.parametrize("role", [Role.SUPER_USER, Role.EXPERT, Role.EDITOR, Role.ADMIN])
def test_everybody_has_a_page(sign_in, ports, role):
    with ports.database.transaction() as db:
        user = make_user(db, role)
    for path in ("/my", "/my/data", "/my/data.zip"):
        with sign_in(user).get(path) as answer:
            assert answer.status_code == 200


def test_ones_questions_are_there_with_their_state(sign_in, ports, kim):
    with ports.database.transaction() as db:
        asked = make_question(db, title="Mine?", email="kim@example.org", state=QuestionState.ANSWERED)
        make_question(db, title="Somebody else's?", email="other@example.org")
    page = sign_in(kim).get("/my", headers=EN).text
    assert [f"/questions/{asked.public_id}" in page, "Did it solve your question?" in page] == [True, True]
    assert "Somebody else" not in page


def test_a_product_is_added_and_removed(sign_in, ports, kim, bike):
    browser = sign_in(kim)
    assert browser.post("/my/products", data={"topic": "bike"}).location == "/my#products"
    assert "Remove Bike" in browser.get("/my", headers=EN).text
    browser.post("/my/products/remove", data={"topic": "bike"})
    with ports.database.reading() as db:
        assert db.scalars(select(OwnedProduct)).all() == []
    assert browser.post("/my/products", data={"topic": "no such"}).status_code == 404


def test_recommendations_are_off_until_one_agrees_and_off_again_with_one_click(sign_in, ports, kim, bike):
    with ports.database.transaction() as db:
        make_answer(db, title="How far in winter?", topic=bike)
    browser = sign_in(kim)
    browser.post("/my/products", data={"topic": "bike"})
    assert "How far in winter?" not in browser.get("/my", headers=EN).text
    browser.post("/my/recommendations", data={"agree": "yes"})
    page = browser.get("/my", headers=EN).text
    assert ["How far in winter?" in page, "Because you have: Bike" in page] == [True, True]
    browser.post("/my/recommendations", data={"agree": "no"})
    assert "How far in winter?" not in browser.get("/my", headers=EN).text


def test_the_guide_is_asked_about_his_topic(sign_in, ports, kim, bike):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT, name="Private Name")
        make_shift(db, make_team(db, expert, about=[bike]), expert, starts_at=NOW)
    browser = sign_in(kim)
    browser.post("/my/products", data={"topic": "bike"})
    page = browser.get("/my", headers=EN).text
    assert ["/ask?topic=bike" in page, "on duty now" in page, "One of our experts" in page] == [True] * 3
    assert "Private Name" not in page


def test_a_topic_is_followed_with_one_click_and_left_with_one(sign_in, client, ports, kim, bike):
    browser = sign_in(kim)
    assert "answers:bike" in browser.get("/topics/bike").text
    assert "/subscriptions?target=answers:bike" in client.get("/topics/bike").text
    browser.post("/subscriptions", data={"target": "answers:bike"})
    with ports.database.reading() as db:
        made = db.scalars(select(Subscription)).one()
    assert (made.target, made.confirmed_at) == ("answers:bike", NOW)
    assert "New answers about Bike" in browser.get("/my", headers=EN).text
    browser.post(f"/my/subscriptions/{made.public_id}/leave")
    assert "You follow nothing yet" in browser.get("/my", headers=EN).text


@pytest.mark.parametrize("target", ["answers:bike", "topic:bike", "all"])
def test_every_page_about_a_subscription_says_what_it_is_for(client, bike, target):
    page = client.get(f"/subscriptions?target={target}", headers=EN).text
    assert ("new answers" in page) is target.startswith("answers")


def test_somebody_elses_subscription_is_not_ones_own_to_end(sign_in, ports, kim):
    with ports.database.transaction() as db:
        foreign = make_subscription(db)
    assert sign_in(kim).post(f"/my/subscriptions/{foreign.public_id}/leave").status_code == 404


def test_ones_data_comes_as_one_file(sign_in, ports, kim, monkeypatch, tmp_path):
    from helpcenter.services.privacy import places

    with ports.database.transaction() as db:
        make_question(db, title="Mine?", body="Ärger mit dem Akku", email="kim@example.org")
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"a picture")
    ports.storage.put("attachments/a/picture.jpg", picture)
    monkeypatch.setattr(places, "FILES", places.FILES)
    places.FILES.append(lambda *_: [("picture.jpg", "attachments/a/picture.jpg")])
    try:
        with sign_in(kim).get("/my/data.zip") as answer:
            content = answer.data
    finally:
        places.FILES.pop()
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        data = json.loads(archive.read("data.json"))
        assert archive.read("files/picture.jpg") == b"a picture"
    assert data["questions_asked"][0]["body"] == "Ärger mit dem Akku"


def test_nothing_is_deleted_by_mistake(sign_in, ports, kim):
    answer = sign_in(kim).post("/my/delete", data={"email": "other@example.org"}, headers=EN)
    assert (answer.status_code, "Please type your own mail address" in answer.text) == (400, True)
    with ports.database.reading() as db:
        assert db.get(User, kim.id) is not None


def test_who_leaves_gets_a_receipt_and_is_signed_out(sign_in, ports, kim):
    with ports.database.transaction() as db:
        make_question(db, title="Answered?", email="kim@example.org", state=QuestionState.ANSWERED)
    browser = sign_in(kim)
    answer = browser.post("/my/delete", data={"email": " KIM@example.org "}, headers=EN)
    assert answer.status_code == 200
    assert ["Your account is deleted" in answer.text, "Stays without you" in answer.text] == [True, True]
    assert browser.get("/my").status_code == 302
    with ports.database.reading() as db:
        assert db.scalars(select(User)).all() == []


def test_staff_are_told_why_they_do_not_delete_themselves(sign_in, ports):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT, email="ben@example.org")
    answer = sign_in(expert).post("/my/delete", data={"email": "ben@example.org"}, headers=EN)
    assert (answer.status_code, "ask an admin" in answer.text) == (403, True)
