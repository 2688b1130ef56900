from sqlalchemy import select, update

from helpcenter.models import (
    Alarm,
    AuditRow,
    ClipState,
    Moderation,
    OutgoingMail,
    Question,
    QuestionState,
    SessionQuestion,
    TopicExpert,
)
from helpcenter.permissions import Role
from helpcenter.services import fate, questions
from helpcenter.services.fate import Deed
from helpcenter.services.questions.states import move
from tests.factories import make_clip, make_recording, make_session, make_topic, make_user
from tests.helpcenter.services.fate.acting import DAY, HOUR, ask, at, expert, mails, on_duty, watch

S = QuestionState


def _overdue(db, settings, **values):
    """A question of Monday at 9 that was due on Tuesday at 9, just after that."""
    question = ask(db, state=S.ROUTED, **values)
    watch(db, question, settings, at(9))
    assert question.due_at == at(9, day=24)
    return question


def _answers_for(db, topic, *people):
    db.add_all(TopicExpert(topic_id=topic.id, user_id=one.id) for one in people)
    db.flush()


def test_who_has_an_overdue_question_is_reminded_then_it_is_passed_on_then_the_admins_are_told(
    each_database, db, settings
):
    ada, ben, admin = expert(db, "Ada"), expert(db, "Ben"), make_user(db, Role.ADMIN)
    question = _overdue(db, settings, topic=on_duty(db, ada, ben), expert_id=ada.id)
    assert watch(db, question, settings, at(8, 59, day=24)) == []
    assert watch(db, question, settings, at(9, day=24)) == [Deed.REMINDED]
    assert watch(db, question, settings, at(13, 59, day=24)) == []
    assert watch(db, question, settings, at(14, day=24)) == [Deed.PASSED_ON]
    assert (question.expert_id, question.state, question.due_at) == (ben.id, S.ROUTED, at(9, day=24))
    assert watch(db, question, settings, at(8, 59, day=25)) == []
    assert watch(db, question, settings, at(9, day=25)) == [Deed.ESCALATED]
    assert mails(db) == [
        ("question_due", ada.email),
        ("question_assigned", ben.email),
        ("question_passed_on", ada.email),
        ("alert", admin.email),
    ]
    actions = db.scalars(select(AuditRow.action).where(AuditRow.kind == "question").order_by(AuditRow.id))
    assert list(actions) == ["reminded", "passed on", "assign", "escalated"]


def test_the_admins_are_told_again_each_working_day_until_something_happens(db, settings):
    admin, ada = make_user(db, Role.ADMIN), expert(db)
    question = _overdue(db, settings, topic=on_duty(db, ada), expert_id=ada.id)
    watch(db, question, settings, at(9, day=24))
    for day in (24, 25, 26, 27, 30):
        assert watch(db, question, settings, at(14, day=day)) == [Deed.ESCALATED]
        assert watch(db, question, settings, at(16, day=day)) == []
    assert watch(db, question, settings, at(14, day=29)) == []
    assert mails(db, "alert") == [("alert", admin.email)] * 5
    move(db, question, S.BEING_ANSWERED, now=at(15, day=30), actor=ada)
    assert watch(db, question, settings, at(15, day=30)) == [Deed.DATED]
    assert question.due_at == at(15, day=30) + DAY


def test_a_mail_about_it_says_since_when_and_who_has_it(db, settings):
    ada, ben = expert(db, "Ada", language="de"), expert(db, "Ben")
    question = _overdue(db, settings, topic=on_duty(db, ada, ben), expert_id=ada.id)
    watch(db, question, settings, at(9, day=24))
    watch(db, question, settings, at(14, day=24))
    reminder, assigned, passed_on = db.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    due = {
        "question": question.public_id,
        "title": question.title,
        "due_at": "2026-11-24T08:00:00+00:00",
        "zone": "Europe/Berlin",
    }
    assert (reminder.params, reminder.language) == (due, "de")
    assert passed_on.params == {**due, "to": "Ben"}
    assert assigned.params["reason"]["text"].startswith("It is overdue. You are the next on duty")


def test_what_nobody_has_is_minded_by_who_is_on_duty_and_then_given_to_him(db, settings):
    ada, ben = expert(db), expert(db)
    question = ask(db, topic=on_duty(db, ada, ben))
    watch(db, question, settings, at(9))
    assert watch(db, question, settings, at(14)) == [Deed.REMINDED]
    assert watch(db, question, settings, at(10, day=24)) == [Deed.PASSED_ON]
    assert mails(db) == [("question_due", ada.email), ("question_assigned", ben.email)]
    assert (question.state, question.expert_id) == (S.ROUTED, ben.id)


def test_without_a_shift_within_two_weeks_the_nearest_expert_of_the_topic_gets_it(db, settings):
    above = make_topic(db)
    topic = make_topic(db, parent_id=above.id)
    ada, ben, cem = expert(db), expert(db), expert(db)
    _answers_for(db, topic, ada)
    _answers_for(db, above, ben, cem)
    question = _overdue(db, settings, topic=topic, expert_id=ada.id)
    watch(db, question, settings, at(9, day=24))
    assert watch(db, question, settings, at(14, day=24)) == [Deed.PASSED_ON]
    assert question.expert_id == ben.id


