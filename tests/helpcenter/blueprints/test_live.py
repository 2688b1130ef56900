"""The page of a session for those who ask and vote: as plain forms, and for our script."""

import pytest
from limits import parse
from sqlalchemy import func, select

from helpcenter.blueprints.live.common import NEW_VOTERS
from helpcenter.models import (
    AgendaStage,
    LiveSession,
    LiveSessionState,
    OutgoingMail,
    Question,
    QuestionVote,
    SessionQuestion,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import live
from helpcenter.web import limiter
from tests.factories import NOW, make_clip, make_session, make_user, make_watchable

EN = {"Accept-Language": "en"}
JSON = {**EN, "Accept": "application/json"}
S = LiveSessionState


@pytest.fixture
def session(ports):
    with ports.database.transaction() as db:
        return make_session(db, state=S.LIVE, live_at=NOW)


@pytest.fixture
def path(session):
    return f"/sessions/{session.public_id}"


@pytest.fixture
def question(ports, session):
    """The public id of a question that somebody else asked."""
    return put(ports, session, "How far does it go?")


def put(ports, session, title, voter="somebody", **more):
    with ports.database.transaction() as db:
        given = {"network": "n", "language": "en", "user": None, "now": NOW, **more}
        return live.ask(db, db.get_one(LiveSession, session.id), title=title, voter=voter, **given).question.public_id


def change(ports, session, do=None, **values):
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        for name, value in values.items():
            setattr(found, name, value)
        for item in db.scalars(select(SessionQuestion)) if do else ():
            do(db, item)


def browser(app):
    """A visitor's browser of its own."""
    made = app.test_client()
    made.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return made


def count(ports, model):
    with ports.database.reading() as db:
        return db.scalar(select(func.count()).select_from(model))


# --- Asking -----------------------------------------------------------------------------------------------------------


def test_a_question_is_asked_by_a_plain_form_and_is_there(client, path):
    answer = client.post(f"{path}/questions", data={"title": "How far does it go?"}, headers=EN)
    assert (answer.status_code, answer.location) == (303, f"{path}?own=1&told=asked#questions")
    page = client.get(answer.location, headers=EN)
    assert ("Your question is there" in page.text, "How far does it go?" in page.text) == (True, True)
    assert page.headers["Cache-Control"] == "private, no-store"


def test_everybody_sees_it_on_the_page_that_was_kept(client, app, path):
    other = browser(app)
    assert "How far" not in other.get(path, headers=EN).text
    client.post(f"{path}/questions", data={"title": "How far does it go?"})
    assert "How far does it go?" in other.get(path, headers=EN).text


def test_our_script_gets_what_it_asked_as_json(client, path, ports):
    said = client.post(f"{path}/questions", data={"title": "How far?", "name": "Kim"}, headers=JSON).json
    with ports.database.reading() as db:
        item = db.scalars(select(SessionQuestion)).one()
        assert said == {"id": item.question.public_id, "title": "How far?", "shown": True}
        assert (item.name, item.question.askers) == ("Kim", [])


def test_with_an_address_the_answer_comes_by_mail(client, path, ports):
    client.post(f"{path}/questions", data={"title": "How far?", "email": "kim@example.org"}, headers=JSON)
    with ports.database.reading() as db:
        assert db.execute(select(OutgoingMail.kind, OutgoingMail.recipient)).all() == [
            ("confirm_question", "kim@example.org")
        ]


def test_who_is_signed_in_asks_anonymously_unless_he_wants_mail(sign_in, path, ports):
    with ports.database.transaction() as db:
        user = make_user(db)
    person = sign_in(user)
    person.post(f"{path}/questions", data={"title": "One?"}, headers=JSON)
    person.post(f"{path}/questions", data={"title": "Two?", "mail": "1"}, headers=JSON)
    with ports.database.reading() as db:
        asked = {one.title: [asker.email for asker in one.askers] for one in db.scalars(select(Question))}
    assert asked == {"One?": [], "Two?": [user.email]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"title": "x" * 5000}, "Please put your question in 300 letters, and the rest below it."),
        ({"title": ""}, "Please write your question."),
        ({"title": "How?", "body": "x" * 5001}, "Please describe it in at most 5000 letters."),
        ({"title": "How?", "email": "nobody"}, "This is not a mail address."),
        ({"title": "a\0b"}, "This text holds signs that cannot be kept."),
    ],
)
def test_what_cannot_be_a_question_is_answered_in_words_and_what_was_typed_stays(client, path, data, words):
    said = client.post(f"{path}/questions", data=data, headers=JSON)
    page = client.post(f"{path}/questions", data=data, headers=EN)
    assert (said.status_code, words in said.json["detail"]) == (400, True)
    assert (page.status_code, words in page.text, data["title"].replace("\0", "\0")[:80] in page.text) == (
        400,
        True,
        True,
    )


