"""The inbox of proposed clips, and the decision about one."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form, write_time
from helpcenter.blueprints.workbench.frame import LANGUAGE_NAMES, bp, check_recording, page_number
from helpcenter.errors import HelpCenterError
from helpcenter.models import Clip, ClipState, FaqEntry, Topic
from helpcenter.permissions import Action
from helpcenter.services import analytics, clips, faq, fate, questions, topics, workbench
from helpcenter.web import allowed, check, language, now, reading, require, settings, signed_in_user, transaction

NEW_ENTRY = "new"
MONTH = timedelta(days=30)
AROUND = 12.0  # seconds before and after the stretch, to see where it is cut


@bp.get("")
@require(Action.UPLOAD)
def home() -> ResponseReturnValue:
    """The proposals that wait, newest recording first; those who may not publish see what their day holds."""
    if not allowed(Action.PUBLISH):
        return redirect(url_for("workbench.today"))
    with reading() as db:
        proposals, total = workbench.inbox(db, page=page_number())
        found = analytics.deflected(db, since=now() - MONTH)
        waiting = fate.waiting(db, calendar=settings().working_time, now=now())
        entries = workbench.entries_by_id(db, [clip.proposed_entry_id for clip in proposals])
        return render_template(
            "workbench/home.html", waiting=waiting, deflected=found, twins=len(questions.proposed_merges(db)),
            proposals=proposals, total=total, entries=entries, reasons=clips.reasons,
            page=page_number(), pages=-(-total // workbench.PAGE),
            entry_title=lambda entry: faq.EntryLine(entry, 0).title(language()),
        )  # fmt: skip


@bp.get("/clips/<public_id>")
@require(Action.EDIT_RECORDING)
def clip(public_id: str) -> ResponseReturnValue:
    """One clip: player, text, and the form that decides."""
    with reading() as db:
        found = workbench.find_clip(db, public_id)
        check_recording(found.recording)
        return _page(db, found, _offered(db, found))


@bp.post("/clips/<public_id>")
@require(Action.EDIT_RECORDING)
def decide(public_id: str) -> ResponseReturnValue:
    """Confirm, save, reject or withdraw; then the next proposal. "find" only looks for entries."""
    action = request.form.get("action", "")
    form = Form(request.form.to_dict())
    status = 200
    try:
        with transaction() as db:
            found = workbench.find_clip(db, public_id)
            check_recording(found.recording)
            following = workbench.next_proposal(db, found)
            if action in _ACTIONS and _ACTIONS[action](db, found, form):
                return redirect(_after(action, found, following))
    except HelpCenterError as error:
        if error.status in {401, 403, 404}:
            raise
        status = form.refuse(error)
    with reading() as db:
        return _page(db, workbench.find_clip(db, public_id), form), 422 if form.errors else status


@bp.get("/entries/choose")
@require(Action.EDIT_FAQ)
def choose_entry() -> ResponseReturnValue:
    """Entries whose title holds the words, to choose from; a fragment."""
    with reading() as db:
        words, chosen = request.args.get("find", ""), request.args.get("entry", "")
        return render_template("workbench/_entry_choices.html", choices=_choices(db, words, chosen), chosen=chosen)


def _confirm(db: Session, found: Clip, form: Form) -> bool:
    check(Action.PUBLISH)
    title, start, end = _said(found, form)
    code = form.one_of("language", {key: key for key in LANGUAGE_NAMES})
    topic = form.topic(db)
    entry = _entry(db, form)
    if form.ok:
        clips.confirm(
            db, found, entry=entry, topic=topic, title=title, start=start, end=end, language=code,
            editor=signed_in_user(), now=now(),
        )  # fmt: skip
    return form.ok


def _save(db: Session, found: Clip, form: Form) -> bool:
    title, start, end = _said(found, form)
    if form.ok:
        if found.state is ClipState.CONFIRMED:
            check(Action.PUBLISH)
        clips.change(db, found, title=title, start=start, end=end, editor=signed_in_user(), now=now())
    return form.ok


def _reject(db: Session, found: Clip, _: Form) -> bool:
    clips.reject(db, found, editor=signed_in_user(), now=now())
    return True


def _withdraw(db: Session, found: Clip, _: Form) -> bool:
    check(Action.PUBLISH)
    clips.withdraw(db, found, editor=signed_in_user(), now=now())
    return True


_ACTIONS = {"confirm": _confirm, "save": _save, "reject": _reject, "withdraw": _withdraw}


def _after(action: str, found: Clip, following: Clip | None) -> str:
    if action in {"save", "withdraw"}:
        return url_for("workbench.clip", public_id=found.public_id, done=action)
    if following is not None and allowed(Action.PUBLISH):
        return url_for("workbench.clip", public_id=following.public_id, done=action, last=found.public_id)
    if allowed(Action.PUBLISH):
        return url_for("workbench.home", done=action, last=found.public_id)
    return url_for("workbench.recording", public_id=found.recording.public_id, done=action)


def _said(found: Clip, form: Form) -> tuple[str, float, float]:
    title, start, end = form.title(), form.time("start", found.start), form.time("end", found.end)
    if not form.errors.keys() & {"start", "end"} and end <= start:
        form.errors["end"] = gettext("The end must be later than the start.")
    return title, start, end


def _entry(db: Session, form: Form) -> FaqEntry | None:
    chosen = form.get("entry")
    if chosen in {"", NEW_ENTRY}:
        return None
    try:
        return faq.find(db, chosen)
    except HelpCenterError:
        form.errors["entry"] = gettext("This entry does not exist any more. Please choose another.")
        return None


def _offered(db: Session, found: Clip) -> Form:
    topic = db.get(Topic, found.proposed_topic_id) if found.proposed_topic_id else None
    entry = db.get(FaqEntry, found.proposed_entry_id) if found.proposed_entry_id else None
    return Form(
        {
            "title": found.title, "start": write_time(found.start), "end": write_time(found.end),
            "language": found.language, "topic": topic.slug if topic else "",
            "entry": entry.public_id if entry else NEW_ENTRY, "find": "",
        }
    )  # fmt: skip


def _choices(db: Session, words: str, *always: str) -> list[tuple[str, str]]:
    """(public id, title) of the entries chosen so far and of those whose title holds the words."""
    lines, _ = faq.list_entries(db, words=words) if words.strip() else ([], 0)
    found = {line.entry.public_id: line.title(language()) for line in lines[:10]}
    for public_id in always:
        if public_id and public_id != NEW_ENTRY and public_id not in found:
            entry = faq.find(db, public_id)
            found[public_id] = faq.EntryLine(entry, 0).title(language())
    return list(found.items())


def _page(db: Session, found: Clip, form: Form) -> str:
    start, end = max(0.0, found.start - AROUND), found.end + AROUND
    transcript, cues = workbench.cues_between(db, found.recording, start, end)
    suggested = db.get(FaqEntry, found.proposed_entry_id) if found.proposed_entry_id else None
    _, waiting = workbench.inbox(db)
    return render_template(
        "workbench/clip.html", clip=found, form=form, transcript=transcript, cues=cues, waiting=waiting,
        reasons=clips.reasons(found), topics=topics.flat(db), last=request.args.get("last", ""),
        choices=_choices(db, form.get("find"), form.get("entry"), suggested.public_id if suggested else ""),
        entries=[faq.EntryLine(entry, 0) for entry in faq.entries_with(db, found)],
    )  # fmt: skip
