"""Whatever is done to questions, in whatever order: none of them stays without an answer and without a date."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from helpcenter.errors import HelpCenterError
from helpcenter.models import (
    Answer,
    AnswerState,
    Asker,
    Clip,
    ClipState,
    LiveSession,
    MailState,
    OutgoingMail,
    Question,
    QuestionState,
    RecordingState,
)
from helpcenter.permissions import Role
from helpcenter.services import answers, clips, dispatch, editing, fate, questions, sessions
from helpcenter.services.questions.standing import stands
from helpcenter.services.questions.states import CLOSED, OPEN
from tests.factories import make_clip, make_question, make_recording, make_session, make_user
from tests.helpcenter.services.fate.acting import HOUR, at, on_duty

S = QuestionState
SOME = strategies.integers(0, 3)


class Everything(RuleBasedStateMachine):
    """Four questions, three experts, and all that can happen to them."""

    ports = None

    def __init__(self):
        super().__init__()
        self.transaction = self.ports.database.transaction()
        self.db = self.transaction.__enter__()
        self.now = at(9)
        self.experts = [make_user(self.db, Role.EXPERT) for _ in range(3)]
        self.editor, self.admin = make_user(self.db, Role.EDITOR), make_user(self.db, Role.ADMIN)
        topic = on_duty(self.db, *self.experts)
        self.questions = [
            make_question(self.db, email=f"{number // 2}@example.org", topic_id=topic.id, created_at=self.now)
            for number in range(4)
        ]
        self.look()

    def teardown(self):
        self.db.rollback()
        self.transaction.__exit__(None, None, None)

    def do(self, deed: Callable[[], object]):
        """Do it as a request does: what is refused leaves nothing behind."""
        point = self.db.begin_nested()
        try:
            deed()
            point.commit()
        except HelpCenterError:
            point.rollback()
        self.look()

    def look(self):
        self.db.expire_all()
        for number in dispatch.due(self.db, now=self.now):
            settled = self.ports.settings
            dispatch.route(self.db, number, now=self.now, mode="auto", calendar=settled.working_time)
        for _ in range(20):
            due = fate.due(self.db, now=self.now)
            for number in due:
                fate.watch(self.db, number, settings=self.ports.settings, now=self.now)
            if not due:
                return
        raise AssertionError("the watch comes to no end")

    @rule(q=SOME, e=SOME)
    def take(self, q, e):
        self.do(lambda: dispatch.take(self.db, self.questions[q], self.experts[e % 3], now=self.now))

    @rule(q=SOME, e=SOME, named=strategies.booleans())
    def pass_on(self, q, e, named):
        question = self.questions[q]
        who, better = question.expert or self.experts[0], self.experts[e % 3] if named else None
        self.do(lambda: dispatch.pass_on(self.db, question, who, better=better, now=self.now))

    @rule(q=SOME, e=SOME)
    def give(self, q, e):
        self.do(lambda: dispatch.give(self.db, self.questions[q], self.experts[e % 3], actor=self.editor, now=self.now))

    @rule(q=SOME, e=SOME, by_clip=strategies.booleans())
    def answer(self, q, e, by_clip):
        led = (
            {"clip": make_clip(self.db, make_recording(self.db), state=ClipState.CONFIRMED)}
            if by_clip
            else {"body": "Far."}
        )
        self.do(lambda: answers.give(self.db, self.questions[q], author=self.experts[e % 3], now=self.now, **led))

    @rule(q=SOME, delete=strategies.booleans())
    def withdraw(self, q, delete):
        clip = self.db.get(Clip, self.questions[q].answer_clip_id or 0)
        if clip and delete:
            self.do(lambda: editing.delete_recording(self.db, clip.recording, editor=self.editor, now=self.now))
        elif clip:
            self.do(lambda: clips.withdraw(self.db, clip, editor=self.editor, now=self.now))

    @rule(q=SOME, e=SOME)
    def record(self, q, e):
        recording = make_recording(self.db, state=RecordingState.PROCESSING)
        author = self.experts[e % 3]
        self.do(lambda: answers.expect(self.db, self.questions[q], recording, author=author, now=self.now))

    @rule(becomes=strategies.sampled_from(["ready", "failed", "deleted"]))
    def end_recording(self, becomes):
        answer = self.db.scalars(select(Answer).where(Answer.state == AnswerState.WAITING).limit(1)).first()
        recording = answer.recording if answer else None
        if recording and becomes == "deleted":
            self.do(lambda: editing.delete_recording(self.db, recording, editor=None, now=self.now))
        elif recording:
            recording.state = RecordingState(becomes)
            self.do(lambda: becomes == "ready" and answers.arrived(self.db, recording, now=self.now))

    @rule(q=SOME)
    def schedule(self, q):
        start = self.now + 5 * HOUR
        session = make_session(self.db, starts_at=start, ends_at=start + HOUR)
        self.do(lambda: dispatch.schedule(self.db, self.questions[q], session, actor=self.editor, now=self.now))

    @rule()
    def cancel(self):
        session = self.db.scalars(select(LiveSession).order_by(LiveSession.id.desc()).limit(1)).first()
        if session:
            self.do(lambda: sessions.cancel(self.db, session, reason="Ill.", actor=None, now=self.now))

    @rule(q=SOME)
    def decline(self, q):
        self.do(lambda: questions.decline(self.db, self.questions[q], reason="No.", now=self.now, actor=None))

    @rule(q=SOME)
    def reopen(self, q):
        self.do(lambda: questions.reopen(self.db, self.questions[q], now=self.now, actor=None))

    @rule(q=SOME, solved=strategies.booleans())
    def say(self, q, solved):
        askers = self.questions[q].askers
        if askers and solved:
            self.do(lambda: questions.say_solved(self.db, askers[0], now=self.now, actor=None))
        elif askers:
            trouble = questions.Trouble.UNCLEAR
            self.do(lambda: questions.say_unsolved(self.db, askers[0], trouble=trouble, now=self.now, actor=None))

    @rule(q=SOME)
    def leave(self, q):
        askers = self.questions[q].askers
        if askers:
            self.do(lambda: questions.leave(self.db, askers[0]))

    @rule(q=SOME, into=SOME)
    def merge(self, q, into):
        one, other = self.questions[q], self.questions[into]
        self.do(lambda: questions.merge(self.db, one, other, now=self.now, actor=self.editor))

    @rule(e=SOME)
    def come_and_go(self, e):
        expert = self.experts[e % 3]
        expert.disabled_at = None if expert.disabled_at else self.now
        self.do(self.db.flush)

    @rule(hours=strategies.sampled_from([1, 5, 24, 72]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)
        self.look()

    @invariant()
    def none_is_lost(self):
        for question in self.db.scalars(select(Question).where(Question.state.in_(OPEN), stands())):
            assert question.due_at is not None
            assert question.alarm_at > self.now
            assert question.state is not S.ROUTED or question.expert.disabled_at is None
            assert question.state is not S.QUEUED or fate.session_of(self.db, question, now=self.now)
        for question in self.db.scalars(select(Question).where(Question.state.in_(CLOSED))):
            assert question.due_at is None

    @invariant()
    def nobody_who_left_is_written_to(self):
        here = set(self.db.scalars(select(Asker.public_id)))
        mails = self.db.scalars(select(OutgoingMail).where(OutgoingMail.state == MailState.NEW))
        assert {mail.params["asker"] for mail in mails if "asker" in mail.params} <= here


def test_whatever_happens_no_question_is_lost(ports):
    machine = type("Machine", (Everything,), {"ports": ports})
    short = settings(
        max_examples=8,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    run_state_machine_as_test(machine, settings=short)
