"""Making a broadcast, and the stream that feeds it: exactly one of each, whatever becomes of the answers.

Each request is written down before it is made. Where its answer was lost, or the worker died, what it made is looked for by
its marker, as long as lists may lag; only then it is asked for again. Where two were made after all, one is deleted.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from helpcenter.errors import N_, Message
from helpcenter.models import Broadcast, Channel
from helpcenter.services import channels
from helpcenter.services.broadcasts import claims
from helpcenter.services.broadcasts.plans import fingerprint_of, not_past
from helpcenter.services.broadcasts.words import refusal
from streaming.errors import PlatformError, Uncertain
from streaming.lifecycle import Waits
from streaming.platform import Broadcast as RemoteBroadcast
from streaming.platform import BroadcastStatus, Ingest
from workers.failpoints import reach
from workers.live.faults import failed
from workers.live.work import Hold, Outcome, Work, as_seen

_OVER: Final = frozenset({BroadcastStatus.COMPLETE, BroadcastStatus.REVOKED})
_DELETABLE: Final = frozenset({BroadcastStatus.CREATED, BroadcastStatus.READY})


def create(work: Work) -> Outcome:
    """Ask for the broadcast."""
    platform = work.platform()
    before = work.row.written
    written = {**before, "inserts": str(int(before.get("inserts", 0)) + 1)}
    with work.ports.database.transaction() as db:
        now = work.ports.clock()
        claims.note(db, work.claim, now=now, create_started_at=now, create_looks=0, written=written)
    reach("broadcast.create.noted")
    try:
        made = platform.create_broadcast(not_past(work.plan, now=work.ports.clock()))
    except Uncertain as error:
        return Outcome(error=refusal(error))
    except PlatformError as error:
        return failed(work, error, {"create_started_at": None, "written": before})
    return Outcome({**as_seen(work, made), "written": {**written, "details": fingerprint_of(work.plan)}})


def find(work: Work) -> Outcome:
    """Look for what an earlier request may have made; of several, keep the oldest that is bound, else the oldest."""
    platform = work.platform()
    found = [one for one in platform.find_broadcasts(work.row.marker) if one.status not in _OVER]
    recounted = {name: text for name, text in work.row.written.items() if name != "inserts"}
    if not found:
        if work.row.remote_id:
            return Outcome({"written": recounted})
        return Outcome({"create_looks": work.row.create_looks + 1})
    kept = _kept(work.row, found)
    for other in found:
        if other.id != kept.id and other.status in _DELETABLE:
            platform.delete_broadcast(other.id)
            reach("broadcast.find.deleted")
    if work.row.remote_id:
        return Outcome({"written": recounted})
    held = {name: hold for name, hold in work.row.held.items() if name != "create"}
    return Outcome({**as_seen(work, kept), "create_looks": 0, "held": held})


def _kept(row: Broadcast, found: list[RemoteBroadcast]) -> RemoteBroadcast:
    ours = [one for one in found if one.id == row.remote_id]
    begun = [one for one in found if one.status not in _DELETABLE]
    bound = [one for one in found if one.stream_id]
    return (ours or begun or bound or found)[0]


def ingest(work: Work) -> Outcome:
    """See that the channel has its one reusable stream: found by its marker, else made."""
    platform = work.platform()
    marker = f"qa-{work.channel.public_id}"
    if found := platform.find_ingests(marker):
        return _keep(work, found[0])
    waits = Waits.at_pace(work.ports.settings.live_pace)
    now = work.ports.clock()
    if (asked_at := work.channel.stream_started_at) is not None:
        later = [asked_at + wait for wait in waits.looks if asked_at + wait > now]
        if later:
            return Outcome(hold=Hold(later[0], Message(_COMING), counts=False))
    if not _claim_stream(work, asked_at, now):
        return Outcome(hold=Hold(now + waits.looks[0], Message(_COMING), counts=False))
    reach("broadcast.ingest.noted")
    try:
        return _keep(work, platform.create_ingest(marker))
    except Uncertain as error:
        return Outcome(hold=Hold(now + waits.looks[0], refusal(error)))
    except PlatformError as error:
        _claim_stream(work, now, None)
        return failed(work, error)


def _claim_stream(work: Work, before: datetime | None, now: datetime | None) -> bool:
    """Note that the stream is asked for at `now` (None: it surely was not); False where another worker did so meanwhile."""
    unchanged = Channel.stream_started_at.is_(None) if before is None else Channel.stream_started_at == before
    mine = update(Channel).where(Channel.id == work.channel.id, Channel.stream_id.is_(None), unchanged)
    with work.ports.database.transaction() as db:
        claims.note(db, work.claim, now=work.ports.clock())
        return db.execute(mine.values(stream_started_at=now).returning(Channel.id)).first() is not None


def _keep(work: Work, ingest: Ingest) -> Outcome:
    reach("broadcast.ingest.made")
    with work.ports.database.transaction() as db:
        fresh = select(Channel).where(Channel.id == work.channel.id).with_for_update()
        channel = db.scalars(fresh.execution_options(populate_existing=True)).one()
        if channel.stream_id is None:
            channels.keep_stream(db, work.ports.settings, channel, ingest)
    return Outcome()


_COMING: Final = N_("The channel's stream is being made on YouTube.")
