"""Routing: who should answer a question is found out as soon as somebody stands behind it."""

import structlog

from helpcenter.errors import Conflict
from helpcenter.ports import Ports
from helpcenter.services import dispatch

log = structlog.get_logger(__name__)


def route(ports: Ports, question_id: int) -> None:
    """Propose and assign in one transaction; where a person decides at this very moment, his word counts."""
    settings = ports.settings
    try:
        with ports.database.transaction() as db:
            dispatch.route(db, question_id, now=ports.clock(), mode=settings.route, calendar=settings.working_time)
    except Conflict:
        log.info("somebody was faster", question=question_id)
