"""Asking: being warned, being held back, sending files, being counted, the box on other pages and other sites."""

import io
import re
import subprocess

import pytest
from sqlalchemy import select

from helpcenter.models import Deflection, OutgoingMail, Question, QuestionAttachment, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import attachments, console, pages, questions, search
from helpcenter.services.attachments import Arrival
from tests.factories import NOW, make_answer, make_question, make_recording, make_session, make_topic, make_user
from workers import attachments as work

EN, DE = {"Accept-Language": "en"}, {"Accept-Language": "de"}
FORM = {"title": "How far in winter?", "body": "It is cold.", "email": "kim@example.org", "name": "Kim"}
JPEG = b"\xff\xd8\xff\xe0" + bytes(99)


def all_of(ports, model):
    with ports.database.reading() as db:
        return list(db.scalars(select(model).order_by(model.id)))


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def status(browser, address):
    with browser.get(address) as answer:
        return answer.status_code


def file(content=JPEG, name="bike.jpg"):
    return io.BytesIO(content), name


def sent(client, **more):
    return client.post("/ask", data={**FORM, **more}, headers=EN)


def key_of(ports, question):
    return questions.link_for(ports.settings, question, question.askers[0]).partition("key=")[2]


@pytest.fixture
def asked(ports):
    """A question with product and a body, its page, and the key of who wrote it."""
    with ports.database.transaction() as db:
        question = make_question(db, body="It squeaks.", product="Kiox 300, serial 4711")
        return question, f"/questions/{question.public_id}", key_of(ports, question)


# --- Warned -------------------------------------------------------------------------------------------------------------


def test_personal_data_is_shown_once_before_it_is_sent_and_nothing_is_lost(client, ports):
    typed = {
        "title": "Call 0171 2345678?",
        "body": "I live in Musterstraße 12, 12345 Ort",
        "product": "Kiox",
        "circle": "yes",
    }
    page = sent(client, **typed)
    assert (page.status_code, all_of(ports, Question)) == (200, [])
    assert re.findall(r"<mark[^>]*>([^<]+)</mark>", page.text) == ["0171 2345678", "Musterstraße 12, 12345 Ort"]
    assert ["Everybody can read your question" in page.text, "Only our team reads what you wrote" in page.text] == [
        True,
        True,
    ]
    assert [page.text.count(f'value="{one}"') for one in (typed["title"], "Kiox", "kim@example.org")] == [1, 1, 1]
    assert 'name="circle" value="yes" checked' in page.text
    assert "Send it as it is" in page.text
    again = sent(client, **typed, warned=hidden(page.text, "warned"))
    assert again.location == "/ask/thanks"
    assert [one.title for one in all_of(ports, Question)] == ["Call 0171 2345678?"]


def test_he_is_warned_again_of_what_he_adds_and_his_word_is_enough(client, ports):
    warned = hidden(sent(client, body="0171 2345678").text, "warned")
    assert sent(client, body="0171 2345678 lee@example.org", warned=warned).status_code == 200
    assert sent(client, body="0171 2345678 lee@example.org", warned=warned, sure="yes").status_code == 303


def test_product_and_circle_are_kept_and_the_product_is_never_public(client, ports, asked):
    sent(client, product="Kiox 300, serial 4711", circle="yes")
    kept = all_of(ports, Question)[-1]
    assert (kept.product, kept.circle) == ("Kiox 300, serial 4711", True)
    _, page, key = asked
    assert ["4711" in client.get(address).text for address in (page, f"{page}?key={key}")] == [False, True]


def test_the_circle_can_be_taken_back_by_who_wrote_the_question_alone(client, ports, asked):
    question, page, key = asked
    with ports.database.transaction() as db:
        other = questions.join(db, db.merge(question), email="co@example.org", language="en", now=NOW)
        foreign = questions.link_for(ports.settings, question, other).partition("key=")[2]
    answers = [
        client.post(f"{page}/circle", data={"key": given, "agreed": "yes"}).status_code for given in ("x", foreign, key)
    ]
    assert (answers, all_of(ports, Question)[0].circle) == ([404, 404, 303], True)
    assert "Take that back" in client.get(f"{page}?key={key}", headers=EN).text
    client.post(f"{page}/circle", data={"key": key, "agreed": "no"})
    assert all_of(ports, Question)[0].circle is False


