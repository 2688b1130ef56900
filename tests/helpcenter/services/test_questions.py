import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput, TooMany
from helpcenter.models import (
    Asker,
    AuditRow,
    Clip,
    CueRow,
    EntryState,
    FaqText,
    OutgoingMail,
    Question,
    QuestionState,
    Transcript,
)
from helpcenter.permissions import Role
from helpcenter.services import questions, search
from helpcenter.services.questions.states import move
from helpcenter.settings import Settings
from tests.factories import NOW, make_clip, make_entry, make_question, make_recording, make_user

S = QuestionState
DAY = timedelta(days=1)


def _ask(db, **values):
    defaults = {"title": "How far in winter?", "language": "de", "email": "kim@example.org", "now": NOW}
    return questions.ask(db, **{**defaults, **values})


def _join(db, question, email, **values):
    return questions.join(db, question, email=email, language="en", now=NOW, **values)


def _mails(db, kind):
    return list(db.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)))


def _answered(db):
    return [mail.recipient for mail in _mails(db, "question_answered")]


def _clip(db):
    return make_clip(db, make_recording(db))


def test_who_asks_confirms_his_address_first(db):
    question = _ask(db, title="  How\n far? ", body=" Really. ", email="Kim@Example.org", name="Kim")
    (asker,) = question.askers
    assert (question.title, question.body, question.state) == ("How far?", "Really.", S.NEW)
    assert (asker.email, asker.name, asker.first, asker.confirmed_at) == ("kim@example.org", "Kim", True, None)
    (mail,) = _mails(db, "confirm_question")
    assert (mail.recipient, mail.language) == ("kim@example.org", "de")
    assert mail.params == {"question": question.public_id, "asker": asker.public_id, "title": "How far?"}


def test_who_is_signed_in_with_that_address_need_not(db):
    user = make_user(db, email="kim@example.org")
    assert [asker.confirmed_at for asker in _ask(db, user=user).askers] == [NOW]
    assert [asker.confirmed_at for asker in _ask(db, user=user, email="other@example.org").askers] == [None]
    assert [mail.recipient for mail in _mails(db, "confirm_question")] == ["other@example.org"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " \n "},
        {"title": "x" * 301},
        {"body": "x" * 5001},
        {"email": "kim"},
        {"title": "a\0b"},
        {"body": "\0"},
    ],
)
def test_what_cannot_be_a_question_is_refused(db, wrong):
    with pytest.raises(InvalidInput):
        _ask(db, **wrong)
    assert db.scalar(select(func.count()).select_from(Question)) == 0


def test_one_address_is_not_flooded(db):
    for _ in range(10):
        _ask(db)
    with pytest.raises(TooMany):
        _ask(db)
    with pytest.raises(TooMany):
        _join(db, _ask(db, email="other@example.org"), "kim@example.org")
    _ask(db, now=NOW + DAY + timedelta(seconds=1))


def test_a_co_asker_joins_once(each_database, db):
    question = _ask(db)
    first = _join(db, question, "co@example.org", name="Co")
    assert _join(db, question, "CO@example.org") is first
    assert _join(db, question, "kim@example.org").first
    assert [mail.recipient for mail in _mails(db, "confirm_question")] == ["kim@example.org", "co@example.org"]


def test_who_joins_a_merged_question_waits_for_the_other(db):
    target = make_question(db)
    merged = make_question(db, email="b@example.org", state=S.MERGED, merged_into_id=target.id)
    assert _join(db, merged, "co@example.org").question_id == target.id


def test_everybody_who_confirmed_hears_of_the_answer_once_in_his_language(each_database, db):
    question = make_question(db, email="kim@example.org", language="de")
    questions.confirm_asker(db, _join(db, question, "co@example.org"), now=NOW)
    _join(db, question, "silent@example.org")
    clip, editor = _clip(db), make_user(db, Role.EDITOR)
    assert questions.answer(db, question, clip=clip, entry=None, now=NOW, actor=editor)
    assert not questions.answer(db, question, clip=clip, entry=None, now=NOW + DAY)
    assert (question.state, question.answer_clip_id, question.answered_at, question.answers) == (
        S.ANSWERED,
        clip.id,
        NOW,
        1,
    )
    assert [(mail.recipient, mail.language) for mail in _mails(db, "question_answered")] == [
        ("kim@example.org", "de"),
        ("co@example.org", "en"),
    ]
    audit = db.scalars(select(AuditRow).where(AuditRow.kind == "question")).one()
    assert (audit.actor_id, audit.action, audit.detail) == (editor.id, "answered", {"from": "new", "to": "answered"})


