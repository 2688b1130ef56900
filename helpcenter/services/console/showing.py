"""What the host's page shows, in one look: how far the broadcast is, what arrives, what can be done now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import (
    Broadcast,
    Channel,
    LiveSession,
    LiveSessionState,
)
from helpcenter.services import broadcasts
from helpcenter.services.broadcasts.health import Arriving, arriving, in_words
from helpcenter.services.channels.local import is_local
from helpcenter.services.console.arrivals import Relay, SentAway, relay_state, sent_away
from helpcenter.services.sessions.states import AHEAD
from helpcenter.settings import Settings
from streaming.lifecycle import GATE
from streaming.platform import BroadcastStatus

_W = BroadcastStatus
_S = LiveSessionState
_UNDER_WAY = (_W.LIVE_STARTING, _W.LIVE)


class Command(StrEnum):
    """What the host can do now; the names of the functions in this package."""

    REHEARSE = "rehearse"
    GO_LIVE = "go_live"
    INSIST = "insist"
    END = "end"
    ABORT = "abort"
    RETRY = "retry"
    START_OVER = "start_over"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Light:
    """One lamp of the go-live gate: `lit` True, False, or None while it is not known."""

    label: Message
    lit: bool | None


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What goes into the host's encoder, without the key (see services.channels.stream_key)."""

    channel: Channel
    address: str
    backup_address: str
    has_key: bool


@dataclass(frozen=True, slots=True)
class ConsoleView:
    """The host's page. `doing` says in a sentence what is going on; `health` and `problems` are sentences as well.

    `gate` are the lamps that have to be lit before it goes live, `gate_left` the seconds for which they still have to stay so
    (None while one is dark). `end_at` is when an end that was commanded begins. `relay` is how it stands with what shows it
    on a second channel, `sent_away` the last encoder that was not let in.
    """

    session: LiveSession
    state: LiveSessionState
    wanted: BroadcastStatus | None
    status: BroadcastStatus | None
    doing: Message
    watch_url: str | None
    commands: frozenset[Command]
    gate: tuple[Light, ...]
    gate_left: float | None
    health: list[Message]
    health_at: datetime | None
    problems: list[Message]
    end_at: datetime | None
    stream: StreamSettings | None
    relay: Relay | None
    sent_away: SentAway | None


def view(db: Session, session: LiveSession, *, settings: Settings, now: datetime) -> ConsoleView:
    """Everything that the host's page shows of this session."""
    row = broadcasts.of_session(db, session)
    seen = arriving(row.health) if row else None
    return ConsoleView(
        session=session,
        state=session.state,
        wanted=row.wanted if row else None,
        status=row.status if row else None,
        doing=_doing(session, row),
        watch_url=watch_url(row),
        commands=_commands(session, row, now),
        gate=_gate(seen) if row else (),
        gate_left=_gate_left(row, settings.live_wait(GATE), now) if row else None,
        health=in_words(seen) if row and session.state in AHEAD | {_S.LIVE} else [],
        health_at=row.health_at if row else None,
        problems=problems(row, session),
        end_at=row.end_at if row and row.wanted is _W.COMPLETE and row.status is not _W.COMPLETE else None,
        stream=_stream(row),
        relay=relay_state(db, session, settings),
        sent_away=sent_away(db, session, settings, now=now) if session.state in AHEAD | {_S.LIVE} else None,
    )


def watch_url(row: Broadcast | None) -> str | None:
    """Where the broadcast is watched on its platform, None while there is none, and on this site."""
    if row is None or row.remote_id is None or is_local(row.channel):
        return None
    return f"https://www.youtube.com/watch?v={row.remote_id}"


def problems(row: Broadcast | None, session: LiveSession) -> list[Message]:
    """What could not be done and why, each thing once."""
    if row is None or session.state is _S.CANCELLED:
        return []
    told = [row.error, *(held["why"] for held in row.held.values() if held["asked"] == row.asked)]
    unique = {str(message): message for message in map(Message.from_json, filter(None, told))}
    return list(unique.values())


