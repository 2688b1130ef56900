"""The agenda and the inbox beside it."""

from datetime import timedelta

import pytest

from helpcenter.errors import Conflict, NotFound
from helpcenter.models import AgendaStage, Asker, LiveSessionState, Moderation, QuestionState, SessionKind, Visibility
from helpcenter.services import console, live
from tests.factories import NOW, make_question, make_session, make_topic, make_user

_S = LiveSessionState


def titles(rows):
    return [row.question.title for row in rows]


def test_the_agenda_changes_only_when_a_host_moves_something(each_database, db, desk, ask):
    one, two, three = (ask(title) for title in ("One", "Two", "Three"))
    desk.take_on(one, two, three)
    three.votes = 99
    ask("New", votes=200)
    assert (desk.agenda(), titles(desk.read().inbox)) == (["One", "Two", "Three"], ["New"])
    desk.move(three, -1)
    assert desk.agenda() == ["One", "Three", "Two"]
    desk.move(one, 5)
    assert desk.agenda() == ["Three", "Two", "One"]
    desk.move(one, -99)
    assert desk.agenda() == ["One", "Three", "Two"]
    desk.drop(three)
    assert (desk.agenda(), desk.read().next.question.title) == (["One", "Two"], "One")


def test_moves_are_taken_back_exactly(db, desk, ask):
    items = [ask(title) for title in ("One", "Two", "Three")]
    desk.take_on(*items)
    desk.move(items[2], -2)
    desk.drop(items[0])
    desk.undo()
    assert desk.agenda() == ["Three", "One", "Two"]
    desk.undo()
    assert desk.agenda() == ["One", "Two", "Three"]


def test_moving_past_what_has_been_answered_leaves_that_in_its_place(db, desk, ask):
    one, two, three = (ask(title) for title in ("One", "Two", "Three"))
    desk.take_on(one, two, three)
    desk.answer(two, 10)
    desk.done(20)
    desk.move(three, -1)
    assert desk.agenda() == ["Three", "One"]
    desk.undo()
    desk.undo()
    assert desk.agenda() == ["One", "Two", "Three"]


def test_two_who_move_the_same_thing_both_are_heard_or_told(each_database, db, desk, ask):
    one, two = ask("One"), ask("Two")
    desk.take_on(one, one, two)
    assert desk.agenda() == ["One", "Two"]
    desk.drop(one)
    with pytest.raises(Conflict) as refused:
        desk.move(one, 1)
    assert str(refused.value).startswith("“One” is not in the agenda any more")
    desk.answer(two, 10)
    with pytest.raises(Conflict) as refused:
        desk.take_on(two)
    assert str(refused.value) == "“Two” is being answered, or has been."


@pytest.mark.parametrize("state", [_S.ENDED, _S.PUBLISHED, _S.CANCELLED])
def test_the_agenda_ends_with_the_session(db, desk, ask, session, state):
    item = ask()
    session.state = state
    db.flush()
    with pytest.raises(Conflict):
        desk.take_on(item)


def test_those_for_whom_somebody_absent_waits_come_first_then_votes_then_time(db, desk, ask):
    ask("Old, no votes").question.created_at = NOW - timedelta(days=1)
    ask("Two votes", votes=2)
    ask("New, no votes")
    ask("Somebody waits for mail", confirmed=True)
    ask("Skipped", confirmed=True, votes=50, stage=AgendaStage.SKIPPED)
    inbox = desk.read().inbox
    wanted = ["Somebody waits for mail", "Two votes", "Old, no votes", "New, no votes", "Skipped"]
    assert titles(inbox) == wanted
    assert [(row.absent, row.votes, row.skipped) for row in inbox] == [
        (1, 0, False), (0, 2, False), (0, 0, False), (0, 0, False), (1, 50, True),
    ]  # fmt: skip


def test_what_is_hidden_or_merged_does_not_wait(db, desk, ask):
    ask("Hidden", moderation=Moderation.HIDDEN, reason="rude")
    one, two = ask("One"), ask("Two")
    live.merge(db, one, two, actor=None, now=NOW)
    shown = desk.read()
    assert (titles(shown.inbox), titles(shown.hidden), shown.waiting) == (["Two"], ["Hidden"], 1)


