"""The questions of those who answer: their lists, and one question with what is proposed for it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp, page_number
from helpcenter.blueprints.workbench.question_deeds import DEEDS, Deed
from helpcenter.blueprints.workbench.question_words import EMPTY, LISTS
from helpcenter.errors import N_, Conflict, HelpCenterError
from helpcenter.models import Question, QuestionState, User
from helpcenter.permissions import Action
from helpcenter.services import answers, attachments, circle, dispatch, questions, routing, topics
from helpcenter.services.dispatch import PAGE, Which
from helpcenter.services.questions.assigning import may_have
from helpcenter.services.questions.states import CLOSED, TRANSITIONS
from helpcenter.web import allowed, check, language, now, reading, require, settings, signed_in_user, transaction
from helpcenter.web.sessions import span


@bp.get("/questions", endpoint="questions")
@require(Action.ANSWER)
def list_() -> ResponseReturnValue:
    """One of the lists, what is due first before the rest."""
    user = signed_in_user()
    lists = dispatch.may_list(user)
    wanted = request.args.get("show", "")
    which = next((one for one in lists if one.value == wanted), lists[1] if allowed(Action.ANSWER) else lists[0])
    with reading() as db:
        lines, total = dispatch.list_questions(db, user, which, page=page_number(), now=now())
        counts: dict[Which, int] = {
            one: dispatch.count(db, user, one, now=now()) for one in lists if one != Which.CLOSED
        }
    title, text = EMPTY[which]
    return render_template(
        "workbench/questions.html", lines=lines, total=total, which=which, page=page_number(), pages=-(-total // PAGE),
        lists=[(one, gettext(LISTS[one]), counts.get(one, 0)) for one in lists],
        empty=(gettext(title), gettext(text) if text else ""),
    )  # fmt: skip


@bp.get("/questions/<public_id>")
@require(Action.ANSWER)
def question(public_id: str) -> ResponseReturnValue:
    """One question: what was asked, what happened, who is proposed, and what can be done."""
    with reading() as db:
        found = find_question(db, public_id)
        return render_template("workbench/question.html", **question_values(db, found, Form()))


@bp.get("/questions/<public_id>/alike")
@require(Action.ANSWER)
def alike_questions(public_id: str) -> ResponseReturnValue:
    """Questions like the words in `?find=`, to merge it into; a fragment."""
    with reading() as db:
        found = find_question(db, public_id)
        words = request.args.get("find", "")
        return render_template("workbench/_question_alike.html", alike=dispatch.alike(db, found, words))


@bp.post("/questions/<public_id>")
@require(Action.ANSWER)
def decide_question(public_id: str) -> ResponseReturnValue:
    """Take it, give it, pass it on, change its topic, merge, plan, decline, or let it in; "find" only looks for others like it."""
    deed = DEEDS.get(request.form.get("action", ""))
    form, status = Form(request.form.to_dict()), 200
    try:
        with transaction() as db:
            found = find_question(db, public_id)
            if deed is not None:
                check(deed.action, own=_is_own(db, found))
                _check_unmoved(found, form)
                if deed.do(db, found, form) and form.ok:
                    return redirect(_after(deed, found))
    except HelpCenterError as error:
        if error.status in {401, 403, 404}:
            raise
        status = form.refuse(error)
    with reading() as db:
        values = question_values(db, find_question(db, public_id), form)
        return render_template("workbench/question.html", **values), 422 if form.errors else status


def find_question(db: Session, public_id: str) -> Question:
    """The question, if whoever asks may answer it. Raises NotFound."""
    return dispatch.find(db, signed_in_user(), public_id)


def question_values(db: Session, found: Question, form: Form) -> dict[str, Any]:
    """All that the page of a question shows; whoever adds to the page adds here."""
    user, is_open = signed_in_user(), found.state not in CLOSED
    proposals = _proposals(db, found) if is_open else []
    words = form.get("find") or found.title
    into = db.get(Question, found.merged_into_id) if found.merged_into_id else None
    return {
        "question": found, "line": dispatch.line_of(db, found), "form": form, "is_open": is_open, "proposals": proposals,
        "mine": found.expert_id == user.id, "accepted": routing.has_accepted(db, found, user), "into": into,
        "history": dispatch.history(db, found, language=language()), "experts": _experts(db, but=found.expert_id),
        "topics": topics.flat(db), "alike": dispatch.alike(db, found, words) if is_open else [],
        "sessions": [(one.public_id, f"{span(one)}: {one.title}") for one in dispatch.sessions_to_choose(db, now=now())],
        "may_decline": QuestionState.DECLINED in TRANSITIONS[found.state],
        "may_pass": is_open and not found.held_for and not (allowed(Action.ANSWER) and found.expert_id is None),
        "files": attachments.of_question(db, found), "answers": answers.history(db, found),
        "suggested": circle.suggestions_for(db, found) if is_open else [],
        "following": dispatch.next_after(db, user, found, now=now()),
    }  # fmt: skip


def _proposals(db: Session, found: Question) -> list[routing.Proposal]:
    but = routing.who_passed(db, found) | ({found.expert_id} if found.expert_id else set())
    return routing.propose(db, found, now=now(), but=but, calendar=settings().working_time)


def _experts(db: Session, *, but: int | None) -> list[tuple[str, str]]:
    people = db.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name, User.id))
    return [(one.public_id, one.name or one.email) for one in people if may_have(one) and one.id != but]


def _is_own(db: Session, found: Question) -> bool:
    return questions.is_theirs(db, found, signed_in_user())


def _check_unmoved(found: Question, form: Form) -> None:
    """Raise Conflict where somebody else has got the question since this page was made."""
    if "has" in form.values and form.get("has") != (found.expert.public_id if found.expert else ""):
        if found.expert is None:
            raise Conflict(N_("Somebody has given this question back meanwhile. Please look at it again."))
        name = found.expert.name or found.expert.email
        raise Conflict(N_("By now %(person)s has this question. Please look at it again."), person=name)


def _after(deed: Deed, found: Question) -> str:
    if deed.leaves:
        return url_for("workbench.questions", done=deed.done)
    return url_for("workbench.question", public_id=found.public_id, done=deed.done)
