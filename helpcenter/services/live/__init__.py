"""A live session as its audience lives it: questions and votes, moderation, and the pulse by which changes spread."""

from helpcenter.services.live.hidden import hidden_stretches
from helpcenter.services.live.pulse import beat, pulse_of

__all__ = ["beat", "hidden_stretches", "pulse_of"]