def test_what_another_session_hid_or_keeps_for_its_own_audience_is_not_offered(each_database, db, desk, session):
    def asked(title, *, hidden=False, **values):
        item = live.ask(
            db, make_session(db, **values), title=title, voter="a", network="n", language="en", user=None, now=NOW
        )
        if hidden:
            live.hide(db, item, reason="Rude.", actor=None, now=NOW)

    asked("Open to all")
    asked("Hidden", hidden=True)
    asked("Customers'", visibility=Visibility.CUSTOMERS)
    shown = desk.read()
    assert (titles(shown.inbox), shown.waiting) == (["Open to all"], 1)
    session.visibility = Visibility.CUSTOMERS
    assert titles(desk.read().inbox) == ["Open to all", "Customers'"]


def test_taking_a_question_on_lets_it_in(db, desk, ask):
    item = ask(moderation=Moderation.WAITING)
    desk.take_on(item)
    assert item.moderation is Moderation.SHOWN


def test_the_questions_of_the_sessions_topics_wait_beside_those_with_most_askers_first(db, desk, ask, session):
    parent = make_topic(db)
    child = make_topic(db, parent_id=parent.id)
    make_question(db, topic_id=child.id, title="One")
    two = make_question(db, topic_id=parent.id, title="Two", email="a@example.org")
    two.askers.append(Asker(email="b@example.org", language="en", created_at=NOW, confirmed_at=NOW))
    make_question(db, topic_id=parent.id, title="Not confirmed", confirmed=False)
    make_question(db, topic_id=parent.id, title="Answered", state=QuestionState.ANSWERED)
    make_question(db, title="Of another topic")
    session.topics = [parent]
    ask("Asked here")
    shown = desk.read()
    assert (titles(shown.inbox)[0], set(titles(shown.inbox)[1:]), shown.waiting) == ("Asked here", {"One", "Two"}, 3)
    assert [row.absent for row in shown.inbox if row.question is two] == [2]


def test_an_open_desk_puts_its_topics_questions_among_its_own(db, desk, ask, session):
    topic = make_topic(db)
    make_question(db, topic_id=topic.id, title="From the pool")
    session.topics, session.kind = [topic], SessionKind.OFFICE_HOURS
    ask("Asked here", votes=3)
    assert titles(desk.read().inbox) == ["From the pool", "Asked here"]


def test_a_question_from_beside_becomes_one_of_the_session(db, desk, session):
    question = make_question(db, title="From the pool")
    assert console.find_item(db, session, question.public_id) is None
    item = live.take_in(db, session, question, now=NOW)
    assert console.find_item(db, session, question.public_id) is item
    with pytest.raises(NotFound):
        console.find_item(db, session, "nothing")


def test_notes_are_kept_and_the_last_writer_hears_of_a_conflict(each_database, db, session):
    maria, tom = make_user(db), make_user(db)
    console.write_notes(db, session, "Say hello\r\n", was="", actor=maria, now=NOW)
    console.write_notes(db, session, "Say hello", was="", actor=tom, now=NOW)
    assert session.notes == "Say hello"
    with pytest.raises(Conflict):
        console.write_notes(db, session, "Something else", was="", actor=tom, now=NOW)
    console.write_notes(db, session, "Say hello, and goodbye", was="Say hello", actor=tom, now=NOW)
    assert session.notes == "Say hello, and goodbye"


def test_many_questions_of_many_topics_are_read_in_few_queries(db, desk, ask, session):
    from sqlalchemy import event

    counts = []
    for number in (3, 30):
        for one in range(number):
            ask(f"Question {number}.{one}", confirmed=True)
        session.topics = [make_topic(db) for _ in range(number)]
        db.flush()
        db.expire_all()
        asked = []
        event.listen(db.get_bind(), "before_cursor_execute", lambda *told, asked=asked: asked.append(told[2]))
        desk.read()
        counts.append(len(asked))
    assert counts[1] - counts[0] <= 0