def test_scripts_and_signs_of_any_writing_are_shown_as_they_are(client, path):
    data = {"title": "<script>alert(1)</script> 🚲 כמה", "name": "<b onclick=x>קים</b>"}
    page = client.post(f"{path}/questions", data=data, headers=EN, follow_redirects=True).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 🚲 כמה</p>" in page
    assert "<bdi>&lt;b onclick=x&gt;קים&lt;/b&gt;</bdi>" in page


def test_a_moderated_question_is_its_askers_alone_until_it_is_let_in(client, app, path, ports, session):
    change(ports, session, moderated=True)
    answer = client.post(f"{path}/questions", data={"title": "How far?"}, headers=EN)
    assert "told=waiting" in answer.location
    assert "A moderator looks at your question." in client.get(answer.location, headers=EN).text
    assert "How far?" not in browser(app).get(path, headers=EN).text
    change(ports, session, lambda db, item: live.show(db, item, actor=None, now=NOW))
    assert "How far?" in browser(app).get(path, headers=EN).text


def test_who_asked_reads_why_it_is_hidden(client, app, path, ports, session):
    client.post(f"{path}/questions", data={"title": "Is Bob dumb?"})
    change(ports, session, lambda db, item: live.hide(db, item, reason="It names a person.", actor=None, now=NOW))
    own = client.get(f"{path}/own.json").json["asked"]
    assert [(one["title"], one["state"], one["reason"]) for one in own] == [
        ("Is Bob dumb?", "hidden", "It names a person.")
    ]
    assert "Is Bob dumb?" not in browser(app).get(path, headers=EN).text


def test_after_the_end_the_box_is_gone_and_the_answer_is_words(client, path, ports, session, question):
    change(ports, session, state=S.ENDED)
    page = client.get(path, headers=EN).text
    assert ('id="ask-box"' in page, "data-vote>" in page, "How far does it go?" in page) == (False, False, True)
    answers = [
        client.post(address, data={"title": "One more?"}, headers=JSON)
        for address in (f"{path}/questions", f"{path}/questions/{question}/vote")
    ]
    assert [(one.status_code, "session is over" in one.json["detail"]) for one in answers] == [(409, True)] * 2


# --- Votes ------------------------------------------------------------------------------------------------------------


def test_a_vote_counts_once_and_is_taken_back(client, path, question, ports):
    address = f"{path}/questions/{question}/vote"
    said = [client.post(address, data=data, headers=JSON).json for data in ({}, {}, {"take": "back"}, {"take": "back"})]
    assert said == [{"votes": 1, "voted": True}] * 2 + [{"votes": 0, "voted": False}] * 2
    assert count(ports, QuestionVote) == 0


def test_a_vote_by_a_plain_form_leads_back_to_its_question(client, path, question):
    answer = client.post(f"{path}/questions/{question}/vote")
    assert answer.location == f"{path}?own=1&told=voted#q-{question}"
    page = client.get(answer.location, headers=EN).text
    assert ('aria-pressed="true"' in page, 'name="take" value="back"' in page) == (True, True)


def test_two_browsers_are_two_voters_and_a_forged_cookie_is_a_new_one(app, path, question, ports):
    address = f"{path}/questions/{question}/vote"
    for _ in range(2):
        browser(app).post(address)
    forger = browser(app)
    forger.set_cookie("voter", "mine.0123", domain="localhost")
    assert forger.post(address, headers=JSON).json == {"votes": 3, "voted": True}


def test_votes_do_not_throw_away_pages_that_are_kept(client, app, path, question, ports):
    assert client.get(path, headers=EN).status_code == 200
    before = ports.database.content_version()
    browser(app).post(f"{path}/questions/{question}/vote")
    assert ports.database.content_version() == before


def test_what_one_voted_for_is_ones_own_to_see(client, app, path, question):
    client.post(f"{path}/questions/{question}/vote")
    answers = [one.get(f"{path}/own.json") for one in (client, browser(app))]
    assert [one.json["voted"] for one in answers] == [[question], []]
    assert {one.headers["Cache-Control"] for one in answers} == {"private, no-store"}


@pytest.mark.parametrize("wanted", ["nothing", "a\0b", "x" * 400])
def test_a_question_that_is_not_there_is_said_to_be_gone(client, path, wanted):
    answer = client.post(f"{path}/questions/{wanted}/vote", headers=JSON)
    assert answer.status_code in {400, 404}


def test_a_question_of_another_session_is_not_voted_for_here(client, path, ports):
    with ports.database.transaction() as db:
        other = make_session(db, state=S.LIVE)
    foreign = put(ports, other, "Elsewhere?")
    assert client.post(f"{path}/questions/{foreign}/vote", headers=JSON).status_code == 404