def test_a_topic_that_nobody_answers_for_comes_to_the_editors_and_then_to_the_admins(each_database, db, settings):
    editor, admin = make_user(db, Role.EDITOR), make_user(db, Role.ADMIN)
    question = ask(db, topic=make_topic(db))
    watch(db, question, settings, at(9))
    assert watch(db, question, settings, at(14)) == [Deed.REMINDED]
    assert watch(db, question, settings, at(10, day=24)) == [Deed.ESCALATED]
    assert mails(db) == [("question_due", editor.email), ("alert", admin.email)]
    alert = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "alert")).one()
    assert alert.params["message"]["text"] == "“%(title)s” is overdue, and nobody has taken it on."


def test_without_editors_the_admins_mind_it(db, settings):
    admin = make_user(db, Role.ADMIN)
    question = ask(db)
    watch(db, question, settings, at(9))
    watch(db, question, settings, at(14))
    assert mails(db) == [("question_due", admin.email)]


def test_a_held_question_is_the_moderators_and_is_passed_on_to_no_expert(db, settings):
    editor, ada = make_user(db, Role.EDITOR), expert(db)
    question = ask(db, topic=on_duty(db, ada), held_for="links")
    watch(db, question, settings, at(9))
    watch(db, question, settings, at(14))
    assert mails(db) == [("question_due", editor.email)]
    assert watch(db, question, settings, at(10, day=24)) == [Deed.ESCALATED]
    assert question.expert_id is None


def test_a_question_that_was_hidden_in_its_session_is_the_moderators(db):
    editor, ada = make_user(db, Role.EDITOR), expert(db)
    question = ask(db, topic=on_duty(db, ada))
    session = make_session(db)
    db.add(SessionQuestion(session=session, question=question, created_at=at(9), moderation=Moderation.HIDDEN))
    assert fate.duty_of(db, question, now=at(9)) == fate.Duty([editor], passable=False)


def test_what_waits_for_an_editors_word_about_a_clip_is_the_editors(db):
    editor, ada = make_user(db, Role.EDITOR), expert(db)
    question = ask(db, topic=on_duty(db, ada), state=S.BEING_ANSWERED, expert_id=ada.id)
    clip = make_clip(db, make_recording(db), question_id=question.id)
    assert fate.duty_of(db, question, now=at(9)) == fate.Duty([editor], passable=False)
    clip.state = ClipState.REJECTED
    db.flush()
    assert fate.duty_of(db, question, now=at(9)) == fate.Duty([ada])


def test_what_is_being_answered_in_a_session_is_its_hosts(db):
    host, ada = expert(db), expert(db)
    question = ask(db, topic=on_duty(db, ada), state=S.BEING_ANSWERED)
    db.add(SessionQuestion(session=make_session(db, hosts=[host]), question=question, created_at=at(9)))
    assert fate.duty_of(db, question, now=at(9)) == fate.Duty([host])


def test_outside_working_time_the_next_on_duty_minds_it(db):
    ada, ben = expert(db), expert(db)
    question = ask(db, topic=on_duty(db, ada, ben))
    assert fate.duty_of(db, question, now=at(20)) == fate.Duty([ben])


def test_an_overdue_question_of_a_session_that_never_ends_leaves_it(db, settings):
    ada = expert(db)
    question = ask(db, topic=on_duty(db, expert(db), ada), state=S.QUEUED)
    db.add(
        SessionQuestion(session=make_session(db, starts_at=at(10), state="live"), question=question, created_at=at(9))
    )
    db.flush()
    for now in (at(9), at(16), at(12, day=24)):
        watch(db, question, settings, now)
    assert (question.alarm, question.state, question.expert_id) == (Alarm.PASSED_ON, S.ROUTED, ada.id)


def test_of_two_workers_at_once_one_does_it(db, settings):
    ada = expert(db)
    question = _overdue(db, settings, topic=on_duty(db, ada), expert_id=ada.id)
    values = {"alarm": Alarm.REMINDED, "alarm_at": at(14, day=24)}
    real = fate.watching.raise_alarm

    def meanwhile(db, question, **more):
        db.execute(update(Question).values(values).execution_options(synchronize_session=False))
        return real(db, question, **more)

    fate.watching.raise_alarm = meanwhile
    try:
        assert fate.watch(db, question.id, settings=settings, now=at(9, day=24)) is None
    finally:
        fate.watching.raise_alarm = real
    assert mails(db) == []


def test_what_was_overdue_while_nobody_looked_begins_with_a_reminder(db, settings):
    ada, ben = expert(db), expert(db)
    question = ask(db, state=S.ROUTED, topic=on_duty(db, ada, ben), expert_id=ada.id)
    assert watch(db, question, settings, at(9, day=26)) == [Deed.DATED, Deed.REMINDED]
    assert question.alarm_at == at(9, day=26) + 5 * HOUR


def test_an_answer_ends_all_alarms(db, settings):
    ada = expert(db)
    question = _overdue(db, settings, topic=on_duty(db, ada), expert_id=ada.id)
    watch(db, question, settings, at(9, day=24))
    questions.answer(db, question, clip=None, entry=None, now=at(10, day=24), actor=ada)
    assert (question.due_at, question.alarm_at, question.alarm) == (None, None, Alarm.NONE)
    assert watch(db, question, settings, at(9, day=30)) == []
