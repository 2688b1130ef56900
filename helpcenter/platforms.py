"""The channels that are connected, each as a platform that can be asked; see ports.Platforms."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any

from google.auth.credentials import Credentials

from helpcenter.errors import N_, NotConfigured, NotFound
from helpcenter.models import Channel, ChannelState
from helpcenter.ports import Database, Ports
from helpcenter.services.channels import is_local, token_of
from helpcenter.services.channels.connecting import Grant
from helpcenter.services.quota import Ledger
from helpcenter.settings import Settings
from streaming.errors import ReauthNeeded
from streaming.local.platform import LocalPlatform
from streaming.platform import Channel as RemoteChannel
from streaming.platform import LivePlatform, Priority
from streaming.youtube import connect
from streaming.youtube.oauth import OAuthClient


def oauth_client(settings: Settings) -> OAuthClient:
    """Our client at the authorisation server of the settings. Raises NotConfigured."""
    if not settings.youtube_client_id or not settings.youtube_client_secret:
        raise NotConfigured(N_("Set HELPCENTER_YOUTUBE_CLIENT_ID and HELPCENTER_YOUTUBE_CLIENT_SECRET first."))
    try:
        return OAuthClient(settings.youtube_client_id, settings.youtube_client_secret, settings.youtube_oauth_root)
    except ValueError as error:
        raise NotConfigured(N_("Look at HELPCENTER_YOUTUBE_OAUTH_ROOT: %(why)s"), why=str(error)) from error


def api_root(settings: Settings) -> str:
    """The root address of the API, "" for Google's. Raises NotConfigured for what is no address."""
    root = settings.youtube_api_root.strip()
    if root and not root.lower().startswith(("http://", "https://")):
        why = f"an address begins with https:// or http://: {root}"
        raise NotConfigured(N_("Look at HELPCENTER_YOUTUBE_API_ROOT: %(why)s"), why=why)
    return root


def granted_channel(ports: Ports, grant: Grant) -> RemoteChannel:
    """The channel that was granted to us just now, before it has a row. Raises NotConfigured and streaming.errors."""
    credentials = oauth_client(ports.settings).credentials(grant.refresh_token, grant.scopes)
    meter = Ledger(ports.database, ports.settings, ports.clock, priority=Priority.NORMAL)
    return _connected(ports.settings, credentials, meter, ports.clock).channel()


def _connected(
    settings: Settings, credentials: Credentials, meter: Ledger, clock: Callable[[], datetime]
) -> LivePlatform:
    return connect(credentials, api_root=api_root(settings), meter=meter, clock=clock)


class ConnectedChannels:
    """See ports.Platforms. Access tokens are kept in this process only, one per channel, and never in a row."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._known: dict[int, tuple[int, SharedCredentials]] = {}
        self._lock = Lock()

    def of(self, channel_id: int, *, priority: Priority, session_id: int | None = None) -> LivePlatform:
        """See ports.Platforms."""
        with self._database.reading() as db:
            channel = db.get(Channel, channel_id)
        if channel is None:
            raise NotFound
        if is_local(channel):
            return LocalPlatform(
                self._settings.live_root, clock=self._clock, encoder_address=self._settings.encoder_address
            )
        if channel.state is ChannelState.REVOKED:
            self._known.pop(channel_id, None)
            raise ReauthNeeded(f"the channel {channel.public_id} is to be connected again")
        meter = Ledger(self._database, self._settings, self._clock, priority=priority, session_id=session_id)
        return _connected(self._settings, self._credentials(channel), meter, self._clock)

    def _credentials(self, channel: Channel) -> "SharedCredentials":
        with self._lock:
            connection, credentials = self._known.get(channel.id, (0, None))
            if credentials is None or connection != channel.connections:
                client = oauth_client(self._settings)
                own = client.credentials(token_of(self._settings, channel), channel.scopes.split())
                credentials = SharedCredentials(own)
                self._known[channel.id] = (channel.connections, credentials)
            return credentials


class SharedCredentials(Credentials):
    """The credentials of one channel, for all threads of this process: who comes second takes the first one's new token."""

    def __init__(self, own: Credentials) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._own, self._lock = own, Lock()

    def refresh(self, request: Any) -> None:
        """Fetch a new access token, unless another thread has done so since."""
        stale = self.token
        with self._lock:
            if self.token != stale and self.valid:
                return
            self._own.refresh(request)  # type: ignore[no-untyped-call]
            self.expiry, self.token = self._own.expiry, self._own.token
