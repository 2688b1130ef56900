"""Live sessions: scheduled, announced, moved, cancelled, held, and found again."""

from helpcenter.services.sessions.cancelling import cancel
from helpcenter.services.sessions.details import SessionDetails
from helpcenter.services.sessions.editing import edit, set_picture
from helpcenter.services.sessions.finding import find, in_states
from helpcenter.services.sessions.polls import choose, fix_date, propose, tally, unvote, vote, votes_of
from helpcenter.services.sessions.scheduling import announce, schedule
from helpcenter.services.sessions.states import AHEAD, TRANSITIONS, move
from helpcenter.services.sessions.summary import summaries, summary
from helpcenter.services.sessions.words import DoubledTime, SkippedTime

__all__ = [
    "AHEAD",
    "TRANSITIONS",
    "DoubledTime",
    "SessionDetails",
    "SkippedTime",
    "announce",
    "cancel",
    "choose",
    "edit",
    "find",
    "fix_date",
    "in_states",
    "move",
    "propose",
    "schedule",
    "set_picture",
    "summaries",
    "summary",
    "tally",
    "unvote",
    "vote",
    "votes_of",
]
