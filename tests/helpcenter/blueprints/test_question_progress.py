from datetime import timedelta

import pytest

from helpcenter.models import Question, QuestionState, SessionQuestion, User, Visibility
from helpcenter.permissions import Role
from helpcenter.services import questions
from helpcenter.services.questions.states import move
from tests.factories import NOW, make_question, make_session, make_user

S = QuestionState
EN, DE = {"Accept-Language": "en"}, {"Accept-Language": "de"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _asked(ports, *, after=None, **values):
    """The path of a question's page for its asker, once `after(db, question)` has happened."""
    with ports.database.transaction() as db:
        question = make_question(db, state_at=NOW, **values)
        if after:
            after(db, question)
        return questions.link_for(ports.settings, question, question.askers[0]).removeprefix(ports.settings.site_url)


def _steps(page):
    """The words of the steps, in order."""
    found = page.partition('<ol class="way">')[2].partition("</ol>")[0].split("<li")[1:]
    return [one.partition(">")[2].partition("<br>")[0].strip() for one in found]


@pytest.mark.parametrize(("public_name", "said"), [("Ada", "With Ada"), ("", "With one of our experts")])
def test_the_asker_sees_who_has_his_question_where_that_person_wants_it(client, ports, public_name, said):
    def after(db, question):
        ada = make_user(db, Role.EXPERT, name="Ada Byron", public_name=public_name)
        questions.assign(db, question, make_user(db, Role.EXPERT), now=NOW, actor=None, reason=None)
        questions.assign(db, question, ada, now=NOW + HOUR, actor=None, reason=None)

    page = client.get(_asked(ports, after=after), headers=EN).text
    assert _steps(page) == ["Received", said]
    assert "Byron" not in page


def test_each_step_is_told_with_its_date(client, ports):
    def after(db, question):
        for hours, state in enumerate((S.BEING_ANSWERED, S.ANSWERED, S.REOPENED), 1):
            move(db, question, state, now=NOW + hours * HOUR, actor=None)

    page = client.get(_asked(ports, after=after), headers=EN).text
    assert _steps(page) == ["Received", "Being answered", "Answered", "Open again"]
    assert [f"{hour}:00\u202fAM" in page or f"{hour}:00 AM" in page for hour in (10, 11)] == [True, True]


def test_a_long_way_is_told_in_eight_steps(client, ports):
    def after(db, question):
        for hours in range(10):
            move(db, question, S.REOPENED if hours % 2 else S.ANSWERED, now=NOW + hours * HOUR, actor=None)

    steps = _steps(client.get(_asked(ports, after=after), headers=EN).text)
    assert (len(steps), steps[0], steps[-1]) == (8, "Received", "Open again")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": S.NEW, "due_at": NOW + HOUR}, "One of our experts takes it on by Sunday, November 22, 2026, 11:00"),
        ({"state": S.ROUTED, "due_at": NOW + HOUR}, "You get an answer by Sunday, November 22, 2026, 11:00"),
        ({"state": S.ROUTED, "due_at": NOW - HOUR}, "We wanted to be further by Sunday, November 22, 2026, 9:00"),
        (
            {"state": S.NEW, "due_at": NOW + HOUR, "held_for": "links"},
            "One of us reads it before anybody else sees it, until",
        ),
        ({"state": S.NEW, "due_at": NOW - HOUR, "held_for": "links"}, "That takes longer than it should"),
        ({"state": S.REOPENED}, "In a moment it stands here"),
        ({"confirmed": False}, "as soon as you have said above"),
    ],
)
def test_the_asker_sees_until_when(client, ports, values, said):
    assert said in client.get(_asked(ports, **values), headers=EN).text


def test_the_date_is_told_in_his_language_and_on_the_clocks_of_the_site(client, ports):
    page = client.get(_asked(ports, state=S.ROUTED, due_at=NOW + HOUR), headers=DE).text
    assert "Sie bekommen spätestens Sonntag, 22. November 2026, 11:00" in page


