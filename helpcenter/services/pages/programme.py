"""The programme: live sessions that are on, to come, looking for a date, and past."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from helpcenter.models import DateOption, LiveSession, LiveSessionState, SessionKind, SessionTopic, Visibility
from helpcenter.services.pages.choice import given, visible
from helpcenter.services.pages.tree import TopicCard, Tree, read_tree
from helpcenter.services.sessions.states import AHEAD

_S = LiveSessionState
PAST: Final = frozenset({_S.ENDED, _S.PROCESSING, _S.PUBLISHED})
MOST_PAST: Final = 60
MOST_AHEAD: Final = 200


class SessionCard(NamedTuple):
    """A live session in a list; `hosts` are (public id, name), `topics` (slug, title), `dates` how many its poll offers.

    `desk`: it is an expert's desk, open for a while, rather than an evening that was announced.
    """

    public_id: str
    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: LiveSessionState
    hosts: list[tuple[str, str]]
    topics: list[tuple[str, str]]
    picture_key: str | None
    seconds: float | None = None
    dates: int = 0
    desk: bool = False


@dataclass(frozen=True, slots=True)
class Programme:
    """All lists of the programme, and the topics that it can be narrowed to; `topic` is the one it is narrowed to."""

    live: list[SessionCard]
    ahead: list[SessionCard]
    polls: list[SessionCard]
    past: list[SessionCard]
    topics: list[TopicCard]
    topic: TopicCard | None


def programme(
    db: Session, *, topic: str | None, language: str, visibilities: Collection[Visibility], now: datetime
) -> Programme:
    """What somebody who may find `visibilities` sees; of the topic with this slug and all below it, where there is one."""
    tree = read_tree(db, language=language, visibilities=visibilities)
    chosen = tree.find(topic) if topic else None
    about = [one.id for one in tree.within(chosen)] if chosen else None
    lists = (
        _of({_S.LIVE}, about).order_by(LiveSession.starts_at),
        _ahead(about, now).limit(MOST_AHEAD),
        _of({_S.DRAFT}, about)
        .where(LiveSession.date_options.any(DateOption.starts_at > now))
        .order_by(LiveSession.created_at),
        _of(PAST, about).order_by(LiveSession.starts_at.desc(), LiveSession.id.desc()).limit(MOST_PAST),
    )
    live, ahead, polls, past = (_read(db, one, language, visibilities, now) for one in lists)
    used = {slug for card in (*live, *ahead, *polls, *past) for slug, _ in card.topics}
    return Programme(live, ahead, polls, past, _choice(tree, used, chosen), chosen)


def next_sessions(
    db: Session, *, topics: Collection[int] | None = None, language: str, visibilities: Collection[Visibility],
    now: datetime, most: int,
) -> list[SessionCard]:  # fmt: skip
    """What is live now, then what comes next; about any of these topics (by id), where they are given."""
    wanted = _of(AHEAD | {_S.LIVE}, topics).where(or_(LiveSession.state == _S.LIVE, LiveSession.ends_at > now))
    return _read(db, wanted.order_by(LiveSession.starts_at, LiveSession.id).limit(most), language, visibilities, now)


def show_card(session: LiveSession, language: str, now: datetime) -> SessionCard:
    """The session as a card; dates of its poll count while they are still to come."""
    version = session.recording.version if session.recording and session.state is _S.PUBLISHED else None
    return SessionCard(
        session.public_id, session.title, session.language, session.starts_at, session.ends_at, session.zone, session.state,
        [(host.public_id, host.name) for host in session.hosts if host.name],
        [(topic.slug, topic.title(language)) for topic in session.topics],
        session.picture_key or (version.poster_key if version else None),
        version.duration if version else None,
        sum(option.starts_at > now for option in session.date_options) if session.state is _S.DRAFT else 0,
        session.kind is SessionKind.OFFICE_HOURS,
    )  # fmt: skip


def _ahead(about: Collection[int] | None, now: datetime) -> Select[Any]:
    """To come, or due by now; those called off stay in their place until their time has passed, for whoever wanted to come."""
    wanted = _of(AHEAD | {_S.CANCELLED}, about).where(
        LiveSession.ends_at > now, or_(LiveSession.state != _S.CANCELLED, LiveSession.starts_at > now)
    )
    return wanted.order_by(LiveSession.starts_at, LiveSession.id)


def _of(states: Collection[LiveSessionState], about: Collection[int] | None) -> Select[Any]:
    wanted = select(LiveSession).where(
        LiveSession.state.in_(states), LiveSession.announced_at.is_not(None), visible(LiveSession.visibility)
    )
    if about is not None:
        wanted = wanted.where(
            exists().where(SessionTopic.session_id == LiveSession.id, SessionTopic.topic_id.in_(about))
        )
    return wanted.options(
        selectinload(LiveSession.hosts),
        selectinload(LiveSession.topics),
        selectinload(LiveSession.date_options),
        selectinload(LiveSession.recording),
    )


def _read(
    db: Session, wanted: Select[Any], language: str, visibilities: Collection[Visibility], now: datetime
) -> list[SessionCard]:
    return [show_card(session, language, now) for session in db.scalars(wanted, given(visibilities))]


def _choice(tree: Tree, used: set[str], chosen: TopicCard | None) -> list[TopicCard]:
    """The topics that have sessions, and those above them, in the order of the tree; narrowed, all of the same."""
    wanted = {chosen.slug} if chosen else set()
    for _, topic in tree.listed():
        if topic.slug in used:
            wanted |= {topic.slug, *(above.slug for above in tree.path(topic))}
    return [topic for _, topic in tree.listed() if topic.slug in wanted]
