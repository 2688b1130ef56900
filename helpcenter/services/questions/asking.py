"""Asking a question, and waiting for the answer to somebody else's."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput, TooMany
from helpcenter.jobs import ROUTE_QUESTION, defer
from helpcenter.models import Asker, Question, QuestionState, Topic, User, new_public_id
from helpcenter.services import search
from helpcenter.services.notifications import call_off, clean_address, insert_once, queue_mail
from helpcenter.services.questions.answering import mail_answer, mail_declined
from helpcenter.services.questions.states import ANSWERED, root_of

TITLE_LENGTH: Final = 300
BODY_LENGTH: Final = 5000
NAME_LENGTH: Final = 120
PRODUCT_LENGTH: Final = 300
UNTOLD: Final = frozenset({"spam", "abusive"})
"""What is held for these: nobody is written to before a person has let it in, or its title would reach strangers in our name."""
PER_DAY: Final = 10
"""How many questions one address may ask or join within a day: each sends a mail to somebody who may not have asked."""


def ask(  # noqa: PLR0913 -- all that the ask page's form holds
    db: Session,
    *,
    title: str,
    body: str = "",
    topic: Topic | None = None,
    language: str,
    email: str,
    name: str = "",
    product: str = "",
    circle: bool = False,
    held_for: str = "",
    user: User | None = None,
    now: datetime,
) -> Question:
    """The new question. Its asker confirms his address by mail first, unless he is signed in with it.

    `product` is what he tells of his product, `circle` whether super-users may see the question, `held_for` why a person looks
    at it first; of what is held as spam or abuse nobody is written to before that. Raises
    InvalidInput for what cannot be a question or an address, TooMany.
    """
    product = " ".join(product.split())
    _refuse_nul(name, product)
    if len(product) > PRODUCT_LENGTH:
        raise InvalidInput(N_("Please tell of your product in at most %(most)s letters."), most=PRODUCT_LENGTH)
    address = _allowed_address(db, email, now)
    question = put(db, title=title, body=body, topic=topic, language=language, now=now)
    question.product, question.circle, question.held_for = product, circle, held_for
    _add_asker(db, question, address, name=name, language=language, user=user, first=True, now=now)
    db.expire(question, ["askers"])
    return question


def put(db: Session, *, title: str, body: str, topic: Topic | None, language: str, now: datetime) -> Question:
    """The new question without anybody who waits for its answer. Raises InvalidInput for what cannot be a question."""
    title, body = " ".join(title.split()), body.strip()
    if not any(sign.isprintable() and not sign.isspace() for sign in title):
        raise InvalidInput(N_("Please write your question."))
    if len(title) > TITLE_LENGTH:
        raise InvalidInput(
            N_("Please put your question in %(most)s letters, and the rest below it."), most=TITLE_LENGTH
        )
    if len(body) > BODY_LENGTH:
        raise InvalidInput(N_("Please describe it in at most %(most)s letters."), most=BODY_LENGTH)
    _refuse_nul(title, body)
    question = Question(title=title, body=body, topic=topic, language=language, created_at=now, state_at=now)
    db.add(question)
    db.flush()
    return question


def join(
    db: Session,
    question: Question,
    *,
    email: str,
    name: str = "",
    language: str,
    user: User | None = None,
    now: datetime,
) -> Asker:
    """The one who waits for the same answer; whoever waits already stays as he is. Raises InvalidInput, TooMany."""
    question = root_of(db, question)
    _refuse_nul(name)
    address = clean_address(email)
    same = select(Asker).where(Asker.question_id == question.id, Asker.email == address)
    if waiting := db.scalars(same).one_or_none():
        return waiting
    asker = _add_asker(
        db, question, _allowed_address(db, address, now), name=name, language=language, user=user, first=False, now=now
    )
    return asker or db.scalars(same).one()


def confirm_asker(db: Session, asker: Asker, *, now: datetime) -> None:
    """He may be written to; if there is an answer by now, he is written to at once. Once more changes nothing."""
    # Whoever answers at this moment waits for this transaction, or is waited for: one of the two sends the mail.
    question = db.scalars(
        select(Question)
        .where(Question.id == asker.question_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    db.refresh(asker)
    if asker.question_id != question.id:  # who merged at this moment has brought him to the other question
        confirm_asker(db, asker, now=now)
        return
    if (same := _same_after_merge(db, asker)) is not None:
        asker.confirmed_at = asker.confirmed_at or now
        confirm_asker(db, same, now=now)
        return
    if asker.confirmed_at is None:
        asker.confirmed_at = now
        db.flush()
        defer(db, ROUTE_QUESTION, question.id)
    if question.state in ANSWERED:
        mail_answer(db, question, asker, now=now)
        search.index_question(db, question.id)
    elif question.state is QuestionState.DECLINED:
        mail_declined(db, question, asker, now=now)


def ask_to_confirm(db: Session, question: Question, asker: Asker, *, now: datetime) -> None:
    """Write to him once: he follows the link if it was he who asked."""
    queue_mail(
        db,
        effect_key=f"confirm-question:{asker.public_id}",
        kind="confirm_question",
        params={"question": question.public_id, "asker": asker.public_id, "title": question.title},
        recipient=asker.email,
        language=asker.language,
        now=now,
    )


def share(db: Session, question: Question, *, agreed: bool) -> None:
    """The asker agrees that super-users see his question, or takes that back: it holds at once."""
    question.circle = agreed
    db.flush()


def leave(db: Session, asker: Asker) -> None:
    """He gets no more mail about this question; his address is forgotten."""
    question = asker.question
    if (same := _same_after_merge(db, asker)) is not None:
        leave(db, same)
    call_off(db, asker.email, "asker", asker.public_id)
    db.delete(asker)
    db.flush()
    db.expire(question, ["askers"])


def _same_after_merge(db: Session, asker: Asker) -> Asker | None:
    """The same person's row at the question into which this one was merged, where he waited for both."""
    into = db.get_one(Question, asker.question_id).merged_into_id
    same = select(Asker).where(Asker.question_id == into, Asker.email == asker.email)
    return db.scalars(same).one_or_none() if into else None


def _add_asker(  # noqa: PLR0913 -- the row's columns
    db: Session,
    question: Question,
    email: str,
    *,
    name: str,
    language: str,
    user: User | None,
    first: bool,
    now: datetime,
) -> Asker | None:
    """The new asker, None where that address waits already."""
    asker_id = insert_once(
        db,
        Asker,
        {
            "question_id": question.id, "public_id": new_public_id(), "email": email, "language": language,
            "name": " ".join(name.split())[:NAME_LENGTH], "first": first, "user_id": user.id if user else None, "created_at": now,
        },
    )  # fmt: skip
    if asker_id is None:
        return None
    asker = db.get_one(Asker, asker_id)
    if user and user.email == email:
        confirm_asker(db, asker, now=now)
        return asker
    if question.held_for not in UNTOLD:
        ask_to_confirm(db, question, asker, now=now)
    return asker


def _allowed_address(db: Session, email: str, now: datetime) -> str:
    address = clean_address(email)
    lately = select(func.count()).where(Asker.email == address, Asker.created_at > now - timedelta(days=1))
    if (db.scalar(lately) or 0) >= PER_DAY:
        raise TooMany(N_("There were many questions from this address today. Please come back tomorrow."))
    return address


def _refuse_nul(*texts: str) -> None:
    if any("\0" in text for text in texts):  # PostgreSQL cannot keep it
        raise InvalidInput(N_("This text holds signs that cannot be kept. Please type it again."))
