"""Answering a question: in writing, with clips and entries found on the way; and from an answer to an entry."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter import markdown
from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import HelpCenterError
from helpcenter.models import Answer, Clip, FaqEntry, Question
from helpcenter.permissions import Action
from helpcenter.services import answers, attachments, faq, questions
from helpcenter.services.questions.states import CLOSED
from helpcenter.web import allowed, check, language, now, reading, require, signed_in_user, transaction, visibilities

_PREVIEW, _SEND = "preview", "send"
_INSERT, _TAKE_OUT = "insert:", "out:"


@bp.get("/questions/<public_id>/answer")
@require(Action.ANSWER)
def answer(public_id: str) -> ResponseReturnValue:
    """What was asked beside what has been written so far."""
    with reading() as db:
        found = own_question(db, public_id)
        draft = answers.draft_of(db, found, signed_in_user())
        return _page(db, found, _offered(draft))


@bp.post("/questions/<public_id>/answer")
@require(Action.ANSWER)
def write_answer(public_id: str) -> ResponseReturnValue:
    """Send it, or keep it as a draft; find, insert and take out what it leads to. Whatever is refused, the text is kept."""
    form = Form(request.form.to_dict())
    do = form.get("do")
    status = 200
    try:
        with transaction() as db:
            found = own_question(db, public_id)
            if do == _SEND:
                _give(db, found, form)
                return redirect(url_for("workbench.answer", public_id=public_id, done="answered"), 303)
            draft = _keep(db, found, form)
            _change(db, draft, do)
            form = _offered(draft, form)
    except HelpCenterError as error:
        if error.status in {401, 403, 404}:
            raise
        status = form.refuse(error)
    with reading() as db:
        return _page(db, own_question(db, public_id), form), status


@bp.post("/questions/<public_id>/answer/draft")
@require(Action.ANSWER)
def keep_answer(public_id: str) -> ResponseReturnValue:
    """Keep what has been written so far; for the script that does it while one writes."""
    with transaction() as db:
        _keep(db, own_question(db, public_id), Form(request.form.to_dict()))
    return "", 204


@bp.post("/answers/<public_id>/entry")
@require(Action.ANSWER)
def entry_from_answer(public_id: str) -> ResponseReturnValue:
    """Make the answer an entry: public at once where whoever asks for it may publish, else for an editor to look at."""
    with transaction() as db:
        found = _own_answer(db, public_id)
        publish = allowed(Action.PUBLISH)
        entry = answers.make_entry(db, found, editor=signed_in_user(), publish=publish, now=now())
        question, made = found.question.public_id, entry.public_id
    if publish:
        return redirect(url_for("workbench.entry", public_id=made, done="publish"), 303)
    return redirect(url_for("workbench.answer", public_id=question, done="submit"), 303)


@bp.post("/answers/<public_id>/correct")
@require(Action.ANSWER)
def correct_answer(public_id: str) -> ResponseReturnValue:
    """Another text for an answer that was given."""
    with transaction() as db:
        found = _own_answer(db, public_id)
        answers.correct(db, found, body=request.form.get("body", ""), actor=signed_in_user(), now=now())
        question = found.question.public_id
    return redirect(url_for("workbench.answer", public_id=question, done="save"), 303)


def own_question(db: Session, public_id: str) -> Question:
    """The question, for somebody who may answer it. Raises NotFound, Forbidden."""
    found = questions.find(db, public_id)
    check(Action.ANSWER, own=questions.is_theirs(db, found, signed_in_user()))
    return found


def _own_answer(db: Session, public_id: str) -> Answer:
    found = answers.find(db, public_id)
    theirs = found.author_id == signed_in_user().id or questions.is_theirs(db, found.question, signed_in_user())
    check(Action.ANSWER, own=theirs)
    return found


def _chosen(db: Session, form: Form) -> tuple[Clip | None, FaqEntry | None]:
    clip = answers.piece_named(db, form.get("clip"))[0] if form.get("clip") else None
    entry = answers.piece_named(db, form.get("entry"))[1] if form.get("entry") else None
    return clip, entry


def _give(db: Session, found: Question, form: Form) -> None:
    clip, entry = _chosen(db, form)
    answers.give(db, found, author=signed_in_user(), body=form.get("body"), clip=clip, entry=entry, now=now())


def _keep(db: Session, found: Question, form: Form) -> Answer:
    clip, entry = _chosen(db, form)
    return answers.keep_draft(
        db, found, author=signed_in_user(), body=form.get("body"), clip=clip, entry=entry, now=now()
    )


def _change(db: Session, draft: Answer, do: str) -> None:
    if do.startswith(_INSERT):
        name = do.removeprefix(_INSERT)
        answers.insert(db, draft, name, piece=next((one for one in _pieces(db, draft) if one.name == name), None))
    elif do.startswith(_TAKE_OUT):
        setattr(draft, "clip" if do == _TAKE_OUT + "clip" else "entry", None)


def _pieces(db: Session, draft: Answer) -> list[answers.Piece]:
    return answers.pieces_for(db, request.form.get("words", ""), language=draft.language, visibilities=visibilities())


def _offered(draft: Answer | None, typed: Form | None = None) -> Form:
    words = typed.get("words") if typed else ""
    do = typed.get("do") if typed else ""
    if draft is None:
        return Form({"body": "", "clip": "", "entry": "", "words": words, "do": do})
    return Form(
        {
            "body": draft.body, "clip": f"clip:{draft.clip.id}" if draft.clip else "",
            "entry": f"entry:{draft.entry.id}" if draft.entry else "", "words": words, "do": do, "kept_at": draft.updated_at,
        }
    )  # fmt: skip


def _page(db: Session, found: Question, form: Form) -> str:
    words = form.get("words") or found.title
    try:
        clip, entry = _chosen(db, form)
    except HelpCenterError as error:
        clip, entry = None, None
        form.refuse(error)
    return render_template(
        "workbench/answer.html", question=found, form=form, clip=clip, entry=entry, closed=found.state in CLOSED,
        entry_title=lambda one: faq.EntryLine(one, 0).title(language()), words=words,
        pieces=answers.pieces_for(db, words, language=found.language, visibilities=visibilities()),
        answers=answers.history(db, found), files=attachments.of_question(db, found),
        waiting=sum(1 for one in found.askers if one.confirmed_at),
        preview=markdown.render(form.get("body")) if form.get("do") == _PREVIEW else None,
    )  # fmt: skip
