"""Answering at the desk: what begins, what is done, what is skipped; late, twice, by two people at once, and taken back."""

import threading

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    AgendaStage,
    AuditRow,
    Clip,
    DeskAction,
    LiveSession,
    LiveSessionState,
    Moderation,
    QuestionState,
    SessionKind,
)
from helpcenter.services import broadcasts, console, live, recordings
from helpcenter.services.broadcasts import claims
from helpcenter.services.console.answering import THE_END
from tests.factories import NOW, make_channel, make_session, make_user
from tests.helpcenter.services.console.conftest import after

_A = AgendaStage


@pytest.fixture
def recorded(db, session):
    """The session is recorded on this site."""
    return recordings.begin_live(db, session, "archive1234", now=session.live_at)


def clips(db):
    """[(title, start, end)] of what has been cut, in order."""
    rows = db.execute(select(Clip.title, Clip.start, Clip.end).order_by(Clip.start))
    return [(title, round(start, 2), round(end, 2)) for title, start, end in rows]


def refusal(call, *args, **kwargs):
    with pytest.raises(Conflict) as refused:
        call(*args, **kwargs)
    return str(refused.value)


def test_a_question_is_answered_and_done(each_database, db, desk, ask, host, recorded):
    item = ask("How far?")
    desk.answer(item, 10)
    shown = desk.read()
    assert (shown.current.begin.title, shown.now.id, shown.current.at) == (
        "How far?",
        item.question.public_id,
        after(10),
    )
    assert (item.stage, item.question.state) == (_A.ANSWERING, QuestionState.BEING_ANSWERED)
    desk.done(40)
    assert desk.marks() == [("answering", "How far?", 10.0), ("answered", "How far?", 40.0)]
    assert (item.stage, item.answered_at, desk.read().current) == (_A.ANSWERED, after(40), None)
    assert clips(db) == [("How far?", 8.5, 40.5)]
    assert {one.made_by_id for one in console.markers_of(db, desk.session)} == {host.id}


def test_answering_the_next_one_ends_the_one_before(each_database, db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.answer(one, 10)
    desk.answer(two, 30)
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 30.0), ("answering", "Two", 30.0)]
    assert ([one.stage, two.stage], one.answered_at) == ([_A.ANSWERED, _A.ANSWERING], after(30))
    assert clips(db) == [("One", 8.5, 30.5)]


def test_what_comes_from_the_chat_is_answered_by_its_title(db, desk):
    desk.answer(None, 10, title="  From   the chat ")
    assert (desk.read().current.begin.title, desk.read().now) == ("From the chat", None)
    with pytest.raises(InvalidInput):
        desk.answer(None, 11, title=" ")


def test_sent_twice_it_is_done_once(each_database, db, desk, ask):
    item = ask()
    desk.answer(item, 10, key="a")
    desk.answer(item, 12, key="a")
    assert (desk.done(20, key="b"), desk.done(25, key="b"), desk.done(25, key="b")) == (True, False, False)
    assert desk.marks() == [("answering", "How far?", 10.0), ("answered", "How far?", 20.0)]
    assert db.query(DeskAction).count() == 2


def test_a_press_that_waited_for_the_network_lands_at_its_instant(each_database, db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.answer(two, 50)
    desk.answer(one, 10, arrives=60, key="late")
    assert desk.read().current.begin.title == "Two"
    assert clips(db) == [("One", 8.5, 50.5)]
    desk.done(40, arrives=61, seen="late")
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 40.0), ("answering", "Two", 50.0)]
    assert clips(db) == [("One", 8.5, 40.5)]


def test_presses_of_one_browser_keep_their_order_whatever_way_each_took(db, desk, ask):
    one, two = ask("One"), ask("Two")
    desk.answer(one, 10, seen="", key="a")
    desk.done(40.3, seen="a", key="b")
    desk.answer(two, 40.1, arrives=40.6, seen="", key="c", after="b")
    assert desk.marks()[2:] == [("answering", "Two", 40.3)]
    assert two.stage is _A.ANSWERING


def test_two_who_press_for_two_questions_at_once_one_wins(each_database, db, desk, ask, host):
    one, two = ask("One"), ask("Two")
    desk.answer(one, 10, seen="")
    said = refusal(desk.answer, two, 10.2, seen="", actor=make_user(db))
    assert said == "Maria Weber has just begun to answer “One”. Press again if you want to go on to your question."
    assert (desk.read().current.begin.title, two.stage) == ("One", _A.OPEN)
    desk.answer(two, 14, seen=desk.read().seen)
    assert desk.read().current.begin.title == "Two"


