"""Recordings, how far they are, and what is known about them."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form, read_time, write_time
from helpcenter.blueprints.workbench.frame import bp, check_recording, page_number
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import Recording, RecordingState, Step, StepState
from helpcenter.permissions import Action
from helpcenter.services import editing, recordings, steps, workbench
from helpcenter.web import allowed, now, ports, reading, require, signed_in_user, transaction

RETRIABLE = (StepState.FAILED, StepState.QUARANTINED)
ROWS = 300


@bp.get("/recordings", endpoint="recordings")
@require(Action.UPLOAD)
def list_() -> ResponseReturnValue:
    """All recordings, or one's own where that is how far it goes."""
    states = {state.value: state for state in RecordingState}
    state = states.get(request.args.get("state", ""))
    owner = None if allowed(Action.UPLOAD) else signed_in_user()
    with reading() as db:
        lines, total = workbench.list_recordings(db, state=state, owner=owner, page=page_number())
        return render_template(
            "workbench/recordings.html", lines=lines, total=total, state=state, states=list(RecordingState),
            page=page_number(), pages=-(-total // workbench.PAGE),
        )  # fmt: skip


@bp.get("/recordings/<public_id>")
@require(Action.UPLOAD)
def recording(public_id: str) -> ResponseReturnValue:
    """One recording: steps, text, chapters, clips."""
    with reading() as db:
        found = _own(db, public_id)
        return render_template("workbench/recording.html", **_state(db, found))


@bp.get("/recordings/<public_id>/progress")
@require(Action.UPLOAD)
def progress(public_id: str) -> ResponseReturnValue:
    """The part of the page that changes while the pipeline works; a fragment."""
    with reading() as db:
        found = _own(db, public_id)
        return make_response(render_template("workbench/_progress.html", **_state(db, found)))


@bp.post("/recordings/<public_id>/steps/<int:step_id>/retry")
@require(Action.UPLOAD)
def retry(public_id: str, step_id: int) -> ResponseReturnValue:
    """Try a step again that failed."""
    with transaction() as db:
        found = _own(db, public_id)
        step = db.get(Step, step_id)
        if step is None or step.recording_id != found.id:
            raise NotFound
        if steps.retry(db, step, by=signed_in_user(), now=now()):
            recordings.refresh_state(db, found, now=now())
    return redirect(url_for("workbench.recording", public_id=public_id, done="retry"))


@bp.get("/recordings/<public_id>/chapters")
@require(Action.EDIT_RECORDING)
def chapters(public_id: str) -> ResponseReturnValue:
    """The chapters, to be corrected."""
    with reading() as db:
        found = _own(db, public_id, Action.EDIT_RECORDING)
        rows = [
            {"id": str(chapter.id), "start": write_time(chapter.start), "title": chapter.title, "remove": ""}
            for chapter in recordings.chapters_of(db, found)
        ]
        return _chapters_page(found, rows, Form())


@bp.post("/recordings/<public_id>/chapters")
@require(Action.EDIT_RECORDING)
def save_chapters(public_id: str) -> ResponseReturnValue:
    """Keep the chapters as they were typed."""
    rows, form = _rows(), Form()
    wanted = _wanted(rows, form)
    try:
        if form.ok:
            with transaction() as db:
                found = _own(db, public_id, Action.EDIT_RECORDING)
                editing.edit_chapters(db, found, wanted, editor=signed_in_user(), now=now())
            return redirect(url_for("workbench.recording", public_id=public_id, done="chapters"))
    except HelpCenterError as error:
        if error.status in {403, 404}:
            raise
        form.refuse(error)
    with reading() as db:
        return _chapters_page(_own(db, public_id, Action.EDIT_RECORDING), rows, form), 422


@bp.post("/recordings/<public_id>/delete")
@require(Action.EDIT_RECORDING)
def delete_recording(public_id: str) -> ResponseReturnValue:
    """Delete the recording, its clips and its files."""
    with transaction() as db:
        found = _own(db, public_id, Action.EDIT_RECORDING)
        folder = editing.delete_recording(db, found, editor=signed_in_user(), now=now())
    ports().storage.delete_tree(folder)
    return redirect(url_for("workbench.recordings", done="deleted"))


@bp.get("/<public_id>")
@require(Action.UPLOAD)
def short(public_id: str) -> ResponseReturnValue:
    """The address of a recording as it stands in mails."""
    return redirect(url_for("workbench.recording", public_id=public_id))


def _own(db: Session, public_id: str, action: Action = Action.UPLOAD) -> Recording:
    found = recordings.find(db, public_id)
    check_recording(found, action)
    return found


def _state(db: Session, found: Recording) -> dict[str, Any]:
    transcript = recordings.main_transcript(db, found)
    chain, clips = steps.of_recording(db, found.id), workbench.clips_of(db, found)
    return {
        "recording": found, "steps": chain, "settled": recordings.settled(db, found.id), "retriable": RETRIABLE,
        "done_steps": sum(step.state is StepState.DONE for step in chain), "complaint": recordings.complaint(db, found),
        "transcript": transcript, "counts": workbench.counts(db, found, transcript),
        "chapters": recordings.chapters_of(db, found), "clips": clips,
        "subjects": {clip.public_id: clip.title for clip in clips},
    }  # fmt: skip


def _rows() -> list[dict[str, str]]:
    names = ("id", "start", "title")
    columns = [request.form.getlist(name)[:ROWS] for name in names]
    removed = set(request.form.getlist("remove"))
    return [
        dict(zip(names, row, strict=True)) | {"remove": "1" if row[0] and row[0] in removed else ""}
        for row in zip(*columns, strict=False)
        if any(part.strip() for part in row)
    ]


def _wanted(rows: list[dict[str, str]], form: Form) -> list[editing.ChapterEdit]:
    wanted = []
    for number, row in enumerate(rows):
        start = read_time(row["start"])
        if row["remove"]:
            continue
        if start is None:
            form.errors[f"start-{number}"] = gettext("Please write a time such as 1:23 or 83.5.")
        if not row["title"].strip():
            form.errors[f"title-{number}"] = gettext("Please write a title.")
        wanted.append(editing.ChapterEdit(int(row["id"]) if row["id"].isdigit() else None, start or 0.0, row["title"]))
    return wanted


def _chapters_page(found: Recording, rows: list[dict[str, str]], form: Form) -> str:
    return render_template("workbench/chapters.html", recording=found, rows=rows, form=form)
