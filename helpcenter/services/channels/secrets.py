"""A channel's secrets: its refresh token and the key of its stream, sealed and bound to the channel."""

from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, NotConfigured
from helpcenter.models import Channel
from helpcenter.sealing import KeyRing, is_current, open_sealed, seal
from helpcenter.settings import Settings
from streaming.platform import Ingest

_TOKEN: Final = "refresh token"  # noqa: S105 -- a place's name
_STREAM: Final = "stream key"


def _place(remote_id: str, what: str) -> str:
    return f"channel:{remote_id}:{what}"


def sealed_token(settings: Settings, remote_id: str, token: str) -> str:
    """The refresh token of the channel with this id on the platform, in the form that its row keeps."""
    return seal(KeyRing.of(settings), token, bound_to=_place(remote_id, _TOKEN))


def token_of(settings: Settings, channel: Channel) -> str:
    """The channel's refresh token. Raises NotConfigured where there is none, or its key is missing."""
    if not channel.token:
        raise NotConfigured(N_("The channel “%(title)s” is not connected."), title=channel.title)
    return open_sealed(KeyRing.of(settings), channel.token, bound_to=_place(channel.remote_id, _TOKEN))


def stream_key(settings: Settings, channel: Channel) -> str | None:
    """The key of the channel's stream, for the host's eyes only; None while it has no stream. Raises NotConfigured."""
    if not channel.stream_key:
        return None
    return open_sealed(KeyRing.of(settings), channel.stream_key, bound_to=_place(channel.remote_id, _STREAM))


def keep_stream(db: Session, settings: Settings, channel: Channel, ingest: Ingest) -> None:
    """Keep the channel's one reusable ingest, its key sealed."""
    channel.stream_id = ingest.stream_id
    channel.stream_key = seal(KeyRing.of(settings), ingest.key, bound_to=_place(channel.remote_id, _STREAM))
    channel.stream_address, channel.stream_backup_address = ingest.address, ingest.backup_address
    channel.stream_started_at = None
    db.flush()


def reseal(settings: Settings, channel: Channel) -> bool:
    """Seal the channel's secrets with the first key where an older one did; whether anything was done.

    So an old key can leave the ring a day after a new one was put before it. Raises NotConfigured.
    """
    ring = KeyRing.of(settings)
    if stale_token := bool(channel.token) and not is_current(ring, channel.token):
        channel.token = seal(ring, token_of(settings, channel), bound_to=_place(channel.remote_id, _TOKEN))
    key = stream_key(settings, channel)
    if stale_key := key is not None and not is_current(ring, channel.stream_key or ""):
        channel.stream_key = seal(ring, key or "", bound_to=_place(channel.remote_id, _STREAM))
    return stale_token or stale_key