def test_two_who_press_for_the_same_question_mean_one_answer(each_database, db, desk, ask):
    item = ask()
    desk.answer(item, 12, key="second", seen="")
    desk.answer(item, 10, arrives=13, key="first", seen="")
    desk.answer(item, 14, key="third", seen="")
    assert desk.marks() == [("answering", "How far?", 10.0)]
    desk.done(30, seen="first")
    assert desk.marks()[1:] == [("answered", "How far?", 30.0)]


def test_done_is_for_what_one_saw(each_database, db, desk, ask):
    key = desk.answer(ask("One"), 10)
    other = desk.answer(ask("Two"), 20)
    assert (
        refusal(desk.done, 21, seen=key) == "“Two” is being answered now, which is not what you saw. Nothing was ended."
    )
    desk.done(30, seen=other)
    said = refusal(desk.done, 30.3, seen=other)
    assert said == "Nothing was being answered any more at that moment: somebody else has pressed before."


def test_skipping_takes_the_mark_back_and_lets_the_question_wait(each_database, db, desk, ask):
    one, two = ask("One"), ask("Two")
    desk.take_on(one, two)
    desk.answer(one, 10)
    desk.skip(None, 12)
    assert (desk.marks(), one.stage, one.question.state) == ([], _A.SKIPPED, QuestionState.QUEUED)
    assert ([row.question.title for row in desk.read().inbox], desk.agenda()) == (["One"], ["Two"])
    desk.skip(two, 13)
    assert [row.question.title for row in desk.read().inbox] == ["One", "Two"]
    desk.answer(two, 20)
    assert two.stage is _A.ANSWERING


def test_what_ended_for_a_question_that_is_skipped_stays_ended(db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.answer(one, 10)
    desk.answer(two, 30)
    desk.skip(two, 33)
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 30.0)]
    assert (one.stage, clips(db)) == (_A.ANSWERED, [("One", 8.5, 30.5)])
    desk.undo(34)
    assert (two.stage, desk.read().current.begin.title) == (_A.ANSWERING, "Two")
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 30.0), ("answering", "Two", 30.0)]


def test_what_is_answered_already_is_not_skipped(db, desk, ask):
    item = ask()
    desk.answer(item, 10)
    desk.done(20)
    assert refusal(desk.skip, item, 21) == "“How far?” has been answered already."
    assert refusal(desk.skip, None, 21).startswith("Nothing was being answered")


