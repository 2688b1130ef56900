"""What the acts of the demo share: its people, its clock, and patience."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpcenter.permissions import Role
from helpcenter.ports import Ports

PATIENCE = 120.0
PEOPLE = {
    Role.CUSTOMER: ("sabine.vogt@example.org", "Sabine Vogt", "de"),
    Role.EXPERT: ("anna@example.org", "Anna", "de"),
    Role.EDITOR: ("erik@example.org", "Erik", "en"),
    Role.ADMIN: ("admin@example.org", "Ada", "en"),
}


class Missing(Exception):
    """Something that a customer would look for is not there."""


@dataclass
class Demo:
    """The wired site and what the sample says of itself."""

    ports: Ports
    told: dict[str, Any]
    started: float

    def say(self, line: str) -> None:
        """Print a line with the seconds since the start."""
        print(f"{time.monotonic() - self.started:6.1f} s  {line}", flush=True)


def wait_for(what: str, ready: Callable[[], bool]) -> None:
    """Wait until `ready`. Raises Missing after two minutes."""
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise Missing(f"waited in vain for {what}")
        time.sleep(0.2)
