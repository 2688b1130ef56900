import re

import pytest
from sqlalchemy import select

from helpcenter.models import Helper, HelperState, HelperSuggestion, OutgoingMail, Question, QuestionState, User
from helpcenter.permissions import Role
from helpcenter.services import circle, search
from tests.factories import NOW, make_answer, make_helper, make_question, make_topic, make_user

EN, DE = {"Accept-Language": "en"}, {"Accept-Language": "de"}


@pytest.fixture
def question(ports):
    with ports.database.transaction() as db:
        return make_question(
            db,
            title="How far in winter?",
            body="It is cold.",
            product="SECRET-PRODUCT",
            email="secret@example.org",
            circle=True,
        )


@pytest.fixture
def kim(ports):
    with ports.database.transaction() as db:
        return make_helper(db, name="Bike fox", email="kim@example.org")


def _only(ports, model):
    with ports.database.reading() as db:
        return db.scalars(select(model)).one()


def test_the_circle_reads_the_words_and_nothing_of_the_asker(sign_in, ports, question, kim):
    with ports.database.transaction() as db:
        db.get_one(Question, question.id).askers[0].name = "SECRET-NAME"
    browser = sign_in(kim)
    pages = [browser.get(path, headers=EN).text for path in ("/circle", f"/circle/questions/{question.public_id}")]
    assert ["How far in winter?" in page for page in pages] == [True, True]
    assert ["It is cold." in page for page in pages] == [False, True]
    assert not any("secret" in page.lower() for page in pages)


def test_whoever_is_no_super_user_is_refused(client, sign_in, ports, question):
    paths = ("/circle", f"/circle/questions/{question.public_id}", "/circle/mine")
    assert [client.get(path).status_code for path in paths] == [302, 302, 302]
    for role in (Role.CUSTOMER, Role.EXPERT, Role.EDITOR, Role.ADMIN):
        with ports.database.transaction() as db:
            user = make_user(db, role)
        assert [sign_in(user).get(path).status_code for path in paths] == [403, 403, 403]


def test_the_rules_are_everybodys_in_both_languages(client):
    assert "No ranking, open or hidden." in client.get("/circle/rules", headers=EN).text
    assert "Keine Rangliste" in client.get("/circle/rules", headers=DE).text


def test_an_invitation_is_accepted_by_the_person_alone(sign_in, ports):
    with ports.database.transaction() as db:
        admin, kim = make_user(db, Role.ADMIN), make_user(db, email="kim@example.org")
    browser = sign_in(kim)
    assert browser.get("/circle/join").status_code == 404
    sign_in(admin).post(f"/admin/people/{kim.public_id}/role", data={"role": "super-user"})
    assert "invited into the circle" in sign_in(admin).get("/admin/people", headers=EN).text
    assert _only(ports, OutgoingMail).recipient == "kim@example.org"
    assert browser.get("/circle").status_code == 403
    assert "Yes, I would like to" in browser.get("/circle/join", headers=EN).text
    wrong = browser.post("/circle/join", data={"answer": "yes", "name": "me@example.org"}, headers=EN)
    assert (wrong.status_code, 'value="me@example.org"' in wrong.text) == (400, True)
    answer = browser.post("/circle/join", data={"answer": "yes", "name": "Bike fox"})
    assert (answer.location, browser.get("/circle").status_code) == ("/circle", 200)


def test_a_new_person_who_shall_be_a_super_user_is_a_customer_until_he_says_yes(sign_in, ports):
    with ports.database.transaction() as db:
        admin = make_user(db, Role.ADMIN)
    sign_in(admin).post("/admin/people", data={"email": "new@example.org", "role": "super-user"})
    with ports.database.reading() as db:
        new = db.scalars(select(User).where(User.email == "new@example.org")).one()
        assert (new.role, circle.helper_of(db, new).state) == (Role.CUSTOMER, HelperState.INVITED)


def test_rights_that_are_withdrawn_end_in_the_middle_of_a_session(sign_in, ports, question, kim):
    with ports.database.transaction() as db:
        admin = make_user(db, Role.ADMIN)
    browser, page = sign_in(kim), f"/circle/questions/{question.public_id}"
    assert browser.get(page).status_code == 200
    sign_in(admin).post(f"/admin/people/{kim.public_id}/circle")
    assert [browser.get(page).status_code, browser.post(page, data={"body": "x"}).status_code] == [403, 403]
    assert browser.get("/account").status_code == 200
    with ports.database.reading() as db:
        assert db.scalars(select(HelperSuggestion)).all() == []


