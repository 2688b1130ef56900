"""What the live path has noted of encoders and of the relay, in words for the host's page."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from helpcenter.errors import N_, Message
from streaming.local.archive import Archive
from streaming.local.notes import RelayState, refusal_of, relay_of

FRESH: Final = timedelta(minutes=5)
"""So long the page speaks of an encoder that was sent away."""
_REFUSED: Final = {
    "wrongKey": N_(
        "At %(at)s UTC an encoder was sent away: its stream key is not known here. If it was yours, copy the key once more."
    ),
    "busy": N_(
        "At %(at)s UTC a second encoder was sent away, since one is sending already. Stop that first if it is to take its place."
    ),
    "codec": N_("At %(at)s UTC an encoder was sent away: set it to H.264 (AVC) for the picture and AAC for the sound."),
    "clock": N_("At %(at)s UTC an encoder was stopped, since its clock had jumped. Start it again."),
    "notOpen": N_("At %(at)s UTC an encoder was sent away: this session does not take anything in now."),
    "takenOver": N_("At %(at)s UTC the encoder was stopped, since somebody else has begun to send."),
    "storage": N_("At %(at)s UTC the encoder was stopped: what it sent could not be stored. The disk may be full."),
}
_RELAY: Final = {
    RelayState.WAITING: N_("The other channel gets what arrives here, as soon as something does."),
    RelayState.CONNECTING: N_("The other channel is being connected."),
    RelayState.CONNECTED: N_("The other channel gets what arrives here."),
}
_FAILING: Final = {
    "unreachable": N_("The other channel cannot be reached since %(since)s UTC. It is tried again by itself."),
    "untrusted": N_(
        "The other channel's server has shown no good certificate since %(since)s UTC. Nothing is sent to it."
    ),
    "rejected": N_(
        "The other channel has refused what we send since %(since)s UTC: its stream key may have changed. Connect it again."
    ),
}
_BROKEN: Final = N_(
    "The line to the other channel has been broken since %(since)s UTC. It is tried again by itself; the recording is whole."
)


def encoder_words(root: Path, broadcast_id: str, *, now: datetime) -> Message | None:
    """What has become of the last encoder that was sent away, while that is fresh; also of one whose key was for no session."""
    noted = (refusal_of(Archive(root, broadcast_id).folder), refusal_of(root))
    found = [one for one in noted if one is not None and now - one.at < FRESH]
    if not found:
        return None
    newest = max(found, key=lambda one: one.at)
    return Message(_REFUSED.get(newest.code, _REFUSED["notOpen"]), {"at": f"{newest.at:%H:%M}"})


def relay_words(root: Path, broadcast_id: str) -> Message | None:
    """How the relay of the session with this broadcast does; None where nothing was passed on yet."""
    note = relay_of(Archive(root, broadcast_id).folder)
    if note is None:
        return None
    if note.state is RelayState.FAILING:
        return Message(_FAILING.get(note.error, _BROKEN), {"since": f"{note.since:%H:%M}"})
    return Message(_RELAY[note.state])
