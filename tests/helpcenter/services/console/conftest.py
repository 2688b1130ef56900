"""An evening at the desk: a session that is live, its questions, and hosts who press buttons."""

from datetime import timedelta
from itertools import count

import pytest

from helpcenter.models import LiveSessionState, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import console
from helpcenter.services.console import Press
from tests.factories import NOW, make_question, make_session, make_user


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def host(db):
    return make_user(db, Role.EXPERT, name="Maria Weber")


@pytest.fixture
def session(db, host):
    return make_session(db, starts_at=NOW, state=LiveSessionState.LIVE, live_at=NOW, hosts=[host])


@pytest.fixture
def ask(db, session):
    """`ask("How far?")` is a question of the session."""

    def asked(title="How far?", *, confirmed=False, **values):
        question = make_question(db, title=title, confirmed=confirmed)
        item = SessionQuestion(session=session, question=question, created_at=NOW, **values)
        db.add(item)
        db.flush()
        return item

    return asked


class Desk:
    """What hosts do: each press has a key of its own, its instant in seconds after NOW, and arrives `arrives` seconds after NOW."""

    def __init__(self, db, session, host):
        self.db, self.session, self.host, self.keys = db, session, host, count(1)

    def press(self, seconds=0.0, *, arrives=None, seen=None, key=None, actor=None, after=""):
        at, now = (NOW + timedelta(seconds=one) for one in (seconds, seconds if arrives is None else arrives))
        return Press(key or f"k{next(self.keys)}", at, now, actor or self.host, seen, after)

    def answer(self, item, seconds, *, title="", **press):
        press = self.press(seconds, **press)
        console.answer(self.db, self.session, item, press, title=title)
        return press.key

    def done(self, seconds, **press):
        return console.done(self.db, self.session, self.press(seconds, **press))

    def skip(self, item, seconds, **press):
        return console.skip(self.db, self.session, item, self.press(seconds, **press))

    def take_on(self, *items):
        for item in items:
            console.take_on(self.db, self.session, item, self.press())

    def move(self, item, steps):
        console.move(self.db, self.session, item, self.press(), steps=steps)

    def drop(self, item):
        console.drop(self.db, self.session, item, self.press())

    def undo(self, seconds=0.0, *, target=None, **press):
        return console.undo(self.db, self.session, self.press(seconds, **press), target=target)

    def read(self):
        return console.read_desk(self.db, self.session)

    def agenda(self):
        return [row.question.title for row in self.read().agenda]

    def marks(self):
        """[(kind, title, seconds after NOW)], also those that nobody has set."""
        return [
            (one.kind.value, one.title, round((one.at - NOW).total_seconds(), 2))
            for one in console.markers_of(self.db, self.session)
        ]


@pytest.fixture
def desk(db, session, host):
    return Desk(db, session, host)
