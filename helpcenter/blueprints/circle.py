"""The circle of super-users: joining and leaving it, the questions that are shown there, and what one suggests."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, HelpCenterError, InvalidInput, NotFound, TooMany
from helpcenter.models import Helper, HelperState, HelperSuggestion, Question, Topic, User, Visibility
from helpcenter.permissions import Action
from helpcenter.services import analytics, circle, live, pages, search
from helpcenter.web import (
    cached_page,
    language,
    limiter,
    now,
    public,
    reading,
    require,
    say,
    signed_in_user,
    transaction,
)

bp = Blueprint("circle", __name__, url_prefix="/circle")

STATES: Final = {
    "proposed": (N_("waits for an expert"), "busy"),
    "confirmed": (N_("confirmed"), "ok"),
    "rejected": (N_("not taken"), "quiet"),
    "withdrawn": (N_("taken back"), "quiet"),
}


@bp.get("/rules")
@public
@cached_page
def rules() -> ResponseReturnValue:
    """What super-users see, what is counted, and how to leave."""
    return render_template("circle/rules.html")


@bp.get("")
@require(Action.SUGGEST)
def index() -> ResponseReturnValue:
    """The open questions whose askers agreed to the circle, all or those of the `?topic=`."""
    user, slug = signed_in_user(), request.args.get("topic", "")
    with reading() as db:
        topic = db.scalar(select(Topic).where(Topic.slug == slug)) if slug else None
        return render_template(
            "circle/index.html", topic=topic, topics=circle.open_topics(db, user, language=language()),
            questions=circle.open_questions(db, user, topic=topic),
        )  # fmt: skip


@bp.get("/questions/<public_id>")
@require(Action.SUGGEST)
def question(public_id: str) -> ResponseReturnValue:
    """A question, and the form for a suggestion."""
    return _question_page(public_id, {})


@bp.post("/questions/<public_id>")
@require(Action.SUGGEST)
@limiter.limit("120/hour")
def suggest(public_id: str) -> ResponseReturnValue:
    """Suggest something; or only look for what is here already, and keep what was typed."""
    form = request.form
    if form.get("do") == "search":
        return _question_page(public_id, form)
    user = signed_in_user()
    try:
        with transaction() as db:
            wanted = circle.find_question(db, user, public_id)
            circle.suggest(
                db, wanted, helper=user, body=form.get("body", ""), answer=form.get("answer", ""), language=language(), now=now()
            )  # fmt: skip
    except (InvalidInput, TooMany) as error:
        return _question_page(public_id, form, error), error.status
    return redirect(url_for("circle.mine", told="suggested"), 303)


@bp.get("/mine")
@require(Action.SUGGEST)
def mine() -> ResponseReturnValue:
    """What came of one's own suggestions, the name to be called by, and the way out."""
    return _mine()


@bp.post("/suggestions/<public_id>/take-back")
@require(Action.SUGGEST)
def take_back(public_id: str) -> ResponseReturnValue:
    """Take one's own suggestion back."""
    user = signed_in_user()
    with transaction() as db:
        found = db.scalar(select(HelperSuggestion).where(HelperSuggestion.public_id == public_id))
        if found is None or found.helper_id != user.id:
            raise NotFound
        circle.take_back(db, found, helper=user, now=now())
    return redirect(url_for("circle.mine", told="taken_back"), 303)


@bp.post("/name")
@require(Action.SUGGEST)
def rename() -> ResponseReturnValue:
    """Be called otherwise, or not at all."""
    try:
        with transaction() as db:
            circle.rename(db, db.get_one(User, signed_in_user().id), name=request.form.get("name", ""))
    except InvalidInput as error:
        return _mine(request.form, error), error.status
    return redirect(url_for("circle.mine", told="renamed"), 303)


@bp.post("/resign")
@require(Action.SUGGEST)
def resign() -> ResponseReturnValue:
    """Leave the circle, at once."""
    with transaction() as db:
        circle.resign(db, db.get_one(User, signed_in_user().id), now=now())
    return redirect(url_for("circle.join", told="resigned"), 303)


@bp.get("/join")
@require(Action.OWN_ACCOUNT)
def join() -> ResponseReturnValue:
    """The invitation, with what one would say yes to."""
    return _join_page()


@bp.post("/join")
@require(Action.OWN_ACCOUNT)
def answer_invitation() -> ResponseReturnValue:
    """Say yes, with a name or without; or no."""
    yes = request.form.get("answer") == "yes"
    try:
        with transaction() as db:
            user = db.get_one(User, signed_in_user().id)
            if yes:
                circle.accept(db, user, name=request.form.get("name", ""), now=now())
            else:
                circle.refuse(db, user, now=now())
    except InvalidInput as error:
        return _join_page(request.form, error), error.status
    return redirect(url_for("circle.index") if yes else url_for("circle.join", told="refused"), 303)


@bp.app_template_global()
def suggestion_state(suggestion: HelperSuggestion) -> tuple[str, str]:
    """The word for the state of a suggestion, and the tone of its badge."""
    words, tone = STATES[suggestion.state.value]
    return gettext(words), tone


def _question_page(public_id: str, form: Mapping[str, str], error: HelpCenterError | None = None) -> str:
    words = " ".join(form.get("words", "").split())[:300]
    with reading() as db:
        found = circle.find_question(db, signed_in_user(), public_id)
        topic = (found.topic.slug, found.topic.title(language())) if found.topic else None
        return render_template(
            "circle/question.html", question=found, topic=topic, form=form, words=words, error=say(error.message) if error else "",
            found=_search(db, found, words or found.title), searched=bool(words),
        )  # fmt: skip


def _search(db: Session, about: Question, words: str) -> list[tuple[str, str, str, str]]:
    """What is like the words: how it is named in the form, its kind, its title and its address."""
    hits = search.search(db, words, limit=6, visibilities=(Visibility.PUBLIC,), kinds={"entry", "clip", "question"})
    found = [
        (analytics.name_answer(one.hit.kind, one.hit.thing_id), one.hit.kind, one.hit.title, one.address)
        for one in pages.show_hits(db, hits)
    ]
    waiting = [one for one in live.waiting(db, words, visibilities=(Visibility.PUBLIC,)) if not one.held_for]
    found += [
        (analytics.name_answer("question", one.id), "question", one.title, url_for("questions.question", public_id=one.public_id))
        for one in waiting
    ]  # fmt: skip
    return [one for one in found if one[0] != analytics.name_answer("question", about.id)]


def _mine(form: Mapping[str, str] | None = None, error: HelpCenterError | None = None) -> str:
    user = signed_in_user()
    with reading() as db:
        helper = circle.helper_of(db, user)
        name = form.get("name", "") if form else helper.name if helper else ""
        return render_template(
            "circle/mine.html", record=circle.record_of(db, user), name=name, told=request.args.get("told"),
            error=say(error.message) if error else "",
        )  # fmt: skip


def _join_page(form: Mapping[str, str] | None = None, error: HelpCenterError | None = None) -> str:
    with reading() as db:
        helper: Helper | None = circle.helper_of(db, signed_in_user())
    if helper is None:
        raise NotFound
    return render_template(
        "circle/join.html", invited=helper.state is HelperState.INVITED, active=helper.state is HelperState.ACTIVE, form=form or {},
        told=request.args.get("told"), error=say(error.message) if error else "",
    )  # fmt: skip
