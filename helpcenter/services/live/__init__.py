"""A live session as its audience lives it: questions and votes, moderation, and the pulse by which changes spread."""

from helpcenter.services.live.asking import ask, audiences_of, take_in
from helpcenter.services.live.hidden import Stretch, hidden_stretches
from helpcenter.services.live.moderating import hide, merge, pin, show, unpin
from helpcenter.services.live.pulse import beat, pulse_of
from helpcenter.services.live.similar import Similar, similar, waiting
from helpcenter.services.live.states import TRANSITIONS, bring
from helpcenter.services.live.voting import crowds, forget_old, unvote, vote

__all__ = [
    "TRANSITIONS", "Similar", "Stretch", "ask", "audiences_of", "beat", "bring", "crowds", "forget_old", "hidden_stretches",
    "hide", "merge", "pin", "pulse_of", "show", "similar", "take_in", "unpin", "unvote", "vote",
    "waiting",
]  # fmt: skip