def _planned(visibility):
    def after(db, question):
        move(db, question, S.QUEUED, now=NOW, actor=None)
        session = make_session(db, title="Batteries in winter", visibility=visibility)
        db.add(SessionQuestion(session=session, question=question, created_at=NOW))
        db.flush()
        after.session = session.public_id

    return after


def test_a_planned_question_leads_to_its_session_and_into_the_calendar(client, ports):
    after = _planned(Visibility.PUBLIC)
    page = client.get(_asked(ports, after=after), headers=EN).text
    assert _steps(page) == ["Received", "Planned for a live session"]
    for address in (f"/sessions/{after.session}", f"/sessions/{after.session}.ics"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
    assert "Monday, November 23, 2026, 6:00" in page


def test_a_session_that_the_asker_may_not_see_is_told_without_its_address(client, ports):
    after = _planned(Visibility.STAFF)
    page = client.get(_asked(ports, after=after), headers=EN).text
    assert "Monday, November 23, 2026, 6:00" in page
    assert after.session not in page
    assert "Batteries in winter" not in page


def test_a_declined_question_says_why_and_can_be_reopened_with_a_reason(client, ports):
    path = _asked(ports, after=lambda db, one: questions.decline(db, one, reason="Not our bike.", now=NOW, actor=None))
    page = client.get(path, headers=EN).text
    assert [word in page for word in ("Not our bike.", 'name="reason"', "Ask something else")] == [True] * 3
    place, _, key = path.partition("?key=")
    client.post(f"{place}/again", data={"key": key, "reason": "It is your bike."})
    with ports.database.reading() as db:
        assert db.query(Question).one().reason == "It is your bike."
    page = client.get(path, headers=EN).text
    assert _steps(page) == ["Received", "Not answered", "Open again"]
    assert "It is your bike." not in client.get(place, headers=EN).text


def test_a_reason_that_is_too_long_is_not_lost(client, ports):
    path = _asked(ports, after=lambda db, one: questions.decline(db, one, reason="Not our bike.", now=NOW, actor=None))
    place, _, key = path.partition("?key=")
    answer = client.post(f"{place}/again", data={"key": key, "reason": "x" * 1001}, headers=EN)
    assert (answer.status_code, "x" * 1001 in answer.text) == (400, True)


def test_a_merged_question_leads_on_with_the_same_key(client, ports):
    with ports.database.transaction() as db:
        question, other = make_question(db, state_at=NOW), make_question(db, email="other@example.org")
        path = questions.link_for(ports.settings, question, question.askers[0]).removeprefix(ports.settings.site_url)
        questions.merge(db, question, other, now=NOW, actor=None)
    on = path.replace(question.public_id, other.public_id)
    assert f'href="{on}"' in client.get(path, headers=EN).text
    assert client.get(on).status_code == 200


def test_who_answers_chooses_by_which_name_he_is_known(ports, sign_in):
    with ports.database.transaction() as db:
        ada = make_user(db, Role.EXPERT)
    browser = sign_in(ada)
    assert 'name="public_name"' in browser.get("/account").text
    browser.post("/account", data={"name": "Ada Byron", "language": "de", "public_name": "  Ada "})
    with ports.database.reading() as db:
        assert db.get_one(User, ada.id).public_name == "Ada"


def test_a_customer_has_no_public_name(ports, sign_in):
    with ports.database.transaction() as db:
        customer = make_user(db)
    assert 'name="public_name"' not in sign_in(customer).get("/account").text


def test_editors_see_how_much_is_overdue_and_due_today(ports, sign_in):
    with ports.database.transaction() as db:
        editor = make_user(db, Role.EDITOR)
        for due_at in (NOW - HOUR, NOW - DAY, NOW + HOUR):
            make_question(db, due_at=due_at)
    page = sign_in(editor).get("/workbench", headers=EN).text
    said = ("2 questions are overdue", "1 question is due today", "3 questions are open.")
    assert [one in page for one in said] == [True] * 3
