"""Guests of a live session: invited by a link, let in by the host, seen and heard through his browser."""

from helpcenter.services.guests.handshake import answer, ask_again, hear, offer, sweep
from helpcenter.services.guests.ice import ice_servers
from helpcenter.services.guests.inviting import OPEN, by_token, invite, of_session, one_of
from helpcenter.services.guests.joining import admit, knock, leave, remove
from helpcenter.services.guests.states import TRANSITIONS

__all__ = [
    "OPEN",
    "TRANSITIONS",
    "admit",
    "answer",
    "ask_again",
    "by_token",
    "hear",
    "ice_servers",
    "invite",
    "knock",
    "leave",
    "of_session",
    "offer",
    "one_of",
    "remove",
    "sweep",
]
