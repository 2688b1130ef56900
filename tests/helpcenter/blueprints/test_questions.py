import re
from functools import partial

import pytest
from sqlalchemy import select

from helpcenter.models import Asker, Deflection, OutgoingMail, Question, QuestionState, SessionQuestion, Visibility
from helpcenter.permissions import Role
from helpcenter.services import live, questions, search
from tests.factories import NOW, make_answer, make_question, make_session, make_topic, make_user

EN = {"Accept-Language": "en"}
FORM = {"title": "How far in winter?", "body": "It is cold.", "email": "kim@example.org", "name": "Kim"}


def _only(ports, model):
    with ports.database.reading() as db:
        return db.scalars(select(model)).one()


def _key(ports, question, asker):
    return questions.link_for(ports.settings, question, asker).partition("key=")[2]


def test_a_question_is_kept_and_its_asker_is_sent_a_link(client, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="battery")
    answer = client.post("/ask", data={**FORM, "topic": "battery"})
    assert (answer.status_code, answer.location) == (303, "/ask/thanks")
    assert "Please look into your mail" in client.get("/ask/thanks", headers=EN).text
    question, asker, mail = _only(ports, Question), _only(ports, Asker), _only(ports, OutgoingMail)
    assert (question.title, question.body, question.state) == ("How far in winter?", "It is cold.", QuestionState.NEW)
    assert (asker.email, asker.confirmed_at, mail.recipient) == ("kim@example.org", None, "kim@example.org")


def test_a_mistake_keeps_what_was_typed(client):
    answer = client.post("/ask", data={**FORM, "email": "no address"}, headers=EN)
    assert answer.status_code == 400
    assert ['value="How far in winter?"' in answer.text, "It is cold." in answer.text] == [True, True]
    assert 'role="alert"' in answer.text


def test_whoever_is_signed_in_need_not_confirm(ports, sign_in):
    with ports.database.transaction() as db:
        customer = make_user(db, email="kim@example.org")
    browser = sign_in(customer)
    answer = browser.post("/ask", data={"title": "How far?"})
    question = _only(ports, Question)
    assert answer.location == f"/questions/{question.public_id}"
    assert _only(ports, Asker).confirmed_at is not None
    assert browser.get(answer.location).status_code == 200


