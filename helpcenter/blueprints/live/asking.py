"""Asking and voting while one watches; each works as a plain form, too."""

from typing import Final

from flask import jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.live import bp
from helpcenter.blueprints.live.common import (
    item_of,
    limited,
    page_address,
    private,
    seen_session,
    this_network,
    this_voter,
    wants_json,
)
from helpcenter.blueprints.sessions.page import show_page
from helpcenter.errors import InvalidInput
from helpcenter.models import Moderation
from helpcenter.permissions import Action
from helpcenter.services import live, pages
from helpcenter.web import check, current_user, language, limiter, now, public, reading, transaction
from helpcenter.web.events import current_hub
from helpcenter.web.voters import remember_voter, voter

LONGEST: Final = 300
MAILS: Final = "60/hour"
"""From one network: each question with an address sends a mail to somebody who may not have asked."""


@bp.post("/sessions/<public_id>/questions")
@public
@limited("300/10 minutes", "20/10 minutes")
@limiter.limit(MAILS, exempt_when=lambda: current_user() is not None or not _address())
def ask(public_id: str) -> ResponseReturnValue:
    """Keep the question; with an address its answer comes by mail, too."""
    check(Action.ASK)
    token, name = this_voter()
    try:
        with transaction() as db:
            session = seen_session(db, public_id)
            item = live.ask(
                db, session, title=request.form.get("title", ""), body=request.form.get("body", ""),
                name=request.form.get("name", ""), email=_address(), voter=name, network=this_network(),
                language=language(), user=current_user(), now=now(),
            )  # fmt: skip
            asked = {
                "id": item.question.public_id,
                "title": item.question.title,
                "shown": item.moderation is Moderation.SHOWN,
            }
    except InvalidInput as error:
        if wants_json():
            raise
        return show_page(public_id, form=request.form, error=error), error.status
    if wants_json():
        return remember_voter(private(jsonify(asked)), token)
    told = "asked" if asked["shown"] else "waiting"
    return remember_voter(make_response(redirect(page_address(public_id, told), 303)), token)


@bp.post("/sessions/<public_id>/questions/<question_id>/vote")
@public
@limited("3000/minute", "120/minute")
def vote(public_id: str, question_id: str) -> ResponseReturnValue:
    """Ask this, too; with `take=back`, not any more."""
    check(Action.ASK)
    token, name = this_voter()
    back = request.form.get("take") == "back"
    with transaction() as db:
        session = seen_session(db, public_id)
        change = live.unvote if back else live.vote
        votes = change(db, session, item_of(db, session, question_id), voter=name, network=this_network(), now=now())
    if wants_json():
        return remember_voter(private(jsonify(votes=votes, voted=not back)), token)
    told = "unvoted" if back else "voted"
    return remember_voter(make_response(redirect(page_address(public_id, told, f"q-{question_id}"), 303)), token)


@bp.get("/sessions/<public_id>/similar")
@public
@limiter.limit("1200/minute")
def similar(public_id: str) -> ResponseReturnValue:
    """What is like the words in `?q=`, as a piece of the page: questions to join, and answers."""
    with reading() as db:
        session = seen_session(db, public_id)
        board = current_hub().room(session.id, public_id).board
        words = request.args.get("q", "")[:LONGEST]
        found = live.similar(db, session, words, language=language(), board=board)
    return private(make_response(render_template("sessions/_similar.html", found=found, public_id=public_id)))


@bp.get("/sessions/<public_id>/own.json")
@public
def own(public_id: str) -> ResponseReturnValue:
    """What this browser voted for and asked here: {"voted": [id], "asked": [{"id", "title", "state", "reason"}]}."""
    with reading() as db:
        mine = pages.read_own(db, seen_session(db, public_id), voter())
    asked = [
        {"id": one.id, "title": one.title, "state": one.moderation.value, "reason": one.reason} for one in mine.asked
    ]
    return private(jsonify(voted=sorted(mine.voted), asked=asked))


def _address() -> str:
    """Where the answer is to go to by mail, "" where none is wanted; who is signed in has an address."""
    if user := current_user():
        return user.email if request.form.get("mail") else ""
    return request.form.get("email", "").strip()