def test_who_confirms_late_hears_of_the_answer_then(db):
    question = make_question(db, confirmed=False)
    (asker,) = question.askers
    questions.answer(db, question, clip=_clip(db), entry=None, now=NOW)
    assert _answered(db) == []
    for _ in range(2):
        questions.confirm_asker(db, asker, now=NOW + DAY)
    assert (_answered(db), asker.confirmed_at) == (["asker@example.org"], NOW + DAY)


def test_a_confirmation_during_the_answer_loses_no_mail(each_database, ports):
    """Both at once: whoever comes second sees what the first did."""
    with ports.database.transaction() as db:
        question_id, clip_id = make_question(db, confirmed=False).id, _clip(db).id

    def answer():
        with ports.database.transaction() as db:
            question = db.get_one(Question, question_id)
            clip = db.get_one(Clip, clip_id)
            questions.answer(db, question, clip=clip, entry=None, now=NOW)

    other = threading.Thread(target=answer)
    with ports.database.transaction() as db:
        questions.confirm_asker(db, db.scalars(select(Asker)).one(), now=NOW)
        other.start()
        other.join(0.3)  # it waits for our commit
    other.join()
    with ports.database.reading() as db:
        assert _answered(db) == ["asker@example.org"]


def test_a_reopened_question_that_is_answered_again_makes_a_new_mail(db):
    question = make_question(db)
    for number in (1, 2):
        questions.answer(db, question, clip=_clip(db), entry=None, now=NOW)
        assert question.answers == number
        questions.reopen(db, question, now=NOW, actor=None)
        assert (question.state, question.answer_clip_id, question.answered_at) == (S.REOPENED, None, None)
    assert _answered(db) == ["asker@example.org"] * 2


def test_an_entry_that_comes_later_shows_the_answer_without_a_mail(db):
    question, clip, entry = make_question(db), _clip(db), make_entry(db)
    questions.answer(db, question, clip=clip, entry=None, now=NOW)
    assert not questions.answer(db, question, clip=None, entry=entry, now=NOW)
    assert (question.entry_id, question.answer_clip_id, len(_answered(db))) == (entry.id, clip.id, 1)


def test_the_answer_to_a_merged_question_is_that_of_the_other(db):
    target = make_question(db)
    merged = make_question(db, email="b@example.org", state=S.MERGED, merged_into_id=target.id)
    questions.answer(db, merged, clip=_clip(db), entry=None, now=NOW)
    assert (target.state, merged.state, _answered(db)) == (S.ANSWERED, S.MERGED, ["asker@example.org"])


def test_a_declined_question_is_reopened_to_be_answered(db):
    question = make_question(db)
    questions.decline(db, question, reason=" Not ours. ", now=NOW, actor=None)
    assert (question.state, question.reason) == (S.DECLINED, "Not ours.")
    questions.answer(db, question, clip=_clip(db), entry=None, now=NOW)
    actions = db.scalars(select(AuditRow.action).where(AuditRow.kind == "question").order_by(AuditRow.id)).all()
    assert (question.reason, actions) == ("", ["declined", "reopened", "answered"])


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_nothing_is_declined_without_a_reason(db, reason):
    with pytest.raises(InvalidInput):
        questions.decline(db, make_question(db), reason=reason, now=NOW, actor=None)


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("to", S)
def test_a_state_leads_only_where_the_table_says(db, before, to):
    question = make_question(db, state=before)
    if to in questions.TRANSITIONS[before]:
        move(db, question, to, now=NOW, actor=None)
        assert question.state is to
    else:
        with pytest.raises(Conflict):
            move(db, question, to, now=NOW, actor=None)
        assert question.state is before


