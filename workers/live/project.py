"""One step of one broadcast: claimed, decided, done with no transaction open, and kept under the fence."""

from collections.abc import Callable
from typing import Final

import structlog

from helpcenter.errors import HelpCenterError
from helpcenter.ports import Ports
from helpcenter.services.broadcasts import claims
from helpcenter.services.broadcasts.claims import NotOursAnyMore
from helpcenter.services.broadcasts.plans import plan_of
from streaming.errors import PlatformError
from streaming.lifecycle import Action, Waits, next_action
from workers.failpoints import reach
from workers.live import airing, dressing, making
from workers.live.faults import failed
from workers.live.keeping import keep
from workers.live.knowing import known_of, rows_of
from workers.live.work import Outcome, Work

log = structlog.get_logger(__name__)

DO: Final[dict[Action, Callable[[Work], Outcome]]] = {
    Action.CREATE: making.create,
    Action.FIND: making.find,
    Action.INGEST: making.ingest,
    Action.BIND: airing.bind,
    Action.REHEARSE: airing.rehearse,
    Action.GO_LIVE: airing.go_live,
    Action.END: airing.end,
    Action.DELETE: airing.delete,
    Action.FORGET: airing.forget,
    Action.LOOK: airing.look,
    Action.UPDATE: dressing.details,
    Action.THUMBNAIL: dressing.thumbnail,
    Action.PLAYLISTS: dressing.playlists,
}


def project(ports: Ports, broadcast_id: int) -> bool:
    """Do the one thing that is next with the broadcast; False where nothing is to be done now, or somebody else does it."""
    with ports.database.transaction() as db:
        claim = claims.claim(db, broadcast_id, now=ports.clock())
    if claim is None:
        return False
    reach("broadcast.claimed")
    try:
        work = _read(ports, claim)
        with structlog.contextvars.bound_contextvars(session=work.session.public_id, step=work.action.value):
            outcome = _done(work)
            reach(f"broadcast.{work.action.value}.done")
            keep(work, outcome)
            reach(f"broadcast.{work.action.value}.stored")
    except NotOursAnyMore:
        log.info("broadcast taken over by another worker", broadcast=broadcast_id)
    return True


def _read(ports: Ports, claim: claims.Claim) -> Work:
    """The rows, and what is next by them; nothing of the database is touched through them afterwards."""
    now = ports.clock()
    with ports.database.reading() as db:
        row, session, channel = rows_of(db, claim)
        known = known_of(row, session, channel, ports.settings)
        action = next_action(known, now, Waits.at_pace(ports.settings.live_pace)).action
        plan = plan_of(session, marker=row.marker, settings=ports.settings)
        topics = tuple((topic.slug, topic.title(session.language)) for topic in session.topics)
    return Work(ports, claim, action, row, session, channel, plan, topics, now)


def _done(work: Work) -> Outcome:
    if work.action not in DO:
        return Outcome()
    try:
        return DO[work.action](work)
    except NotOursAnyMore:
        raise
    except (PlatformError, HelpCenterError) as error:
        return failed(work, error)
