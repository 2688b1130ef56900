import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Forbidden
from helpcenter.models import (
    AuditRow,
    Base,
    DateOption,
    DateVote,
    DiscardedFile,
    HelperSuggestion,
    MailLink,
    MailState,
    OutgoingMail,
    Question,
    QuestionAttachment,
    QuestionState,
    QuestionVote,
    Rating,
    SessionQuestion,
    SuggestionState,
    User,
)
from helpcenter.permissions import Role
from helpcenter.services import accounts, attachments, circle, my, privacy, questions, search
from helpcenter.services.notifications import queue_mail
from helpcenter.services.privacy import places
from tests.factories import (
    NOW,
    make_answer,
    make_helper,
    make_question,
    make_session,
    make_subscription,
    make_topic,
    make_user,
)

CANARY = "canaryperson"
S = QuestionState
pytestmark = pytest.mark.usefixtures("each_database")


def test_every_column_that_names_a_person_has_its_place():
    listed = {(place.model.__tablename__, column) for place in privacy.PLACES for column in place.columns}
    missing = privacy.columns_of_people(Base.metadata) - listed
    assert missing == set(), "name each of them in services/privacy/places.py: what it is, and what becomes of it"


def test_every_place_names_columns_that_there_are():
    for place in privacy.PLACES:
        known = set(place.model.__table__.columns.keys())
        assert known >= {*place.columns, *place.hidden, *place.cleared}


def test_no_secret_is_handed_out():
    secret = {
        "token",
        "token_hash",
        "password_hash",
        "state_hash",
        "verifier",
        "stream_key",
        "offer",
        "answer",
        "params",
    }
    handed_out = {
        (place.model.__tablename__, column.name)
        for place in privacy.PLACES
        for column in place.model.__table__.columns
        if place.hands_out(column.name) and column.name in secret
    }
    assert handed_out == set()


@pytest.fixture
def kim(db):
    """A super-user of whom something lies in every place that a customer has."""
    kim = make_helper(db, name=f"{CANARY} the helper", email=f"{CANARY}@example.org")
    kim.name, person = CANARY, privacy.person_of(kim)
    accounts.start_sign_in(db, kim, browser=CANARY, now=NOW)
    accounts.mail_sign_in_link(db, kim, target="/my", now=NOW)
    topic = make_topic(db, slug="bike")
    my.add_product(db, kim, topic, now=NOW)
    make_subscription(db, "answers:bike", email=kim.email)
    others = make_question(db, email="other@example.org", circle=True)
    for body in (f"{CANARY} says: charge it.", f"{CANARY} says: push it."):
        circle.suggest(db, others, helper=kim, body=body, language="en", now=NOW)
    session = make_session(db)
    asked = make_question(db, email="live@example.org")
    db.add(SessionQuestion(session=session, question=asked, voter=person.voter, name=CANARY, votes=3, created_at=NOW))
    db.add(QuestionVote(question_id=asked.id, session_id=session.id, voter=person.voter, created_at=NOW))
    option = DateOption(session=session, starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    option.votes.append(DateVote(voter=person.voter, created_at=NOW))
    db.add(option)
    db.flush()
    return kim


def _ask(db, kim, **values):
    given = {"body": f"{CANARY} lives in the third floor.", "product": CANARY, "email": kim.email, "circle": True}
    question = make_question(db, **{**given, **values})
    question.askers[0].name = CANARY
    db.flush()
    return question


def _everything(db):
    """All that the database holds, as text."""
    return "\n".join(
        f"{table.name}: {row._mapping}" for table in Base.metadata.sorted_tables for row in db.execute(select(table))
    )


def test_after_leaving_nothing_of_the_person_is_left_anywhere(db, kim):
    answered, shared, alone = (_ask(db, kim, title=f"How far? {number}") for number in range(3))
    questions.answer(db, answered, clip=None, entry=make_answer(db), now=NOW)
    co = questions.join(db, shared, email="co@example.org", language="en", now=NOW)
    questions.confirm_asker(db, co, now=NOW)
    voter, public_id, number = privacy.person_of(kim).voter, alone.public_id, kim.id
    receipt = {line.what: (line.number, line.fate.value) for line in privacy.forget(db, kim, now=NOW)}
    left = _everything(db)
    assert CANARY not in left
    assert voter not in left
    assert db.get(User, number) is None
    assert {row.title for row in db.scalars(select(Question))} >= {"How far? 0", "How far? 1"}
    assert db.scalar(select(Question).where(Question.public_id == public_id)) is None
    assert receipt["Your questions that were answered, or that others ask, too"] == (2, "anonymous")
    assert receipt["Your questions that nobody else waits for"] == (1, "deleted")
    assert receipt["Your account"] == (1, "deleted")


def test_what_others_need_stays_without_the_person(db, kim):
    made = db.scalars(select(HelperSuggestion).order_by(HelperSuggestion.id)).first()
    circle.confirm(db, made, expert=make_user(db, Role.EXPERT), now=NOW)
    made.body = "Charge it."
    db.flush()
    privacy.forget(db, kim, now=NOW)
    (kept,) = db.scalars(select(HelperSuggestion)).all()
    assert (kept.body, kept.helper_id, kept.state) == ("Charge it.", None, SuggestionState.CONFIRMED)
    item = db.scalars(select(SessionQuestion)).one()
    assert (item.votes, item.voter, item.name) == (3, "", "")
    assert db.scalars(select(QuestionVote)).all() == []


def test_mail_that_was_not_sent_is_not_sent_any_more_and_none_is_sent_twice(db, kim):
    def remind():
        return queue_mail(
            db, effect_key="reminder:1", kind="alert", params={}, recipient=kim.email, language="en", now=NOW
        )

    assert remind()
    sent = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "sign_in")).one()
    sent.state = MailState.SENT
    address = kim.email
    privacy.forget(db, kim, now=NOW)
    states = {mail.kind: (mail.state, mail.recipient, mail.params) for mail in db.scalars(select(OutgoingMail))}
    assert states["alert"] == (MailState.FAILED, "", {})
    assert states["sign_in"] == (MailState.SENT, "", {})
    assert not queue_mail(
        db, effect_key="reminder:1", kind="alert", params={}, recipient=address, language="en", now=NOW
    )


