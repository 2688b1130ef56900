"""The tree of topics, as editors shape it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import User
from helpcenter.permissions import Action, Role
from helpcenter.services import topics
from helpcenter.web import now, reading, require, signed_in_user, transaction
from helpcenter.web.languages import LANGUAGES

_PLACES = {"up": -1, "down": 1}


@bp.get("/topics", endpoint="topics")
@require(Action.EDIT_FAQ)
def tree() -> ResponseReturnValue:
    """The whole tree, and the form for a new topic."""
    return _tree_page(Form({"parent": request.args.get("parent", "")}))


@bp.post("/topics")
@require(Action.EDIT_FAQ)
def create_topic() -> ResponseReturnValue:
    """A new topic."""
    form = Form(request.form.to_dict())
    try:
        with transaction() as db:
            titles, parent = _titles(form), form.topic(db, "parent")
            if form.ok:
                topics.create(db, titles=titles, parent=parent, editor=signed_in_user(), now=now())
                return redirect(url_for("workbench.topics", done="save"))
    except HelpCenterError as error:
        status = form.refuse(error)
        return _tree_page(form), status
    return _tree_page(form), 422


@bp.get("/topics/<slug>")
@require(Action.EDIT_FAQ)
def topic(slug: str) -> ResponseReturnValue:
    """One topic: titles, descriptions, place, experts."""
    with reading() as db:
        found = topics.find(db, slug)
        values: dict[str, object] = {f"title_{code}": found.titles.get(code, "") for code in LANGUAGES}
        values |= {f"description_{code}": found.descriptions.get(code, "") for code in LANGUAGES}
        values["parent"] = found.parent.slug if found.parent else ""
        values["experts"] = {expert.id for expert in topics.experts_of(db, found)}
    return _topic_page(slug, Form(values))


@bp.post("/topics/<slug>")
@require(Action.EDIT_FAQ)
def save_topic(slug: str) -> ResponseReturnValue:
    """Save all of the form."""
    form = Form(request.form.to_dict())
    chosen = {int(number) for number in request.form.getlist("experts") if number.isdigit()}
    form.values["experts"] = chosen
    try:
        with transaction() as db:
            found, titles, parent = topics.find(db, slug), _titles(form), form.topic(db, "parent")
            if form.ok:
                said = {code: form.get(f"description_{code}") for code in LANGUAGES}
                editor = signed_in_user()
                topics.rename(db, found, titles=titles, descriptions=said, editor=editor, now=now())
                topics.move(db, found, parent=parent, editor=editor, now=now())
                experts = db.scalars(select(User).where(User.id.in_(chosen), User.role.in_(_EXPERTS))).all()
                topics.set_experts(db, found, experts, editor=editor, now=now())
                return redirect(url_for("workbench.topics", done="save"))
    except HelpCenterError as error:
        if isinstance(error, NotFound):
            raise
        status = form.refuse(error)
        return _topic_page(slug, form), status
    return _topic_page(slug, form), 422


@bp.post("/topics/<slug>/order")
@require(Action.EDIT_FAQ)
def order_topic(slug: str) -> ResponseReturnValue:
    """Move the topic up or down among its siblings."""
    with transaction() as db:
        places = _PLACES.get(request.form.get("action", ""), 0)
        topics.order(db, topics.find(db, slug), places=places, editor=signed_in_user(), now=now())
    return redirect(url_for("workbench.topics", _anchor=f"topic-{slug}"))


@bp.post("/topics/<slug>/delete")
@require(Action.EDIT_FAQ)
def delete_topic(slug: str) -> ResponseReturnValue:
    """Delete an empty topic; otherwise say what is in it."""
    try:
        with transaction() as db:
            topics.delete(db, topics.find(db, slug), editor=signed_in_user(), now=now())
    except HelpCenterError as error:
        if isinstance(error, NotFound):
            raise
        form = Form()
        status = form.refuse(error)
        return _tree_page(form), status
    return redirect(url_for("workbench.topics", done="deleted"))


_EXPERTS = (Role.EXPERT, Role.EDITOR, Role.ADMIN)


def _titles(form: Form) -> dict[str, str]:
    titles = {code: form.get(f"title_{code}") for code in LANGUAGES}
    if not any(title.strip() for title in titles.values()):
        form.errors[f"title_{LANGUAGES[0]}"] = gettext("Please write a title in at least one language.")
    return titles


def _tree_page(form: Form) -> str:
    with reading() as db:
        return render_template("workbench/topics.html", nodes=topics.flat(db), form=form)


def _topic_page(slug: str, form: Form) -> str:
    with reading() as db:
        found = topics.find(db, slug)
        below = set(topics.below(db, found))
        people = db.scalars(select(User).where(User.role.in_(_EXPERTS), User.disabled_at.is_(None)).order_by(User.name))
        return render_template(
            "workbench/topic.html", topic=found, form=form, experts=list(people),
            parents=[node for node in topics.flat(db) if node.topic.id not in below],
        )  # fmt: skip
