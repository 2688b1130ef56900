"""Telling of shifts that are open: each once."""

from helpcenter.ports import Ports
from helpcenter.services.rota import warnings


def warn(ports: Ports, shift_id: int) -> None:
    """Tell planners and colleagues of the open shift, in one transaction; does nothing where somebody else does, or did."""
    with ports.database.transaction() as db:
        warnings.warn(db, shift_id, calendar=ports.settings.working_time, now=ports.clock())