def test_undo_takes_back_one_thing_after_the_other(each_database, db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.take_on(one, two)
    desk.answer(one, 10)
    desk.done(40)
    desk.answer(two, 50)
    desk.undo(51)
    assert (two.stage, two.question.state, desk.read().last.title) == (_A.OPEN, QuestionState.QUEUED, "One")
    desk.undo(52)
    assert (one.stage, clips(db), desk.read().current.begin.title) == (_A.ANSWERING, [], "One")
    desk.undo(53)
    assert (one.stage, one.answered_at, desk.marks(), desk.agenda()) == (_A.OPEN, None, [], ["One", "Two"])
    desk.undo(54)
    desk.undo(55)
    assert desk.agenda() == []
    assert refusal(desk.undo, 56) == "There is nothing to take back."


def test_undoing_what_ended_another_answer_lets_that_one_go_on(each_database, db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.answer(one, 10)
    desk.answer(two, 30)
    desk.undo(31)
    assert ([one.stage, two.stage], clips(db)) == ([_A.ANSWERING, _A.OPEN], [])
    assert desk.marks() == [("answering", "One", 10.0)]


def test_undoing_a_late_answer_that_was_cut_takes_its_clip_along(db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.answer(two, 50)
    desk.answer(one, 10, arrives=60)
    desk.undo(61)
    assert (one.stage, clips(db), desk.marks()) == (_A.OPEN, [], [("answering", "Two", 50.0)])


def test_a_late_answer_of_a_skipped_question_can_be_taken_back(db, desk, ask, recorded):
    one, two = ask("One"), ask("Two")
    desk.skip(one, 5)
    desk.answer(two, 30)
    desk.answer(one, 10, arrives=40)
    assert (one.stage, two.stage) == (_A.ANSWERED, _A.ANSWERING)
    desk.undo(50)
    assert (one.stage, one.place, two.stage) == (_A.SKIPPED, None, _A.ANSWERING)


def test_undo_sent_twice_takes_one_thing_back(each_database, db, desk, ask):
    one, two = ask("One"), ask("Two")
    desk.take_on(one, two)
    desk.undo(key="u")
    desk.undo(key="u")
    assert desk.agenda() == ["One"]


def test_undo_is_for_what_one_saw(each_database, db, desk, ask):
    desk.answer(ask("One"), 10, key="a")
    desk.done(20, key="b")
    assert refusal(desk.undo, 21, target="a").startswith("Something else has been done since.")
    desk.undo(22, target="b")
    assert desk.read().current.begin.title == "One"


def test_a_question_that_was_answered_for_good_waits_again_after_undo(db, desk, ask, recorded):
    from helpcenter.services import questions

    item = ask("How far?", confirmed=True)
    desk.answer(item, 10)
    desk.done(40)
    clip = db.scalars(select(Clip)).one()
    questions.answer(db, item.question, clip=clip, entry=None, now=after(45))
    desk.undo(50)
    assert (item.question.state, item.stage) == (QuestionState.BEING_ANSWERED, _A.ANSWERING)


def test_off_the_record_has_a_beginning_and_an_end(each_database, db, desk, session):
    console.off_record(db, session, desk.press(10))
    console.off_record(db, session, desk.press(11))
    assert desk.read().off_record
    console.on_record(db, session, desk.press(20))
    console.on_record(db, session, desk.press(21))
    assert live.hidden_stretches(db, session.id) == [(after(10), after(20))]
    desk.undo(22)
    assert live.hidden_stretches(db, session.id) == [(after(10), None)]


def test_a_topic_needs_its_name(db, desk, session):
    console.topic(db, session, desk.press(5), title="Tyres")
    assert desk.marks() == [("topic", "Tyres", 5.0)]
    with pytest.raises(InvalidInput):
        console.topic(db, session, desk.press(6), title=" ")


def test_whoever_answers_a_question_that_waits_to_be_let_in_lets_it_in(db, desk, ask):
    item = ask(moderation=Moderation.WAITING)
    desk.answer(item, 10)
    assert item.moderation is Moderation.SHOWN


def test_marks_after_the_end_are_told_from_those_before(db, desk, ask, session):
    one, two = ask("One"), ask("Two")
    desk.answer(one, 10)
    session.state, session.ended_at = LiveSessionState.ENDED, after(60)
    db.flush()
    assert refusal(desk.answer, two, 70) == "The session had ended before that, so it is not kept."
    desk.done(70)
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 60.0)]
    desk.answer(two, 59, arrives=80)
    assert (two.stage, two.answered_at) == (_A.ANSWERED, after(60))


def test_of_two_who_really_press_at_the_same_moment_one_wins(each_database, ports):
    with ports.database.transaction() as db:
        session_id = make_session(db, state=LiveSessionState.LIVE, live_at=NOW).id
    both, told = threading.Barrier(2), []

    def press(title):
        both.wait(5)
        try:
            with ports.database.transaction() as db:
                session = db.get_one(LiveSession, session_id)
                console.answer(db, session, None, console.Press(title, NOW, NOW, seen=""), title=title)
                told.append("won")
        except Conflict as refused:
            told.append(str(refused).partition(" ")[2])

    threads = [threading.Thread(target=press, args=(title,)) for title in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ports.database.reading() as db:
        (mark,) = console.markers_of(db, db.get_one(LiveSession, session_id))
    lost = f"else has just begun to answer “{mark.title}”. Press again if you want to go on to your question."
    assert sorted(told) == sorted(["won", lost])


def test_whoever_follows_the_broadcast_and_whoever_presses_do_not_hold_each_other_up(each_database, ports, settings):
    """The worker holds the session's row and waits for its pulse; the desk holds the pulse and refers to the row."""
    with ports.database.transaction() as db:
        session = make_session(db, state=LiveSessionState.LIVE, live_at=NOW, channel_id=make_channel(db).id)
        session.state = LiveSessionState.SCHEDULED
        broadcasts.request_sync(db, session, now=NOW)
        session.state = LiveSessionState.LIVE
        session_id, row_id = session.id, broadcasts.of_session(db, session).id
    both, failed = threading.Barrier(2), []

    def follow():
        with ports.database.transaction() as db:
            claim = claims.claim(db, row_id, now=NOW)
        with ports.database.transaction() as db:
            claims.lock(db, claim)
            if not ports.database.is_sqlite:
                both.wait(5)
            live.beat(db, session_id)

    def press():
        with ports.database.transaction() as db:
            live.beat(db, session_id)
            if not ports.database.is_sqlite:
                both.wait(5)
            found = db.get_one(LiveSession, session_id)
            console.topic(db, found, console.Press("k", NOW, NOW), title="Tyres")

    def run(what):
        try:
            what()
        except Exception as error:  # noqa: BLE001 -- told below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in (follow, press)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LiveSessionState.PROCESSING, "The session is over. Its chapters can be edited in its recording."),
        (LiveSessionState.CANCELLED, "This session has been cancelled in the meantime."),
    ],
)
def test_a_session_that_ended_or_was_cancelled_meanwhile_says_so(db, desk, ask, session, state, said):
    item = ask()
    desk.answer(item, 10)
    session.state, session.ended_at = state, after(60)
    db.flush()
    for call in (lambda: desk.done(70), lambda: desk.skip(None, 70), lambda: desk.undo(70)):
        assert refusal(call) == said


