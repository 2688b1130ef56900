"""Two sessions at once: a person cannot answer in both, and a channel has one stream. This site has as many as are needed.

Drafts take no time. Sessions may follow each other without a pause.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final, NamedTuple

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Message
from helpcenter.models import Channel, LiveSession, LiveSessionState, SessionHost, User
from helpcenter.services.channels.local import LOCAL
from helpcenter.services.sessions.states import AHEAD
from helpcenter.services.sessions.words import say_span

TAKES_TIME: Final = AHEAD | {LiveSessionState.LIVE}


@dataclass(frozen=True, slots=True)
class Slot:
    """When a session is to be, whom it takes, and what it is called. `session_id` is None while it has no row.

    `relay_channel_id` is the channel that shows it besides.
    """

    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    host_ids: frozenset[int]
    channel_id: int | None
    session_id: int | None = None
    relay_channel_id: int | None = None

    @property
    def span(self) -> str:
        """From when till when."""
        return say_span(self.starts_at, self.ends_at, self.zone)

    @property
    def channels(self) -> frozenset[int]:
        """The channels on which it is shown."""
        return frozenset({self.channel_id, self.relay_channel_id} - {None})  # type: ignore[arg-type]  # None is gone

    def overlaps(self, other: "Slot") -> bool:
        """Whether there is a moment that belongs to both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class _Clash(NamedTuple):
    wanted: Slot
    taken: Slot
    host_id: int | None = None
    channel_id: int | None = None


def slot_of(session: LiveSession) -> Slot:
    """The session as it stands."""
    hosts = frozenset(host.id for host in session.hosts)
    return Slot(
        session.starts_at, session.ends_at, session.zone, session.title, hosts, session.channel_id, session.id,
        session.relay_channel_id,
    )  # fmt: skip


def one_at_a_time(db: Session) -> None:
    """Wait until nobody else schedules, until this transaction ends. To be called before anything is read for a decision.

    On PostgreSQL by an advisory lock: whoever waited sees what the other one wrote. SQLite has one writer at a time anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext('live sessions'))"))


def refuse_clashes(db: Session, wanted: Sequence[Slot]) -> None:
    """Raises Conflict where one of these would be at the same time as another, or as a session that stands.

    The sessions that are to be moved are judged by where they are to be, not by where they are.
    """
    db.flush()
    here = frozenset(db.scalars(select(Channel.id).where(Channel.platform == LOCAL)))
    among_themselves = (
        _judge(later, earlier, here)
        for earlier, later in combinations(sorted(wanted, key=lambda slot: slot.starts_at), 2)
    )
    clash = next(filter(None, among_themselves), None) or next(_with_others(db, wanted, here), None)
    if clash is not None:
        raise _refusal(db, clash, several=len(wanted) > 1)


def _judge(wanted: Slot, taken: Slot, here: frozenset[int]) -> _Clash | None:
    if not wanted.overlaps(taken):
        return None
    if shared := wanted.host_ids & taken.host_ids:
        return _Clash(wanted, taken, host_id=min(shared))
    if both := (wanted.channels & taken.channels) - here:
        return _Clash(wanted, taken, channel_id=min(both))
    return None


def _with_others(db: Session, wanted: Sequence[Slot], here: frozenset[int]) -> Iterator[_Clash]:
    moving = {slot.session_id for slot in wanted}
    others = [slot for slot in _taken(db, wanted) if slot.session_id not in moving]
    for slot in sorted(wanted, key=lambda slot: slot.starts_at):
        yield from filter(None, (_judge(slot, other, here) for other in others))


def _taken(db: Session, wanted: Sequence[Slot]) -> list[Slot]:
    """What stands between the first and the last of these, as the database has it now."""
    hosts = frozenset[int]().union(*(slot.host_ids for slot in wanted))
    channels = frozenset[int]().union(*(slot.channels for slot in wanted))
    concerned = or_(
        LiveSession.channel_id.in_(channels),
        LiveSession.relay_channel_id.in_(channels),
        LiveSession.id.in_(select(SessionHost.session_id).where(SessionHost.user_id.in_(hosts))),
    )
    columns = (
        LiveSession.starts_at, LiveSession.ends_at, LiveSession.zone, LiveSession.title, LiveSession.channel_id, LiveSession.id,
        LiveSession.relay_channel_id,
    )  # fmt: skip
    found = (
        select(SessionHost.user_id, *columns)
        .outerjoin_from(LiveSession, SessionHost, SessionHost.session_id == LiveSession.id)
        .where(LiveSession.state.in_(TAKES_TIME), concerned)
        .where(LiveSession.starts_at < max(slot.ends_at for slot in wanted))
        .where(LiveSession.ends_at > min(slot.starts_at for slot in wanted))
        .order_by(LiveSession.starts_at, LiveSession.id)
    )
    slots: dict[int, Slot] = {}
    for user_id, starts_at, ends_at, zone, title, channel_id, row_id, relay_id in db.execute(found):
        before = slots[row_id].host_ids if row_id in slots else frozenset()
        slots[row_id] = Slot(starts_at, ends_at, zone, title, before | {user_id}, channel_id, row_id, relay_id)
    return list(slots.values())


def _refusal(db: Session, clash: _Clash, *, several: bool) -> Conflict:
    about = {"title": clash.taken.title, "span": clash.taken.span}
    if clash.host_id is not None:
        host = db.get_one(User, clash.host_id)
        sentence = N_("%(person)s is a host of “%(title)s” at that time: %(span)s.")
        why = Message(sentence, {**about, "person": host.name or host.email})
    else:
        channel = db.get_one(Channel, clash.channel_id)
        sentence = N_("The channel %(channel)s broadcasts “%(title)s” at that time: %(span)s.")
        why = Message(sentence, {**about, "channel": channel.title})
    if not several:
        return Conflict(why.text, **why.params)
    return Conflict(N_("Nothing was changed, since %(wanted)s is not free. %(why)s"), wanted=clash.wanted.span, why=why)
