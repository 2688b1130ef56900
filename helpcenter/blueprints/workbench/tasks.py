"""What readers say is wrong with answers, as work for editors."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpcenter.blueprints.solving import TROUBLES
from helpcenter.blueprints.workbench.frame import bp, page_number
from helpcenter.errors import HelpCenterError, InvalidInput, NotFound
from helpcenter.models import EditorTask, EntryState
from helpcenter.permissions import Action
from helpcenter.services import editor_tasks, faq, questions
from helpcenter.web import language, now, reading, require, say, signed_in_user, transaction

_PLAIN = {"take": editor_tasks.take, "give_back": editor_tasks.give_back, "done": editor_tasks.done}


@bp.get("/tasks")
@require(Action.PUBLISH)
def tasks() -> ResponseReturnValue:
    """What waits, most asked for first; and what was seen to last."""
    return _page()


@bp.post("/tasks/<public_id>")
@require(Action.PUBLISH)
def move_task(public_id: str) -> ResponseReturnValue:
    """Take it, give it back, say that it is done, dismiss it with a `reason`, or mark its entry as one that needs a look."""
    action, actor = request.form.get("action", ""), signed_in_user()
    if action not in {*_PLAIN, "dismiss", "mark_stale"}:
        raise NotFound
    try:
        with transaction() as db:
            task = editor_tasks.find(db, public_id)
            if action == "dismiss":
                editor_tasks.dismiss(db, task, reason=request.form.get("reason", ""), actor=actor, now=now())
            elif action == "mark_stale":
                if task.entry is None:
                    raise NotFound
                faq.mark_stale(db, task.entry, editor=actor, now=now())
            else:
                _PLAIN[action](db, task, actor=actor, now=now())
    except HelpCenterError as error:
        if isinstance(error, NotFound):
            raise
        return _page(error, public_id if isinstance(error, InvalidInput) else ""), error.status
    return redirect(url_for("workbench.tasks", done=f"task_{action}"), 303)


def _page(error: HelpCenterError | None = None, opened: str = "") -> str:
    with reading() as db:
        waiting, total = editor_tasks.waiting(db, page=page_number())
        return render_template(
            "workbench/tasks.html", tasks=waiting, total=total, closed=editor_tasks.closed(db), opened=opened,
            said=_said(editor_tasks.reasons(db, waiting)), error=say(error.message) if error else "", title_of=_title,
            typed=request.form.get("reason", ""), published=EntryState.PUBLISHED,
            page=page_number(), pages=-(-total // editor_tasks.PAGE),
        )  # fmt: skip


def _title(task: EditorTask) -> str:
    if task.entry:
        return faq.EntryLine(task.entry, 0).title(language())
    return task.clip.title if task.clip else ""


def _said(reasons: Mapping[int, list[str]]) -> dict[int, list[str]]:
    """Readers' words by task; what an asker chose from a list is said in the editor's language."""
    return {task_id: [_in_words(reason) for reason in found] for task_id, found in reasons.items()}


def _in_words(reason: str) -> str:
    chosen = questions.read_trouble(reason)
    return ": ".join(filter(None, (gettext(TROUBLES[chosen[0]]), chosen[1]))) if chosen else reason
