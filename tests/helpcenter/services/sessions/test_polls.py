"""Dates are proposed, people vote, one is fixed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import Broadcast, DateOption, DateVote, LiveSession, LiveSessionState
from helpcenter.services import sessions
from helpcenter.services.sessions import DoubledTime
from tests.factories import NOW, make_channel

STARTS = ["2026-12-10T18:00", "2026-12-03T18:00", "2026-12-17T20:00"]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def draft(db, details, host):
    return sessions.propose(db, details(channel=make_channel(db)), starts=STARTS, actor=host, now=NOW)


def test_a_proposal_is_a_draft_with_its_dates_in_order(db, draft, each_database):
    db.expire_all()
    assert (draft.state, draft.starts_at.day) == (LiveSessionState.DRAFT, 3)
    assert [option.starts_at.day for option in draft.date_options] == [3, 10, 17]
    assert {option.ends_at - option.starts_at for option in draft.date_options} == {timedelta(hours=1)}
    assert db.scalar(select(func.count()).select_from(Broadcast)) == 0


def test_each_person_counts_once_per_date(db, draft, each_database):
    first, second, third = draft.date_options
    told = [sessions.vote(db, option, voter, now=LATER) for option, voter in [
        (first, "a"), (first, "a"), (first, "b"), (second, "a"),
    ]]  # fmt: skip
    assert told == [True, False, True, True]
    assert sessions.tally(db, draft) == {first.id: 2, second.id: 1, third.id: 0}
    assert sessions.votes_of(db, draft, "a") == {first.id, second.id}
    assert ([vote.voter for vote in first.votes], draft.updated_at) == (["a", "b"], LATER)


def test_a_vote_can_be_taken_back(db, draft, each_database):
    first = draft.date_options[0]
    sessions.vote(db, first, "a", now=LATER)
    assert [sessions.unvote(db, first, voter) for voter in ("b", "a", "a")] == [False, True, False]
    assert (sessions.tally(db, draft)[first.id], first.votes) == (0, [])


def test_who_chooses_again_can_come_on_just_those_dates(db, draft, each_database):
    first, second, third = draft.date_options
    sessions.choose(db, draft, {first.public_id, second.public_id}, "a", now=LATER)
    sessions.choose(db, draft, {second.public_id, third.public_id, "no date"}, "a", now=LATER)
    assert sessions.votes_of(db, draft, "a") == {second.id, third.id}


def test_what_was_chosen_for_a_date_that_is_past_stays(db, draft):
    first, second, _ = draft.date_options
    sessions.choose(db, draft, {first.public_id, second.public_id}, "a", now=LATER)
    sessions.choose(db, draft, set(), "a", now=first.starts_at)
    assert sessions.votes_of(db, draft, "a") == {first.id}


def test_the_date_that_is_fixed_is_scheduled_and_the_others_are_dropped(db, host, draft, each_database):
    chosen = draft.date_options[2]
    for option in draft.date_options:
        sessions.vote(db, option, "a", now=NOW)
    fixed = sessions.fix_date(db, chosen, actor=host, now=LATER)
    db.expire_all()
    assert (fixed.state, fixed.starts_at, fixed.ends_at) == (
        LiveSessionState.SCHEDULED,
        chosen.starts_at,
        chosen.ends_at,
    )
    assert db.scalars(select(DateOption.id)).all() == [chosen.id]
    assert db.scalar(select(func.count()).select_from(DateVote)) == 1
    assert db.scalars(select(Broadcast.session_id)).all() == [draft.id]


def test_a_date_can_be_fixed_once_and_votes_end_with_it(db, host, draft):
    sessions.fix_date(db, draft.date_options[0], actor=host, now=LATER)
    option = draft.date_options[0]
    with pytest.raises(Conflict, match="date has been fixed"):
        sessions.fix_date(db, option, actor=host, now=LATER)
    with pytest.raises(Conflict, match="date has been fixed"):
        sessions.vote(db, option, "a", now=LATER)
    with pytest.raises(Conflict, match="date has been fixed"):
        sessions.unvote(db, option, "a")


def test_a_date_that_is_taken_meanwhile_cannot_be_fixed(db, details, host, draft):
    sessions.schedule(db, details(title="Brakes"), start="2026-12-10T18:30", now=NOW)
    with pytest.raises(Conflict, match="host of “Brakes”"):
        sessions.fix_date(db, draft.date_options[1], actor=host, now=LATER)
    assert (draft.state, len(draft.date_options)) == (LiveSessionState.DRAFT, 3)


def test_a_date_that_is_past_takes_no_votes_and_cannot_be_fixed(db, host, draft):
    first = draft.date_options[0]
    with pytest.raises(Conflict, match="past"):
        sessions.vote(db, first, "a", now=first.starts_at)
    with pytest.raises(InvalidInput, match="past"):
        sessions.fix_date(db, first, actor=host, now=first.starts_at)


def test_a_draft_with_a_poll_is_not_announced_past_it(db, host, draft):
    with pytest.raises(Conflict, match="fix one of the dates"):
        sessions.announce(db, draft, actor=host, now=LATER)


def test_another_length_changes_every_date_and_no_edit_moves_them(db, details, host, draft):
    wanted = details(minutes=90, channel=None)
    sessions.edit(db, draft, wanted, start="2026-12-03T18:00", actor=host, now=LATER)
    db.expire_all()
    assert {option.ends_at - option.starts_at for option in draft.date_options} == {timedelta(minutes=90)}
    assert [option.starts_at.day for option in draft.date_options] == [3, 10, 17]


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        (STARTS[:1], "from 2 to 10 dates"),
        ([f"2026-12-{day:02}T18:00" for day in range(1, 12)], "from 2 to 10 dates"),
        ([STARTS[0], STARTS[0]], "are the same"),
        ([STARTS[0], "2026-11-01T18:00"], "past"),
        ([STARTS[0], "soon"], "local date and time"),
    ],
)
def test_dates_that_cannot_be_used_are_refused_in_words(db, details, host, starts, words):
    with pytest.raises(InvalidInput, match=words):
        sessions.propose(db, details(), starts=starts, actor=host, now=NOW)
    assert db.scalar(select(func.count()).select_from(LiveSession)) == 0


def test_a_proposed_date_that_comes_twice_is_asked_about(db, details, host):
    with pytest.raises(DoubledTime):
        sessions.propose(db, details(), starts=[STARTS[0], "2027-10-31T02:30"], actor=host, now=NOW)
    made = sessions.propose(db, details(), starts=[STARTS[0], "2027-10-31T02:30"], fold=1, actor=host, now=NOW)
    assert made.date_options[1].starts_at.hour == 1
