"""What the process is made of: parts that begin, do a little whenever they are asked to, and end."""

from typing import Protocol


class Part(Protocol):
    """One thing that the process does."""

    def start(self) -> None:
        """Begin. Raises HelpCenterError or OSError where it cannot be done here."""

    def step(self) -> None:
        """Do what is to be done now; called several times a second, and back within a moment."""

    def stop(self) -> None:
        """End, and leave nothing running."""
