import re

import pytest
from sqlalchemy import select

from helpcenter.models import Asker, OutgoingMail, Question, QuestionState, Solved
from helpcenter.permissions import Role
from helpcenter.services import questions
from tests.factories import NOW, make_answer, make_question, make_user

EN, DE = {"Accept-Language": "en"}, {"Accept-Language": "de"}


@pytest.fixture
def answered(ports):
    """An answered question and the key of its asker, kim@example.org."""
    with ports.database.transaction() as db:
        entry = make_answer(db)
        question = make_question(db, email="kim@example.org")
        questions.answer(db, question, clip=entry.clips[0].clip, entry=entry, now=NOW)
        link = questions.link_for(ports.settings, question, question.askers[0])
    return f"/questions/{question.public_id}", link.partition("key=")[2]


def _state(ports):
    with ports.database.reading() as db:
        return db.scalars(select(Question)).one().state


def test_the_links_in_the_mail_lead_to_two_buttons_and_change_nothing(client, ports, answered):
    page, key = answered
    for query, opened in (("", False), ("&solved=yes", False), ("&solved=no", True)):
        shown = client.get(f"{page}?key={key}{query}", headers=EN).text
        assert ["Yes, solved" in shown, "It is outdated" in shown] == [True, True]
        assert ("<details open>" in shown) is opened
    assert _state(ports) is QuestionState.ANSWERED


def test_yes_confirms_it_and_is_said_on_the_page(client, ports, answered):
    page, key = answered
    answer = client.post(f"{page}/solved", data={"key": key})
    assert (answer.status_code, answer.location) == (303, f"{page}?key={key}&told=solved")
    shown = client.get(answer.location, headers=EN).text
    assert ["Good to hear" in shown, "You told us that it is solved" in shown] == [True, True]
    assert _state(ports) is QuestionState.CONFIRMED


def test_no_opens_it_again_with_its_reason_which_strangers_do_not_read(client, ports, sign_in, answered):
    page, key = answered
    client.post(f"{page}/reopen", data={"key": key, "trouble": "outdated", "text": "My <model> is newer."})
    with ports.database.transaction() as db:
        question = db.scalars(select(Question)).one()
        editor = make_user(db, Role.EDITOR)
    assert (question.state, question.reason) == (QuestionState.REOPENED, "outdated: My <model> is newer.")
    for browser, query, reads in ((client, f"?key={key}", True), (sign_in(editor), "", True), (client, "", False)):
        shown = browser.get(f"{page}{query}", headers=DE).text
        assert ("My &lt;model&gt; is newer." in shown) is reads
        assert "Yes, solved" not in shown


@pytest.mark.parametrize("data", [{}, {"trouble": "no such"}])
def test_a_no_without_a_reason_that_we_know_is_taken_all_the_same(client, ports, answered, data):
    page, key = answered
    client.post(f"{page}/reopen", data={"key": key, **data})
    with ports.database.reading() as db:
        assert db.scalars(select(Question.reason)).one() == "other"


def test_a_text_that_is_too_long_is_not_lost(client, ports, answered):
    page, key = answered
    text = "much to say " * 100
    answer = client.post(f"{page}/reopen", data={"key": key, "trouble": "unclear", "text": text}, headers=EN)
    shown = answer.text
    assert (answer.status_code, text.strip() in shown, "<details open>" in shown) == (400, True, True)
    assert re.search(r'value="unclear" required checked', shown)
    assert _state(ports) is QuestionState.ANSWERED


def test_who_is_signed_in_needs_no_key(ports, sign_in, answered):
    page, _ = answered
    with ports.database.transaction() as db:
        kim, other = make_user(db, email="kim@example.org"), make_user(db)
    assert "Yes, solved" in sign_in(kim).get(page, headers=EN).text
    assert "Yes, solved" not in sign_in(other).get(page, headers=EN).text
    assert sign_in(other).post(f"{page}/solved").status_code == 404
    assert sign_in(kim).post(f"{page}/solved").status_code == 303
    assert _state(ports) is QuestionState.CONFIRMED


def test_an_address_that_was_not_confirmed_is_nobodys_word(ports, sign_in):
    with ports.database.transaction() as db:
        question = make_question(db, email="kim@example.org", confirmed=False, state=QuestionState.ANSWERED)
        kim = make_user(db, email="kim@example.org")
    assert sign_in(kim).post(f"/questions/{question.public_id}/solved").status_code == 404


@pytest.mark.parametrize("action", ["solved", "reopen"])
def test_with_a_wrong_key_nothing_is_done(client, ports, answered, action):
    page, _ = answered
    assert client.post(f"{page}/{action}", data={"key": "0" * 32}).status_code == 404
    with ports.database.reading() as db:
        assert db.scalars(select(Asker.solved)).one() is Solved.UNKNOWN
        assert db.scalars(select(OutgoingMail.kind)).all() == ["question_answered"]
