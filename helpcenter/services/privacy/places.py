"""Every place where something of a person lies, what it is, and what becomes of it when he leaves.

A test holds this list against the tables: a new column with an address or a reference to a person needs its line here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, MetaData, exists, func, null, or_, select
from sqlalchemy.orm import Session

from helpcenter import models as m
from helpcenter.errors import N_
from helpcenter.models import AnswerState, Base, MailState, SuggestionState
from helpcenter.tokens import fingerprint

ADDRESSES: Final = frozenset({"email", "recipient"})
VOTERS: Final = frozenset({"voter"})


class Fate(StrEnum):
    """What becomes of it: it goes, or it stays without the person."""

    DELETED = "deleted"
    ANONYMOUS = "anonymous"


class Person(NamedTuple):
    """Whom it is about: his row, his address, and the name under which he votes."""

    id: int
    email: str
    voter: str


@dataclass(frozen=True)
class Place:
    """Rows of `model` that name a person in `columns`; with `only`, those of them alone.

    `what` and `why` are said to people. `hidden` columns are not handed out: secrets, and other people's; where `shown` names
    any, only these are. What stays gets the values of `cleared`; without them it loses the person in `columns`.
    """

    model: type[Base]
    columns: tuple[str, ...]
    what: str
    why: str
    fate: Fate = Fate.DELETED
    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    cleared: dict[str, Any] = field(default_factory=dict)
    only: ColumnElement[bool] | None = None

    def mine(self, person: Person) -> ColumnElement[bool]:
        """Whether a row is the person's."""
        named = [self.table_column(name) == _value(name, person) for name in self.columns]
        return or_(*named) if self.only is None else or_(*named) & self.only

    def hands_out(self, column: str) -> bool:
        """Whether the person is given what stands in this column."""
        return column in self.shown if self.shown else column not in self.hidden

    def table_column(self, name: str) -> ColumnElement[Any]:
        """The column of the table with this name."""
        return self.model.__table__.columns[name]


_WORK = N_("What you did at work stays for the others, without you.")
_STAYS = N_("It is part of what everybody reads or of the history; nobody can tell any more that it was you.")
_NO_USE = N_("It is of no use without you.")
_OF_WORK: Final = ("id", "public_id", "title", "day", "half", "starts_at", "created_at", "at")
"""Of what somebody did at work he is told which it is: the rest is not about him, and some of it is secret."""


def _work(model: type[Base], column: str, what: str) -> Place:
    """A reference to whoever did something at work; it stays, and names nobody."""
    return Place(model, (column,), what, _WORK, Fate.ANONYMOUS, shown=_OF_WORK)


