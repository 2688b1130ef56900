"""A working week, and looks at a question in it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpcenter.models import Asker, OutgoingMail, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import fate
from tests.factories import make_question, make_shift, make_team, make_topic, make_user

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    """An instant of a day in November 2026 on Berlin's clocks; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def watch(db, question, settings, now):
    """Look until nothing more is due at this moment; what was done, in order."""
    done = []
    while question.id in fate.due(db, now=now):
        done.append(fate.watch(db, question.id, settings=settings, now=now))
        assert len(done) < 5
    return done


def mails(db, *kinds):
    """(kind, recipient) of the mails so far, in order."""
    rows = db.execute(select(OutgoingMail.kind, OutgoingMail.recipient).order_by(OutgoingMail.id))
    return [(kind, to) for kind, to in rows if not kinds or kind in kinds]


def ask(db, *, now=None, confirmed=True, **values):
    """A question that was asked, and confirmed, on Monday at 9."""
    now = now or at(9)
    question = make_question(db, confirmed=False, created_at=now, state_at=now, **values)
    question.askers[0].confirmed_at = now if confirmed else None
    db.flush()
    return question


def ask_live(db, session, **values):
    """A question that was asked in a session without mail."""
    question = ask(db, **values)
    db.query(Asker).filter_by(question_id=question.id).delete()
    db.add(SessionQuestion(session=session, question=question, created_at=question.created_at, voter="somebody"))
    db.flush()
    return question


def expert(db, name="", **values):
    return make_user(db, Role.EXPERT, name=name, **values)


def on_duty(db, *people, topic=None):
    """The topic's team: the first has Monday, the others the days after it."""
    topic = topic or make_topic(db)
    team = make_team(db, *people, about=[topic])
    for number, one in enumerate(people):
        for hour in (8, 13):
            make_shift(db, team, one, starts_at=at(hour, day=23 + number), half="morning" if hour == 8 else "afternoon")
    return topic