def test_one_click_is_enough_to_leave(sign_in, ports, kim):
    browser = sign_in(kim)
    answer = browser.post("/circle/resign")
    assert "You have left the circle" in browser.get(answer.location, headers=EN).text
    assert browser.get("/circle").status_code == 403
    assert _only(ports, Helper).state is HelperState.RESIGNED


def test_a_search_keeps_what_was_typed_and_its_hit_can_be_suggested(sign_in, ports, question, kim):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="Range when it freezes")
        search.index_entry(db, entry.id)
    browser, page = sign_in(kim), f"/circle/questions/{question.public_id}"
    looked = browser.post(page, data={"do": "search", "words": "freezes", "body": "Less <far>."}, headers=EN).text
    assert ["Less &lt;far&gt;." in looked, "Range when it freezes" in looked] == [True, True]
    value = re.search(r'name="answer" value="(entry:\d+)"', looked)[1]
    answer = browser.post(page, data={"do": "suggest", "body": "Less far.", "answer": value})
    assert answer.location == "/circle/mine?told=suggested"
    made = _only(ports, HelperSuggestion)
    assert (made.body, made.entry_id, made.helper_id) == ("Less far.", entry.id, kim.id)
    assert "waits for an expert" in browser.get("/circle/mine", headers=EN).text


def test_an_empty_suggestion_is_answered_in_words(sign_in, question, kim):
    answer = sign_in(kim).post(f"/circle/questions/{question.public_id}", data={"do": "suggest"}, headers=EN)
    assert (answer.status_code, "Please write an answer" in answer.text) == (400, True)


def _suggested(ports, question, kim, body="Charge it *warm*. <b>"):
    with ports.database.transaction() as db:
        found = db.get_one(Question, question.id)
        return circle.suggest(db, found, helper=kim, body=body, language="en", now=NOW)


def test_an_expert_confirms_with_one_click_and_everybody_reads_the_answer(client, sign_in, ports, question, kim):
    made = _suggested(ports, question, kim)
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
    browser = sign_in(expert)
    page = browser.get("/workbench/suggestions", headers=EN).text
    assert ["Bike fox suggests" in page, "secret@example.org" in page] == [True, False]
    answer = browser.post(f"/workbench/suggestions/{made.public_id}/confirm")
    assert answer.location == "/workbench/suggestions?done=confirmed_suggestion"
    shown = client.get(f"/questions/{question.public_id}", headers=EN).text
    assert ["<em>warm</em>" in shown, "&lt;b&gt;" in shown, "Suggested by Bike fox" in shown] == [True, True, True]
    assert browser.post(f"/workbench/suggestions/{made.public_id}/confirm").status_code == 409


def test_a_no_goes_back_to_where_the_form_was_and_its_reason_to_the_super_user(sign_in, ports, question, kim):
    made = _suggested(ports, question, kim)
    with ports.database.transaction() as db:
        editor = make_user(db, Role.EDITOR)
    data = {"reason": "Not in frost.", "next": "/workbench/sessions"}
    answer = sign_in(editor).post(f"/workbench/suggestions/{made.public_id}/reject", data=data)
    assert answer.location == "/workbench/sessions"
    assert "Not in frost." in sign_in(kim).get("/circle/mine", headers=EN).text
    assert _only(ports, Question).state is QuestionState.NEW


def test_an_expert_decides_only_about_what_is_his(sign_in, ports, question, kim):
    made = _suggested(ports, question, kim)
    with ports.database.transaction() as db:
        db.get_one(Question, question.id).topic = make_topic(db)
        expert = make_user(db, Role.EXPERT)
    assert sign_in(expert).post(f"/workbench/suggestions/{made.public_id}/confirm").status_code == 403
    assert "No suggestion waits" in sign_in(expert).get("/workbench/suggestions", headers=EN).text


def test_only_ones_own_suggestion_is_taken_back(sign_in, ports, question, kim):
    made = _suggested(ports, question, kim)
    with ports.database.transaction() as db:
        other = make_helper(db)
    path = f"/circle/suggestions/{made.public_id}/take-back"
    assert [sign_in(other).post(path).status_code, sign_in(kim).post(path).status_code] == [404, 303]


def test_what_is_not_shared_any_more_is_not_read_beside_the_suggestion_either(sign_in, ports, question, kim):
    browser = sign_in(kim)
    with ports.database.transaction() as db:
        asked = db.get_one(Question, question.id)
        circle.suggest(db, asked, helper=kim, body="Charge it.", language="en", now=NOW)
    assert "How far in winter?" in browser.get("/circle/mine", headers=EN).text
    with ports.database.transaction() as db:
        db.get_one(Question, question.id).circle = False
    page = browser.get("/circle/mine", headers=EN).text
    assert ["How far in winter?" in page, "Charge it." in page] == [False, True]
