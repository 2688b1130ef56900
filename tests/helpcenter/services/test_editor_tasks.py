"""An editor sees to what readers say."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import AuditRow, EditorTask, EntryState, RatingKind, TaskState
from helpcenter.permissions import Role
from helpcenter.services import editor_tasks, helpful, ratings
from helpcenter.services.helpful import Share
from tests.factories import NOW, make_answer, make_user

pytestmark = pytest.mark.usefixtures("each_database")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def editor(db):
    return make_user(db, Role.EDITOR)


@pytest.fixture
def entry(db):
    return make_answer(db)


def complain(db, entry, *, times=2, kind=RatingKind.OUTDATED, at=NOW):
    for _ in range(times):
        ratings.rate(db, entry.id, None, helpful=False, reason="", kind=kind, now=at)
    return db.scalars(select(EditorTask).where(EditorTask.kind == kind).order_by(EditorTask.id.desc()).limit(1)).one()


def test_it_is_taken_given_back_and_done_each_with_its_audit_row(db, entry, editor):
    task = complain(db, entry)
    editor_tasks.take(db, task, actor=editor, now=NOW)
    assert (task.state, task.user_id) == (TaskState.TAKEN, editor.id)
    editor_tasks.give_back(db, task, actor=editor, now=NOW)
    assert (task.state, task.user_id) == (TaskState.OPEN, None)
    editor_tasks.done(db, task, actor=editor, now=LATER)
    assert (task.state, task.user_id, task.closed_at) == (TaskState.DONE, editor.id, LATER)
    audit = select(AuditRow.action).where(AuditRow.kind == "editor task").order_by(AuditRow.id)
    assert list(db.scalars(audit)) == ["taken", "open", "done"]


def test_what_is_done_is_done_once(db, entry, editor):
    task = complain(db, entry)
    editor_tasks.done(db, task, actor=editor, now=LATER)
    for late in (editor_tasks.done, editor_tasks.take):
        with pytest.raises(Conflict):
            late(db, task, actor=editor, now=LATER)


def test_dismissing_wants_a_reason_and_waits_for_as_many_others(db, entry, editor):
    task = complain(db, entry)
    with pytest.raises(InvalidInput):
        editor_tasks.dismiss(db, task, reason="  ", actor=editor, now=LATER)
    editor_tasks.dismiss(db, task, reason="It is right.", actor=editor, now=LATER)
    assert editor_tasks.waiting(db) == ([], 0)
    again = complain(db, entry, times=1, at=LATER + timedelta(minutes=1))
    assert again is task
    again = complain(db, entry, times=1, at=LATER + timedelta(minutes=2))
    assert (again is task, again.count, again.state) == (False, 2, TaskState.OPEN)


def test_with_its_last_task_an_entry_has_had_its_look(db, entry, editor):
    old, unclear = complain(db, entry, times=5), complain(db, entry, times=5, kind=RatingKind.UNCLEAR)
    assert entry.state is EntryState.STALE
    editor_tasks.done(db, old, actor=editor, now=LATER)
    assert entry.state is EntryState.STALE
    editor_tasks.done(db, unclear, actor=editor, now=LATER)
    assert (entry.state, helpful.of_entry(db, entry.id)) == (EntryState.PUBLISHED, Share())


def test_those_that_most_ask_for_come_first(db, entry):
    other = make_answer(db, slug="other")
    complain(db, entry, times=2)
    complain(db, other, times=4, kind=RatingKind.UNCLEAR)
    found, total = editor_tasks.waiting(db)
    assert ([task.entry for task in found], total) == ([other, entry], 2)
