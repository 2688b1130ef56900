"""The OAuth round trip: begun on our page, finished by the browser's return, its state and verifier kept here.

begin_connection ──the browser goes to the platform──> take_connection ──the code is exchanged──> check_scopes
                                                       ──the channel is read──> finish_connection
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import AuditRow, Channel, ChannelConnection, ChannelState, User, new_public_id
from helpcenter.sealing import KeyRing, open_sealed, seal
from helpcenter.services.channels.secrets import sealed_token
from helpcenter.services.channels.states import CHECK_EVERY, wake
from helpcenter.services.notifications import insert_once
from helpcenter.settings import Settings
from helpcenter.tokens import fingerprint
from streaming.platform import Channel as RemoteChannel

ROUND_TRIP: Final = timedelta(minutes=30)
"""How long a person may take at the platform."""
NEEDED_SCOPES: Final = frozenset({"https://www.googleapis.com/auth/youtube.force-ssl"})
_TITLE: Final = 300
_NOT_OURS = N_(
    "This sign-in at YouTube was begun by somebody else, was used already, or took too long. Start it again here."
)
_SCOPE_MISSING = N_(
    "The permission to manage the YouTube account was not given. Connect again, and leave its box ticked: without it no "
    "broadcast can be made."
)


class Grant(Protocol):
    """What the platform gave for the code; `refresh_expires_in` seconds, None where it lasts until it is revoked."""

    @property
    def refresh_token(self) -> str:
        """What new access tokens are got with; a secret."""

    @property
    def scopes(self) -> frozenset[str]:
        """What the person allowed, which may be less than what was asked for."""

    @property
    def refresh_expires_in(self) -> float | None:
        """Seconds after which the authorisation ends by itself."""


def begin_connection(db: Session, settings: Settings, *, state: str, verifier: str, user: User, now: datetime) -> None:
    """Remember that this user has set out to connect a channel; only the fingerprint of `state` is kept. Raises NotConfigured."""
    db.execute(delete(ChannelConnection).where(ChannelConnection.expires_at < now))
    kept = fingerprint(state)
    sealed = seal(KeyRing.of(settings), verifier, bound_to=f"connection:{kept}")
    db.add(
        ChannelConnection(
            state_hash=kept, verifier=sealed, user_id=user.id, created_at=now, expires_at=now + ROUND_TRIP
        )
    )


def take_connection(db: Session, settings: Settings, *, state: str, user: User, now: datetime) -> str:
    """The PKCE verifier of the round trip that this user began with `state`; it is used up by this.

    Raises Conflict where he began none, it is too old, or was used.
    """
    kept = fingerprint(state)
    taken = (
        update(ChannelConnection)
        .where(
            ChannelConnection.state_hash == kept,
            ChannelConnection.user_id == user.id,
            ChannelConnection.used_at.is_(None),
            ChannelConnection.expires_at > now,
        )
        .values(used_at=now)
    )
    verifier = db.scalar(taken.returning(ChannelConnection.verifier))
    if verifier is None:
        raise Conflict(_NOT_OURS)
    return open_sealed(KeyRing.of(settings), verifier, bound_to=f"connection:{kept}")


def check_scopes(granted: Collection[str]) -> None:
    """Raise InvalidInput where the person at the platform unticked what we need."""
    if NEEDED_SCOPES - set(granted):
        raise InvalidInput(_SCOPE_MISSING)


def finish_connection(
    db: Session, settings: Settings, remote: RemoteChannel, grant: Grant, *, user: User, now: datetime
) -> Channel:
    """The channel, connected; the same row as before where it was connected once, and what waited for it goes on.

    Raises InvalidInput where a scope or the refresh token is missing, NotConfigured where nothing can be sealed.
    """
    check_scopes(grant.scopes)
    if not grant.refresh_token:
        raise InvalidInput(N_("YouTube gave no lasting permission. Please connect again."))
    life = grant.refresh_expires_in
    values = {
        "title": remote.title[:_TITLE], "uploads": remote.uploads, "state": ChannelState.OK, "connected_at": now,
        "token": sealed_token(settings, remote.id, grant.refresh_token), "scopes": " ".join(sorted(grant.scopes)), "checked_at": now,
        "token_expires_at": None if life is None else now + timedelta(seconds=life),
        "check_due_at": now + CHECK_EVERY, "connected_by_id": user.id,
    }  # fmt: skip
    first = {"public_id": new_public_id(), "remote_id": remote.id, "platform": "youtube", "connections": 1}
    empty = {"stream_address": "", "stream_backup_address": ""}
    again = insert_once(db, Channel, {**first, **empty, **values}) is None
    if again:
        row = update(Channel).where(Channel.remote_id == remote.id)
        db.execute(row.values(**values, connections=Channel.connections + 1))
    found = select(Channel).where(Channel.remote_id == remote.id).execution_options(populate_existing=True)
    channel = db.scalars(found).one()
    action = "channel connected again" if again else "channel connected"
    db.add(AuditRow(at=now, actor_id=user.id, action=action, kind="channel", thing_id=channel.id))
    wake(db, channel, now=now)
    return channel
