"""Those who answer, and the editor and the admin who see to what nobody has."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.models import (
    Alarm,
    LiveSession,
    LiveSessionState,
    Question,
    QuestionState,
    RoutingDecision,
    RoutingStep,
    Topic,
    User,
)
from helpcenter.services import answers, dispatch, questions, routing
from helpcenter.services.questions.standing import stands
from helpcenter.services.questions.states import OPEN

if TYPE_CHECKING:
    from tests.bench.month.town import Month

S = QuestionState
HIS: Final = (S.ROUTED, S.BEING_ANSWERED, S.REOPENED)
SPEED: Final = 0.62
"""How likely an expert who is at work answers a question within half an hour."""
MISTAKEN: Final = 0.05
"""How often somebody keeps what he should pass on, or passes on what is his."""
LOOKS, SEES_TO, ENOUGH = 3, 0.3, 4


class Experts:
    """Who is at work deals with what is his, the most urgent first."""

    def __init__(self, month: "Month") -> None:
        self._month = month

    def leave(self) -> User:
        """Somebody who leaves for good; what only he knew, a colleague knows from now on."""
        gone, *left = self._month.world.experts
        for able in self._month.world.able.values():
            able.discard(gone.id)
            if not able:
                able.add(self._month.random.choice(left).id)
        with self._month.ports.database.reading() as db:
            return db.get_one(User, gone.id)

    def work(self) -> None:
        """Half an hour of everybody who is there."""
        month = self._month
        with month.ports.database.transaction() as db:
            people = [db.get_one(User, one.id) for one in month.world.experts]
            here = {one.id: one for one in people if month.planner.is_here(db, one)}
            self._see_to_new(db, here)
            self._see_to_late(db, here)
        for one in here.values():
            if month.random.random() < SPEED:
                with suppress(Conflict), month.ports.database.transaction() as db:
                    self._deal(db, db.get_one(User, one.id))

    def _able(self, question: Question) -> set[int]:
        return self._month.world.able[self._month.askers.cases[question.id].topic]

    def _see_to_new(self, db: Session, here: dict[int, User]) -> None:
        """What was not clear: who knows it takes it from the list, or the editor gives it to who is proposed."""
        month = self._month
        new = select(Question).where(Question.state.in_((S.NEW, S.REOPENED)), Question.expert_id.is_(None), stands())
        for question in db.scalars(new.order_by(Question.id).limit(20)).all():
            if month.random.random() >= SEES_TO:
                continue
            able = sorted(here.keys() & self._able(question))
            if able and month.random.random() < 0.5:
                dispatch.take(db, question, here[able[0]], now=month.now)
            elif (best := self._proposed(db, question)) and best.disabled_at is None:
                dispatch.give(db, question, best, actor=month.editor, now=month.now)

    def _proposed(self, db: Session, question: Question) -> User | None:
        newest = select(RoutingDecision.expert_id).where(
            RoutingDecision.question_id == question.id, RoutingDecision.step == RoutingStep.PROPOSED
        )
        found = db.scalar(newest.order_by(RoutingDecision.id.desc()).limit(1))
        return db.get(User, found) if found else None

    def _see_to_late(self, db: Session, here: dict[int, User]) -> None:
        """The admin asks around: one of three finds who knows."""
        month = self._month
        told = select(Question).where(Question.alarm == Alarm.ESCALATED, Question.state.in_(OPEN))
        for question in db.scalars(told.order_by(Question.due_at, Question.id).limit(3)).all():
            able = sorted(here.keys() & self._able(question))
            to = month.random.choice(able if able and month.random.random() < 0.3 else sorted(here))
            if question.state is not S.QUEUED:
                dispatch.give(db, question, here[to], actor=month.admin, now=month.now)

    def _deal(self, db: Session, expert: User) -> None:
        month = self._month
        for _ in range(LOOKS):
            mine = select(Question).where(Question.expert_id == expert.id, Question.state.in_(HIS))
            question = db.scalars(
                mine.order_by(Question.due_at.is_(None), Question.due_at, Question.id).limit(1)
            ).first()
            if question is None:
                return
            knows = expert.id in self._able(question)
            passed = sum(one.step is RoutingStep.PASSED_ON for one in routing.history(db, question))
            wrong = month.random.random() < MISTAKEN
            if question.state is S.BEING_ANSWERED or knows != wrong or passed >= ENOUGH:
                self._finish(db, question, expert)
                return
            self._pass_on(db, question, expert)

    def _pass_on(self, db: Session, question: Question, expert: User) -> None:
        month, case = self._month, self._month.askers.cases[question.id]
        hint, others = month.random.random(), sorted(self._able(question) - {expert.id})
        better = db.get_one(User, month.random.choice(others)) if others and hint < 0.4 else None
        topic = db.get_one(Topic, case.topic) if 0.4 <= hint < 0.7 else None
        dispatch.pass_on(
            db, question, expert, better=better, topic=topic, now=month.now, calendar=month.calendar
        )  # fmt: skip

    def _finish(self, db: Session, question: Question, expert: User) -> None:
        """Answer it, mostly; or begin to, decline, merge, or take it into the next session."""
        month, now, drawn = self._month, self._month.now, self._month.random.random()
        dispatch.take(db, question, expert, now=now)
        coming = db.scalars(select(LiveSession).where(LiveSession.state == LiveSessionState.SCHEDULED)).first()
        if drawn < 0.03:
            questions.decline(db, question, reason="not ours", now=now, actor=expert)
        elif drawn < 0.06 and (into := self._another(db, question)):
            questions.merge(db, question, into, now=now, actor=expert)
        elif drawn < 0.08 and coming:
            dispatch.schedule(db, question, coming, actor=expert, now=now)
        elif drawn < 0.2 and question.state is S.ROUTED:
            questions.begin_answer(db, question, now=now, actor=expert)
        else:
            true = db.get_one(Topic, month.askers.cases[question.id].topic)
            if question.topic_id != true.id and month.random.random() < 0.5:
                dispatch.set_topic(db, question, true, actor=expert, now=now)
            answers.give(db, question, author=expert, body="So it goes.", now=now)

    def _another(self, db: Session, question: Question) -> Question | None:
        others = select(Question).where(Question.topic_id == question.topic_id, Question.id != question.id, stands())
        return db.scalars(others.where(Question.state.not_in((S.MERGED, S.DECLINED))).limit(1)).first()
