"""The experts' pages of questions: lists, one question, and what is decided there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import (
    AuditRow,
    Moderation,
    OutgoingMail,
    Question,
    QuestionState,
    SessionQuestion,
    TopicExpert,
    User,
)
from helpcenter.permissions import Role
from tests.factories import NOW, make_question, make_session, make_shift, make_team, make_topic, make_user

S = QuestionState


@pytest.fixture
def battery(ports):
    with ports.database.transaction() as db:
        return make_topic(db, slug="battery", titles={"en": "Battery", "de": "Akku"})


@pytest.fixture
def anna(ports, battery):
    return _expert(ports, battery, "Anna")


@pytest.fixture
def ben(ports, battery):
    return _expert(ports, battery, "Ben")


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        eva = make_user(db, Role.EDITOR, name="Eva")
    return sign_in(eva)


def _expert(ports, topic, name):
    with ports.database.transaction() as db:
        user = make_user(db, Role.EXPERT, name=name)
        db.add(TopicExpert(topic_id=topic.id, user_id=user.id))
        return user


def _question(ports, **values):
    with ports.database.transaction() as db:
        return make_question(db, **{"email": "asker@example.org", **values})


def _now(ports, question):
    with ports.database.reading() as db:
        found = db.get_one(Question, question.id)
        return found.state, found.expert.name if found.expert else None


def _post(browser, question, action, **data):
    return browser.post(f"/workbench/questions/{question.public_id}", data={"action": action, **data})


def test_an_empty_list_says_so_in_words(ports, sign_in, anna):
    page = sign_in(anna).get("/workbench/questions").text
    assert "Nothing waits for you" in page


def test_an_expert_finds_his_own_and_what_nobody_has_in_his_topics(ports, sign_in, anna, ben, battery):
    with ports.database.transaction() as db:
        other = make_topic(db)
    _question(ports, title="It is mine", expert_id=anna.id, state=S.ROUTED, topic_id=battery.id)
    _question(ports, title="It is Ben's", expert_id=ben.id, state=S.ROUTED, topic_id=battery.id)
    _question(ports, title="Nobody has it", topic_id=battery.id)
    _question(ports, title="Of another topic", topic_id=other.id)
    _question(ports, title="Not confirmed", topic_id=battery.id, confirmed=False)
    _question(ports, title="Looks like spam", topic_id=battery.id, held_for="spam")
    browser = sign_in(anna)
    titles = ["It is mine", "It is Ben's", "Nobody has it", "Of another topic", "Not confirmed", "Looks like spam"]
    shown = {
        which: [
            title
            for title in titles
            if title.replace("'", "&#39;") in browser.get(f"/workbench/questions?show={which}").text
        ]
        for which in ("mine", "unassigned", "all", "held")
    }
    assert shown == {
        "mine": ["It is mine"], "unassigned": ["Nobody has it"], "all": ["It is mine"], "held": ["It is mine"],
    }  # fmt: skip


def test_what_is_due_first_stands_first_and_late_ones_say_so(ports, sign_in, anna):
    for title, hours in (("Later", 5), ("Late", -2), ("Never", None)):
        due = None if hours is None else NOW + timedelta(hours=hours)
        _question(ports, title=title, expert_id=anna.id, state=S.ROUTED, due_at=due)
    page = sign_in(anna).get("/workbench/questions").text
    assert page.index("Late<") < page.index("Later<") < page.index("Never<")
    assert "was due 2 hours ago" in page
    assert "due in 5 hours" in page
    late = sign_in(anna).get("/workbench/questions?show=overdue").text
    assert ("Late<" in late, "Later<" in late) == (True, False)


def test_the_page_shows_who_is_proposed_and_why_and_never_an_address(ports, sign_in, anna, ben, battery, clock):
    with ports.database.transaction() as db:
        team = make_team(db, ben, about=[db.merge(battery)])
        make_shift(db, team, ben, starts_at=clock.now - timedelta(hours=1))
    question = _question(ports, title="The battery is empty", body="It died.", product="E-100", topic_id=battery.id)
    page = sign_in(anna).get(f"/workbench/questions/{question.public_id}").text
    assert "It died." in page
    assert "E-100" in page
    assert page.index("<strong>Ben</strong>") < page.index("<strong>Anna</strong>")
    for reason in ("Answers for this topic.", "On duty until 13:00.", "Has no open question.", "The word “battery”."):
        assert reason in page
    assert "asker@example.org" not in page


def test_taking_it_makes_it_mine_without_a_mail_to_myself(ports, sign_in, anna, battery):
    question = _question(ports, topic_id=battery.id)
    answer = _post(sign_in(anna), question, "take", has="")
    assert answer.location == f"/workbench/questions/{question.public_id}?done=taken"
    assert _now(ports, question) == (S.ROUTED, "Anna")
    with ports.database.reading() as db:
        assert db.scalars(select(OutgoingMail)).all() == []
    page = sign_in(anna).get(answer.location).text
    assert "It is yours." in page
    assert 'value="take"' not in page


def test_who_was_slower_is_told_who_has_it(ports, sign_in, anna, ben, battery):
    question = _question(ports, topic_id=battery.id)
    _post(sign_in(ben), question, "take", has="")
    answer = _post(sign_in(anna), question, "take", has="")
    assert answer.status_code == 409
    assert "By now Ben has this question." in answer.text
    assert _now(ports, question) == (S.ROUTED, "Ben")


def test_a_person_can_always_overrule(ports, sign_in, anna, ben, battery):
    question = _question(ports, topic_id=battery.id, expert_id=ben.id, state=S.ROUTED)
    _post(sign_in(anna), question, "take", has=ben.public_id)
    assert _now(ports, question) == (S.ROUTED, "Anna")


def test_not_my_topic_gives_it_to_whoever_is_better(ports, sign_in, anna, ben, battery):
    question = _question(ports, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    answer = _post(sign_in(anna), question, "pass", has=anna.public_id, expert=ben.public_id, why="Ben built it")
    assert answer.location == "/workbench/questions?done=passed"
    assert _now(ports, question) == (S.ROUTED, "Ben")
    with ports.database.reading() as db:
        (mail,) = db.scalars(select(OutgoingMail)).all()
        assert (mail.kind, mail.recipient) == ("question_assigned", db.get_one(User, ben.id).email)
    assert "Passed on: Ben built it" in sign_in(ben).get(f"/workbench/questions/{question.public_id}").text


def test_without_a_name_it_goes_to_the_next_and_at_last_to_the_editors(ports, sign_in, anna, ben, battery, editor):
    question = _question(ports, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    _post(sign_in(anna), question, "pass", has=anna.public_id)
    assert _now(ports, question) == (S.ROUTED, "Ben")
    _post(sign_in(ben), question, "pass", has=ben.public_id)
    assert _now(ports, question) == (S.ROUTED, None)
    assert question.title in editor.get("/workbench/questions?show=unassigned").text
    with ports.database.reading() as db:
        assert [mail.kind for mail in db.scalars(select(OutgoingMail).order_by(OutgoingMail.id))] == [
            "question_assigned",
            "alert",
        ]


def test_one_cannot_pass_a_question_on_to_oneself(ports, sign_in, anna, battery):
    question = _question(ports, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    answer = _post(sign_in(anna), question, "pass", has=anna.public_id, expert=anna.public_id, why="My words stay")
    assert answer.status_code == 400
    assert "That is you. Please choose somebody else, or nobody." in answer.text
    assert "My words stay" in answer.text
    assert _now(ports, question) == (S.ROUTED, "Anna")


def test_an_editor_gives_it_to_a_proposal(ports, editor, ben, battery):
    question = _question(ports, topic_id=battery.id)
    _post(editor, question, "give", has="", expert=ben.public_id)
    assert _now(ports, question) == (S.ROUTED, "Ben")


def test_the_topic_is_changed_and_its_history_told(ports, editor, battery):
    question = _question(ports)
    answer = _post(editor, question, "topic", has="", topic="battery")
    assert answer.location == f"/workbench/questions/{question.public_id}?done=retopiced"
    page = editor.get(answer.location).text
    assert "Topic: Battery." in page
    assert "Eva" in page


def test_two_questions_that_are_one_are_merged(ports, editor):
    one = _question(ports, title="How far does it go in winter?", email="a@example.org")
    other = _question(ports, title="How far will it go in winter", email="b@example.org")
    page = editor.get(f"/workbench/questions/{one.public_id}").text
    assert f'value="{other.public_id}"' in page
    assert _post(editor, one, "merge", has="").status_code == 422
    _post(editor, one, "merge", has="", into=other.public_id)
    assert _now(ports, one) == (S.MERGED, None)


def test_others_like_it_are_found_by_their_words(ports, editor):
    one, other = _question(ports, title="Why?"), _question(ports, title="The brake squeaks")
    page = editor.get(f"/workbench/questions/{one.public_id}/alike?find=brake squeaks").text
    assert other.public_id in page
    assert other.public_id in _post(editor, one, "find", find="brake squeaks").text


def test_declining_needs_a_reason(ports, editor):
    question = _question(ports)
    refused = _post(editor, question, "decline", has="", reason=" ")
    assert (refused.status_code, _now(ports, question)) == (400, (S.NEW, None))
    assert "Please say in some words why this question is declined." in refused.text
    _post(editor, question, "decline", has="", reason="Not ours")
    assert _now(ports, question) == (S.DECLINED, None)


def test_who_waits_is_told_the_date_of_the_session_once(ports, sign_in, anna, battery):
    question = _question(ports, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    with ports.database.transaction() as db:
        session = make_session(db)
    browser = sign_in(anna)
    for _ in range(2):
        _post(browser, question, "schedule", has=anna.public_id, session=session.public_id)
    assert _now(ports, question) == (S.QUEUED, "Anna")
    with ports.database.reading() as db:
        (mail,) = db.scalars(select(OutgoingMail)).all()
        assert (mail.kind, mail.recipient, mail.params["starts_at"]) == (
            "question_scheduled", "asker@example.org", session.starts_at.isoformat(),
        )  # fmt: skip


def test_what_was_held_back_is_let_in_by_editors_alone(ports, sign_in, anna, battery, editor):
    question = _question(ports, topic_id=battery.id, held_for="spam")
    address = f"/workbench/questions/{question.public_id}"
    assert sign_in(anna).get(address).status_code == 404
    assert _post(sign_in(anna), question, "release").status_code == 404
    assert "Let it in" in editor.get(address).text
    _post(editor, question, "release", has="")
    assert sign_in(anna).get(address).status_code == 200
    again = _post(editor, question, "release", has="")
    assert (again.status_code, "Somebody has decided about this question already." in again.text) == (409, True)


def test_a_question_of_somebody_elses_topic_is_not_to_be_seen(ports, sign_in, anna):
    with ports.database.transaction() as db:
        other = make_topic(db)
    question = _question(ports, topic_id=other.id)
    assert sign_in(anna).get(f"/workbench/questions/{question.public_id}").status_code == 404
    assert _post(sign_in(anna), question, "take").status_code == 404
    assert _now(ports, question) == (S.NEW, None)


@pytest.mark.parametrize("moderation", [Moderation.WAITING, Moderation.HIDDEN])
def test_what_a_sessions_audience_may_not_see_experts_do_not_see_here(ports, sign_in, anna, moderation):
    question = _question(ports)
    with ports.database.transaction() as db:
        asked = {"session": make_session(db), "voter": "somebody", "created_at": NOW, "moderation": moderation}
        db.add(SessionQuestion(question=db.get_one(Question, question.id), **asked))
    assert sign_in(anna).get(f"/workbench/questions/{question.public_id}").status_code == 404


def test_the_expert_starts_with_his_day(ports, sign_in, anna):
    _question(ports, title="Mine today", expert_id=anna.id, state=S.ROUTED)
    with ports.database.transaction() as db:
        make_session(db, title="Tonight", hosts=[db.merge(anna)], starts_at=NOW + timedelta(hours=3))
        make_session(db, title="Tomorrow", hosts=[db.merge(anna)], starts_at=NOW + timedelta(days=1))
        team = make_team(db, db.merge(anna))
        make_shift(db, team, anna)
    browser = sign_in(anna)
    assert browser.get("/workbench").location == "/workbench/today"
    page = browser.get("/workbench/today").text
    assert "1 question waits for you. You are on duty now." in page
    assert ("Mine today" in page, "Tonight" in page, "Tomorrow" in page) == (True, True, False)


def test_what_one_knows_is_kept_and_decides_who_is_proposed(ports, sign_in, anna, ben, battery):
    browser = sign_in(anna)
    assert (
        browser.post(
            "/workbench/today/skills", data={"words": " Bluetooth,\nbrake ", "languages": ["de", "xx"]}
        ).status_code
        == 302
    )
    page = browser.get("/workbench/today").text
    assert 'value="Bluetooth, brake"' in page
    question = _question(ports, title="Bluetooth?", topic_id=battery.id, language="de")
    shown = sign_in(ben).get(f"/workbench/questions/{question.public_id}").text
    assert shown.index("<strong>Anna</strong>") < shown.index("<strong>Ben</strong>")
    refused = browser.post("/workbench/today/skills", data={"words": "x" * 501})
    assert (refused.status_code, "Please say it in at most 500 letters." in refused.text) == (400, True)


def test_customers_have_no_business_here(ports, sign_in, client):
    with ports.database.transaction() as db:
        customer = make_user(db, Role.SUPER_USER)
    for address in ("/workbench/questions", "/workbench/today"):
        assert sign_in(customer).get(address).status_code == 403
        assert client.get(address).location.startswith("/sign-in")


def test_every_decision_leaves_its_row(ports, sign_in, anna, ben, battery):
    question = _question(ports, topic_id=battery.id)
    _post(sign_in(anna), question, "take", has="")
    _post(sign_in(anna), question, "pass", has=anna.public_id, expert=ben.public_id)
    with ports.database.reading() as db:
        rows = db.scalars(select(AuditRow).where(AuditRow.kind == "question").order_by(AuditRow.id)).all()
        assert [(row.action, row.actor_id) for row in rows] == [
            ("assign", anna.id), ("pass on", anna.id), ("assign", anna.id),
        ]  # fmt: skip
