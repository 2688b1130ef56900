"""The desk: agenda, answers, marks and notes, each sent as a form, once or twice, late or at once."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import (
    AgendaStage,
    LiveSession,
    LiveSessionState,
    MarkerKind,
    Moderation,
    Question,
    QuestionState,
    SessionKind,
    SessionQuestion,
)
from tests.factories import NOW, make_question
from tests.helpcenter.blueprints.console.conftest import change, marks

HX = {"HX-Request": "true"}


@pytest.fixture
def ask(ports, session):
    """`ask("How far?")` is a question of the session; its public id."""

    def asked(title, **values):
        with ports.database.transaction() as db:
            question = make_question(db, title=title, confirmed=values.pop("confirmed", False))
            db.add(SessionQuestion(session_id=session.id, question_id=question.id, created_at=NOW, **values))
            return question.public_id

    return asked


@pytest.fixture
def do(browser, live):
    """`do("answer", key="a")` presses a button of the desk; the answer."""

    def done(deed, headers=HX, **form):
        return browser.post(f"{live}/desk/{deed}", data=form, headers=headers)

    return done


def test_marks_are_set_by_the_servers_clock_and_once_per_key(do, ports, clock):
    for _ in range(2):
        do("topic", title="Welcome", key="a")
        clock.advance(seconds=7)
    do("answer", title="From the chat", key="b", late="4.5")
    at = NOW + timedelta(seconds=14 - 4.5)
    assert marks(ports) == [(MarkerKind.TOPIC, "Welcome", NOW), (MarkerKind.ANSWERING, "From the chat", at)]


def test_a_press_that_waits_for_other_writers_is_marked_at_its_instant(do, ports, clock, monkeypatch):
    write = ports.database.transaction

    @contextmanager
    def after_others():
        clock.advance(seconds=3)
        with write() as db:
            yield db

    monkeypatch.setattr(ports.database, "transaction", after_others)
    do("topic", title="Welcome", key="a")
    assert marks(ports) == [(MarkerKind.TOPIC, "Welcome", NOW)]


def test_absurd_delays_do_not_count(do, ports):
    for key, late in enumerate(("-60", "1e9", "nan", "soon", "")):
        do("topic", title="A", key=str(key), late=late)
    assert [at for _, _, at in marks(ports)] == [NOW] * 5


def test_a_question_is_answered_and_done(do, browser, live, ask, ports, clock):
    question = ask("Can I wash it?")
    assert "Can I wash it?" in browser.get(live).text
    answer = do("answer", headers={}, question=question, key="q")
    assert answer.location == f"{live}#desk"
    page = browser.get(live).text
    assert ('id="bar-now" hidden' in page, 'data-key="q"' in page) == (False, True)
    with ports.database.reading() as db:
        assert db.scalars(select(Question)).one().state is QuestionState.BEING_ANSWERED
    clock.advance(seconds=30)
    shown = do("done", key="r", seen="q")
    assert (shown.status_code, 'id="bar-now" hidden' in shown.text, "Can I wash it?" in shown.text) == (200, True, True)
    assert [kind.value for kind, _, _ in marks(ports)] == ["answering", "answered"]


def test_a_question_from_elsewhere_is_taken_in_when_it_is_answered(do, browser, live, session, ports):
    with ports.database.transaction() as db:
        topic_id = db.get_one(LiveSession, session.id).topics[0].id
        question = make_question(db, title="From the pool", topic_id=topic_id).public_id
    assert "asked outside of this session" in browser.get(live).text
    do("answer", question=question, key="q")
    with ports.database.reading() as db:
        assert db.scalars(select(SessionQuestion.stage)).all() == [AgendaStage.ANSWERING]


def test_the_agenda_is_made_with_buttons(do, ask, browser, live, ports):
    one, two = ask("One"), ask("Two")
    for number, (deed, form) in enumerate((
        ("take_on", {"question": one}), ("take_on", {"question": two}), ("move", {"question": two, "steps": "-1"}),
    )):  # fmt: skip
        do(deed, key=f"k{number}", **form)
    page = browser.get(live).text
    agenda = page[page.index('id="agenda"') : page.index('id="questions-title"')]
    assert agenda.index("Two") < agenda.index("One")
    assert "Undo<" in page and "Moved" in page
    do("drop", key="k9", question=one)
    assert f'id="take-{one}"' in browser.get(live).text


def test_two_who_press_at_once_one_gets_words_and_the_new_state(do, ask, ports):
    one, two = ask("One"), ask("Two")
    do("answer", question=one, key="a", seen="")
    refused = do("answer", question=two, key="b", seen="")
    assert refused.status_code == 409
    assert "Eberhard has just begun to answer “One”." in refused.text
    assert ('data-key="a"' in refused.text, len(marks(ports))) == (True, 1)


def test_the_last_thing_is_taken_back(do, ask, ports):
    do("answer", question=ask("One"), key="a")
    assert do("undo", key="u", target="x").status_code == 409
    for _ in range(2):
        assert do("undo", key="u", target="a").status_code == 200
    assert marks(ports) == []


def test_off_the_record_is_said_until_it_is_over(do):
    shown = do("off_record", key="a").text
    assert ("bar--off" in shown, 'data-record="off" hidden' in shown, 'data-record="on" hidden' in shown) == (
        True,
        True,
        False,
    )
    shown = do("on_record", key="b").text
    assert ("bar--off" in shown, 'data-record="off" hidden' in shown, 'data-record="on" hidden' in shown) == (
        False,
        False,
        True,
    )


def test_a_question_is_skipped(do, ask, ports):
    question = ask("One")
    do("answer", question=question, key="a")
    do("skip", question=question, key="b")
    with ports.database.reading() as db:
        assert db.scalars(select(SessionQuestion.stage)).all() == [AgendaStage.SKIPPED]
    assert marks(ports) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("scheduled", "Markers can be set while the session is live."),
        ("cancelled", "This session has been cancelled in the meantime."),
    ],
)
def test_presses_outside_of_a_session_are_refused_in_words(browser, session, ports, state, said):
    change(ports, session, state=state)
    address = f"/console/{session.public_id}/desk/answer"
    for headers, place in (({}, 'class="notice notice--bad"'), (HX, 'id="desk-error"')):
        answer = browser.post(address, data={"title": "Early", "key": "a"}, headers=headers)
        assert (answer.status_code, said in answer.text, place in answer.text) == (409, True, True)
    assert marks(ports) == []


def test_what_cannot_be_is_refused(do):
    assert do("dance", key="a").status_code == 404
    assert do("answer", question="nothing", key="a").status_code == 404
    assert do("take_on", question="", key="a").status_code == 404
    assert do("answer", title="No key").status_code == 400
    assert do("answer", title="x" * 301, key="a").status_code == 400


def test_why_a_question_stands_where_it_stands(browser, live, ask):
    ask("One", votes=3, confirmed=True, name="<b>Mallory</b>", pinned=True)
    page = browser.get(live).text
    for words in ("1 person waits for mail", "3 votes", "pinned", "&lt;b&gt;Mallory&lt;/b&gt;"):
        assert words in page
    assert "<b>Mallory" not in page


def test_questions_are_let_in_hidden_with_a_reason_pinned_and_merged(browser, live, ask, ports):
    one, two = ask("One", moderation=Moderation.WAITING), ask("Two")
    page = browser.get(live).text
    assert ("not let in yet" in page, f"questions/{one}/show" in page) == (True, True)
    for question, step, form in (
        (one, "show", {}), (one, "show", {}), (one, "pin", {}), (one, "hide", {"reason": "off topic"}),
        (one, "show", {}), (one, "unpin", {}), (two, "merge", {"into": one}), (two, "merge", {"into": one}),
    ):  # fmt: skip
        answer = browser.post(f"{live}/questions/{question}/{step}", data=form, headers=HX)
        assert (step, answer.status_code) == (step, 200)
    with ports.database.reading() as db:
        rows = {item.question.title: item for item in db.scalars(select(SessionQuestion))}
        assert (rows["One"].moderation, rows["One"].pinned) == (Moderation.SHOWN, False)
        assert rows["Two"].question.state is QuestionState.MERGED


def test_hiding_needs_a_reason_and_merging_another_question(browser, live, ask):
    one = ask("One")
    for step, form, status in (("hide", {}, 400), ("merge", {}, 404), ("merge", {"into": one}, 400), ("eat", {}, 404)):
        answer = browser.post(f"{live}/questions/{one}/{step}", data=form, headers=HX)
        assert (step, answer.status_code) == (step, status)
    assert browser.post(f"{live}/questions/nothing/show", headers=HX).status_code == 404


def test_notes_are_kept_and_a_conflict_is_told_with_both_versions(browser, session, ports):
    address = f"/console/{session.public_id}/notes"
    first = browser.post(address, data={"notes": "Say hello", "was": ""}, headers=HX)
    assert (first.status_code, first.json) == (200, {"notes": "Say hello", "words": ""})
    second = browser.post(address, data={"notes": "Mine", "was": ""}, headers=HX)
    assert (second.status_code, second.json["notes"]) == (409, "Say hello")
    assert second.json["words"].startswith("Somebody else has changed the notes")
    assert "Say hello</textarea>" in browser.get(f"/console/{session.public_id}").text
    assert browser.post(address, data={"notes": "Mine", "was": "Say hello"}).status_code == 200


def test_an_open_desk_is_closed_not_ended(browser, live, session, ports):
    with ports.database.transaction() as db:
        db.get_one(LiveSession, session.id).kind = SessionKind.OFFICE_HOURS
    assert "Close the desk" in browser.get(live).text
    assert "Do you want to close the desk?" in browser.get(f"{live}?ask=end").text


def test_ending_twice_says_that_it_has_ended(browser, session, ports):
    change(ports, session, state="live")
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        found.state, found.ended_at = LiveSessionState.PROCESSING, NOW
    answer = browser.post(f"/console/{session.public_id}/do/end")
    assert (answer.status_code, "This session has ended already." in answer.text) == (409, True)