def test_other_people_and_their_things_are_left_alone(db, kim):
    other = make_user(db, email="other@example.org")
    other_question = make_question(db, title="Mine", body="Mine.", email=other.email)
    subscription = make_subscription(db, email=other.email)
    privacy.forget(db, kim, now=NOW)
    db.refresh(other_question)
    assert (other_question.body, other_question.askers[0].email) == ("Mine.", other.email)
    assert subscription in db.scalars(select(type(subscription))).all()


def test_a_deleted_question_is_not_found_any_more(db, kim):
    question = _ask(db, kim, title="Purple elephants", state=S.DECLINED)
    number = question.id
    privacy.forget(db, kim, now=NOW)
    assert db.get(Question, number) is None
    assert search.search(db, "purple elephants") == []


def test_a_question_that_another_became_part_of_stays(db, kim):
    target = _ask(db, kim)
    merged = make_question(db, email="b@example.org", state=S.MERGED, merged_into_id=target.id)
    privacy.forget(db, kim, now=NOW)
    db.refresh(merged)
    assert merged.merged_into_id == target.id


def test_the_record_names_nobody_and_not_the_next_account_by_its_number(db, kim):
    admin = make_user(db, Role.ADMIN)
    circle.withdraw(db, kim, by=admin, now=NOW)
    db.flush()
    privacy.forget(db, kim, now=NOW)
    rows = db.execute(
        select(AuditRow.action, AuditRow.actor_id, AuditRow.thing_id).where(AuditRow.kind == "user")
    ).all()
    assert rows == [("circle: withdrawn", admin.id, 0), ("account deleted", None, 0)]


@pytest.mark.parametrize("role", [Role.EXPERT, Role.EDITOR, Role.ADMIN])
def test_staff_do_not_delete_themselves(db, role):
    user = make_user(db, role)
    with pytest.raises(Forbidden):
        privacy.forget(db, user, now=NOW)
    assert db.get(User, user.id) is user


def test_everything_can_be_taken_along_and_nothing_secret_or_of_others_with_it(db, kim):
    question = _ask(db, kim, title="How far?")
    questions.confirm_asker(db, questions.join(db, question, email="co@example.org", language="en", now=NOW), now=NOW)
    token = db.scalars(select(MailLink.token_hash)).one()
    kim.password_hash = "argon-secret"
    db.flush()
    data = json.loads(json.dumps(privacy.export(db, kim, now=NOW).data))
    text = json.dumps(data)
    assert data["questions_asked"][0]["body"] == f"{CANARY} lives in the third floor."
    assert {"users", "askers", "subscriptions", "owned_products", "helpers", "helper_suggestions", "sign_ins"} <= set(
        data["tables"]
    )
    assert data["tables"]["users"][0]["email"] == kim.email
    assert [word in text for word in (token, "argon-secret", "co@example.org", "other@example.org")] == [False] * 4


