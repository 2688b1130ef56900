"""The tick finds what is to be routed, and the task does it once, whoever dies meanwhile."""

import pytest
from sqlalchemy import select

from helpcenter.jobs import ROUTE_QUESTION
from helpcenter.models import OutgoingMail, Question, QuestionState, TopicExpert
from helpcenter.permissions import Role
from helpcenter.services import dispatch
from tests.factories import make_question, make_topic, make_user
from workers import beat, routing

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def question(ports):
    with ports.database.transaction() as db:
        topic = make_topic(db)
        db.add(TopicExpert(topic_id=topic.id, user_id=make_user(db, Role.EXPERT).id))
        return make_question(db, topic_id=topic.id)


def _bells(queue):
    return [bell.row_id for bell in queue.rung if bell.task == ROUTE_QUESTION]


def _mails(ports):
    with ports.database.reading() as db:
        return [mail.kind for mail in db.scalars(select(OutgoingMail))]


def test_the_tick_rings_until_it_is_routed(ports, queue, question):
    beat.tick(ports)
    beat.tick(ports)
    assert _bells(queue) == [question.id, question.id]
    routing.route(ports, question.id)
    routing.route(ports, question.id)
    queue.rung.clear()
    beat.tick(ports)
    assert (_bells(queue), _mails(ports)) == ([], ["question_assigned"])


def test_a_worker_that_dies_in_the_middle_leaves_it_to_the_next(ports, question, monkeypatch):
    with monkeypatch.context() as dying:
        dying.setattr(dispatch.automatic.routing, "assigned", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            routing.route(ports, question.id)
    routing.route(ports, question.id)
    with ports.database.reading() as db:
        assert db.get_one(Question, question.id).state is QuestionState.ROUTED
    assert _mails(ports) == ["question_assigned"]


def test_where_the_setting_says_so_nothing_is_given_away(ports, question):
    from dataclasses import replace

    careful = replace(ports, settings=ports.settings.model_copy(update={"route": "propose"}))
    routing.route(careful, question.id)
    with ports.database.reading() as db:
        assert db.get_one(Question, question.id).state is QuestionState.NEW
