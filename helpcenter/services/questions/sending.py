"""Sending a question from outside: looked at first, known again if it comes once more, with what comes along."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpcenter.models import AskOnce, AskTrace, Question, QuestionTwin, Topic, User
from helpcenter.services.notifications import insert_once
from helpcenter.services.questions.asking import ask
from helpcenter.services.questions.holding import Manner, is_shown, reason_to_hold
from helpcenter.services.questions.states import CLOSED
from helpcenter.tokens import fingerprint, signature

FORGOTTEN: Final = timedelta(days=1)
"""So long it is known from which network and with which words a question came, and under which key."""
TWINS: Final = timedelta(hours=1)
"""Within this the same words are proposed as the same question."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as somebody sends it; see `asking.ask`."""

    title: str
    email: str
    language: str
    body: str = ""
    topic: Topic | None = None
    name: str = ""
    product: str = ""
    circle: bool = False
    user: User | None = None

    @property
    def text(self) -> str:
        """All that others might read: the title in one line, then the rest."""
        return f"{' '.join(self.title.split())}\n{self.body}"


def words_of(draft: Draft) -> str:
    """The fingerprint of what it says: case and spaces do not count."""
    return fingerprint(" ".join(draft.text.casefold().split()))


def network_of(secret: str, network: str, now: datetime) -> str:
    """The fingerprint of a network, another one each day, so that nobody can be followed by it."""
    return signature(secret, "ask-network", f"{now:%Y-%m-%d}:{network}")


def send(db: Session, draft: Draft, manner: Manner, *, now: datetime) -> Question:
    """The new question, held back where a person should look at it first.

    Where somebody else has just asked the same, both stay, and an editor is shown that the two may be one. They are not joined
    by themselves: the same words do not make the same case (what stands below them, the product, the pictures differ), and
    joined by a machine the second asker would lose what he wrote, on the word of anybody who copies his title.
    Raises InvalidInput, TooMany.
    """
    question = ask(
        db, title=draft.title, body=draft.body, topic=draft.topic, language=draft.language, email=draft.email, name=draft.name,
        product=draft.product, circle=draft.circle, user=draft.user, now=now,
        held_for=reason_to_hold(db, draft.text, manner, now=now),
    )  # fmt: skip
    if not question.held_for and (first := _first_like(db, manner.words, now)):
        db.add(QuestionTwin(question=question, first=first, at=now))
    db.add(AskTrace(question_id=question.id, network=manner.network, words=manner.words, at=now))
    db.flush()
    return question


def once(db: Session, key: str, digest: str, *, now: datetime) -> AskOnce | None:
    """None where this is the first question under this key (then `keep_once` must follow), else what was kept of that.

    Whoever comes with the same key at the same time waits here until the first one is done.
    """
    values = {"key": _once_key(key), "digest": digest, "at": now}
    if insert_once(db, AskOnce, values) is not None:
        return None
    return db.scalars(
        select(AskOnce).where(AskOnce.key == values["key"]).execution_options(populate_existing=True)
    ).one()


def keep_once(db: Session, key: str, question: Question) -> None:
    """Remember which question came of the key."""
    row = db.scalars(select(AskOnce).where(AskOnce.key == _once_key(key))).one()
    row.question = question
    db.flush()


def forget_old(db: Session, *, now: datetime) -> None:
    """Forget what is only known for a day."""
    for model in (AskTrace, AskOnce):
        db.execute(delete(model).where(model.at < now - FORGOTTEN))


def _once_key(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _first_like(db: Session, words: str, now: datetime) -> Question | None:
    """The first question of the last hour that says the same and still waits for its answer."""
    wanted = (
        select(Question)
        .join(AskTrace, AskTrace.question_id == Question.id)
        .where(AskTrace.words == words, AskTrace.at > now - TWINS, is_shown(), Question.state.not_in(CLOSED))
        .order_by(Question.id)
    )
    return db.scalars(wanted.limit(1)).one_or_none()
