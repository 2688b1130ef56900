"""Asking those who were sent an answer whether it solved their question, some days later."""

from datetime import timedelta

from helpcenter.ports import Ports
from helpcenter.services import questions


def ask(ports: Ports, asker_id: int) -> None:
    """Note the mail that asks, if it is still to be asked; claim and mail are one transaction."""
    after = timedelta(days=ports.settings.solved_days)
    with ports.database.transaction() as db:
        questions.ask_whether_solved(db, asker_id, now=ports.clock(), after=after)
