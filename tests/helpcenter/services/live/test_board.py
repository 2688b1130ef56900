"""What the audience of a session sees, read once for everybody."""

import pytest
from sqlalchemy import event

from helpcenter.models import (
    AgendaStage,
    Asker,
    Broadcast,
    ClipState,
    LiveSessionState,
    Marker,
    MarkerKind,
    Moderation,
    RecordingState,
)
from helpcenter.services import channels, live, pages
from helpcenter.services.pages import OwnQuestion, Picture
from tests.factories import NOW, make_channel, make_clip, make_recording, make_session, make_watchable
from tests.helpcenter.services.live.conftest import SECOND

S = LiveSessionState


def mark(db, session, kind, seconds=0, **values):
    db.add(Marker(session_id=session.id, kind=kind, at=NOW + seconds * SECOND, **values))
    db.flush()


def board(db, session):
    db.flush()
    db.expire_all()
    return pages.read_board(db, session)


def test_it_holds_what_is_shown_in_an_order_that_says_nothing(db, session, ask, vote, moderator, each_database):
    items = [ask(f"Question {number}?", voter=str(number)) for number in range(6)]
    vote(items[5], "a", "b")
    live.hide(db, items[0], reason="r", actor=moderator, now=NOW)
    live.merge(db, items[1], items[2], actor=moderator, now=NOW)
    found = board(db, session)
    assert [item.id for item in found.items] == sorted(item.question.public_id for item in items[2:])
    assert {item.title: item.people for item in found.items} == {
        "Question 2?": 2, "Question 3?": 1, "Question 4?": 1, "Question 5?": 3,
    }  # fmt: skip
    assert (found.number, found.open) == (live.pulse_of(db, session.id), True)


def test_who_waits_for_the_answer_by_mail_counts_once_confirmed(db, session, ask):
    question = ask(email="a@example.org").question
    for email, confirmed in (("b@example.org", NOW), ("c@example.org", None)):
        db.add(Asker(question_id=question.id, email=email, language="en", created_at=NOW, confirmed_at=confirmed))
    db.flush()
    assert [(item.asked, item.people) for item in board(db, session).items] == [(2, 2)]


def test_each_question_has_its_place(db, session, ask):
    stages = (AgendaStage.ANSWERING, AgendaStage.ANSWERED, AgendaStage.SKIPPED)
    for number, stage in enumerate(stages):
        live.bring(db, ask(stage.value, voter=str(number)), stage, actor=None, now=NOW)
    ask("open", voter="x")
    found = board(db, session)
    titles = {place: sorted(item.title for item in found.of(place)) for place in ("now", "open", "answered")}
    assert titles == {"now": ["answering"], "open": ["open", "skipped"], "answered": ["answered"]}
    assert {item.title: item.votes_open for item in found.items} == {
        "answering": False, "answered": False, "skipped": True, "open": True,
    }  # fmt: skip


def test_pinned_questions_come_first_and_the_newest_answer_does(db, session, ask):
    one, two, three = (ask(title, voter=title) for title in ("One?", "Two?", "Three?"))
    live.pin(db, one, actor=None, now=NOW)
    assert board(db, session).of("open")[0].title == "One?"
    for seconds, item in enumerate((two, three)):
        live.bring(db, item, AgendaStage.ANSWERED, actor=None, now=NOW)
        item.answered_at = NOW + seconds * SECOND
    assert [item.title for item in board(db, session).of("answered")] == ["Three?", "Two?"]


