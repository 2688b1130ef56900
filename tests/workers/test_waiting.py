from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.jobs import ASK_SOLVED, TELL_NEWS
from helpcenter.models import OutgoingMail
from helpcenter.services import faq, questions
from tests.factories import NOW, make_answer, make_entry, make_question, make_subscription, make_topic
from workers import beat, waiting

DAY = timedelta(days=1)


@pytest.fixture
def asked(ports):
    """Who was asked so far, in order."""

    def read():
        with ports.database.reading() as db:
            kind = OutgoingMail.kind == "question_solved"
            return db.scalars(select(OutgoingMail.recipient).where(kind).order_by(OutgoingMail.id)).all()

    return read


def _tick_twice(ports, queue, task=ASK_SOLVED):
    for _ in range(2):
        beat.tick(ports)
    bells = [bell.row_id for bell in queue.rung if bell.task == task]
    queue.rung.clear()
    return bells


def test_two_beats_ask_everybody_once_and_whoever_a_killed_worker_forgot(
    each_database, ports, queue, clock, asked, monkeypatch
):
    with ports.database.transaction() as db:
        for number in range(3):
            question = make_question(db, email=f"asker{number}@example.org")
            questions.answer(db, question, clip=None, entry=make_answer(db, slug=f"e{number}"), now=NOW)
    assert _tick_twice(ports, queue) == []
    clock.advance(days=3)
    bells = _tick_twice(ports, queue)
    assert len(bells) >= 3
    with monkeypatch.context() as dying:  # killed before the commit: the claim goes with the mail
        dying.setattr(questions, "ask_whether_solved", _die)
        with pytest.raises(KeyboardInterrupt):
            waiting.ask(ports, bells[0])
    for one in bells[1:]:
        waiting.ask(ports, one)
    for _ in range(3):
        for one in _tick_twice(ports, queue):
            waiting.ask(ports, one)
        clock.advance(days=3)
    assert sorted(asked()) == [f"asker{number}@example.org" for number in range(3)]


def _die(db, asker_id, **values):
    from helpcenter.services.questions.solved import ask_whether_solved

    ask_whether_solved(db, asker_id, **values)
    raise KeyboardInterrupt


def test_how_many_days_is_a_setting(ports, settings, queue, clock):
    from dataclasses import replace

    with ports.database.transaction() as db:
        questions.answer(db, make_question(db), clip=None, entry=make_answer(db), now=NOW)
    quick = replace(ports, settings=settings.model_copy(update={"solved_days": 0.5}))
    clock.advance(hours=13)
    assert _tick_twice(ports, queue) == []
    assert len(_tick_twice(quick, queue)) >= 1


def test_two_beats_tell_of_news_once(each_database, ports, queue, clock):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="battery")
        make_subscription(db, "answers:battery")
        faq.publish(db, make_entry(db, topic=topic), editor=None, now=NOW)
    assert _tick_twice(ports, queue, TELL_NEWS) == []
    clock.advance(hours=1)
    for _ in range(3):
        for one in _tick_twice(ports, queue, TELL_NEWS):
            waiting.tell_news(ports, one)
            waiting.tell_news(ports, one)
    with ports.database.reading() as db:
        assert db.scalars(select(OutgoingMail.kind)).all() == ["topic_news"]
