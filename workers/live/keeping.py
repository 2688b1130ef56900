"""Keeping what came of a step: the row, the session that follows it, the alarms, and when to come back."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from helpcenter.db import touch_content
from helpcenter.errors import N_, Conflict, Message
from helpcenter.models import Broadcast, Channel, LiveSession, LiveSessionState
from helpcenter.services import broadcasts, channels, console, live, recordings, videos
from helpcenter.services.broadcasts import claims
from helpcenter.services.channels import is_local
from helpcenter.services.notifications import alert_admins, queue_mail
from helpcenter.services.sessions.states import AHEAD, move
from streaming.lifecycle import Action, Waits, alarms, next_action
from streaming.platform import BroadcastStatus
from workers.failpoints import reach
from workers.live.knowing import known_of, rows_of
from workers.live.work import Outcome, Work

_S = LiveSessionState
_W = BroadcastStatus
_NOTHING = frozenset({Action.WAIT, Action.REST})
AGAIN = timedelta(seconds=1)
"""A step that has to be done twice in a row waits so long at least, whatever the pace."""


def keep(work: Work, outcome: Outcome) -> None:
    """Store the outcome under the fence and give the row back. Raises NotOursAnyMore."""
    ports = work.ports
    with ports.database.transaction() as db:
        now = ports.clock()
        row = claims.lock(db, work.claim)
        before = (row.remote_id, row.status)
        if values := _values(work, row, outcome):
            claims.store(db, work.claim, values)
        row, session, channel = rows_of(db, work.claim)
        if (row.remote_id, row.status) != before:
            touch_content(db)
        if outcome.revoked:
            connection = work.channel.connections
            channels.mark_revoked(db, channel, why=outcome.revoked, now=now, connection=connection)
            claims.release(db, work.claim, due_at=None, now=now)
            return
        if not row.relay:
            _follow(db, row, session, channel, now=now)
        due_at = _next(db, work, row, session, channel, now=now)
        reach(f"broadcast.{work.action.value}.storing")
        claims.release(db, work.claim, due_at=due_at, now=now)


def _values(work: Work, row: Broadcast, outcome: Outcome) -> dict[str, Any]:
    values = dict(outcome.values)
    error = outcome.error
    if work.action not in _NOTHING:
        part = work.action.value
        held = {name: hold for name, hold in values.get("held", row.held).items() if name != part}
        if hold := outcome.hold:
            before = row.held.get(part)
            attempts = before["attempts"] if before and before["asked"] == work.row.asked else 0
            until = hold.until.isoformat() if hold.until else None
            why = hold.why.as_json()
            held[part] = {"asked": work.row.asked, "until": until, "why": why, "attempts": attempts + hold.counts}
        values["held"] = {} if values.get("status") is _W.COMPLETE else held
        values["error"] = error.as_json() if error else None
    if values.get("status", row.status) is None and row.status in {_W.LIVE, _W.LIVE_STARTING} and not row.deleted:
        values |= _lost(work, values)
    return values


def _lost(work: Work, values: dict[str, Any]) -> dict[str, Any]:
    """It was deleted while it was live: nothing new is made before somebody says so."""
    if work.row.renewed:
        return {}
    hold = {"asked": work.row.asked, "until": None, "why": Message(LOST, {"title": work.session.title}).as_json()}
    return {"held": {**values["held"], Action.CREATE.value: {**hold, "attempts": 1}}}


def _follow(db: Session, row: Broadcast, session: LiveSession, channel: Channel, *, now: datetime) -> None:
    """Bring the session to where its broadcast is; whoever changed it at this moment was right."""
    before = session.state
    with suppress(Conflict):
        if row.status is _W.TESTING and session.state is _S.SCHEDULED and row.wanted is _W.TESTING:
            move(db, session, _S.REHEARSING, now=now, actor=None)
        began = row.status is _W.LIVE or (row.status is _W.COMPLETE and row.actual_start is not None)
        if began and session.state in AHEAD:
            move(db, session, _S.LIVE, now=now, actor=None)
            session.live_at = now if row.status is _W.LIVE else row.actual_start
            broadcasts.carry_along(db, session, _W.LIVE, now=now)
            if is_local(channel):
                recordings.begin_live(db, session, row.remote_id or "", now=now)
        if row.status is _W.LIVE and row.wanted in {_W.READY, _W.TESTING}:
            row.wanted = _W.LIVE  # somebody began it in YouTube Studio
        over = row.status is _W.COMPLETE or (row.wanted is _W.COMPLETE and row.remote_id is None)
        if over and session.state is _S.LIVE:
            move(db, session, _S.ENDED, now=now, actor=None)
            session.ended_at = now
            console.close(db, session, now=now)
            broadcasts.carry_along(db, session, _W.COMPLETE, now=now)
        if row.status is _W.COMPLETE and session.state is _S.ENDED:
            if is_local(channel):
                recordings.end_live(db, session, now=now)
            else:
                videos.expect(db, session, row, now=now)
            move(db, session, _S.PROCESSING, now=now, actor=None)
    if session.state is not before:
        live.beat(db, session.id)
    db.flush()


def _next(
    db: Session, work: Work, row: Broadcast, session: LiveSession, channel: Channel, *, now: datetime
) -> datetime | None:
    """Tell of what needs a person, and say when the row is due again."""
    settings = work.ports.settings
    waits = Waits.at_pace(settings.live_pace)
    known = known_of(row, session, channel, settings)
    raised = set(alarms(known, now, waits))
    if (
        row.remote_id is None
        and Action.CREATE.value in row.held
        and row.held[Action.CREATE.value]["why"]["text"] == LOST
    ):
        raised.add("lost")
    if row.status is _W.COMPLETE and session.state in AHEAD:
        raised.add("ended early")
    _tell(db, row, session, raised, now=now)
    following = next_action(known, now, waits)
    if following.action in _NOTHING:
        return following.until
    return now + max(waits.near, AGAIN) if following.action is work.action else now


def _tell(db: Session, row: Broadcast, session: LiveSession, raised: set[str], *, now: datetime) -> None:
    """Write to admins and hosts, once for each time that something begins to need them."""
    for name in raised - row.alerts.keys():
        message = Message(ALARMS[name], {"title": session.title})
        key, path = f"{name}:{session.public_id}:{now.isoformat()}", f"/console/{session.public_id}"
        alert_admins(db, effect_key=key, message=message, link=path, now=now)
        for host in session.hosts:
            if host.disabled_at is None:
                queue_mail(
                    db, effect_key=f"alert:{key}:{host.public_id}", kind="alert", recipient=host.email,
                    params={"message": message.as_json(), "path": path}, language=host.language, now=now,
                )  # fmt: skip
    alerts = {name: row.alerts.get(name) or now.isoformat() for name in sorted(raised)}
    if alerts != row.alerts:
        row.alerts = alerts
        db.flush()


LOST = N_(
    "The broadcast of “%(title)s” was deleted on YouTube while it was live. Have a new one made on the host's page."
)
ALARMS = {
    "stuck": N_(
        "YouTube does not finish what it has begun with the broadcast of “%(title)s”. Wait a little, or have a new one made on the "
        "host's page."
    ),
    "dark": N_("“%(title)s” is live, but no picture has arrived for a minute. It goes on until somebody ends it."),
    "overtime": N_("“%(title)s” is still live, half an hour after its planned end. End it if it is over."),
    "lost": LOST,
    "ended early": N_(
        "The broadcast of “%(title)s” was ended on YouTube before it was live. Have a new one made on the host's page."
    ),
}
"""What needs a person, by the names that `Broadcast.alerts` keeps."""
