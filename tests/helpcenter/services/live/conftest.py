"""A session that is to come, and what its audience does."""

from datetime import timedelta

import pytest

from helpcenter.models import QuestionVote
from helpcenter.permissions import Role
from helpcenter.services import live
from tests.factories import NOW, make_session, make_user

SECOND = timedelta(seconds=1)


@pytest.fixture
def session(db):
    return make_session(db)


@pytest.fixture
def moderator(db):
    return make_user(db, Role.EDITOR)


@pytest.fixture
def ask(db, session):
    """`ask("How far?", voter="a")` is a question of the session."""

    def asked(title="How far does it go?", voter="asker", **more):
        given = {"session": session, "network": "n", "language": "en", "user": None, "now": NOW, **more}
        return live.ask(db, title=title, voter=voter, **given)

    return asked


@pytest.fixture
def vote(db, session):
    """`vote(item, "a", "b")` votes for it as each of them; the votes that it has then."""

    def voted(item, *voters, network="n"):
        return [live.vote(db, session, item, voter=one, network=network, now=NOW) for one in voters][-1]

    return voted


def voters(db, item):
    rows = db.query(QuestionVote.voter).filter_by(question_id=item.question_id).order_by(QuestionVote.voter)
    return [voter for (voter,) in rows]
