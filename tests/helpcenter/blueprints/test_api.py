"""The API, as programs use it; each answer is held to the document that describes it."""

import re
import threading

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import validate
from sqlalchemy import select

from helpcenter.app import create_app
from helpcenter.models import Asker, OutgoingMail, Question
from helpcenter.services import questions, search
from tests.factories import make_answer, make_question, make_topic, make_user

NEW = {"title": "How far in winter?", "body": "It is cold.", "email": "kim@example.org", "name": "Kim"}
EN = {"Accept-Language": "en"}


@pytest.fixture
def program(app):
    """Something that is no browser: neither cookie nor origin."""
    return app.test_client()


@pytest.fixture
def described(program):
    return program.get("/api/v1/openapi.json").json


@pytest.fixture
def holds(described):
    """`holds(answer, path, method)` fails where the answer is not what the document says."""

    def check(answer, path, method="get"):
        said = described["paths"][path][method]["responses"][str(answer.status_code)]["content"][answer.mimetype][
            "schema"
        ]
        jsonschema.validate(answer.json, {**said, "components": described["components"]})
        return answer.json

    return check


def count(ports):
    with ports.database.reading() as db:
        return len(db.scalars(select(Question)).all())


def ask(program, headers=None, **more):
    return program.post("/api/v1/questions", json={**NEW, **more}, headers={**EN, **(headers or {})})


def test_the_document_is_openapi_and_names_every_route(app, described):
    validate(described)
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, methods in described["paths"].items() for method in methods}


def test_a_question_is_sent_without_account_and_its_asker_confirms_by_mail(program, ports, holds):
    with ports.database.transaction() as db:
        make_topic(db, slug="battery")
    answer = ask(program, topic="battery", product="Kiox 4711", circle=True, language="de")
    told = holds(answer, "/questions", "post")
    with ports.database.reading() as db:
        question, mail, asker = (db.scalars(select(model)).one() for model in (Question, OutgoingMail, Asker))
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/questions/{question.public_id}")
    assert (told["id"], told["state"], told["held"], told["topic"], told["private"]) == (
        question.public_id,
        "new",
        False,
        "battery",
        None,
    )
    assert (question.product, question.circle, question.language, asker.confirmed_at) == ("Kiox 4711", True, "de", None)
    assert mail.recipient == "kim@example.org"
    assert ["4711" in answer.text, "cold" in answer.text, "kim@" in answer.text] == [False, False, False]


def test_a_post_that_is_sent_again_with_its_key_makes_one_question(program, ports, holds):
    key = {"Idempotency-Key": "a7"}
    first, again = ask(program, key), ask(program, key)
    assert (first.json, again.status_code, again.headers["Idempotent-Replayed"]) == (again.json, 201, "true")
    other = ask(program, key, title="How far in May?")
    assert (other.status_code, "another question" in holds(other, "/questions", "post")["detail"]) == (422, True)
    assert ask(program, key, email="lee@example.org").json["id"] != first.json["id"]
    assert (count(ports), ask(program).status_code, count(ports)) == (2, 201, 3)


def test_two_at_once_with_one_key_make_one_question(each_database, app, ports):
    ready, answers = threading.Barrier(2), []

    def post():
        ready.wait()
        answers.append(ask(app.test_client(), {"Idempotency-Key": "a7"}).json["id"])

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(answers)), count(ports)) == (1, 1)


def test_a_key_whose_question_was_refused_can_be_used_again(program, ports):
    key = {"Idempotency-Key": "a7"}
    assert [ask(program, key, email="nonsense").status_code, ask(program, key).status_code, count(ports)] == [
        400,
        201,
        1,
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [({"title": ""}, "title"), ({"title": "x" * 301}, "title"), ({"body": 5}, "body"), ({"extra": 1}, "extra"),
     ({"topic": "nowhere"}, "topic"), ({"language": "fr"}, "language"), ({"email": None}, "email")],
)  # fmt: skip
def test_what_cannot_be_used_is_named_in_words(program, ports, holds, more, field):
    answer = ask(program, **more)
    told = holds(answer, "/questions", "post")
    assert (answer.status_code, answer.mimetype, [one["field"] for one in told["errors"]]) == (
        422,
        "application/problem+json",
        [field],
    )
    assert count(ports) == 0


@pytest.mark.parametrize(
    ("options", "status"),
    [({"data": "{"}, 415), ({"data": "{", "content_type": "application/json"}, 400), ({"json": 5}, 422)],
)
def test_what_is_no_json_object_is_refused_in_words(program, holds, options, status):
    answer = program.post("/api/v1/questions", headers=EN, **options)
    assert (answer.status_code, bool(holds(answer, "/questions", "post")["detail"])) == (status, True)


def test_personal_data_is_told_before_it_is_taken(program, ports, holds):
    answer = ask(program, body="Call 0171 2345678")
    assert holds(answer, "/questions", "post")["found"] == [{"field": "body", "kind": "phone", "text": "0171 2345678"}]
    assert (answer.status_code, count(ports), ask(program, body="Call 0171 2345678", sure=True).status_code) == (
        422,
        0,
        201,
    )


