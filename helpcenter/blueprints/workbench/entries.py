"""Entries of the FAQ: found, written in both languages, published."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter import markdown
from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import LANGUAGE_NAMES, VISIBILITIES, bp, page_number
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import EntryState, FaqEntry
from helpcenter.permissions import Action
from helpcenter.services import faq, topics, workbench
from helpcenter.web import check, language, now, reading, require, signed_in_user, transaction
from helpcenter.web.languages import LANGUAGES

_CODES = {code: code for code in LANGUAGE_NAMES}
_MOVES = {
    "submit": faq.submit,
    "send_back": faq.send_back,
    "publish": faq.publish,
    "unpublish": faq.unpublish,
    "mark_stale": faq.mark_stale,
}
_PUBLISHER = {"publish", "unpublish", "mark_stale"}


@bp.get("/entries")
@require(Action.EDIT_FAQ)
def entries() -> ResponseReturnValue:
    """All entries, by state, topic, language and words."""
    states = {state.value: state for state in EntryState}
    wanted = {name: request.args.get(name, "") for name in ("state", "topic", "language", "words")}
    with reading() as db:
        below = topics.below(db, topics.find(db, wanted["topic"])) if wanted["topic"] else None
        lines, total = faq.list_entries(
            db, state=states.get(wanted["state"]), topics=below, language=wanted["language"], words=wanted["words"],
            page=page_number(),
        )  # fmt: skip
        return render_template(
            "workbench/entries.html", lines=lines, total=total, wanted=wanted, states=list(EntryState),
            topics=topics.flat(db), counts=faq.count_by_state(db), page=page_number(), pages=-(-total // faq.PAGE),
        )  # fmt: skip


@bp.get("/entries/new")
@require(Action.EDIT_FAQ)
def new_entry() -> ResponseReturnValue:
    """An empty form."""
    return _new_page(Form({"language": language(), "topic": request.args.get("topic", "")}))


@bp.post("/entries/new")
@require(Action.EDIT_FAQ)
def create_entry() -> ResponseReturnValue:
    """A new draft."""
    form = Form(request.form.to_dict())
    title, code = form.title(), form.one_of("language", _CODES)
    if form.get("action") == "preview":
        return _new_page(form)
    try:
        with transaction() as db:
            topic = form.topic(db)
            if form.ok:
                made = faq.create_entry(
                    db,
                    topic=topic,
                    language=code,
                    title=title,
                    body=form.get("body"),
                    editor=signed_in_user(),
                    now=now(),
                )
                return redirect(url_for("workbench.entry", public_id=made.public_id, done="save"))
    except HelpCenterError as error:
        status = form.refuse(error)
        return _new_page(form), status
    return _new_page(form), 422


@bp.get("/entries/<public_id>")
@require(Action.EDIT_FAQ)
def entry(public_id: str) -> ResponseReturnValue:
    """The editor: both languages, clips, state."""
    with reading() as db:
        return entry_page(db, faq.find(db, public_id))


@bp.post("/entries/<public_id>")
@require(Action.EDIT_FAQ)
def save_entry(public_id: str) -> ResponseReturnValue:
    """Save the text in one language; where somebody was faster, both texts stay on the page."""
    form = Form(request.form.to_dict())
    title, code = form.title(), form.one_of("language", _CODES)
    status = 422
    if form.ok and form.get("action") != "preview":
        try:
            with transaction() as db:
                faq.save_text(
                    db, faq.find(db, public_id), language=code, title=title, body=form.get("body"),
                    seen=int(form.get("seen") or 0), editor=signed_in_user(), now=now(),
                )  # fmt: skip
            return redirect(url_for("workbench.entry", public_id=public_id, done="save"))
        except HelpCenterError as error:
            if isinstance(error, NotFound):
                raise
            status = form.refuse(error)
            form.values["conflict"] = isinstance(error, faq.SavedMeanwhile)
    with reading() as db:
        page = entry_page(db, faq.find(db, public_id), {code: form})
    return page, 200 if form.get("action") == "preview" else status


@bp.post("/preview")
@require(Action.EDIT_FAQ)
def preview() -> ResponseReturnValue:
    """A text as visitors will see it; a fragment."""
    return render_template("workbench/_preview.html", body=markdown.render(request.form.get("body", "")))


@bp.post("/entries/<public_id>/place")
@require(Action.EDIT_FAQ)
def place_entry(public_id: str) -> ResponseReturnValue:
    """Put the entry under another topic, or show it to others."""
    form = Form(request.form.to_dict())
    with transaction() as db:
        found, topic = faq.find(db, public_id), form.topic(db)
        visibility = form.one_of("visibility", {key.value: key for key in VISIBILITIES})
        if form.ok:
            if visibility is not found.visibility and found.state in faq.VISIBLE:
                check(Action.PUBLISH)
            faq.move_entry(db, found, topic=topic, visibility=visibility, editor=signed_in_user(), now=now())
    return redirect(url_for("workbench.entry", public_id=public_id, done="save"))


@bp.post("/entries/<public_id>/state")
@require(Action.EDIT_FAQ)
def move_entry(public_id: str) -> ResponseReturnValue:
    """Take the entry one step further, or back."""
    action = request.form.get("action", "")
    if action not in _MOVES:
        raise NotFound
    if action in _PUBLISHER:
        check(Action.PUBLISH)
    try:
        with transaction() as db:
            _MOVES[action](db, faq.find(db, public_id), editor=signed_in_user(), now=now())
    except HelpCenterError as error:
        if isinstance(error, NotFound):
            raise
        with reading() as db:
            return entry_page(db, faq.find(db, public_id), error=error), error.status
    return redirect(url_for("workbench.entry", public_id=public_id, done=action))


@bp.get("/entries/<public_id>/versions/<code>")
@require(Action.EDIT_FAQ)
def versions(public_id: str, code: str) -> ResponseReturnValue:
    """All that was saved in one language; one of them opened."""
    with reading() as db:
        found = faq.find(db, public_id)
        saved = faq.revisions(db, found, code)
        if not saved:
            raise NotFound
        number = request.args.get("number", saved[0][0].number, type=int)
        opened = next((revision for revision, _ in saved if revision.number == number), saved[0][0])
        return render_template(
            "workbench/versions.html", entry=found, title=faq.EntryLine(found, 0).title(language()), code=code,
            saved=saved, opened=opened, body=markdown.render(opened.body),
        )  # fmt: skip


@bp.post("/entries/<public_id>/versions/<code>")
@require(Action.EDIT_FAQ)
def restore_version(public_id: str, code: str) -> ResponseReturnValue:
    """Bring an earlier version back, as the newest."""
    with transaction() as db:
        number = request.form.get("number", 0, type=int)
        faq.restore(db, faq.find(db, public_id), language=code, number=number, editor=signed_in_user(), now=now())
    return redirect(url_for("workbench.entry", public_id=public_id, done="restore"))


def entry_page(
    db: Session, found: FaqEntry, forms: dict[str, Form] | None = None, *, error: HelpCenterError | None = None
) -> str:
    """The editor's page; `forms` are texts as typed, by language, instead of the saved ones."""
    typed = forms or {}
    words = request.values.get("clips", "")
    shown = {code: typed.get(code) or _saved(found, code) for code in LANGUAGES}
    return render_template(
        "workbench/entry.html", entry=found, title=faq.EntryLine(found, 0).title(language()), forms=shown,
        texts={code: faq.text_in(found, code) for code in LANGUAGES}, error=error.message if error else None,
        previews={
            code: markdown.render(form.get("body")) for code, form in typed.items() if form.get("action") == "preview"
        },
        topics=topics.flat(db), words=words, choices=workbench.clips_to_choose(db, found, words=words),
        visible=faq.VISIBLE, moves=faq.TRANSITIONS[found.state],
    )  # fmt: skip


def _saved(found: FaqEntry, code: str) -> Form:
    text = faq.text_in(found, code)
    if text is None:
        return Form({"title": "", "body": "", "seen": 0})
    return Form({"title": text.title, "body": text.body, "seen": text.revision})


def _new_page(form: Form) -> str:
    shown = markdown.render(form.get("body")) if form.get("action") == "preview" else None
    with reading() as db:
        return render_template("workbench/new_entry.html", form=form, topics=topics.flat(db), preview=shown)
