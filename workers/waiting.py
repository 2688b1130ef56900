"""Mail to those who wait: whether the answer solved it, and what is new in a topic that they follow.

Claim and mail are one transaction each, so that two ticks or a killed worker neither lose nor double one.
"""

from datetime import timedelta

from helpcenter.ports import Ports
from helpcenter.services import following, questions


def ask(ports: Ports, asker_id: int) -> None:
    """Ask somebody whether the answer solved his question, if that is still to be done."""
    after = timedelta(days=ports.settings.solved_days)
    with ports.database.transaction() as db:
        questions.ask_whether_solved(db, asker_id, now=ports.clock(), after=after)


def tell_news(ports: Ports, subscription_id: int) -> None:
    """Tell somebody who follows a topic what is new in it, if that is still to be done."""
    with ports.database.transaction() as db:
        following.tell(db, subscription_id, now=ports.clock())
