"""The form of the ask page: what was typed, how it came, and what the reader should be warned about."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import HelpCenterError
from helpcenter.models import Topic
from helpcenter.services import attachments, live, pages, questions
from helpcenter.services.pages import Found as FoundHit
from helpcenter.services.questions.personal import Found, find
from helpcenter.tokens import fingerprint, is_signed, new_token, signature
from helpcenter.web import current_user, language, now, reading, safe_next, say, settings, visibilities
from helpcenter.web.limits import network

LONGEST: Final = 300
SHORTEST: Final = 4
QUICK: Final = 3.0
"""Seconds; nobody has typed a question and an address sooner."""
TRAP: Final = "website"
"""A field that people do not see; what fills it in is a program."""
_STAMP: Final = "ask-form"


class Piece(NamedTuple):
    """A stretch of what was typed; `kind` says which personal data it is, "" for the rest."""

    text: str
    kind: str


class Warning_(NamedTuple):  # noqa: N801 -- Python has a Warning of its own
    """Personal data in what is about to be sent: the pieces of the title and of the rest, and what names all of it."""

    title: list[Piece]
    body: list[Piece]
    known: str


def draft_of(db: Session, form: Mapping[str, str]) -> questions.Draft:
    """The question in the form."""
    user = current_user()
    return questions.Draft(
        form.get("title", ""),
        user.email if user else form.get("email", ""),
        language(),
        body=form.get("body", ""),
        topic=db.scalar(select(Topic).where(Topic.slug == form.get("topic", ""))),
        name=user.name if user else form.get("name", ""),
        product=form.get("product", ""),
        circle=bool(form.get("circle")),
        user=user,
    )


def manner_of(draft: questions.Draft, form: Mapping[str, str]) -> questions.Manner:
    """How the form came."""
    made = _made_at(form.get("made", ""))
    return questions.Manner(
        questions.network_of(settings().secret, network(), now()),
        questions.words_of(draft),
        trapped=bool(form.get(TRAP)),
        quick=made is not None and now().timestamp() - made < QUICK,
        stamped=made is not None,
    )


def warning_for(form: Mapping[str, str]) -> Warning_ | None:
    """What the asker is warned about before it is sent; None where there is nothing, or he has been warned of all of it."""
    title, body = form.get("title", ""), form.get("body", "")
    found = find(title), find(body)
    known = {fingerprint(one.text)[:16] for several in found for one in several}
    if form.get("sure") or known <= set(form.get("warned", "").split(",")):
        return None
    return Warning_(pieces(title, found[0]), pieces(body, found[1]), ",".join(sorted(known)))


def pieces(text: str, found: list[Found]) -> list[Piece]:
    """The text in pieces, those that were found marked; empty where none was."""
    made, at = [], 0
    for one in found:
        made += [Piece(text[at : one.start], ""), Piece(one.text, one.kind.value)]
        at = one.end
    return [piece for piece in (*made, Piece(text[at:], "")) if piece.text] if found else []


def show_form(form: Mapping[str, str], *, error: HelpCenterError | None = None, warning: Warning_ | None = None) -> str:
    """The ask page with what was typed, and the files that have arrived with it."""
    ticket = form.get("ticket", "")
    with reading() as db:
        topics = list(pages.read_tree(db, language=language(), visibilities=visibilities()).listed())
        files = attachments.of_ticket(db, ticket)
    back = form.get("from", "")
    return render_template(
        "questions/ask.html",
        form=form,
        topics=topics,
        files=files,
        ticket=ticket or new_token(),
        stamp=form.get("made", "") if _made_at(form.get("made", "")) else _stamp(),
        back=back if back and safe_next(back) == back else "",
        warning=warning,
        trap=TRAP,
        most=attachments.MOST,
        **similar_to(form.get("title", "")),
        error=say(error.message) if error else "",
    )


def similar_to(words: str) -> dict[str, list[FoundHit] | list[tuple[str, str, str]]]:
    """For the piece of a page that shows what is like the words: answers, and questions that wait."""
    if len(words) < SHORTEST:
        return {"similar": [], "waiting": []}
    with reading() as db:
        similar = pages.show_hits(db, questions.find_similar(db, words, language=language()))
        waiting = live.waiting(db, words, visibilities=visibilities())
        return {"similar": similar, "waiting": [(one.public_id, one.title, one.language) for one in waiting]}


def words() -> str:
    """What is asked for in `?q=`."""
    return " ".join(request.args.get("q", "")[:LONGEST].split())


def _stamp() -> str:
    at = str(round(now().timestamp()))
    return f"{at}.{signature(settings().secret, _STAMP, at)}"


def _made_at(stamp: str) -> float | None:
    """When the form was shown, by our own word; None where it does not say so."""
    at, _, signed = stamp.partition(".")
    return float(at) if at.isdigit() and is_signed(settings().secret, _STAMP, at, signed) else None
