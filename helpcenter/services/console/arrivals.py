"""What the live path says of this session beside its broadcast: encoders that were sent away, and how the relay does."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.services import broadcasts
from helpcenter.services.channels.local import is_local
from helpcenter.settings import Settings
from streaming.local.notes import Refusal, RelayState, refusal_of, relay_of

LATELY: Final = timedelta(minutes=10)
"""How long a host reads of an encoder that was sent away."""
_RELAYED: Final = {
    RelayState.CONNECTED: (True, N_("YouTube shows it, too.")),
    RelayState.CONNECTING: (None, N_("YouTube is being connected.")),
    RelayState.WAITING: (None, N_("YouTube shows it, too, as soon as something arrives here.")),
}
_FAILING: Final = {
    "rejected": N_(
        "YouTube refuses what we send: its stream key may have changed. Have an admin connect the channel again."
    ),
    "untrusted": N_("YouTube's server shows no good certificate, so nothing is sent to it."),
}
_UNREACHED: Final = N_(
    "YouTube cannot be reached. It is tried again by itself; viewers of this site notice nothing of it."
)
_LATER: Final = N_("YouTube shows it, too, as soon as it is live here.")
_REFUSED: Final = {
    "wrongKey": N_(
        "An encoder came with a wrong stream key, from %(peer)s. Copy server and key once more from this page."
    ),
    "busy": N_("A second encoder wanted to send, from %(peer)s. Only one can: stop the other one first."),
    "takenOver": N_("Your encoder was stopped, since somebody else has begun to send for this session."),
    "storage": N_("Your encoder was stopped, since the disk is full. The operator has to make room."),
    "codec": N_("Your encoder was stopped. Set it to H.264 for the picture and AAC for the sound."),
    "notOpen": N_("An encoder was sent away, since this session is over or cancelled."),
}
_REFUSED_OTHERWISE: Final = N_("An encoder was sent away, from %(peer)s: %(why)s")


class Relay(NamedTuple):
    """`well` is None while it is not known; `since` is when that began."""

    said: Message
    well: bool | None
    since: datetime | None


class SentAway(NamedTuple):
    """An encoder that was sent away, and when."""

    said: Message
    at: datetime


def relay_state(db: Session, session: LiveSession, settings: Settings) -> Relay | None:
    """How it stands with the second broadcast, None where there is none."""
    if broadcasts.relay_of(db, session) is None:
        return None
    folder = _folder(db, session, settings)
    note = relay_of(folder) if folder else None
    if note is None or (session.state is not LiveSessionState.LIVE and note.state is not RelayState.FAILING):
        return Relay(Message(_LATER), None, None)
    if note.state is RelayState.FAILING:
        return Relay(Message(_FAILING.get(note.error, _UNREACHED)), well=False, since=note.since)
    well, said = _RELAYED[note.state]
    return Relay(Message(said), well, note.since)


def sent_away(db: Session, session: LiveSession, settings: Settings, *, now: datetime) -> SentAway | None:
    """The last encoder that was sent away within the last minutes; one with a key for nothing concerns every host."""
    folder = _folder(db, session, settings)
    if folder is None:
        return None
    lately = [one for one in (refusal_of(folder), refusal_of(settings.live_root)) if one and now - one.at <= LATELY]
    if not lately:
        return None
    newest = max(lately, key=lambda one: one.at)
    return SentAway(_said(newest), newest.at)


def _said(refusal: Refusal) -> Message:
    if refusal.code in _REFUSED:
        return Message(_REFUSED[refusal.code], {"peer": refusal.peer})
    return Message(_REFUSED_OTHERWISE, {"peer": refusal.peer, "why": refusal.text})


def _folder(db: Session, session: LiveSession, settings: Settings) -> Path | None:
    """Where what is sent for this session arrives, None where it does not arrive here."""
    row = broadcasts.of_session(db, session)
    if row is None or not row.remote_id or not is_local(row.channel):
        return None
    return settings.live_root / row.remote_id
