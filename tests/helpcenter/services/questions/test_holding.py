from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict
from helpcenter.models import AuditRow, OutgoingMail, Question, QuestionState, SearchDocument
from helpcenter.permissions import Role
from helpcenter.services import live, questions, search
from helpcenter.services.questions.holding import is_abusive, is_foreign
from tests.factories import NOW, make_answer, make_question, make_session, make_user

DAY = timedelta(days=1)


def send(db, title="How far does it go in winter?", *, network="n", now=NOW, **values):
    manner = {name: values.pop(name) for name in ("trapped", "quick", "stamped") if name in values}
    draft = questions.Draft(title, **{"email": "kim@example.org", "language": "en", **values})
    return questions.send(db, draft, questions.Manner(network, questions.words_of(draft), **manner), now=now)


def recipients(db):
    return list(db.scalars(select(OutgoingMail.recipient).order_by(OutgoingMail.id)))


@pytest.mark.parametrize(
    ("values", "held"),
    [
        ({}, ""),
        ({"body": "See https://example.org/manual"}, ""),
        ({"title": "Look at\nhttps://example.org/cheap"}, "spam"),
        ({"body": "https://a.example www.b.example <a href=c>"}, "spam"),
        ({"trapped": True}, "spam"),
        ({"quick": True}, "spam"),
        ({"stamped": False}, ""),
        ({"stamped": False, "body": "www.shop.example"}, "spam"),
        ({"body": "You are all Wankers!"}, "abusive"),
        ({"title": "Ihr Arschlöcher, warum geht der Akku nicht?"}, "abusive"),
        ({"title": "Quelle est l'autonomie de mon vélo électrique en hiver quand il fait froid ?"}, "language"),
    ],
)
def test_a_person_looks_first_at_what_is_suspicious(db, values, held):
    assert send(db, **values).held_for == held


@pytest.mark.parametrize(
    "text",
    ["Scunthorpe, Penistone and a Shitake dish", "Der Pennerrahmen", "Scheiße, der Akku ist leer", "Damn battery!"],
)
def test_no_word_is_abuse_for_what_it_holds_and_no_curse_about_a_thing_is(text):
    assert not is_abusive(text)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Wie weit kommt mein E-Bike im Winter, wenn es sehr kalt ist?", False),
        ("Hallo ich habe folgendes problem mein akku ladet nicht mehr und blinkt rot", False),
        ("How far does my e-bike go in winter when it is very cold outside?", False),
        ("Error E-502 SRAM Eagle AXS derailleur battery CR2032 Di2", False),
        ("Kiox 300 Nyon Purion PowerTube 625 firmware update 4.2.1 Bosch eBike Flow App", False),
        ("Quelle autonomie ?", False),
        ("Hoe ver komt mijn elektrische fiets in de winter als het koud is?", True),
        ("Elektrikli bisikletim kışın ne kadar gider, hava çok soğuk olunca?", True),
        ("Как далеко едет мой велосипед зимой, когда холодно?", True),
    ],
)
def test_only_what_is_surely_in_a_third_language_is_foreign(text, foreign):
    assert is_foreign(text) is foreign


def test_the_same_text_again_and_again_from_one_network_is_held_back_for_a_day(db):
    sent = [send(db, email=f"p{number}@example.org") for number in range(4)]
    assert [one.held_for for one in sent] == ["", "", "", "spam"]
    assert send(db, network="another", email="a@example.org").held_for == ""
    assert send(db, email="b@example.org", now=NOW + DAY + DAY / 2).held_for == ""


def test_nobody_is_written_to_about_spam_before_it_is_let_in(each_database, db):
    editor = make_user(db, Role.EDITOR)
    spam, foreign = send(db, quick=True), send(db, "Hoe ver komt mijn elektrische fiets in de winter als het koud is?")
    assert (foreign.held_for, recipients(db)) == ("language", ["kim@example.org"])
    questions.release(db, spam, now=NOW, actor=editor)
    assert (spam.held_for, recipients(db)) == ("", ["kim@example.org", "kim@example.org"])
    with pytest.raises(Conflict):
        questions.release(db, spam, now=NOW, actor=editor)
    questions.release(db, foreign, now=NOW, actor=editor)
    assert len(recipients(db)) == 2
    noted = db.scalars(select(AuditRow).where(AuditRow.action == "released").order_by(AuditRow.id))
    assert [(row.actor_id, row.detail) for row in noted] == [
        (editor.id, {"held_for": "spam"}), (editor.id, {"held_for": "language"}),
    ]  # fmt: skip


