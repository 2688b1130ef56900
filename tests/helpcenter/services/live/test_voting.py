"""Votes: once each, however often they are sent, and none after the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, NotFound, TooMany
from helpcenter.models import (
    AgendaStage,
    ContentVersion,
    LiveSession,
    LiveSessionState,
    QuestionVote,
    SessionQuestion,
)
from helpcenter.services import live
from helpcenter.services.live import voting
from tests.factories import NOW, make_session
from tests.helpcenter.services.live.conftest import voters


def test_each_person_counts_once(db, ask, vote, each_database):
    item = ask()
    assert [vote(item, one) for one in ("a", "a", "b", "a")] == [1, 1, 2, 2]
    db.expire_all()
    assert (item.votes, voters(db, item)) == (2, ["a", "b"])


def test_a_vote_can_be_taken_back_once(db, session, ask, vote, each_database):
    item = ask()
    vote(item, "a", "b")
    assert [live.unvote(db, session, item, voter=one, network="n", now=NOW) for one in ("a", "a", "c")] == [1, 1, 1]
    assert voters(db, item) == ["b"]


def test_ones_own_question_counts_already(db, ask, vote):
    item = ask(voter="asker")
    assert (vote(item, "asker"), voters(db, item)) == (0, [])


def test_a_question_of_two_sessions_has_its_votes_in_both(db, ask, vote):
    item = ask()
    other = live.take_in(db, make_session(db), item.question, now=NOW)
    vote(item, "a")
    db.expire_all()
    assert (item.votes, other.votes) == (1, 1)


def test_two_hundred_equal_votes_at_once_are_one(ports, each_database):
    with ports.database.transaction() as db:
        session = make_session(db)
        given = {"network": "n", "language": "en", "user": None, "now": NOW}
        item = live.ask(db, session, title="How far?", voter="asker", **given)

    def send(_):
        with ports.database.transaction() as db:
            found = db.get_one(SessionQuestion, item.id)
            return live.vote(db, db.get_one(LiveSession, session.id), found, voter="a", network="n", now=NOW)

    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(send, range(200)))
    with ports.database.reading() as db:
        rows = db.scalar(select(func.count()).select_from(QuestionVote))
        counted = db.scalar(select(SessionQuestion.votes))
    assert (set(told), rows, counted) == ({1}, 1, 1)


def test_many_voters_at_once_are_all_counted(ports, each_database):
    with ports.database.transaction() as db:
        session = make_session(db)
        given = {"network": "n", "language": "en", "user": None, "now": NOW}
        item = live.ask(db, session, title="How far?", voter="asker", **given)

    def send(number):
        with ports.database.transaction() as db:
            found = db.get_one(SessionQuestion, item.id)
            change = live.unvote if number % 3 == 2 else live.vote
            change(db, db.get_one(LiveSession, session.id), found, voter=str(number // 3), network="n", now=NOW)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(send, range(90)))
    with ports.database.reading() as db:
        assert db.scalar(select(SessionQuestion.votes)) == db.scalar(select(func.count()).select_from(QuestionVote))


def test_votes_leave_kept_pages_alone(ports, db, ask, vote):
    item = ask()
    db.flush()
    before = db.scalar(select(ContentVersion.number))
    vote(item, "a")
    db.flush()
    assert (db.info.get("content touched"), before) == (
        True,
        None,
    )  # the question touched them, and nothing has counted yet


@pytest.mark.parametrize("state", [LiveSessionState.ENDED, LiveSessionState.PROCESSING, LiveSessionState.PUBLISHED])
def test_after_the_end_there_are_no_votes(db, session, ask, vote, state):
    item = ask()
    vote(item, "a")
    session.state = state
    db.flush()
    with pytest.raises(Conflict, match="session is over"):
        vote(item, "b")
    with pytest.raises(Conflict, match="session is over"):
        live.unvote(db, session, item, voter="a", network="n", now=NOW)
    assert voters(db, item) == ["a"]


def test_an_answered_question_takes_no_votes(db, ask, vote):
    item = ask()
    live.bring(db, item, AgendaStage.ANSWERED, actor=None, now=NOW)
    with pytest.raises(Conflict, match="has been answered"):
        vote(item, "a")


def test_a_hidden_question_takes_no_votes(db, ask, vote, moderator):
    item = ask()
    live.hide(db, item, reason="rude", actor=moderator, now=NOW)
    with pytest.raises(NotFound, match="not shown here any more"):
        vote(item, "a")


def test_one_network_cannot_stuff_the_box(db, ask, vote, monkeypatch):
    monkeypatch.setattr(voting, "PER_NETWORK", 3)
    item = ask()
    vote(item, "a", "b", "c", network="office")
    with pytest.raises(TooMany, match="from your network"):
        vote(item, "d", network="office")
    assert vote(item, "d", network="home") == 4


def test_many_votes_from_one_network_are_shown_to_the_moderator(db, session, ask, vote, each_database):
    crowded, mixed, few = (ask(title) for title in ("One?", "Two?", "Three?"))
    for number in range(20):
        vote(crowded, f"v{number}", network="office")
        vote(mixed, f"v{number}", network="office")
        vote(mixed, f"w{number}", network=f"home {number}")
    vote(few, "a", "b", network="office")
    assert live.crowds(db, session) == {crowded.id: 20}


def test_a_month_after_the_session_nobody_knows_who_voted_or_asked_and_the_votes_count_on(
    each_database, db, session, ask, vote
):
    item = ask(voter="asker")
    vote(item, "a", "b")
    assert live.forget_old(db, now=NOW + timedelta(days=365)) == 0  # it waits for its beginning still
    session.state, session.ended_at = LiveSessionState.ENDED, NOW
    assert live.forget_old(db, now=NOW + voting.KEPT) == 0
    assert live.forget_old(db, now=NOW + voting.KEPT + timedelta(seconds=1)) == 2
    db.refresh(item)
    assert (item.voter, item.votes, voters(db, item)) == ("", 2, [])
    again = make_session(db)
    other = live.take_in(db, again, item.question, now=NOW)
    assert other.votes == 2
    assert live.vote(db, again, other, voter="c", network="n", now=NOW) == 3
    more = live.ask(db, again, title="How far?", voter="d", network="n", language="en", user=None, now=NOW)
    live.vote(db, again, more, voter="c", network="n", now=NOW)
    live.merge(db, more, other, actor=None, now=NOW)
    assert other.votes == 4
