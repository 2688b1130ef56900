"""Questions for programs: sent, looked at, and what answers them already."""

import hashlib
from http import HTTPStatus
from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from helpcenter.blueprints.api import schemas
from helpcenter.blueprints.api.frame import answer, bp, problem
from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Asker, Question, Topic, Visibility
from helpcenter.services import attachments, live, pages, questions
from helpcenter.services.questions.personal import find
from helpcenter.web import language, limiter, now, public, reading, say, settings, transaction
from helpcenter.web.csrf import from_anywhere
from helpcenter.web.limits import network
from helpcenter.web.questions import check_seen, find_question

LONGEST_KEY: Final = 200
LARGEST: Final = 128 * 1024
"""Bytes of a question: all that its fields may hold, however a program writes its signs."""
_MOST: Final = 5
_FOR_ALL: Final = (Visibility.PUBLIC,)
"""Whoever calls the API is nobody in particular, also in a browser in which somebody is signed in."""


@bp.post("/questions")
@public
@from_anywhere
@limiter.limit("60/hour")
def ask() -> ResponseReturnValue:
    """Send a question; its asker confirms his address by mail. With an Idempotency-Key, once however often it is sent."""
    given = schemas.NewQuestion.model_validate(_json())
    found = [] if given.sure else _personal(given)
    if found:
        words = gettext("There is personal data in it. Show it to whoever asks, then send it again, or with “sure”.")
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, words, found=found)
    key = _idempotency_key(given)
    with transaction() as db:
        topic = db.scalar(select(Topic).where(Topic.slug == given.topic)) if given.topic else None
        if given.topic and topic is None:
            return _no_such_topic()
        digest = hashlib.sha256(given.model_dump_json().encode()).hexdigest()
        before = questions.once(db, key, digest, now=now()) if key else None
        if before:
            return _repeated(db, before.question, same=before.digest == digest)
        question = _send(db, given, topic)
        if key:
            questions.keep_once(db, key, question)
        made = answer(_shown(db, question, None), HTTPStatus.CREATED)
        made.headers["Location"] = f"{bp.url_prefix}/questions/{question.public_id}"
        return made


@bp.get("/questions/similar")
@public
@limiter.limit("300/minute")
def similar() -> ResponseReturnValue:
    """What is like the words in `?q=`: answers in `?language=`, and questions that wait."""
    words = " ".join(request.args.get("q", "")[:300].split())
    asked = request.args.get("language", "")
    spoken = asked if asked in {"de", "en"} else language()
    with reading() as db:
        hits = pages.show_hits(db, questions.find_similar(db, words, language=spoken, limit=_MOST))
        waiting = live.waiting(db, words, visibilities=_FOR_ALL)
    return answer(
        schemas.Similar(
            answers=[_answer_like_it(one) for one in hits],
            waiting=[
                schemas.WaitingQuestion(id=one.public_id, title=one.title, language=one.language, url=_url(one))
                for one in waiting
            ],
        )
    )


@bp.get("/questions/<public_id>")
@public
@limiter.limit("300/minute")
def question(public_id: str) -> ResponseReturnValue:
    """How a question stands; for the `?key=` of his mail, whoever wrote it sees the rest, too."""
    key = request.args.get("key", "")
    with reading() as db:
        wanted = find_question(db, public_id)
        asker = questions.asker_for_key(settings(), wanted, key) if key else None
        check_seen(db, wanted, asker, None)
        return answer(_shown(db, wanted, asker))


def _json() -> object:
    if not request.is_json:
        raise UnsupportedMediaType
    request.max_content_length = LARGEST
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # thousands of brackets in each other
        body = None
    if body is None:
        raise InvalidInput(N_("Please send a JSON object."))
    return body


def _personal(given: schemas.NewQuestion) -> list[schemas.FoundPersonal]:
    return [
        schemas.FoundPersonal.model_validate({"field": field, "kind": one.kind.value, "text": one.text})
        for field, text in (("title", given.title), ("body", given.body))
        for one in find(text)
    ]


def _idempotency_key(given: schemas.NewQuestion) -> str:
    """What is kept of the header; keys that two people happen to choose are different ones."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise InvalidInput(N_("Please send an Idempotency-Key of at most %(most)s letters."), most=LONGEST_KEY)
    return f"{given.email.strip().lower()}\n{key}" if key else ""


def _send(db: Session, given: schemas.NewQuestion, topic: Topic | None) -> Question:
    draft = questions.Draft(
        given.title, given.email, given.language or language(), body=given.body, topic=topic, name=given.name,
        product=given.product, circle=given.circle,
    )  # fmt: skip
    network_name = questions.network_of(settings().secret, network(), now())
    manner = questions.Manner(network_name, questions.words_of(draft), stamped=False)
    return questions.send(db, draft, manner, now=now())


def _repeated(db: Session, before: Question | None, *, same: bool) -> Response:
    """What was answered the first time; or that the key belongs to another question."""
    if not same or before is None:
        words = gettext("This Idempotency-Key came with another question before. Please send a new key.")
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, words)
    made = answer(_shown(db, before, None), HTTPStatus.CREATED)
    made.headers["Location"] = f"{bp.url_prefix}/questions/{before.public_id}"
    made.headers["Idempotent-Replayed"] = "true"
    return made


def _no_such_topic() -> Response:
    wrong = schemas.FieldProblem(field="topic", problem=gettext("There is no topic of that name."))
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, wrong.problem, errors=[wrong])


def _shown(db: Session, wanted: Question, asker: Asker | None) -> schemas.Question:
    page = pages.show_question(db, wanted, language=language(), visibilities=_FOR_ALL, now=now())
    site, seen = settings().site_url, page.answer
    return schemas.Question(
        id=wanted.public_id, url=_url(wanted), title=wanted.title, language=wanted.language, state=wanted.state.value,
        held=bool(wanted.held_for), topic=page.topic[0] if page.topic else None, asked_at=wanted.created_at, waiting=page.waiting,
        answer=schemas.Answer(title=seen.title, url=site + seen.address, seconds=seen.seconds) if seen else None,
        written=page.written.body if page.written else "", merged_into=page.merged_into,
        private=_private(db, wanted) if asker and questions.has_written(asker, wanted) else None,
    )  # fmt: skip


def _private(db: Session, wanted: Question) -> schemas.Private:
    files = [
        schemas.Attachment.model_validate({"name": row.name, "state": row.state.value, "reason": say(row.reason)})
        for row in attachments.of_question(db, wanted)
    ]
    return schemas.Private(body=wanted.body, product=wanted.product, circle=wanted.circle, attachments=files)


def _answer_like_it(found: pages.Found) -> schemas.SimilarAnswer:
    hit = found.hit
    address = settings().site_url + found.address
    told = {"kind": hit.kind, "title": hit.title, "language": hit.language, "url": address, "second": found.at}
    return schemas.SimilarAnswer.model_validate(told)


def _url(wanted: Question) -> str:
    return f"{settings().site_url}/questions/{wanted.public_id}"
