"""Questions whose moment has come: given a due date, taken back, reminded of, passed on, told to the admins."""

import structlog

from helpcenter.errors import Conflict
from helpcenter.ports import Ports
from helpcenter.services import fate
from workers import failpoints

log = structlog.get_logger(__name__)


def watch(ports: Ports, question_id: int) -> None:
    """Do the one thing that is due about the question, if any; the change, its mails and its audit row are one transaction."""
    try:
        with ports.database.transaction() as db:
            done = fate.watch(db, question_id, settings=ports.settings, now=ports.clock())
            if done is None:
                return
            failpoints.reach(f"fate.{done}")
    except Conflict:
        log.info("question changed meanwhile", question=question_id)  # the next tick looks at it again
        return
    failpoints.reach(f"fate.{done}-kept")