def test_who_only_joined_is_not_shown_what_the_other_wrote(client, ports, asked):
    question, page, key = asked
    with ports.database.transaction() as db:
        other = questions.join(db, db.merge(question), email="co@example.org", language="en", now=NOW)
        foreign = questions.link_for(ports.settings, question, other).partition("key=")[2]
    shown = client.get(f"{page}?key={foreign}").text
    assert ["squeaks" in shown, "4711" in shown, "squeaks" in client.get(f"{page}?key={key}").text] == [
        False,
        False,
        True,
    ]


# --- Held back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "held", "location"),
    [
        ({"website": "https://spam.example"}, "spam", "/ask/thanks?looked=1"),
        ({"body": "You wankers"}, "abusive", "/ask/thanks?looked=1"),
        (
            {"body": "Hoe ver komt mijn elektrische fiets in de winter als het koud is?", "title": "Hoe ver?"},
            "language",
            "/ask/thanks?looked=language",
        ),
    ],
)
def test_what_is_held_back_is_kept_and_its_asker_reads_so(client, ports, more, held, location):
    answer = sent(client, **more)
    assert (answer.location, all_of(ports, Question)[0].held_for) == (location, held)
    page = client.get(answer.location, headers=EN).text
    if held == "language":
        assert ["We answer in English and German." in page, "Wir antworten auf Deutsch und Englisch." in page] == [
            True,
            True,
        ]
    else:
        assert "Somebody of our team looks at it first" in page
    assert len(all_of(ports, OutgoingMail)) == (held == "language")


def test_a_form_that_is_sent_faster_than_anybody_types_is_held_back(client, ports, clock):
    stamp = hidden(client.get("/ask").text, "made")
    clock.advance(seconds=2)
    sent(client, made=stamp)
    clock.advance(seconds=2)
    sent(client, made=stamp, title="How far in summer?")
    sent(client, made=stamp[:-1] + "x", title="How far in May?")
    assert [one.held_for for one in all_of(ports, Question)] == ["spam", "", ""]


def test_a_held_question_is_its_askers_and_the_editors_alone(client, ports, sign_in):
    with ports.database.transaction() as db:
        question = make_question(db, held_for="spam")
        key, editor, expert = key_of(ports, question), make_user(db, Role.EDITOR), make_user(db, Role.EXPERT)
    page = f"/questions/{question.public_id}"
    seen = [
        client.get(page),
        client.get(f"{page}?key={key}", headers=EN),
        sign_in(editor).get(page),
        sign_in(expert).get(page),
    ]
    assert [one.status_code for one in seen] == [404, 200, 200, 404]
    assert "Somebody of our team looks at your question first." in seen[1].text
    assert client.post(f"{page}/join", data={"email": "lee@example.org"}).status_code == 404
    assert f"/questions/{question.public_id}#join" not in client.get("/ask?q=far+in+winter").text


def test_a_held_question_is_counted_nowhere_and_is_on_no_desk(client, ports):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="battery")
        question = make_question(db, topic=topic, held_for="abusive")
        session = make_session(db, topics=[topic])
        db.add(
            SessionQuestion(
                session=session, question=make_question(db, title="Hidden?", held_for="spam"), created_at=NOW
            )
        )
        db.flush()
        assert console.waiting.others(db, session) == ([], 0)
        assert pages.read_board(db, session).items == ()
    assert "0 questions open" in client.get("/topics/battery", headers=EN).text
    with ports.database.transaction() as db:
        questions.release(db, db.get_one(Question, question.id), now=NOW, actor=None)
    assert "1 question open" in client.get("/topics/battery", headers=EN).text


def test_too_many_from_one_address_or_network_are_told_in_words_and_nothing_is_lost(client, ports):
    answers = [sent(client, title=f"Question {number}?", network=number) for number in range(11)]
    assert [one.status_code for one in answers] == [303] * 10 + [429]
    assert [
        "There were many questions from this address today" in answers[-1].text,
        'value="Question 10?"' in answers[-1].text,
    ] == [True, True]
    for number in range(11, 60):
        sent(client, title=f"Question {number}?", email=f"p{number}@example.org")
    last = sent(client, title="The last one?", email="last@example.org")
    assert (last.status_code, 'value="The last one?"' in last.text, "too often" in last.text) == (429, True, True)
    assert len(all_of(ports, Question)) == 10 + 49


# --- Files --------------------------------------------------------------------------------------------------------------


