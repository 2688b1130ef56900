"""Questions on their way: given away by the site, and decided about by people."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.jobs import ROUTE_QUESTION, take_deferred
from helpcenter.models import (
    Asker,
    Moderation,
    OutgoingMail,
    Question,
    QuestionState,
    RoutingDecision,
    RoutingStep,
    RoutingTerm,
    SessionQuestion,
    TopicExpert,
    User,
)
from helpcenter.permissions import Role
from helpcenter.services import dispatch, questions
from helpcenter.services.dispatch import Which
from helpcenter.services.questions import put
from helpcenter.settings import Settings
from tests.factories import NOW, make_question, make_session, make_topic, make_user

S = QuestionState
CALENDAR = Settings().working_time
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def battery(db):
    return make_topic(db, titles={"de": "Akku", "en": "Battery"})


@pytest.fixture
def anna(db, battery):
    return _expert(db, battery, "Anna")


def _expert(db, topic, name):
    user = make_user(db, Role.EXPERT, name=name)
    db.add(TopicExpert(topic_id=topic.id, user_id=user.id))
    db.flush()
    return user


def _route(db, question, mode="auto", now=NOW):
    return dispatch.route(db, question.id, now=now, mode=mode, calendar=CALENDAR)


def _kinds(db):
    return list(db.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def _asked_live(db, topic, title, moderation=Moderation.SHOWN):
    """A question that somebody asked in a session, without an address, and that the session did not get to."""
    question = put(db, title=title, body="", topic=topic, language="en", now=NOW)
    item = SessionQuestion(session=make_session(db), question=question, voter="somebody", created_at=NOW)
    item.moderation = moderation
    db.add(item)
    db.flush()
    return question


def test_what_was_asked_live_and_not_answered_finds_its_expert_unless_it_was_hidden(db, battery, anna):
    shown = _asked_live(db, battery, "The battery does not charge")
    hidden = _asked_live(db, battery, "The battery is rubbish", Moderation.HIDDEN)
    assert dispatch.due(db, now=NOW) == [shown.id]
    assert (_route(db, shown), _route(db, hidden)) == (True, False)
    assert (shown.expert_id, hidden.expert_id) == (anna.id, None)


def test_a_confirmed_question_is_given_to_its_expert_with_the_reasons(db, battery, anna):
    question = make_question(db, topic_id=battery.id)
    assert dispatch.due(db, now=NOW) == [question.id]
    assert _route(db, question)
    assert (question.state, question.expert_id, dispatch.due(db, now=NOW)) == (S.ROUTED, anna.id, [])
    (mail,) = db.scalars(select(OutgoingMail))
    assert (mail.kind, mail.recipient) == ("question_assigned", anna.email)
    assert mail.params["reason"]["params"]["reasons"][0]["text"] == "Answers for this topic."


def test_routing_it_again_changes_nothing(db, battery, anna):
    question = make_question(db, topic_id=battery.id)
    assert [_route(db, question) for _ in range(2)] == [True, False]
    assert _kinds(db) == ["question_assigned"]


def test_where_it_only_proposes_nobody_is_given_it(db, battery, anna):
    question = make_question(db, topic_id=battery.id)
    assert [_route(db, question, "propose") for _ in range(2)] == [True, False]
    assert (question.state, question.expert_id, dispatch.due(db, now=NOW), _kinds(db)) == (S.NEW, None, [], [])
    (row,) = db.scalars(select(RoutingDecision))
    assert (row.step, row.proposals[0]["expert"]) == (RoutingStep.PROPOSED, anna.id)


def test_what_is_not_clear_waits_for_a_person(db):
    make_user(db, Role.EXPERT)
    question = make_question(db)
    assert _route(db, question)
    assert (question.state, question.expert_id) == (S.NEW, None)


def test_the_topic_that_was_found_becomes_the_questions(db, battery, anna):
    question = make_question(db, title="Akku?", language="de")
    _route(db, question)
    assert question.topic_id == battery.id


@pytest.mark.parametrize(
    "values",
    [{"held_for": "spam"}, {"confirmed": False}, {"state": S.QUEUED}, {"state": S.ANSWERED}, {"state": S.DECLINED}],
)
def test_what_is_not_to_be_routed_is_left_alone(db, battery, anna, values):
    question = make_question(db, topic_id=battery.id, **values)
    assert (dispatch.due(db, now=NOW), _route(db, question)) == ([], False)
    assert db.scalar(select(func.count()).select_from(RoutingDecision)) == 0


def test_confirming_rings_at_once(db, battery):
    question = make_question(db, topic_id=battery.id, confirmed=False)
    take_deferred(db)
    questions.confirm_asker(db, question.askers[0], now=NOW)
    assert [(bell.task, bell.row_id) for bell in take_deferred(db)] == [(ROUTE_QUESTION, question.id)]


def test_a_reopened_question_that_nobody_has_is_routed_anew(db, battery, anna):
    question = make_question(db, topic_id=battery.id, state=S.DECLINED)
    questions.reopen(db, question, now=NOW + timedelta(hours=1), actor=None)
    assert dispatch.due(db, now=NOW) == [question.id]


def test_two_workers_at_once_give_it_away_once(ports):
    with ports.database.transaction() as db:
        topic = make_topic(db)
        _expert(db, topic, "Anna")
        question = make_question(db, topic_id=topic.id)
    at_once, results = threading.Barrier(2), []

    def work():
        at_once.wait()
        with ports.database.transaction() as db:
            try:
                results.append(_route(db, question))
            except Conflict:
                results.append(False)
                db.rollback()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    with ports.database.reading() as db:
        assert _kinds(db) == ["question_assigned"]


def test_it_is_never_given_back_to_who_passed_it_on(db, battery, anna):
    ben = _expert(db, battery, "Ben")
    question = make_question(db, topic_id=battery.id)
    dispatch.take(db, question, anna, now=NOW)
    assert dispatch.pass_on(db, question, anna, now=NOW) == ben
    assert dispatch.pass_on(db, question, ben, now=NOW) is None
    assert (question.expert_id, question.state) == (None, S.ROUTED)


def test_where_the_site_only_proposes_it_waits_for_an_editor_who_is_told(db, battery, anna):
    _expert(db, battery, "Ben")
    editor = make_user(db, Role.EDITOR)
    question = make_question(db, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    assert dispatch.pass_on(db, question, anna, now=NOW, mode="propose") is None
    (mail,) = db.scalars(select(OutgoingMail))
    assert (mail.kind, mail.recipient, mail.params["path"]) == (
        "alert", editor.email, f"/workbench/questions/{question.public_id}",
    )  # fmt: skip


def test_with_a_better_topic_it_goes_to_that_topics_expert(db, battery, anna):
    motor = make_topic(db)
    ben = _expert(db, motor, "Ben")
    question = make_question(db, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    assert dispatch.pass_on(db, question, anna, topic=motor, now=NOW) == ben
    assert question.topic_id == motor.id


def test_a_closed_question_is_not_passed_on(db, battery, anna):
    question = make_question(db, topic_id=battery.id, expert_id=anna.id, state=S.ANSWERED)
    with pytest.raises(Conflict):
        dispatch.pass_on(db, question, anna, now=NOW)
    with pytest.raises(Conflict):
        dispatch.set_topic(db, question, None, actor=anna, now=NOW)


def test_a_reason_has_its_length(db, battery, anna):
    question = make_question(db, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    with pytest.raises(InvalidInput):
        dispatch.pass_on(db, question, anna, reason="x" * 1001, now=NOW)


def test_who_gives_away_his_own_has_passed_it_on(db, battery, anna):
    ben = _expert(db, battery, "Ben")
    question = make_question(db, topic_id=battery.id)
    dispatch.take(db, question, anna, now=NOW)
    dispatch.give(db, question, ben, actor=anna, now=NOW)
    steps = db.scalars(select(RoutingDecision.step).order_by(RoutingDecision.id)).all()
    assert steps == [RoutingStep.ACCEPTED, RoutingStep.PASSED_ON]


def test_after_one_comes_the_next_of_mine_by_due_date_then_what_nobody_has(db, battery, anna):
    mine = [
        make_question(db, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED, due_at=NOW + timedelta(hours=hours))
        for hours in (1, 2)
    ]
    nobodys = make_question(db, topic_id=battery.id)
    found = [dispatch.next_after(db, anna, one, now=NOW) for one in (*mine, nobodys)]
    assert found == [mine[1], mine[0], mine[0]]
    for one in mine:
        one.expert_id = None
        one.state = S.ANSWERED
    db.flush()
    assert dispatch.next_after(db, anna, mine[0], now=NOW) == nobodys


def test_who_waits_and_votes_is_counted(db, battery, anna):
    question = make_question(db, topic_id=battery.id, expert_id=anna.id, state=S.ROUTED)
    for number, at in enumerate((NOW, NOW, None)):
        db.add(
            Asker(question=question, email=f"co{number}@example.org", language="en", created_at=NOW, confirmed_at=at)
        )
    db.flush()
    (line,), total = dispatch.list_questions(db, anna, Which.MINE, now=NOW)
    assert (line.question.id, line.waiting, line.votes, total) == (question.id, 3, 0, 1)


def test_lists_have_pages(db, battery, anna):
    for number in range(dispatch.PAGE + 1):
        make_question(db, title=f"Question {number}", topic_id=battery.id)
    pages = [dispatch.list_questions(db, anna, Which.UNASSIGNED, page=page, now=NOW) for page in (1, 2)]
    assert [(len(lines), total) for lines, total in pages] == [(dispatch.PAGE, 31), (1, 31)]


@pytest.mark.parametrize(
    ("role", "lists"),
    [
        (Role.EXPERT, ["mine", "unassigned", "overdue", "closed"]),
        (Role.EDITOR, ["mine", "unassigned", "all", "overdue", "held", "closed"]),
    ],
)
def test_each_role_has_its_lists(db, role, lists):
    assert dispatch.may_list(make_user(db, role)) == lists


def test_customers_see_nothing(db, battery):
    make_question(db, topic_id=battery.id)
    assert dispatch.list_questions(db, make_user(db), Which.ALL, now=NOW) == ([], 0)


def test_held_questions_are_released_to_be_routed(db, battery):
    question, editor = make_question(db, topic_id=battery.id, held_for="spam"), make_user(db, Role.EDITOR)
    take_deferred(db)
    dispatch.release(db, question, actor=editor, now=NOW)
    assert (question.held_for, [bell.task for bell in take_deferred(db)]) == ("", [ROUTE_QUESTION])
    assert dispatch.due(db, now=NOW) == [question.id]
    with pytest.raises(Conflict):
        dispatch.release(db, question, actor=editor, now=NOW)


def _learned(db):
    return sorted(db.execute(select(RoutingTerm.owner, RoutingTerm.good, RoutingTerm.bad)).all())


def test_giving_it_twice_is_learned_once(db, battery, anna):
    ben, editor = _expert(db, battery, "Ben"), make_user(db, Role.EDITOR)
    question = make_question(db, topic_id=battery.id)
    dispatch.give(db, question, ben, actor=editor, now=NOW)
    once = _learned(db)
    dispatch.give(db, question, ben, actor=editor, now=NOW)
    assert _learned(db) == once


def test_passing_it_on_twice_is_refused_and_learned_once(db, battery, anna):
    ben = _expert(db, battery, "Ben")
    question = make_question(db, topic_id=battery.id)
    dispatch.take(db, question, anna, now=NOW)
    dispatch.pass_on(db, question, anna, better=ben, now=NOW)
    once = _learned(db)
    with pytest.raises(Conflict):
        dispatch.pass_on(db, question, anna, better=ben, now=NOW)
    assert (_learned(db), question.expert_id) == (once, ben.id)


def test_nobody_passes_on_what_is_with_somebody_else(db, battery, anna):
    ben = _expert(db, battery, "Ben")
    question = make_question(db, topic_id=battery.id)
    dispatch.take(db, question, ben, now=NOW)
    with pytest.raises(Conflict):
        dispatch.pass_on(db, question, anna, now=NOW)
    assert question.expert_id == ben.id


def test_two_who_pass_their_questions_on_to_each_other_do_not_hold_each_other_up(each_database, ports):
    with ports.database.transaction() as db:
        topic = make_topic(db)
        people = [_expert(db, topic, name) for name in ("Anna", "Ben")]
        mine = [
            [make_question(db, topic_id=topic.id, expert_id=one.id, state=S.ROUTED) for _ in range(15)]
            for one in people
        ]
    at_once, failed = threading.Barrier(2), []

    def work(who):
        for question in mine[who]:
            at_once.wait()
            try:
                with ports.database.transaction() as db:
                    me, other = (db.get_one(User, people[number].id) for number in (who, 1 - who))
                    dispatch.pass_on(db, db.get_one(Question, question.id), me, better=other, now=NOW)
            except (OperationalError, Conflict) as error:
                failed.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