_CONFIRMED: Final = m.HelperSuggestion.state == SuggestionState.CONFIRMED
PLACES: Final[tuple[Place, ...]] = (
    Place(
        m.Asker, ("user_id", "email"), N_("That you wait for answers, with your address and name"), _NO_USE,
        hidden=("told_at",),
    ),
    Place(m.Subscription, ("user_id", "email"), N_("Mail that you subscribed to, and topics that you follow"), _NO_USE),
    Place(m.OwnedProduct, ("user_id",), N_("What you have"), _NO_USE),
    Place(
        m.HelperSuggestion, ("helper_id",), N_("Your suggestions as a super-user that were confirmed"), _STAYS,
        Fate.ANONYMOUS, only=_CONFIRMED, hidden=("decided_by_id",),
    ),
    Place(
        m.HelperSuggestion, ("helper_id",), N_("Your other suggestions as a super-user"), _NO_USE,
        only=~_CONFIRMED, hidden=("decided_by_id",),
    ),
    Place(
        m.Helper, ("user_id",), N_("Your place in the circle of super-users, and your name there"), _NO_USE,
        hidden=("invited_by_id",),
    ),
    Place(
        m.SessionQuestion, ("voter",), N_("That you asked in live sessions"), _STAYS, Fate.ANONYMOUS,
        cleared={"name": "", "voter": ""},
    ),
    Place(m.QuestionVote, ("voter",), N_("Your votes for questions"), N_("The number of votes stays."), hidden=("network",)),
    Place(m.DateVote, ("voter",), N_("Your votes for dates"), _NO_USE),
    Place(
        m.OutgoingMail, ("recipient",), N_("Mail that we sent you"),
        N_("That a mail went out is kept, so that none is sent twice; not to whom, nor what was in it."), Fate.ANONYMOUS,
        hidden=("params", "message_id", "effect_key", "fence", "leased_until"),
        cleared={"recipient": "", "params": {}, "error": null()},
    ),
    Place(m.SignIn, ("user_id",), N_("Where you are signed in"), _NO_USE, hidden=("token_hash",)),
    Place(m.MailLink, ("user_id",), N_("Links to sign in that were mailed to you"), _NO_USE, hidden=("token_hash",)),
    Place(m.Upload, ("user_id",), N_("Uploads on their way"), _NO_USE),
    Place(m.AuditRow, ("actor_id",), N_("The record of what you changed"), _STAYS, Fate.ANONYMOUS),
    Place(m.TeamMember, ("user_id",), N_("Teams that you are in"), _NO_USE),
    Place(m.TopicExpert, ("user_id",), N_("Topics that you answer for"), _NO_USE),
    Place(m.SessionHost, ("user_id",), N_("Live sessions that you host"), _NO_USE),
    Place(m.ChannelConnection, ("user_id",), N_("Channels that you began to connect"), _NO_USE, hidden=("state_hash", "verifier")),
    Place(m.Answer, ("author_id",), N_("Answers that you began to write"), _NO_USE, only=m.Answer.state == AnswerState.DRAFT),
    _work(m.Answer, "author_id", N_("Answers that you gave")),
    Place(m.ExpertSkills, ("user_id",), N_("What you know, as you have said it"), _NO_USE),
    Place(m.RoutingTerm, ("expert_id",), N_("What the site has learned of what you answer"), _NO_USE),
    _work(m.RoutingDecision, "actor_id", N_("What you decided about who answers a question")),
    _work(m.RoutingDecision, "expert_id", N_("Questions that were proposed or given to you")),
    _work(m.RoutingDecision, "from_id", N_("Questions that you passed on")),
    _work(m.EditorTask, "user_id", N_("Tasks that you took or did")),
    _work(m.GapItem, "user_id", N_("Gaps that you decided about")),
    Place(m.Absence, ("user_id",), N_("When you are away"), _NO_USE),
    Place(m.Wish, ("user_id",), N_("Your wishes for the rota"), _NO_USE),
    Place(m.Swap, ("offered_by_id", "to_id"), N_("Shifts that you offered or were offered"), _NO_USE),
    Place(m.RotaCalendar, ("user_id",), N_("The address of your calendar of shifts"), _NO_USE),
    _work(m.RotaProposal, "created_by_id", N_("Rotas that you planned")),
    _work(m.Shift, "user_id", N_("Your shifts")),
    _work(m.Question, "expert_id", N_("Questions that you have to answer")),
    _work(m.HelperSuggestion, "decided_by_id", N_("Suggestions that you decided about")),
    _work(m.Helper, "invited_by_id", N_("Super-users whom you invited")),
    _work(m.Clip, "decided_by_id", N_("Clips that you decided about")),
    _work(m.FaqRevision, "author_id", N_("Texts that you wrote")),
    _work(m.Recording, "created_by_id", N_("Recordings that you brought in")),
    _work(m.Marker, "made_by_id", N_("Marks that you set")),
    _work(m.LiveSession, "created_by_id", N_("Live sessions that you planned")),
    _work(m.DeskAction, "actor_id", N_("What you did at the desk of a live session")),
    _work(m.Channel, "connected_by_id", N_("Channels that you connected")),
    _work(m.ChannelImport, "created_by_id", N_("Imports that you began")),
    Place(m.User, ("id", "email"), N_("Your account"), _NO_USE, hidden=("password_hash",)),
)  # fmt: skip
"""In the order in which they are forgotten; the account goes last."""

UNSENT: Final = (MailState.NEW, MailState.SENDING, MailState.HANDING_OVER, MailState.UNKNOWN)


def _sent_along(db: Session, person: Person) -> Iterator[tuple[str, str]]:
    """What he sent with his questions, as it was made of it."""
    file = m.QuestionAttachment
    mine = select(m.Question.id).where(written_by(person))
    wanted = select(file).where(file.question_id.in_(mine), file.key.is_not(None))
    for row in db.scalars(wanted.order_by(file.id)):
        assert row.key is not None
        yield f"{row.public_id}{PurePosixPath(row.key).suffix}", row.key


FILES: Final[list[Callable[[Session, Person], Iterable[tuple[str, str]]]]] = [_sent_along]
"""Each gives the person's files as (name in the export, key in the storage)."""


def written_by(person: Person) -> ColumnElement[bool]:
    """Whether it was the person who wrote a question, also where it was merged into another since."""
    his = (m.Asker.user_id == person.id) | (m.Asker.email == person.email)
    first = m.Asker.first & (m.Asker.question_id == m.Question.id)
    return exists().where(his, first | (m.Asker.wrote == m.Question.public_id))


def person_of(user: m.User) -> Person:
    """The person with this account."""
    return Person(user.id, user.email, fingerprint(f"user:{user.public_id}"))


def kept_of(db: Session, person: Person) -> list[tuple[Place, int]]:
    """How many rows lie in each place, where there are any."""
    counted = [
        (place, db.scalar(select(func.count()).select_from(place.model).where(place.mine(person))) or 0)
        for place in PLACES
    ]
    return [(place, number) for place, number in counted if number]


def columns_of_people(metadata: MetaData) -> set[tuple[str, str]]:
    """Every (table, column) that names a person: an address, a voter, or a reference to an account."""
    return {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in ADDRESSES | VOTERS or any(key.column.table.name == "users" for key in column.foreign_keys)
    }


def _value(column: str, person: Person) -> int | str:
    if column in ADDRESSES:
        return person.email
    return person.voter if column in VOTERS else person.id
