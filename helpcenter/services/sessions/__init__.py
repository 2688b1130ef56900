"""Live sessions: scheduled, announced, moved, cancelled, held, and found again."""

from helpcenter.services.sessions.states import AHEAD, TRANSITIONS, move

__all__ = ["AHEAD", "TRANSITIONS", "move"]