def test_another_site_cannot_vote_in_a_visitors_name(client, path, question):
    answer = client.post(f"{path}/questions/{question}/vote", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_ten_thousand_new_cookies_from_one_network_are_not_ten_thousand_voters(app, path, question, ports):
    told = [browser(app).post(f"{path}/questions/{question}/vote", headers=JSON).status_code for _ in range(750)]
    assert (told.count(200), set(told)) == (700, {200, 429})
    with ports.database.reading() as db:
        assert db.scalar(select(SessionQuestion.votes)) == 700


def test_one_network_is_only_so_many_new_voters_however_many_questions_there_are(app, path, question):
    home = {"REMOTE_ADDR": "192.0.2.1"}
    for _ in range(1000):
        limiter.limiter.hit(parse(NEW_VOTERS), home["REMOTE_ADDR"], "new voters")
    address = f"{path}/questions/{question}/vote"
    new = browser(app).post(address, headers=JSON, environ_base=home)
    elsewhere = browser(app).post(address, headers=JSON, environ_base={"REMOTE_ADDR": "192.0.2.2"})
    assert (new.status_code, elsewhere.status_code) == (429, 200)


def test_five_hundred_viewers_behind_one_address_take_part(app, path, question, ports):
    for number in range(500):
        one = browser(app)
        assert one.post(f"{path}/questions/{question}/vote", headers=JSON).status_code == 200
        if number % 50 == 0:
            one.post(f"{path}/questions", data={"title": f"Question {number}?"})
    assert (count(ports, QuestionVote), count(ports, SessionQuestion)) == (500, 11)


def test_from_one_network_only_so_many_strangers_are_sent_mail_and_everybody_may_ask_without(app, path, ports, sign_in):
    with ports.database.transaction() as db:
        user = make_user(db)

    def ask(one, number, **more):
        data = {"title": f"Question {number}?", **more}
        return one.post(f"{path}/questions", data=data, headers=JSON).status_code

    told = [ask(browser(app), number, email=f"reader{number}@example.org") for number in range(62)]
    assert (told.count(200), set(told), count(ports, OutgoingMail)) == (60, {200, 429}, 60)
    assert (ask(browser(app), 63), ask(sign_in(user), 64, mail="1")) == (200, 200)


# --- Who may see what ---------------------------------------------------------------------------------------------------


def test_a_session_for_customers_is_nobodys_else(client, sign_in, path, ports, session, question):
    change(ports, session, visibility=Visibility.CUSTOMERS)
    with ports.database.transaction() as db:
        user = make_user(db, Role.CUSTOMER)
    customer = sign_in(user)
    gets = [f"{path}/live.json", f"{path}/events", f"{path}/own.json", f"{path}/similar?q=how+far"]
    posts = [f"{path}/questions", f"{path}/questions/{question}/vote"]
    assert [client.get(one).status_code for one in gets] == [404] * 4
    assert [client.post(one, data={"title": "How?"}, headers=JSON).status_code for one in posts] == [404] * 2
    assert [customer.get(one).status_code for one in gets if "events" not in one] == [200] * 3


def test_a_draft_has_no_questions(client, ports):
    with ports.database.transaction() as db:
        draft = make_session(db, state=S.DRAFT, announced_at=None)
    assert [client.get(f"/sessions/{draft.public_id}/{one}").status_code for one in ("live.json", "events")] == [
        404
    ] * 2


# --- The page -----------------------------------------------------------------------------------------------------------


def test_before_it_the_page_takes_questions_and_offers_the_calendar(client, ports):
    with ports.database.transaction() as db:
        ahead = make_session(db)
    page = client.get(f"/sessions/{ahead.public_id}", headers=EN).text
    assert ["Ask beforehand" in page, "Calendar file" in page, 'data-stage="scheduled-none"' in page] == [True] * 3


def test_similar_questions_are_offered_with_how_many_ask_them(client, app, path, question):
    for _ in range(3):
        browser(app).post(f"{path}/questions/{question}/vote")
    live_now = client.get(f"{path}/similar?q=how+far+can+it+go", headers=EN).text
    assert ("How far does it go?" in live_now, f'data-join="{question}"' in live_now) == (True, True)
    assert client.get(f"{path}/similar?q=xyz", headers=EN).text.strip() == ""


def test_afterwards_each_question_leads_to_its_second(client, ports, session, question):
    with ports.database.transaction() as db:
        recording = make_watchable(db)
        found = db.get_one(LiveSession, session.id)
        item = db.scalars(select(SessionQuestion)).one()
        live.bring(db, item, AgendaStage.ANSWERED, actor=None, now=NOW)
        item.clip_id = make_clip(db, recording, start=12.0, end=20.0).id
        found.recording_id, found.state = recording.id, S.PUBLISHED
    page = client.get(f"/sessions/{session.public_id}", headers=EN).text
    assert f'href="/sessions/{session.public_id}?t=12" data-start="12.0"' in page
    chosen = client.get(f"/sessions/{session.public_id}?q={question}", headers=EN).text
    assert 'data-start="12.0" data-end' not in chosen and 'id="player"' in chosen
    assert "#t=12" in chosen