def test_files_are_sent_with_the_form_and_survive_every_mistake_in_it(client, ports):
    first = client.post(
        "/ask",
        data={**FORM, "email": "nonsense", "ticket": "t1", "files": [file(), file(b"", "empty.jpg")]},
        headers=EN,
    )
    assert (first.status_code, "bike.jpg" in first.text, "This file is empty." in first.text) == (400, True, True)
    empty = all_of(ports, QuestionAttachment)[1]
    assert client.post("/ask", data={**FORM, "ticket": "t1", "drop": empty.public_id}).status_code == 303
    (kept,) = all_of(ports, QuestionAttachment)
    assert (kept.name, kept.question_id, kept.due_at) == ("bike.jpg", all_of(ports, Question)[0].id, ports.clock())
    assert (ports.settings.arrivals / kept.public_id).read_bytes() == JPEG


def test_a_sixth_file_is_refused_and_the_question_is_not(client, ports):
    answer = client.post("/ask", data={**FORM, "ticket": "t", "files": [file(name=f"{n}.jpg") for n in range(6)]})
    assert answer.status_code == 303
    states = [(row.name, row.state.value) for row in all_of(ports, QuestionAttachment)]
    assert states == [(f"{n}.jpg", "waiting") for n in range(5)] + [("5.jpg", "refused")]


def test_our_script_sends_one_file_at_once(client, ports):
    answer = client.post("/ask/files", data={"ticket": "t", "files": file(name="../../etc/b\u202eike.jpg")}, headers=EN)
    row = all_of(ports, QuestionAttachment)[0]
    assert (answer.status_code, answer.json) == (
        201,
        {"id": row.public_id, "name": "b ike.jpg", "size": len(JPEG), "refused": ""},
    )
    assert client.post("/ask/files", data={"ticket": ""}).status_code == 404
    assert (row.question_id, row.due_at) == (None, None)


@pytest.fixture
def with_file(ports, asked, tmp_path):
    """The address of a picture that was made anew, for who wrote the question."""
    question, page, _ = asked
    picture = tmp_path / "bike.jpg"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:d=1", "-frames:v", "1", str(picture)],
        check=True,
    )
    ports.settings.arrivals.mkdir(parents=True)
    with ports.database.transaction() as db:
        arrival = Arrival("bike.jpg", picture.stat().st_size, picture)
        row = attachments.receive(db, arrival, ports.settings.arrivals, ticket="", question=db.merge(question), now=NOW)
    work.make(ports, row.id)
    return f"{page}/files/{row.public_id}"


def test_a_file_is_seen_by_who_sent_it_and_by_who_may_answer_and_by_nobody_else(
    client, ports, sign_in, asked, with_file
):
    question, _, key = asked
    with ports.database.transaction() as db:
        people = [make_user(db, role) for role in (Role.CUSTOMER, Role.SUPER_USER, Role.EXPERT, Role.EDITOR)]
        stored = db.scalars(select(QuestionAttachment.key)).one()
        topic = make_topic(db)
    assert [status(client, address) for address in (with_file, f"{with_file}?key=x", f"/media/{stored}")] == [
        404,
        404,
        404,
    ]
    with client.get(f"{with_file}?key={key}") as answer:
        assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
            200,
            "image/jpeg",
            "private, no-store",
        )
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert [status(sign_in(one), with_file) for one in people] == [404, 404, 200, 200]
    with ports.database.transaction() as db:
        db.get_one(Question, question.id).topic_id = topic.id
    assert status(sign_in(people[2]), with_file) == 404
    assert status(client, f"{with_file}?key={key}&poster=1") == 404


def test_his_page_says_how_far_each_file_is_and_lets_him_delete_it(client, ports, asked, with_file):
    _, page, key = asked
    client.post(f"{page}/files", data={"key": key, "files": [file(b"GIF89a" + bytes(9), "a.gif")]})
    piece = client.get(f"{page}/files?key={key}", headers=EN).text
    assert [word in piece for word in ("is there", "is being prepared", "data-making")] == [True, True, True]
    work.make(ports, all_of(ports, QuestionAttachment)[1].id)
    shown = client.get(f"{page}?key={key}", headers=EN).text
    assert ["cannot be used" in shown, "neither a picture nor a video" in shown, "data-making" in shown] == [
        True,
        True,
        False,
    ]
    assert client.post(f"{with_file}/remove", data={"key": "x"}).status_code == 404
    assert client.post(f"{with_file}/remove", data={"key": key}).status_code == 303
    assert [row.name for row in all_of(ports, QuestionAttachment)] == ["a.gif"]
    assert client.get(f"{with_file}?key={key}").status_code == 404


# --- Clips in place, and being counted ----------------------------------------------------------------------------------