def _doing(session: LiveSession, row: Broadcast | None) -> Message:
    if row is None or session.state not in AHEAD | {_S.LIVE}:
        return Message(_STATES[session.state])
    if row.wanted is _W.COMPLETE:
        return Message(N_("The broadcast is being ended."))
    if row.status in _UNDER_WAY and session.state is _S.LIVE:
        return Message(_STATES[_S.LIVE])
    if row.wanted in {_W.LIVE, _W.TESTING} and row.status is not row.wanted:
        return Message(_INSISTED if row.insisted else _WAITING[row.wanted])
    if row.status in {None, _W.CREATED}:
        return Message(_MADE_HERE if is_local(row.channel) else N_("The broadcast is being made on YouTube."))
    return Message(_STATES[session.state])


_STATES = {
    _S.DRAFT: N_("This session is a draft."),
    _S.SCHEDULED: N_("Everything is ready. You can rehearse, or go live."),
    _S.REHEARSING: N_("This is a rehearsal: nobody else sees it."),
    _S.LIVE: N_("You are live."),
    _S.ENDED: N_("The session is over."),
    _S.PROCESSING: N_("The session is over. Its recording is being fetched."),
    _S.PUBLISHED: N_("The session is over. Its recording is there."),
    _S.CANCELLED: N_("The session is cancelled."),
}
_MADE_HERE = N_("The site is being made ready for what you send.")
_INSISTED = N_("It goes live with whatever arrives, as soon as there is a picture.")
_WAITING = {
    _W.LIVE: N_("It goes live as soon as picture and sound have arrived well for some seconds."),
    _W.TESTING: N_("The rehearsal begins as soon as a picture arrives."),
}


def _commands(session: LiveSession, row: Broadcast | None, now: datetime) -> frozenset[Command]:
    state, wanted = session.state, row.wanted if row else None
    told = {
        Command.REHEARSE: state is _S.SCHEDULED and wanted in {None, _W.READY},
        Command.GO_LIVE: state in AHEAD and wanted is not _W.LIVE,
        Command.INSIST: state in AHEAD and bool(row and _could_insist(row)),
        Command.END: state is _S.LIVE and (wanted is not _W.COMPLETE or _pending(row, now)),
        Command.ABORT: state is _S.REHEARSING
        or (state is _S.SCHEDULED and wanted in {_W.LIVE, _W.TESTING} and bool(row and row.status not in _UNDER_WAY))
        or (state is _S.LIVE and _pending(row, now)),
        Command.RETRY: bool(problems(row, session)) and state in AHEAD | {_S.LIVE},
        Command.START_OVER: state in AHEAD | {_S.LIVE} and bool(row and _is_stuck(row)),
        Command.MARK: state is _S.LIVE,
    }
    return frozenset(command for command, possible in told.items() if possible)


def _could_insist(row: Broadcast) -> bool:
    """Whether it waits to go live with a picture that is there, for nothing but good sound or quality."""
    seen = arriving(row.health)
    waiting = row.wanted is _W.LIVE and row.status not in {*_UNDER_WAY, _W.COMPLETE} and not row.insisted
    return waiting and seen is not None and seen.picture and not (seen.sound and seen.well)


def _pending(row: Broadcast | None, now: datetime) -> bool:
    return bool(row and row.wanted is _W.COMPLETE and row.end_at and row.end_at > now)


def _is_stuck(row: Broadcast) -> bool:
    return not row.alerts.keys().isdisjoint({"stuck", "lost", "ended early"})


def _gate(seen: Arriving | None) -> tuple[Light, ...]:
    picture = seen.picture if seen else None
    return (
        Light(Message(N_("Picture")), picture),
        Light(Message(N_("Sound")), seen.sound if seen and picture else picture),
        Light(Message(N_("Quality")), seen.well if seen and picture else picture),
    )


def _gate_left(row: Broadcast, needed: timedelta, now: datetime) -> float | None:
    if row.healthy_since is None:
        return None
    return max(0.0, (row.healthy_since + needed - now).total_seconds())


def _stream(row: Broadcast | None) -> StreamSettings | None:
    if row is None or row.channel.stream_id is None:
        return None
    channel = row.channel
    return StreamSettings(channel, channel.stream_address, channel.stream_backup_address, bool(channel.stream_key))
