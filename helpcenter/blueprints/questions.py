"""Asking, and waiting for the answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import HelpCenterError, InvalidInput, NotFound
from helpcenter.models import Asker, Question, QuestionState, Topic, User, Visibility
from helpcenter.permissions import Action
from helpcenter.services import analytics, live, pages, questions
from helpcenter.services.search import Hit
from helpcenter.services.sessions.times import say_moment
from helpcenter.web import (
    allowed,
    cached_page,
    check,
    current_user,
    language,
    limiter,
    now,
    public,
    reading,
    say,
    settings,
    transaction,
    visibilities,
)

bp = Blueprint("questions", __name__)

LONGEST: Final = 300
SHORTEST: Final = 4
_NOT_FOR_ALL: Final = frozenset({QuestionState.DECLINED})


@bp.get("/ask")
@public
@cached_page
def ask() -> ResponseReturnValue:
    """The form, with what is already answered for the words in `?q=`."""
    return _ask_page({"title": _words(), "topic": request.args.get("topic", "")})


@bp.post("/ask")
@public
@limiter.limit("10/hour")
def send() -> ResponseReturnValue:
    """Keep the question; whoever is not signed in confirms his address by mail first."""
    check(Action.ASK)
    form, user = request.form, current_user()
    try:
        with transaction() as db:
            question = questions.ask(
                db,
                title=form.get("title", ""),
                body=form.get("body", ""),
                topic=db.scalar(select(Topic).where(Topic.slug == form.get("topic", ""))),
                language=language(),
                email=user.email if user else form.get("email", ""),
                name=user.name if user else form.get("name", ""),
                user=user,
                now=now(),
            )
            public_id = question.public_id
    except InvalidInput as error:
        return _ask_page(form, error), error.status
    if user:
        return redirect(url_for("questions.question", public_id=public_id), 303)
    return redirect(url_for("questions.asked"), 303)


@bp.get("/ask/thanks")
@public
@cached_page
def asked() -> ResponseReturnValue:
    """What happens next."""
    return render_template("questions/asked.html")


@bp.post("/ask/solved")
@public
@limiter.limit("60/hour")
def say_solved() -> ResponseReturnValue:
    """Whoever was about to ask has found his answer; nothing of what he typed is read."""
    with transaction() as db:
        analytics.deflect(db, request.form.get("answer", ""), now=now())
    return redirect(url_for("questions.solved"), 303)


@bp.get("/ask/solved")
@public
@cached_page
def solved() -> ResponseReturnValue:
    """Good to hear, and where to go on."""
    return render_template("questions/solved.html")


@bp.get("/ask/similar")
@public
@limiter.limit("300/minute")
def similar() -> ResponseReturnValue:
    """What is already answered for the words in `?q=`, as a piece of the ask page."""
    return render_template("questions/_similar.html", **_similar(_words()))


@bp.get("/questions/<public_id>")
@public
def question(public_id: str) -> ResponseReturnValue:
    """How the question stands. With the `?key=` of his mail, an asker sees what he wrote, and decides about mail."""
    return _question_page(public_id, request.args)


@bp.post("/questions/<public_id>/confirm")
@public
@limiter.limit("60/hour")
def confirm(public_id: str) -> ResponseReturnValue:
    """The asker of this key may be written to."""
    with transaction() as db:
        asker = _asker(db, public_id)
        questions.confirm_asker(db, asker, now=now())
    return _back(public_id, "confirmed")


@bp.post("/questions/<public_id>/leave")
@public
@limiter.limit("60/hour")
def leave(public_id: str) -> ResponseReturnValue:
    """The asker of this key wants no more mail; his address is forgotten."""
    with transaction() as db:
        questions.leave(db, _asker(db, public_id))
    return redirect(url_for("questions.left"), 303)


@bp.get("/ask/left")
@public
@cached_page
def left() -> ResponseReturnValue:
    """No more mail, and how to come back."""
    return render_template("questions/left.html")


@bp.post("/questions/<public_id>/reopen")
@public
@limiter.limit("20/hour")
def reopen(public_id: str) -> ResponseReturnValue:
    """The answer did not solve it, says the asker of this key."""
    try:
        with transaction() as db:
            asker = _asker(db, public_id)
            questions.reopen(db, asker.question, now=now(), actor=current_user(), reason=request.form.get("reason", ""))
    except InvalidInput as error:
        return _question_page(public_id, request.form, error), error.status
    return _back(public_id, "reopened")


@bp.post("/questions/<public_id>/join")
@public
@limiter.limit("10/hour")
def join(public_id: str) -> ResponseReturnValue:
    """Wait for the same answer."""
    check(Action.ASK)
    form, user = request.form, current_user()
    try:
        with transaction() as db:
            wanted = _find(db, public_id)
            _check_seen(db, wanted, None, user)
            questions.join(
                db, wanted, email=user.email if user else form.get("email", ""), name=user.name if user else form.get("name", ""),
                language=language(), user=user, now=now(),
            )  # fmt: skip
    except InvalidInput as error:
        return _question_page(public_id, form, error), error.status
    return redirect(url_for("questions.question", public_id=public_id, told="joined" if user else "mailed"), 303)


def _ask_page(form: Mapping[str, str], error: HelpCenterError | None = None) -> str:
    with reading() as db:
        topics = list(pages.read_tree(db, language=language(), visibilities=visibilities()).listed())
    title = form.get("title", "")
    return render_template(
        "questions/ask.html",
        form=form,
        topics=topics,
        **_similar(title),
        error=say(error.message) if error else "",
    )


def _similar(words: str) -> dict[str, object]:
    if len(words) < SHORTEST:
        return {"similar": [], "waiting": []}
    with reading() as db:
        similar = pages.show_hits(db, questions.find_similar(db, words, language=language()))
        waiting = live.waiting(db, words, visibilities=visibilities())
        return {"similar": similar, "waiting": [(one.public_id, one.title, one.language) for one in waiting]}


@bp.app_template_global()
def name_answer(hit: Hit) -> str:
    """How the ask page names what somebody may say answers it: the entry or clip in which it is shown."""
    if hit.entry_id is not None:
        return analytics.name_answer("entry", hit.entry_id)
    if hit.clip_id is not None:
        return analytics.name_answer("clip", hit.clip_id)
    return analytics.name_answer(hit.kind, hit.thing_id)


@bp.app_template_global()
def moment(at: datetime) -> str:
    """The instant in words, on the clocks of this site."""
    return say_moment(at, settings().zone, language())


def _words() -> str:
    return " ".join(request.args.get("q", "")[:LONGEST].split())


def _question_page(public_id: str, form: Mapping[str, str], error: HelpCenterError | None = None) -> str:
    key, user = request.values.get("key", ""), current_user()
    with reading() as db:
        wanted = _find(db, public_id)
        asker = questions.asker_for_key(settings(), wanted, key) if key else _own(wanted, user)
        _check_seen(db, wanted, asker, user)
        page = pages.show_question(db, wanted, language=language(), visibilities=visibilities(), now=now())
    return render_template(
        "questions/question.html", page=page, asker=asker, key=key if asker else "", told=request.args.get("told"), form=form,
        trusted=asker is not None or allowed(Action.READ_QUESTION), error=say(error.message) if error else "",
    )  # fmt: skip


def _find(db: Session, public_id: str) -> Question:
    found = db.scalar(select(Question).where(Question.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def _asker(db: Session, public_id: str) -> Asker:
    asker = questions.asker_for_key(settings(), _find(db, public_id), request.form.get("key", ""))
    if asker is None:
        raise NotFound
    return asker


def _own(wanted: Question, user: User | None) -> Asker | None:
    return next((asker for asker in wanted.askers if user and asker.user_id == user.id), None)


def _check_seen(db: Session, wanted: Question, asker: Asker | None, user: User | None) -> None:
    """Raise NotFound unless whoever asks may see the question: what nobody stands behind yet is its asker's alone.

    One that was asked in a live session is for whom it is shown there.
    """
    if asker or allowed(Action.READ_QUESTION, own=_own(wanted, user) is not None):
        return
    if wanted.state in _NOT_FOR_ALL or not any(one.confirmed_at for one in wanted.askers):
        raise NotFound
    audiences = live.audiences_of(db, wanted)
    if audiences is not None and audiences.isdisjoint({*visibilities(), Visibility.PUBLIC, Visibility.UNLISTED}):
        raise NotFound


def _back(public_id: str, told: str) -> ResponseReturnValue:
    key = request.form.get("key", "")
    return redirect(url_for("questions.question", public_id=public_id, key=key, told=told), 303)