def test_what_is_answered_already_is_shown_before_asking(client, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far does it go in winter?")
        search.index_entry(db, entry.id)
    for path in ("/ask?q=far+in+winter", "/ask/similar?q=far+in+winter"):
        page = client.get(path, headers=EN).text
        assert ["Is your answer here already?" in page, 'href="/faq/how-far' in page] == [True, True]
    assert client.get("/ask/similar?q=xy").text.strip() == ""


def test_whoever_finds_it_answered_says_so_with_one_click_and_nothing_he_typed_is_kept(client, ports, sign_in):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far does it go in winter?")
        search.index_entry(db, entry.id)
        editor = make_user(db, Role.EDITOR)
    page = client.get("/ask?q=far+in+winter", headers=EN).text
    name = re.search(r'formaction="/ask/solved"[^>]*value="([^"]+)"', page)[1]
    answer = client.post("/ask/solved", data={**FORM, "answer": name})
    assert (answer.status_code, answer.location) == (303, "/ask/solved")
    assert "Good that it is solved" in client.get("/ask/solved", headers=EN).text
    assert _only(ports, Deflection).entry_id == entry.id
    with ports.database.reading() as db:
        assert db.scalars(select(Question)).all() == []
    assert (
        "1 visitor found that his question is answered here already"
        in sign_in(editor).get("/workbench", headers=EN).text
    )


def test_a_question_like_it_that_waits_can_be_asked_too(client, ports):
    with ports.database.transaction() as db:
        there = make_question(db, title="How far does it go in winter?")
        make_question(db, title="How far does it go in winter, please?", confirmed=False)
        make_question(db, title="How far does it go in winter now?", state=QuestionState.DECLINED)
        make_question(db, title="Where is the serial number?")
    page = client.get("/ask?q=far+in+winter", headers=EN).text
    assert re.findall(r'href="/questions/(\w+)#join"', page) == [there.public_id]
    assert ["Others wait for this answer, too" in page, "/ask/solved" in page] == [True, False]


def test_what_was_asked_before_customers_alone_is_offered_to_nobody_else(client, ports, sign_in):
    with ports.database.transaction() as db:
        session = make_session(db, visibility=Visibility.CUSTOMERS)
        question = make_question(db, title="How far does it go in winter?")
        db.add(SessionQuestion(session=session, question=question, voter="v", created_at=NOW))
        customer = make_user(db)
    for browser, shown in ((client, False), (sign_in(customer), True)):
        assert (
            f"/questions/{question.public_id}#join" in browser.get("/ask?q=far+in+winter", headers=EN).text
        ) is shown


@pytest.mark.parametrize(
    "answer", ["", "entry:", "entry:x", "entry:999", "user:1", "entry:-1", "clip:١", "question:" + "9" * 30]
)
def test_what_is_no_answer_is_not_counted(client, ports, answer):
    assert client.post("/ask/solved", data={"answer": answer}).status_code == 404
    with ports.database.reading() as db:
        assert db.scalars(select(Deflection)).all() == []


def test_the_link_in_the_mail_asks_before_it_confirms(client, ports):
    client.post("/ask", data=FORM)
    question, asker = _only(ports, Question), _only(ports, Asker)
    key = _key(ports, question, asker)
    page = client.get(f"/questions/{question.public_id}?key={key}", headers=EN)
    assert ["Yes, write to me" in page.text, "It is cold." in page.text] == [True, True]
    assert _only(ports, Asker).confirmed_at is None
    answer = client.post(f"/questions/{question.public_id}/confirm", data={"key": key})
    assert answer.location == f"/questions/{question.public_id}?key={key}&told=confirmed"
    assert _only(ports, Asker).confirmed_at == ports.clock()


@pytest.mark.parametrize("action", ["confirm", "leave", "reopen"])
def test_without_the_right_key_nothing_is_done(client, ports, action):
    with ports.database.transaction() as db:
        question = make_question(db, state=QuestionState.ANSWERED)
    assert client.post(f"/questions/{question.public_id}/{action}", data={"key": "0" * 32}).status_code == 404
    assert _only(ports, Question).state is QuestionState.ANSWERED


def test_nobody_else_sees_a_question_that_nobody_stands_behind(client, ports, sign_in):
    with ports.database.transaction() as db:
        question = make_question(db, confirmed=False, title="Buy cheap watches")
        customer, editor = make_user(db), make_user(db, Role.EDITOR)
    browsers = client, sign_in(customer), sign_in(editor)
    statuses = [browser.get(f"/questions/{question.public_id}").status_code for browser in browsers]
    assert statuses == [404, 404, 200]


def test_strangers_see_the_question_but_not_what_else_was_written_or_by_whom(client, ports):
    with ports.database.transaction() as db:
        question = make_question(db, body="My name is Kim, order 4711", email="kim@example.org")
    page = client.get(f"/questions/{question.public_id}", headers=EN).text
    assert "How far does it go in winter?" in page
    assert ["4711" in page, "kim@example.org" in page] == [False, False]
    assert "I have this question, too" in page


def test_joining_sends_a_link_to_confirm(client, ports):
    with ports.database.transaction() as db:
        question = make_question(db)
    answer = client.post(f"/questions/{question.public_id}/join", data={"email": "b@example.org"})
    assert answer.location == f"/questions/{question.public_id}?told=mailed"
    assert _only(ports, OutgoingMail).recipient == "b@example.org"
    wrong = client.post(f"/questions/{question.public_id}/join", data={"email": "nonsense"}, headers=EN)
    assert (wrong.status_code, 'value="nonsense"' in wrong.text) == (400, True)


def test_an_answered_question_leads_to_its_clip(client, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far?")
        clip = entry.clips[0].clip
        question = make_question(db)
        questions.answer(db, question, clip=clip, entry=entry, now=ports.clock())
    page = client.get(f"/questions/{question.public_id}", headers=EN).text
    assert f'href="/faq/how-far?clip={clip.public_id}"' in page
    assert "answered" in re.search(r'class="badge badge--ok">([^<]+)', page)[1]


def test_who_is_not_helped_opens_it_again_and_who_wants_no_mail_leaves(client, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db)
        question = make_question(db)
        questions.answer(db, question, clip=entry.clips[0].clip, entry=entry, now=ports.clock())
        key = _key(ports, question, question.askers[0])
    assert client.post(f"/questions/{question.public_id}/reopen", data={"key": key}).status_code == 303
    assert _only(ports, Question).state is QuestionState.REOPENED
    left = client.post(f"/questions/{question.public_id}/leave", data={"key": key})
    assert (left.status_code, left.location) == (303, "/ask/left")
    with ports.database.reading() as db:
        assert db.scalars(select(Asker)).all() == []


@pytest.mark.parametrize("state", list(QuestionState))
def test_each_state_is_said_in_words(client, ports, sign_in, state):
    with ports.database.transaction() as db:
        question = make_question(db, state=state, reason="Not about bikes." if state is QuestionState.DECLINED else "")
        editor = make_user(db, Role.EDITOR)
    page = sign_in(editor).get(f"/questions/{question.public_id}", headers=EN)
    assert page.status_code == 200
    assert re.search(r'class="badge[^"]*">[^<]+<', page.text)


def _asked_live(ports, **values):
    """A question that somebody with an account asked in a session, and wants mail about."""
    with ports.database.transaction() as db:
        user, session = make_user(db, email="kim@example.org"), make_session(db, **values)
        asked = live.ask(
            db, session, title="How far?", email=user.email, user=user, voter="kim", network="n", language="en", now=NOW
        )
        return user, asked.id, f"/questions/{asked.question.public_id}"


def test_a_question_that_waits_to_be_let_in_or_is_hidden_is_on_no_page_of_its_own(client, sign_in, ports):
    user, item_id, page = _asked_live(ports, moderated=True)
    asker, answers = sign_in(user), []
    for step in (None, live.show, partial(live.hide, reason="Rude.")):
        with ports.database.transaction() as db:
            if step:
                step(db, db.get_one(SessionQuestion, item_id), actor=None, now=NOW)
        answers.append((client.get(page).status_code, asker.get(page).status_code))
    assert answers == [(404, 200), (200, 200), (404, 200)]
    assert client.post(f"{page}/join", data={"email": "lee@example.org"}).status_code == 404


def test_a_question_of_a_session_for_customers_is_for_customers(client, sign_in, ports):
    _, item_id, page = _asked_live(ports, visibility=Visibility.CUSTOMERS)
    with ports.database.transaction() as db:
        other = make_user(db)
    assert (client.get(page).status_code, sign_in(other).get(page).status_code) == (404, 200)
    with ports.database.transaction() as db:
        live.take_in(db, make_session(db), db.get_one(SessionQuestion, item_id).question, now=NOW)
    assert client.get(page).status_code == 200


def test_who_wrote_a_merged_question_still_sees_what_he_wrote_and_nobody_else_does(client, ports, sign_in):
    with ports.database.transaction() as db:
        kim = make_user(db, email="kim@example.org")
        mine = make_question(db, email="kim@example.org", body="My landlord")
        into = make_question(db, email="first@example.org")
        questions.merge(db, mine, into, now=NOW, actor=None)
        keys = {asker.email: _key(ports, mine, asker) for asker in into.askers}
    path = f"/questions/{mine.public_id}"
    assert "My landlord" in sign_in(kim).get(path, headers=EN).text
    assert "My landlord" in client.get(f"{path}?key={keys['kim@example.org']}", headers=EN).text
    assert "My landlord" not in client.get(f"{path}?key={keys['first@example.org']}", headers=EN).text


def test_an_answered_question_stays_for_all_when_its_asker_leaves(client, ports):
    with ports.database.transaction() as db:
        question = make_question(db)
        questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW)
        open_one = make_question(db, email="other@example.org")
        for one in (question, open_one):
            questions.leave(db, one.askers[0])
    pages = [client.get(f"/questions/{one.public_id}").status_code for one in (question, open_one)]
    assert pages == [200, 404]


def test_joining_what_was_merged_into_a_hidden_question_does_not_tell_its_title(client, ports):
    with ports.database.transaction() as db:
        hidden = make_question(db, email="first@example.org")
        public = make_question(db, state=QuestionState.MERGED, merged_into_id=hidden.id)
        session = make_session(db, visibility=Visibility.CUSTOMERS)
        db.add(SessionQuestion(session=session, question=hidden, voter="v", created_at=NOW))
    answer = client.post(f"/questions/{public.public_id}/join", data={"email": "co@example.org"})
    with ports.database.reading() as db:
        assert (answer.status_code, db.scalars(select(OutgoingMail)).all()) == (404, [])


def test_the_words_of_a_co_asker_are_his(client, ports):
    with ports.database.transaction() as db:
        question = make_question(db)
        co = questions.join(db, question, email="co@example.org", language="en", now=NOW)
        questions.confirm_asker(db, co, now=NOW)
        questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW)
        questions.say_unsolved(db, co, trouble=questions.Trouble.UNCLEAR, text="My landlord", now=NOW, actor=None)
        key = _key(ports, question, question.askers[0])
    page = client.get(f"/questions/{question.public_id}?key={key}", headers=EN).text
    assert ["Why it is open again" in page, "My landlord" in page] == [True, False]