def test_a_clip_that_answers_it_can_be_played_in_its_place(client, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far does it go in winter?")
        clip = entry.clips[0].clip.public_id
        search.index_entry(db, entry.id)
    page = client.get("/ask/similar?q=far+in+winter").text
    assert (re.search(r'data-clip="([^"]+)"', page)[1], f'href="/faq/how-far?clip={clip}"' in page) == (
        f"/ask/clip/{clip}",
        True,
    )
    piece = client.get(f"/ask/clip/{clip}").text
    assert ['data-start="5.0"' in piece, 'data-end="15.0"' in piece, f'href="/faq/how-far?clip={clip}"' in piece] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("visibility", ["customers", "staff"])
def test_a_clip_plays_for_whom_its_recording_is(client, ports, sign_in, visibility):
    with ports.database.transaction() as db:
        recording = make_recording(db, visibility=visibility)
        clip = make_answer(db, recording=recording).clips[0].clip.public_id
        editor = make_user(db, Role.EDITOR)
    assert [one.get(f"/ask/clip/{clip}").status_code for one in (client, sign_in(editor))] == [404, 200]


def test_leaving_after_watching_is_counted_apart_from_saying_so(client, ports, sign_in):
    with ports.database.transaction() as db:
        entry, editor = make_answer(db), make_user(db, Role.EDITOR)
    for path in ("/ask/solved", "/ask/watched", "/ask/watched"):
        assert client.post(path, data={"answer": f"entry:{entry.id}"}).status_code in {204, 303}
    assert client.post("/ask/watched", data={"answer": "entry:99999"}).status_code == 404
    assert [row.explicit for row in all_of(ports, Deflection)] == [True, False, False]
    home = sign_in(editor).get("/workbench", headers=EN).text
    assert ["1 visitor found that his question" in home, "2 more watched an answer" in home] == [True, True]


# --- The box ------------------------------------------------------------------------------------------------------------


def test_topics_entries_and_sessions_hold_the_ask_box_which_knows_where_it_stands(client, ports):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="battery")
        make_answer(db, topic=topic)
        session = make_session(db, topics=[topic], state="published")
    for page in ("/topics/battery", "/faq/how-far", f"/sessions/{session.public_id}"):
        box = re.search(r"<form[^>]*data-ask-box.*?</form>", client.get(page).text, re.DOTALL)[0]
        assert (hidden(box, "topic"), hidden(box, "from")) == ("battery", page)
    led = client.get("/ask?q=How+far&topic=battery&from=/faq/how-far", headers=EN).text
    assert ['value="How far"' in led, 'value="battery" selected' in led, 'href="/faq/how-far"' in led] == [
        True,
        True,
        True,
    ]
    assert "Back to the page" not in client.get("/ask?from=https://evil.example/", headers=EN).text
    assert "Back to the page" not in client.get("/ask?from=//evil.example/", headers=EN).text


def framers(answer):
    return re.search(r"frame-ancestors ([^;]*)", answer.headers["Content-Security-Policy"])[1]


def test_the_box_may_be_framed_by_ourselves_alone_and_sets_no_cookie(client):
    answer = client.get("/embed/ask?lang=de&topic=battery")
    assert (answer.status_code, framers(answer), "Set-Cookie" in answer.headers) == (200, "'self'", False)
    assert [
        'lang="de"' in answer.text,
        'name="topic" value="battery"' in answer.text,
        'method="get"' in answer.text,
    ] == [True] * 3
    assert framers(client.get("/ask")) == "'none'"


def test_an_editor_joins_what_several_people_asked_in_the_same_words(client, ports, sign_in):
    for number in range(3):
        sent(client, email=f"p{number}@example.org", made="")
    with ports.database.transaction() as db:
        editor, expert = make_user(db, Role.EDITOR), make_user(db, Role.EXPERT)
    assert sign_in(expert).get("/workbench/twins").status_code == 403
    browser, first = sign_in(editor), all_of(ports, Question)[0]
    assert "2 more people asked this" in browser.get("/workbench/twins", headers=EN).text
    assert "1 question was asked by several people" in browser.get("/workbench", headers=EN).text
    done = browser.post(f"/workbench/twins/{first.public_id}", data={"action": "merge"})
    assert done.location == "/workbench/twins?done=merged"
    assert [one.merged_into_id for one in all_of(ports, Question)] == [None, first.id, first.id]
    assert "Nothing to decide" in browser.get("/workbench/twins", headers=EN).text


def test_what_one_network_sends_along_is_limited_also_with_the_form_itself(client):
    large = {"CONTENT_LENGTH": str(499 * 1024**2)}
    answers = [client.post("/ask", input_stream=io.BytesIO(), environ_overrides=large) for _ in range(7)]
    assert [answer.status_code == 429 for answer in answers] == [False] * 6 + [True]
