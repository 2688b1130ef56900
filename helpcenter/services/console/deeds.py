"""What hosts do at the desk, one after the other: each once, however often it is sent, and the last one can be taken back.

Each deed keeps what it has changed, as it was before: {"marks": {key: the mark, None where there was none},
"items": {id: [place, stage]}, "answer": the key of the answer that it was about}.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import (
    AgendaStage,
    AuditRow,
    DeskAction,
    DeskDeed,
    LiveSession,
    Marker,
    MarkerKind,
    SessionQuestion,
)
from helpcenter.services import live
from helpcenter.services.console.answers import Answer, answers_of, is_unsaid, key_of
from helpcenter.services.console.marking import check_running, markers_of
from helpcenter.services.console.press import Press
from helpcenter.services.console.settling import keep_out, settle

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,48}")
"""What browsers name their presses by; the marks that we make ourselves have other signs in their keys."""
_NOTHING = N_("There is nothing to take back.")
_MORE_SINCE = N_(
    "Something else has been done since. Look at what “Undo” takes back now, and press it again if you want that."
)


class Look(NamedTuple):
    """The desk at one moment: its marks by key, the place and stage of its questions by id, its answers, what is off the record."""

    marks: dict[str, dict[str, Any]]
    items: dict[int, list[Any]]
    answers: list[Answer]
    hidden: list[live.Stretch]


Act = Callable[[Look, Press], str | None]
_NEXT: Final = timedelta(milliseconds=1)


def perform(db: Session, session: LiveSession, deed: DeskDeed, press: Press, act: Act, *, title: str = "") -> bool:
    """Let `act` do it, with all that follows; False where this press has been here before: then nothing happens.

    `act` is given the desk as it is and the press with its instant, and returns the key of the answer that it was about, if
    any. Raises what it raises.
    """
    if not _first_time(db, session, press):
        return False
    press = _in_order(db, session, press)
    before = look(db, session)
    answer = act(before, press)
    settle(db, session, before.answers, actor=press.actor, now=press.now)
    keep_out(db, session, before.hidden, now=press.now)
    change = _difference(before, look(db, session))
    if answer:
        change["answer"] = answer
    _note(db, session, deed, press, title=title, change=change, undone=not change.keys() & {"marks", "items"})
    return True


def undo(db: Session, session: LiveSession, press: Press, *, target: str | None = None) -> bool:
    """Take exactly the last thing back that was done and is not taken back yet; called again, the one before.

    `target` is the key of what the presser thinks that is. Raises Conflict where it is something else, or nothing.
    """
    if not _first_time(db, session, press):
        return False
    last = last_deed(db, session)
    if last is None:
        raise Conflict(_NOTHING)
    if target and last.key != target:
        raise Conflict(_MORE_SINCE)
    if last.change.get("marks"):
        check_running(session, press.at)
    before = look(db, session)
    _restore(db, session, last.change, press)
    settle(db, session, before.answers, actor=press.actor, now=press.now)
    keep_out(db, session, before.hidden, now=press.now)
    last.undone = True
    _note(db, session, DeskDeed.UNDO, press, title=last.title, change={"of": last.key}, undone=True)
    return True


def last_deed(db: Session, session: LiveSession) -> DeskAction | None:
    """What `undo` takes back."""
    wanted = select(DeskAction).where(DeskAction.session_id == session.id, DeskAction.undone.is_(False))
    return db.scalars(wanted.order_by(DeskAction.id.desc()).limit(1)).one_or_none()


def answer_meant(db: Session, session: LiveSession, seen: str) -> str:
    """The key of the answer that somebody saw: his own press may have found the same question being answered already."""
    change = db.scalar(select(DeskAction.change).where(DeskAction.session_id == session.id, DeskAction.key == seen))
    return str((change or {}).get("answer") or seen)


def look(db: Session, session: LiveSession) -> Look:
    """The desk as the database has it now."""
    markers = markers_of(db, session)
    items = select(SessionQuestion).where(SessionQuestion.session_id == session.id)
    rows = db.scalars(items.execution_options(populate_existing=True))
    return Look(
        {key_of(one): _as_json(one) for one in markers if not is_unsaid(one)},
        {row.id: [row.place, row.stage.value] for row in rows},
        answers_of(markers),
        live.hidden_stretches(db, session.id),
    )


def _first_time(db: Session, session: LiveSession, press: Press) -> bool:
    if not _KEY.fullmatch(press.key):
        raise InvalidInput
    live.beat(db, session.id)  # first of all: whoever presses at the same moment waits here
    db.flush()
    db.expire(session)
    sent = select(DeskAction.id).where(DeskAction.session_id == session.id, DeskAction.key == press.key)
    return db.scalar(sent) is None


def _in_order(db: Session, session: LiveSession, press: Press) -> Press:
    """The press, later than the one before it: each has its own way to us, which may have taken the first one longer."""
    before = db.scalar(select(DeskAction.at).where(DeskAction.session_id == session.id, DeskAction.key == press.after))
    return replace(press, at=max(press.at, before + _NEXT)) if before else press


def _note(
    db: Session,
    session: LiveSession,
    deed: DeskDeed,
    press: Press,
    *,
    title: str,
    change: dict[str, Any],
    undone: bool,
) -> None:
    actor_id = press.actor.id if press.actor else None
    db.add(
        DeskAction(
            session_id=session.id, key=press.key, deed=deed, title=title[:300], at=press.at, actor_id=actor_id,
            change=change, undone=undone,
        )
    )  # fmt: skip
    detail = {"late": round((press.now - press.at).total_seconds(), 1)}
    db.add(
        AuditRow(
            at=press.now, actor_id=actor_id, action=f"desk {deed.value}", kind="live session", thing_id=session.id,
            detail=detail,
        )
    )  # fmt: skip
    db.flush()


def _difference(before: Look, after: Look) -> dict[str, Any]:
    marks = {
        key: before.marks.get(key)
        for key in before.marks.keys() | after.marks.keys()
        if before.marks.get(key) != after.marks.get(key)
    }
    items = {str(id_): was for id_, was in before.items.items() if after.items.get(id_) != was}
    return {name: part for name, part in (("marks", marks), ("items", items)) if part}


def _restore(db: Session, session: LiveSession, change: dict[str, Any], press: Press) -> None:
    there = {key_of(marker): marker for marker in markers_of(db, session)}
    for key, was in change.get("marks", {}).items():
        marker = there.get(key)
        if was is None:
            if marker:
                db.delete(marker)
            continue
        marker = marker or Marker(session_id=session.id, key=None if key.startswith("#") else key)
        marker.at, marker.kind, marker.title = datetime.fromisoformat(was["at"]), MarkerKind(was["kind"]), was["title"]
        marker.question_id, marker.made_by_id = was["question"], was["by"]
        marker.recording_id = session.recording_id
        db.add(marker)
    for item_id, (place, stage) in change.get("items", {}).items():
        item = db.get(SessionQuestion, int(item_id))
        if item is not None:
            item.place = place
            live.bring(db, item, AgendaStage(stage), actor=press.actor, now=press.now)
    db.flush()


def _as_json(marker: Marker) -> dict[str, Any]:
    return {
        "at": marker.at.isoformat(), "kind": marker.kind.value, "title": marker.title, "question": marker.question_id,
        "by": marker.made_by_id,
    }  # fmt: skip