def test_who_was_slower_changes_nothing(each_database, ports):
    with ports.database.transaction() as db:
        question_id = make_question(db).id
    with ports.database.reading() as db:
        stale = db.get_one(Question, question_id)
    with ports.database.transaction() as db:
        questions.decline(db, db.get_one(Question, question_id), reason="No.", now=NOW, actor=None)
    with ports.database.transaction() as db:
        db.add(stale)
        with pytest.raises(Conflict):
            questions.answer(db, stale, clip=None, entry=None, now=NOW)


def test_who_leaves_is_forgotten_and_gets_no_mail(db):
    question = make_question(db)
    questions.leave(db, question.askers[0])
    questions.answer(db, question, clip=_clip(db), entry=None, now=NOW)
    assert (question.askers, _answered(db)) == ([], [])


def test_the_mail_names_the_second_and_the_first_lines(db):
    question, clip = make_question(db, language="de"), _clip(db)
    entry = make_entry(
        db, body="In *summer*: **100 km**.\n\n- In `winter`, [less](https://x.example).\n\n" + "More. " * 100
    )
    questions.answer(db, question, clip=clip, entry=entry, now=NOW)
    (mail,) = _mails(db, "question_answered")
    excerpt = mail.params.pop("excerpt")
    assert mail.params == {
        "question": question.public_id, "asker": question.askers[0].public_id, "title": question.title, "entry": entry.slug,
        "clip": clip.public_id, "recording": clip.recording.public_id, "session": None, "start": 5.0,
    }  # fmt: skip
    assert excerpt.startswith("In summer: 100 km. In winter, less. More. More.")
    assert excerpt.endswith("More. …")
    assert len(excerpt) <= 320


def test_the_first_lines_are_in_the_askers_language(db):
    question, entry = make_question(db, language="de"), make_entry(db, body="Far.")
    entry.texts.append(FaqText(language="de", title="Wie weit?", body="Weit.", updated_at=NOW))
    questions.answer(db, question, clip=None, entry=entry, now=NOW)
    assert _mails(db, "question_answered")[0].params["excerpt"] == "Weit."


@pytest.mark.parametrize(("draft", "excerpt"), [(False, "Eighty kilometres. In winter less."), (True, "")])
def test_without_a_text_what_was_said_is_quoted_unless_a_machine_guessed_it(db, draft, excerpt):
    question, clip = make_question(db), _clip(db)
    transcript = Transcript(recording_id=clip.recording_id, language="en", provider="file", draft=draft, created_at=NOW)
    db.add(transcript)
    db.flush()
    for start, text in ((0, "Before."), (5, "Eighty kilometres."), (10, "In winter less."), (15, "After.")):
        db.add(CueRow(transcript_id=transcript.id, start=start, end=start + 4, text=text))
    questions.answer(db, question, clip=clip, entry=None, now=NOW)
    assert _mails(db, "question_answered")[0].params["excerpt"] == excerpt


def test_the_key_of_a_mail_is_its_askers_alone(db):
    settings = Settings(secret_key="x", site_url="https://help.example.org")
    question, other = make_question(db), make_question(db, email="b@example.org")
    (asker,) = question.askers
    link = questions.link_for(settings, question, asker)
    assert link.startswith(f"https://help.example.org/questions/{question.public_id}?key=")
    key = link.partition("key=")[2]
    assert questions.asker_for_key(settings, question, key) is asker
    assert questions.asker_for_key(settings, other, key) is None
    assert questions.asker_for_key(settings, question, "") is None
    assert questions.asker_for_key(Settings(secret_key="y"), question, key) is None


def test_like_questions_are_found_before_one_asks(db):
    entry = make_entry(db, title="How far does the battery go?", state=EntryState.PUBLISHED, slug="battery")
    search.index_entry(db, entry.id)
    assert [hit.kind for hit in questions.find_similar(db, "battery how far", language="en")] == ["entry"]
    assert questions.find_similar(db, "brakes", language="en") == []


def test_every_state_has_its_transitions():
    assert set(questions.TRANSITIONS) == set(QuestionState)