def test_files_are_handed_out_and_deleted_with_the_person(db, kim, monkeypatch):
    monkeypatch.setattr(places, "FILES", places.FILES)
    places.FILES.append(lambda _, person: [("bike.jpg", f"attachments/{person.id}/bike.jpg")])
    try:
        key = f"attachments/{kim.id}/bike.jpg"
        assert privacy.export(db, kim, now=NOW).files == [("bike.jpg", key)]
        privacy.forget(db, kim, now=NOW)
        assert db.scalars(select(DiscardedFile.key)).all() == [key]
    finally:
        places.FILES.pop()


def test_what_is_kept_is_counted_by_place(db, kim):
    counted = {place.what: number for place, number in privacy.kept_of(db, privacy.person_of(kim))}
    assert (counted["What you have"], counted["Your account"], counted["Your other suggestions as a super-user"]) == (
        1,
        1,
        2,
    )
    assert "Your shifts" not in counted


def _sends(db, question, name):
    file = QuestionAttachment(
        question=question, name=f"{CANARY}.jpg", created_at=NOW, state="ready", key=f"questions/{name}/a/{name}.jpg"
    )
    db.add(file)
    db.flush()
    return file


def test_what_was_written_to_a_merged_question_goes_with_who_wrote_it(db, kim):
    into, mine = make_question(db, email="first@example.org"), _ask(db, kim, title="How far, too?")
    _sends(db, mine, "photo")
    questions.merge(db, mine, into, now=NOW, actor=None)
    again = make_question(db, email="last@example.org")
    questions.merge(db, into, again, now=NOW, actor=None)
    exported = privacy.export(db, kim, now=NOW)
    assert [one["body"] for one in exported.data["questions_asked"]] == [mine.body]
    assert [key for _, key in exported.files] == ["questions/photo/a/photo.jpg"]
    privacy.forget(db, kim, now=NOW)
    assert CANARY not in _everything(db)
    assert db.scalars(select(DiscardedFile.key)).all() == ["questions/photo/a/photo.jpg"]
    assert sorted(asker.email for asker in again.askers) == ["first@example.org", "last@example.org"]


def test_a_merged_question_stays_for_the_others_who_came_with_it(db, kim):
    into, mine = make_question(db, email="first@example.org"), _ask(db, kim, title="How far, too?")
    co = questions.join(db, mine, email="co@example.org", language="en", now=NOW)
    questions.confirm_asker(db, co, now=NOW)
    questions.merge(db, mine, into, now=NOW, actor=None)
    privacy.forget(db, kim, now=NOW)
    kept = db.scalars(select(Question).where(Question.title == "How far, too?")).one()
    assert (kept.body, kept.merged_into_id) == ("", into.id)


def test_why_an_answer_did_not_help_goes_with_who_said_so_also_where_another_asked(db, kim):
    question, others = make_question(db, email="first@example.org"), make_question(db, email="second@example.org")
    for one in (question, others):
        questions.answer(db, one, clip=None, entry=make_answer(db, slug=f"entry-{one.id}"), now=NOW)
    co = questions.join(db, question, email=kim.email, language="en", now=NOW)
    questions.confirm_asker(db, co, now=NOW)
    for asker, text in ((co, f"{CANARY} lives uphill"), (others.askers[0], "I live uphill")):
        questions.say_unsolved(db, asker, trouble=questions.Trouble.UNCLEAR, text=text, now=NOW, actor=None)
    privacy.forget(db, kim, now=NOW)
    assert CANARY not in _everything(db)
    assert (question.reason, others.reason) == ("", "unclear: I live uphill")
    assert db.scalars(select(Rating.reason).order_by(Rating.id)).all() == ["", "unclear: I live uphill"]


def test_the_words_of_a_co_asker_are_not_handed_to_who_asked(db, kim):
    question = _ask(db, kim)
    co = questions.join(db, question, email="co@example.org", language="en", now=NOW)
    questions.confirm_asker(db, co, now=NOW)
    questions.answer(db, question, clip=None, entry=make_answer(db), now=NOW)
    questions.say_unsolved(db, co, trouble=questions.Trouble.UNCLEAR, text="My landlord", now=NOW, actor=None)
    assert "My landlord" not in json.dumps(privacy.export(db, kim, now=NOW).data)


def test_files_whose_question_is_gone_are_swept_at_once(db, kim, tmp_path):
    alone, other = _ask(db, kim), make_question(db, email="other2@example.org")
    file_id, kept = _sends(db, alone, "photo").id, _sends(db, other, "theirs")
    waiting = QuestionAttachment(ticket="somebody", name="new.jpg", created_at=NOW)
    db.add(waiting)
    privacy.forget(db, kim, now=NOW)
    assert attachments.sweep(db, tmp_path, now=NOW) == 1
    assert db.scalars(select(QuestionAttachment.id).order_by(QuestionAttachment.id)).all() == [kept.id, waiting.id]
    assert file_id not in {kept.id, waiting.id}