@pytest.mark.parametrize(
    ("state", "provisional", "plays"),
    [(ClipState.PROPOSED, True, True), (ClipState.CONFIRMED, False, True), (ClipState.CONFIRMED, True, True),
     (ClipState.PROPOSED, False, False), (ClipState.REJECTED, True, False), (ClipState.WITHDRAWN, True, False)],
)  # fmt: skip
def test_an_answer_plays_as_soon_as_it_is_cut_unless_an_editor_takes_it_off(
    db, session, ask, state, provisional, plays
):
    item = ask()
    live.bring(db, item, AgendaStage.ANSWERED, actor=None, now=NOW)
    clip = make_clip(db, make_recording(db), media_key="recordings/x/clip.mp4", state=state, provisional=provisional)
    item.clip_id = clip.id
    expected = ("recordings/x/clip.mp4", 10.0) if plays else (None, None)
    assert [(one.clip_key, one.seconds) for one in board(db, session).items] == [expected]


def test_off_the_record_and_a_topic_of_the_hosts_own_are_told_while_it_is_live(db, session):
    session.state = S.LIVE
    mark(db, session, MarkerKind.OFF_RECORD, 1)
    mark(db, session, MarkerKind.ANSWERING, 2, title="How we began")
    assert (board(db, session).off_record, board(db, session).topic) == (True, "How we began")
    mark(db, session, MarkerKind.ON_RECORD, 3)
    mark(db, session, MarkerKind.ANSWERED, 4)
    assert (board(db, session).off_record, board(db, session).topic) == (False, "")


def test_afterwards_each_answered_question_has_its_second(db, ask):
    recording = make_watchable(db)
    recording.version.t0 = NOW
    session = make_session(db, recording_id=recording.id)
    marked, cut, never = (ask(title, voter=title, session=session) for title in ("Marked?", "Cut?", "Never?"))
    for item in (marked, cut, never):
        live.bring(db, item, AgendaStage.ANSWERED, actor=None, now=NOW)
    mark(db, session, MarkerKind.ANSWERING, 42, question_id=marked.question_id)
    cut.clip_id = make_clip(db, recording, start=7.5).id
    session.state, recording.state = S.PUBLISHED, RecordingState.READY
    starts = {item.title: item.start for item in board(db, session).items}
    assert starts == {"Marked?": 42.0, "Cut?": 7.5, "Never?": None}


def test_our_own_picture_is_there_until_the_recording_is(db, session):
    channel = channels.local_channel(db, now=NOW)
    db.add(Broadcast(session_id=session.id, channel_id=channel.id, marker="m1", remote_id="archive-1"))
    relay = make_channel(db)
    db.add(Broadcast(session_id=session.id, channel_id=relay.id, marker="m2", remote_id="vid00000001", relay=True))
    seen = {}
    for state in S:
        session.state = state
        db.flush()
        seen[state] = board(db, session).picture.broadcast
    assert [state for state, broadcast in seen.items() if broadcast == "archive-1"] == [S.LIVE, S.ENDED, S.PROCESSING]


def test_a_picture_at_youtube_is_there_while_it_is_live(db, session):
    db.add(Broadcast(session_id=session.id, channel_id=make_channel(db).id, marker="m", remote_id="vid00000001"))
    session.state = S.LIVE
    assert board(db, session).picture == Picture(youtube="vid00000001")
    session.state = S.ENDED
    assert board(db, session).picture == Picture()


def test_one_sees_what_one_did_oneself(db, session, ask, vote, moderator, each_database):
    mine, other = ask("Mine?", voter="me"), ask("Other?", voter="you")
    vote(other, "me")
    live.hide(db, mine, reason="It names a person.", actor=moderator, now=NOW)
    own = pages.read_own(db, session, "me")
    assert own.voted == {other.question.public_id}
    assert own.asked == (OwnQuestion(mine.question.public_id, "Mine?", Moderation.HIDDEN, "It names a person."),)
    assert pages.read_own(db, session, None) == pages.Own()


def test_the_board_takes_few_queries(db, session, ask, ports):
    for number in range(30):
        ask(f"Question {number}?", voter=str(number))
    db.flush()
    seen = []
    event.listen(ports.database.engine, "before_cursor_execute", lambda _, __, statement, *___: seen.append(statement))
    pages.read_board(db, session)
    assert len(seen) <= 6
