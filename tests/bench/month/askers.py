"""Those who ask: from home or in a live session, alone or with others; some never confirm, and most say whether it is solved."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, LiveSession, LiveSessionState, OutgoingMail, Question, Topic
from helpcenter.services import live, questions
from helpcenter.services.questions.states import ANSWERED, OPEN

if TYPE_CHECKING:
    from tests.bench.month.town import Month
    from tests.bench.routing import Case

LIVE, CONFIRMS, JOINS, SAYS = 0.05, 0.9, 0.05, 0.6
NOT_SOLVED: Final = {True: 0.05, False: 0.5}
"""How likely an answer did not solve it, from one who knows and from one who does not."""


class Askers:
    """`cases` is what each question is really about, `able_then` who had its answer when it was asked."""

    def __init__(self, month: "Month") -> None:
        self._month, self.asked, self._read = month, 0, 0
        self.cases: dict[int, Case] = {}
        self.able_then: dict[int, frozenset[int]] = {}

    def ask(self) -> None:
        """The questions of this half hour, so that all are asked on the last evening."""
        month = self._month
        left = (datetime.combine(month.days.end, time(0), UTC) - month.now).total_seconds() / 86400 * 28
        few = month.number - self.asked
        share = few / left if left > 1 else few
        count = int(share) + (month.random.random() < share % 1)
        for _ in range(min(count, few)):
            self.asked += 1
            with month.ports.database.transaction() as db:
                question = self._one(db)
            case = self.cases[question.id]
            self.able_then[question.id] = frozenset(month.world.able[case.topic])

    def _one(self, db: Session) -> Question:
        month, case = self._month, self._month.world.case()
        draw, now, address = month.random.random, month.now, f"asker{self.asked}@example.org"
        coming = db.scalars(select(LiveSession).where(LiveSession.state == LiveSessionState.SCHEDULED)).first()
        if coming and draw() < LIVE:
            item = live.ask(
                db, coming, title=case.title, voter=f"v{self.asked}", network="", language=case.language, user=None, now=now
            )  # fmt: skip
            question = item.question
        else:
            topic = db.get_one(Topic, case.chosen) if case.chosen else None
            question = questions.ask(db, title=case.title, topic=topic, language=case.language, email=address, now=now)
            if draw() < CONFIRMS:
                questions.confirm_asker(db, question.askers[0], now=now)
        self.cases[question.id] = case
        if draw() < JOINS and (other := db.get(Question, month.random.randint(1, question.id))):
            joined = questions.join(db, other, email=f"co{address}", language=case.language, now=now)
            questions.confirm_asker(db, joined, now=now)
        return question

    def say(self) -> None:
        """Whoever was just asked whether it is solved says so, or not, or nothing."""
        month = self._month
        with month.ports.database.transaction() as db:
            new = select(OutgoingMail).where(OutgoingMail.id > self._read).order_by(OutgoingMail.id)
            for mail in db.scalars(new).all():
                self._read = mail.id
                if mail.kind == "question_solved" and month.random.random() < SAYS:
                    asker = db.scalars(select(Asker).where(Asker.public_id == mail.params["asker"])).one_or_none()
                    if asker is not None:
                        self._say_one(db, asker)

    def _say_one(self, db: Session, asker: Asker) -> None:
        month, question = self._month, asker.question
        if question.state in OPEN:
            return
        knew = question.expert_id in month.world.able[self.cases[question.id].topic]
        if month.random.random() < NOT_SOLVED[knew]:
            trouble = questions.Trouble.UNCLEAR
            questions.say_unsolved(db, asker, trouble=trouble, now=month.now, actor=None)
        elif question.state in ANSWERED:
            questions.say_solved(db, asker, now=month.now, actor=None)
