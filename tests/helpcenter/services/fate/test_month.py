"""Some days of the simulated month of `make bench`: two beats, dying workers, illness, a colleague who leaves."""

import pytest
from sqlalchemy import select

from helpcenter.models import OutgoingMail
from helpcenter.permissions import Role
from helpcenter.services import questions
from helpcenter.services.notifications import queue_mail
from tests.bench.month import simulate
from tests.bench.month.counting import double_mails
from tests.bench.month.town import WEEK
from tests.factories import NOW, make_question, make_user

QUESTIONS = 60


@pytest.mark.timeout(300)
def test_of_some_days_of_questions_none_is_lost_or_overdue_in_silence_and_no_mail_comes_twice(sqlite_url):
    found = simulate(QUESTIONS, WEEK, sqlite_url)
    assert found["unescalated"] == {}
    assert (found["asked"], found["lost"], found["doubles"]) == (QUESTIONS, 0, [])
    assert found["deaths"]
    assert found["plans"]
    assert {"assign", "pass on", "reminded", "passed on", "answered", "confirmed", "planned"} <= set(found["deeds"])


def test_a_mail_more_than_there_were_deeds_counts_as_double(db):
    question, ada, ben = make_question(db), *(make_user(db, Role.EXPERT) for _ in range(2))
    for expert in (ada, ben, ada):
        questions.assign(db, question, expert, now=NOW, actor=None, reason=None)
    assert not double_mails(db)
    again = db.scalars(select(OutgoingMail).where(OutgoingMail.recipient == ben.email)).one()
    queue_mail(
        db, effect_key="another", kind=again.kind, params=again.params, recipient=ben.email, language="en", now=NOW
    )
    assert double_mails(db) == {("question_assigned", question.public_id, ben.email): 1}