def test_what_waited_for_the_network_beyond_the_end_is_kept_while_the_recording_is_made(db, desk, ask, session):
    item = ask("One")
    session.state, session.ended_at = LiveSessionState.PROCESSING, after(60)
    db.flush()
    desk.answer(item, 10, arrives=300)
    desk.done(50, arrives=301)
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 50.0)]
    desk.undo(55, arrives=302)
    assert desk.marks() == [("answering", "One", 10.0)]


def test_the_end_of_the_session_ends_the_answer_and_cuts_it(each_database, db, desk, ask, session, recorded, settings):
    item = ask("One")
    desk.answer(item, 10)
    for seconds in (60, 70):
        session.state, session.ended_at = LiveSessionState.ENDED, after(60)
        db.flush()
        console.close(db, session, now=after(seconds))
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 60.0)]
    assert (item.stage, item.answered_at, clips(db)) == (_A.ANSWERED, after(60), [("One", 8.5, 60.5)])


def test_a_press_of_before_the_end_counts_more_than_the_end(db, desk, ask, session, recorded):
    item = ask("One")
    desk.answer(item, 10)
    session.state, session.ended_at = LiveSessionState.ENDED, after(60)
    db.flush()
    console.close(db, session, now=after(60))
    desk.done(40, arrives=65)
    assert (item.answered_at, clips(db)) == (after(40), [("One", 8.5, 40.5)])


def test_where_nothing_was_being_answered_the_end_sets_no_mark(db, desk, ask, session):
    desk.answer(ask("One"), 10)
    desk.done(20)
    session.state, session.ended_at = LiveSessionState.ENDED, after(60)
    db.flush()
    console.close(db, session, now=after(60))
    assert desk.marks() == [("answering", "One", 10.0), ("answered", "One", 20.0)]


def test_before_it_is_live_nothing_is_answered_but_the_agenda_is_made(db, desk, ask, session):
    session.state, session.live_at = LiveSessionState.SCHEDULED, None
    db.flush()
    item = ask()
    desk.take_on(item)
    assert refusal(desk.answer, item, 10) == "Markers can be set while the session is live."
    assert (desk.agenda(), desk.read().planned, desk.read().running) == (["How far?"], True, False)


def test_every_deed_stands_in_the_log_and_makes_the_pulse_beat(db, desk, ask, session, host):
    item = ask()
    before = live.pulse_of(db, session.id)
    desk.take_on(item)
    desk.answer(item, 10)
    desk.undo(11)
    rows = db.execute(
        select(AuditRow.action, AuditRow.actor_id).where(AuditRow.action.startswith("desk")).order_by(AuditRow.id)
    )
    assert [tuple(row) for row in rows] == [("desk take_on", host.id), ("desk answer", host.id), ("desk undo", host.id)]
    assert live.pulse_of(db, session.id) >= before + 3


def test_keys_that_cannot_be_are_refused(db, desk, ask):
    item = ask()
    for key in ("", "x" * 49, "a\0", "#1", "end-of:1", THE_END):
        with pytest.raises(InvalidInput):
            console.take_on(db, desk.session, item, console.Press(key, after(0), after(0)))


def test_an_open_desk_is_the_same_thing(db, desk, ask, session):
    session.kind = SessionKind.OFFICE_HOURS
    item = ask()
    desk.answer(item, 10)
    desk.done(20)
    assert item.stage is _A.ANSWERED