def test_a_held_question_is_offered_to_nobody_and_found_by_nobody_until_it_is_released(each_database, db):
    entry = make_answer(db)
    open_one = make_question(db, title="How far does it go in winter?", held_for="spam")
    answered = make_question(
        db, title="Which tyre?", held_for="language", state=QuestionState.ANSWERED, entry_id=entry.id
    )
    search.index_question(db, answered.id)

    def seen():
        offered = [one.id for one in live.waiting(db, "how far in winter", visibilities=["public"])]
        found = db.scalars(select(SearchDocument.thing_id).where(SearchDocument.kind == "question"))
        return offered, list(found)

    assert seen() == ([], [])
    for question in (open_one, answered):
        questions.release(db, question, now=NOW, actor=None)
    assert seen() == ([open_one.id], [answered.id])


def test_what_somebody_else_has_just_asked_stays_a_question_and_is_shown_to_an_editor(each_database, db):
    first = send(db, network="a")
    second = send(db, " how  FAR does it go in winter? ", network="b", email="lee@example.org")
    other = send(db, network="c", email="max@example.org", body="With a trailer.")
    (twins,) = questions.proposed_merges(db)
    assert (twins.first, twins.others) == (first, [second])
    assert [one.merged_into_id for one in (first, second, other)] == [None, None, None]
    assert questions.merge_twins(db, questions.twins_of(db, first.public_id), now=NOW, actor=None) == 1
    assert (second.merged_into_id, questions.proposed_merges(db)) == (first.id, [])
    with pytest.raises(Conflict):
        questions.twins_of(db, first.public_id)


def test_the_same_question_from_a_hundred_people_is_one_decision(db):
    sent = [send(db, network=f"n{number}", email=f"p{number}@example.org") for number in range(100)]
    (twins,) = questions.proposed_merges(db)
    assert (twins.first, len(twins.others)) == (sent[0], 99)
    questions.keep_apart(db, twins)
    assert questions.proposed_merges(db) == []
    assert {one.state for one in sent} == {QuestionState.NEW}


def test_the_same_an_hour_later_is_no_twin(db):
    send(db)
    send(db, email="lee@example.org", now=NOW + timedelta(minutes=61))
    assert questions.proposed_merges(db) == []


def test_networks_and_words_are_forgotten_after_a_day(db):
    send(db)
    for later, left in ((NOW + DAY, 1), (NOW + DAY + timedelta(seconds=1), 0)):
        questions.forget_old(db, now=later)
        from helpcenter.models import AskTrace

        assert len(db.scalars(select(AskTrace)).all()) == left
    assert len(db.scalars(select(Question)).all()) == 1


def test_a_network_has_another_fingerprint_each_day():
    names = {questions.network_of("secret", "192.0.2.7", NOW + days * DAY) for days in (0, 1)}
    assert len(names | {questions.network_of("secret", "192.0.2.7", NOW)}) == 2


def test_a_held_question_goes_nowhere_before_it_is_let_in(db):
    held, other = send(db, trapped=True), make_question(db)
    expert, clip_less = make_user(db, Role.EXPERT), make_answer(db)
    for deed in (
        lambda: questions.merge(db, held, other, now=NOW, actor=expert),
        lambda: questions.merge(db, other, held, now=NOW, actor=expert),
        lambda: questions.answer(db, held, clip=None, entry=clip_less, now=NOW),
        lambda: questions.assign(db, held, expert, now=NOW, actor=None, reason=None),
        lambda: live.take_in(db, make_session(db), held, now=NOW),
    ):
        with pytest.raises(Conflict, match="held back"):
            deed()
    assert (held.state, other.state, recipients(db)) == (QuestionState.NEW, QuestionState.NEW, [])
    questions.release(db, held, now=NOW, actor=None)
    questions.merge(db, held, other, now=NOW, actor=expert)
    assert recipients(db) == ["kim@example.org"]


def test_a_held_question_can_be_declined_and_taken_up_again(db):
    held = send(db, trapped=True)
    questions.decline(db, held, reason="Advertising.", now=NOW, actor=None)
    questions.reopen(db, held, now=NOW, actor=None)
    assert (held.state, held.held_for) == (QuestionState.REOPENED, "spam")
