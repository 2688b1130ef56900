"""A host takes a gap over, or says why it is no subject."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    AgendaStage,
    Asker,
    AuditRow,
    LiveSessionState,
    Question,
    QuestionState,
)
from helpcenter.permissions import Role
from helpcenter.services import console, gaps, searches
from tests.factories import NOW, make_question, make_session, make_user

pytestmark = pytest.mark.usefixtures("each_database")
DAY = timedelta(days=1)


@pytest.fixture
def host(db):
    return make_user(db, Role.EXPERT)


@pytest.fixture
def session(db, host):
    return make_session(db, hosts=[host], language="de")


def look(db, words, times):
    for _ in range(times):
        searches.note(db, searches.read(words, "de"), "made", day=NOW.date(), without=True)


def gap_of(db, words="Akku Winter", times=3):
    look(db, words, times)
    return gaps.gaps(db, now=NOW)[0]


def agenda(db, session):
    return [(row.question.title, row.absent) for row in console.read_desk(db, session).agenda]


def test_a_gap_without_a_question_becomes_one_that_nobody_asked(db, host, session):
    item = gaps.take(db, session, gap_of(db), title=" Wie lagere ich den Akku?  ", actor=host, now=NOW)
    question = item.question
    assert agenda(db, session) == [("Wie lagere ich den Akku?", 0)]
    assert (question.state, question.language, item.stage) == (QuestionState.QUEUED, "de", AgendaStage.OPEN)
    assert db.scalar(select(func.count(Asker.id))) == 0
    actions = select(AuditRow.action).where(AuditRow.kind == "gap")
    assert list(db.scalars(actions)) == ["taken"]


def test_questions_that_wait_are_all_taken_in_and_one_stands_in_the_agenda(db, host, session):
    first = make_question(db, title="Warum quietschen meine Bremsen?", language="de")
    second = make_question(db, title="Die Bremse quietscht", language="de", email="b@example.org")
    (gap,) = gaps.gaps(db, now=NOW)
    gaps.take(db, session, gap, actor=host, now=NOW)
    desk = console.read_desk(db, session)
    assert ([row.question for row in desk.agenda + desk.inbox if row.item], first.state, second.state) == (
        [gap.questions[0].question, gap.questions[1].question], QuestionState.QUEUED, QuestionState.QUEUED,
    )  # fmt: skip
    assert len(desk.agenda) == 1


def test_taken_it_is_proposed_to_nobody_while_the_session_is_ahead(db, host, session):
    gap = gap_of(db)
    gaps.take(db, session, gap, actor=host, now=NOW)
    look(db, "Akku Winter", 20)
    assert gaps.gaps(db, now=NOW) == []
    other = make_session(db, starts_at=NOW + 9 * DAY)
    with pytest.raises(Conflict):
        gaps.take(db, other, gap, actor=host, now=NOW)


def test_with_its_session_cancelled_it_comes_back(db, host, session):
    gaps.take(db, session, gap_of(db), actor=host, now=NOW)
    session.state = LiveSessionState.CANCELLED
    assert "search:de:akku wint" in {name for gap in gaps.gaps(db, now=NOW) for name in gap.seen}


def test_after_its_session_it_comes_back_with_new_evidence_only(db, host, session):
    item = gaps.take(db, session, gap_of(db), actor=host, now=NOW)
    session.state = LiveSessionState.ENDED
    item.question.state = QuestionState.ANSWERED
    assert gaps.gaps(db, now=NOW) == []
    look(db, "Akku Winter", 3)
    assert [gap.title for gap in gaps.gaps(db, now=NOW)] == ["Akku Winter"]


def test_dismissed_it_comes_back_with_new_evidence_only(db, host):
    gap = gap_of(db)
    with pytest.raises(InvalidInput):
        gaps.dismiss(db, gap, reason=" ", actor=host, now=NOW)
    gaps.dismiss(db, gap, reason="We sell none.", actor=host, now=NOW)
    assert (gaps.gaps(db, now=NOW), [item.reason for item in gaps.dismissed(db)]) == ([], ["We sell none."])
    look(db, "Akku Winter", 2)
    assert gaps.gaps(db, now=NOW) == []
    look(db, "Akku Winter", 1)
    assert [gap.title for gap in gaps.gaps(db, now=NOW)] == ["Akku Winter"]


def test_a_dismissal_can_be_taken_back(db, host):
    item = gaps.dismiss(db, gap_of(db), reason="No.", actor=host, now=NOW)
    for _ in range(2):
        gaps.bring_back(db, item.public_id, actor=host, now=NOW)
    assert ([gap.title for gap in gaps.gaps(db, now=NOW)], gaps.dismissed(db)) == (["Akku Winter"], [])


def test_a_session_that_is_over_takes_nothing(db, host, session):
    session.state = LiveSessionState.ENDED
    gap = gap_of(db)
    with pytest.raises(Conflict):
        gaps.take(db, session, gap, actor=host, now=NOW)
    assert db.scalar(select(func.count(Question.id))) == 1


def test_of_two_hosts_who_take_it_at_once_one_gets_it(ports):
    with ports.database.transaction() as db:
        hosts = [make_user(db, Role.EXPERT) for _ in range(2)]
        meetings = [make_session(db, hosts=[host], starts_at=NOW + (n + 1) * DAY) for n, host in enumerate(hosts)]
        gap = gap_of(db)

    def take(number):
        try:
            with ports.database.transaction() as db:
                session, host = db.merge(meetings[number]), db.merge(hosts[number])
                gaps.take(db, session, gap, actor=host, now=NOW)
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, range(2))) == [0, 1]
    with ports.database.reading() as db:
        assert db.scalar(select(func.count(Question.id))) == 1


def test_what_is_gone_is_said_in_words(db):
    with pytest.raises(Conflict):
        gaps.find(db, "search:de:nothing", now=NOW)
