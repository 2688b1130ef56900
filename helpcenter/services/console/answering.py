"""Answering: what begins now, what is done, what is skipped, and what is off the record."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, Message
from helpcenter.models import (
    AgendaStage,
    DeskDeed,
    LiveSession,
    Marker,
    MarkerKind,
    Question,
    SessionQuestion,
    User,
)
from helpcenter.services import live
from helpcenter.services.console.answers import Answer, answer_after, answer_at, answers_of
from helpcenter.services.console.deeds import Look, answer_meant, perform
from helpcenter.services.console.marking import check_running, mark, markers_of
from helpcenter.services.console.planning import let_in
from helpcenter.services.console.press import Press
from helpcenter.services.console.settling import settle

SAME_PRESS: Final = timedelta(minutes=1)
"""Two who press for the same question within this mean the same answer."""
THE_END: Final = "the end of the session"
"""The key of the mark that ends an answer which nobody has ended."""
_OTHER: Final = N_(
    "%(person)s has just begun to answer “%(title)s”. Press again if you want to go on to your question."
)
_NOT_ANSWERING: Final = N_("Nothing was being answered any more at that moment: somebody else has pressed before.")
_DONE_OTHER: Final = N_("“%(title)s” is being answered now, which is not what you saw. Nothing was ended.")
_SOMEBODY: Final = N_("Somebody else")


def answer(
    db: Session, session: LiveSession, item: SessionQuestion | None, press: Press, *, title: str = ""
) -> bool:  # fmt: skip
    """From this instant on the question is answered, or without `item` what `title` says; what was answered before is done.

    Somebody else's press for the same question, a little earlier or later, means the same answer. False where this press has
    been here before. Raises Conflict where the presser did not see what is being answered, or the session does not run.
    """
    question, title = (item.question, "") if item else (None, " ".join(title.split()))
    if question is None and not title:
        raise InvalidInput(N_("Please choose a question, or write in some words what you answer."))

    def act(before: Look, press: Press) -> str:
        check_running(session, press.at)
        current, later = answer_at(before.answers, press.at), answer_after(before.answers, press.at)
        if current and _is_about(current, question, title):
            return current.key
        if current and press.seen is not None and answer_meant(db, session, press.seen) != current.key:
            raise Conflict(_OTHER, person=_name(db, current.begin), title=current.begin.title)
        if later and later.at - press.at <= SAME_PRESS and _is_about(later, question, title):
            later.begin.at = press.at
            return later.key
        if item:
            let_in(db, item, press)
        return _mark(db, session, MarkerKind.ANSWERING, press, question=question, title=title)

    return perform(db, session, DeskDeed.ANSWER, press, act, title=question.title if question else title)


def done(db: Session, session: LiveSession, press: Press) -> bool:
    """The answer that is being given ends at this instant, and its clip is cut. Raises Conflict where there is none."""

    def act(before: Look, press: Press) -> str:
        check_running(session, press.at)
        current = answer_at(before.answers, press.at)
        if current is None:
            raise Conflict(_NOT_ANSWERING)
        if press.seen and answer_meant(db, session, press.seen) != current.key:
            raise Conflict(_DONE_OTHER, title=current.begin.title)
        _mark(db, session, MarkerKind.ANSWERED, press, question=_question(db, current), title=current.begin.title)
        return current.key

    return perform(db, session, DeskDeed.DONE, press, act, title=_title_now(db, session, press))


def skip(db: Session, session: LiveSession, item: SessionQuestion | None, press: Press) -> bool:
    """Not now: it goes to the end of those that wait. Without `item`, what is being answered; its mark is taken back."""

    def act(before: Look, press: Press) -> None:
        current = answer_at(before.answers, press.at)
        chosen = item or (_item(db, session, current) if current else None)
        if chosen is None and current is None:
            raise Conflict(_NOT_ANSWERING)
        if current and (chosen is None or current.begin.question_id == chosen.question_id):
            check_running(session, press.at)
            _take_back(db, session, before, current, press)
        if chosen is not None:
            if chosen.stage is AgendaStage.ANSWERED:
                raise Conflict(N_("“%(title)s” has been answered already."), title=chosen.question.title)
            live.bring(db, chosen, AgendaStage.SKIPPED, actor=press.actor, now=press.now)
            chosen.place = None

    return perform(
        db, session, DeskDeed.SKIP, press, act, title=item.question.title if item else _title_now(db, session, press)
    )


def off_record(db: Session, session: LiveSession, press: Press) -> bool:
    """From this instant on nothing is kept, nor shown. Being there already is as good. Raises Conflict."""
    return _set_record(db, session, MarkerKind.OFF_RECORD, press)


def on_record(db: Session, session: LiveSession, press: Press) -> bool:
    """From this instant on everything is kept again."""
    return _set_record(db, session, MarkerKind.ON_RECORD, press)


def topic(db: Session, session: LiveSession, press: Press, *, title: str) -> bool:
    """Another topic begins, which becomes a chapter. Raises InvalidInput without a title, Conflict."""
    if not title.strip():
        raise InvalidInput(N_("Please write what the new topic is."))

    def act(_: Look, press: Press) -> None:
        _mark(db, session, MarkerKind.TOPIC, press, question=None, title=title)

    return perform(db, session, DeskDeed.TOPIC, press, act, title=" ".join(title.split()))


def close(db: Session, session: LiveSession, *, now: datetime) -> None:
    """The session has just ended, and with it the answer that was being given: it is one, and is cut. Else nothing changes."""
    live.beat(db, session.id)
    before = answers_of(markers_of(db, session))
    if not before or before[-1].end is not None:
        return
    last = before[-1]
    mark(
        db, session, kind=MarkerKind.ANSWERED, title=last.begin.title, question=_question(db, last),
        at=max(last.at, session.ended_at or now), key=THE_END, actor=None, now=now,
    )  # fmt: skip
    settle(db, session, before, actor=None, now=now)


def _set_record(db: Session, session: LiveSession, kind: MarkerKind, press: Press) -> bool:
    def act(_: Look, press: Press) -> None:
        check_running(session, press.at)
        hidden = any(
            start <= press.at and (end is None or press.at < end)
            for start, end in live.hidden_stretches(db, session.id)
        )
        if hidden is not (kind is MarkerKind.OFF_RECORD):
            _mark(db, session, kind, press, question=None, title="")

    return perform(db, session, DeskDeed(kind.value), press, act)


def _take_back(db: Session, session: LiveSession, before: Look, current: Answer, press: Press) -> None:
    """Take the mark of this answer back; the answer that it had ended stays ended at that instant."""
    ended = next((one for one in before.answers if one.end == current.at and one.closing is None), None)
    if ended and ended is not current:
        db.add(
            Marker(
                session_id=session.id, recording_id=session.recording_id, key=f"{press.key}:end", at=current.at,
                kind=MarkerKind.ANSWERED, title=ended.begin.title, question_id=ended.begin.question_id,
                made_by_id=press.actor.id if press.actor else None,
            )
        )  # fmt: skip
    db.delete(current.begin)
    db.flush()
    item = _item(db, session, current)
    if item is not None:
        live.bring(db, item, AgendaStage.SKIPPED, actor=press.actor, now=press.now)


def _mark(
    db: Session, session: LiveSession, kind: MarkerKind, press: Press, *, question: Question | None, title: str
) -> str:  # fmt: skip
    mark(
        db,
        session,
        kind=kind,
        title=title,
        question=question,
        at=press.at,
        key=press.key,
        actor=press.actor,
        now=press.now,
    )
    return press.key


def _is_about(answer: Answer, question: Question | None, title: str) -> bool:
    if question is not None:
        return answer.begin.question_id == question.id
    return answer.begin.question_id is None and answer.begin.title == title


def _title_now(db: Session, session: LiveSession, press: Press) -> str:
    wanted = select(Marker.title).where(
        Marker.session_id == session.id, Marker.kind == MarkerKind.ANSWERING, Marker.at <= press.at
    )
    return db.scalar(wanted.order_by(Marker.at.desc(), Marker.id.desc()).limit(1)) or ""


def _question(db: Session, answer: Answer) -> Question | None:
    return db.get(Question, answer.begin.question_id) if answer.begin.question_id else None


def _item(db: Session, session: LiveSession, answer: Answer) -> SessionQuestion | None:
    wanted = select(SessionQuestion).where(
        SessionQuestion.session_id == session.id, SessionQuestion.question_id == answer.begin.question_id
    )
    return db.scalars(wanted).one_or_none()


def _name(db: Session, marker: Marker) -> object:
    maker = db.get(User, marker.made_by_id) if marker.made_by_id else None
    return (maker.name if maker else "") or Message(_SOMEBODY)