def test_spam_is_kept_and_said_to_be_looked_at(program, holds):
    told = holds(ask(program, body="www.shop.example"), "/questions", "post")
    assert told["held"] is True
    missing = program.get(f"/api/v1/questions/{told['id']}", headers=EN)
    assert (missing.status_code, holds(missing, "/questions/{public_id}")["detail"]) == (
        404,
        "There is nothing here, or not for you.",
    )


def test_too_many_are_refused_in_words(program, holds):
    answers = [ask(program, title=f"Question {number}?") for number in range(11)]
    assert [one.status_code for one in answers] == [201] * 10 + [429]
    assert "today" in holds(answers[-1], "/questions", "post")["detail"]


def test_a_question_is_seen_by_all_and_the_rest_of_it_by_its_key(program, ports, holds):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far?")
        question = make_question(db, body="It squeaks.", product="Kiox")
        questions.answer(db, question, clip=entry.clips[0].clip, entry=entry, now=ports.clock())
        key = questions.link_for(ports.settings, question, question.askers[0]).partition("key=")[2]
        address = f"/api/v1/questions/{question.public_id}"
    told = holds(program.get(address), "/questions/{public_id}")
    assert (told["state"], told["waiting"], told["private"]) == ("answered", 1, None)
    assert told["answer"]["url"].startswith("http://127.0.0.1:8000/faq/how-far?clip=")
    private = holds(program.get(f"{address}?key={key}"), "/questions/{public_id}")["private"]
    assert private == {"body": "It squeaks.", "product": "Kiox", "circle": False, "attachments": []}


def test_what_is_like_it_is_told_with_its_second(program, ports, holds):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far does it go in winter?")
        search.index_entry(db, entry.id)
        there = make_question(db, title="How far does it go in winter, please?")
    told = holds(program.get("/api/v1/questions/similar?q=far+in+winter&language=en"), "/questions/similar")
    assert [(one["kind"], one["second"]) for one in told["answers"]] == [("entry", 5.0)]
    assert [one["id"] for one in told["waiting"]] == [there.public_id]
    assert holds(program.get("/api/v1/questions/similar?q=x"), "/questions/similar") == {"answers": [], "waiting": []}


def test_whoever_is_signed_in_is_nobody_in_particular_here(sign_in, ports):
    with ports.database.transaction() as db:
        editor = make_user(db, role="editor", email="ed@example.org")
    browser = sign_in(editor)
    browser.post("/api/v1/questions", json=NEW)
    with ports.database.reading() as db:
        assert [(asker.email, asker.user_id) for asker in db.scalars(select(Asker))] == [("kim@example.org", None)]


# --- Other sites --------------------------------------------------------------------------------------------------------


@pytest.fixture
def embedded(ports) -> Flask:
    from dataclasses import replace

    settings = ports.settings.model_copy(update={"embed_hosts": "www.shop.example, http://localhost:3000"})
    made = create_app(replace(ports, settings=settings))
    yield made.test_client()
    made.extensions["hub"].close()


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        ("https://www.shop.example", True),
        ("http://localhost:3000", True),
        ("http://www.shop.example", False),
        ("https://evil.example", False),
    ],
)
def test_only_named_sites_may_call_from_a_browser(embedded, program, origin, let_in):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    for answer in (
        embedded.options("/api/v1/questions", headers=asked),
        embedded.get("/api/v1/questions/similar?q=far", headers={"Origin": origin}),
        embedded.get("/api/v1/questions/nothing", headers={"Origin": origin}),
    ):
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if let_in else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in program.options("/api/v1/questions", headers=asked).headers


def test_named_sites_may_frame_the_ask_box_and_nothing_else(embedded):
    framers = [
        re.search(r"frame-ancestors ([^;]*)", embedded.get(path).headers["Content-Security-Policy"])[1]
        for path in ("/embed/ask", "/ask")
    ]
    assert framers == ["'self' https://www.shop.example http://localhost:3000", "'none'"]


@pytest.mark.parametrize("hosts", ["*", "a.example; script-src *", "https://a.example/path", "a b", "'none'"])
def test_what_is_no_host_is_refused_by_the_settings(settings, hosts):
    with pytest.raises(ValueError, match="not a host name"):
        type(settings)(embed_hosts=hosts)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 50_000 + b"]" * 50_000, 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (b'{"title": "\\ud800", "email": "kim@example.org"}', 422),
        (b'{"title": "' + b"a" * 1_000_000 + b'", "email": "kim@example.org"}', 413),
    ],
)
def test_rubbish_is_answered_in_words(program, holds, body, status):
    answer = program.post("/api/v1/questions", data=body, headers={**EN, "Content-Type": "application/json"})
    assert answer.status_code == status
    assert holds(answer, "/questions", "post")["detail"]


def test_thousands_of_unknown_fields_are_not_answered_by_as_many_errors(program):
    answer = ask(program, **{f"field{number}": 1 for number in range(5_000)})
    assert (answer.status_code, len(answer.json["errors"])) == (422, 20)
