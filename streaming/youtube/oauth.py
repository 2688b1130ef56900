"""How a channel's owner lets us act for him: OAuth 2 with PKCE (RFC 6749, 7636), by google-auth-oauthlib.

Nothing is kept here: the caller keeps state and verifier of a round trip, and the refresh token, sealed.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import MissingTokenError, OAuth2Error

from streaming.errors import Rejected, Retryable, Uncertain

SCOPE: Final = "https://www.googleapis.com/auth/youtube.force-ssl"
"""The one scope that covers broadcasts, captions, playlists and thumbnails."""

TIMEOUT: Final = (5.0, 20.0)
_INSECURE: Final = "OAUTHLIB_INSECURE_TRANSPORT"
_environment = Lock()


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the owner is sent to, and what must be known when he comes back."""

    url: str
    state: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the owner granted, which may be less than was asked. `refresh_expires_in` in seconds, None: until he revokes it."""

    refresh_token: str = field(repr=False)
    scopes: frozenset[str]
    refresh_expires_in: float | None
    access_token: str = field(repr=False)


class OAuthClient:
    """Our OAuth client at Google, or at the server whose addresses are {root}/o/oauth2/auth, {root}/token, {root}/revoke.

    Raises ValueError for a root that is no address, or has no TLS and is not on this machine.
    """

    def __init__(self, client_id: str, client_secret: str, oauth_root: str = "") -> None:
        root = oauth_root.strip().rstrip("/")
        if root and not root.lower().startswith(("http://", "https://")):
            raise ValueError(f"an address begins with https:// or http://: {root}")
        self._plain = root.lower().startswith("http://")
        if self._plain and not _is_loopback(urlsplit(root).hostname or ""):
            raise ValueError(f"an OAuth server without TLS must be on this machine: {root}")
        self._revoke_uri = f"{root or 'https://oauth2.googleapis.com'}/revoke"
        self._config = {
            "client_id": client_id,
            "client_secret": client_secret,
            "auth_uri": f"{root or 'https://accounts.google.com'}/o/oauth2/auth",
            "token_uri": f"{root or 'https://oauth2.googleapis.com'}/token",
        }

    def begin(self, redirect_uri: str) -> Begun:
        """The first half of a round trip. Consent is always asked for, as there is no refresh token without it."""
        flow = Flow.from_client_config({"web": self._config}, scopes=[SCOPE], redirect_uri=redirect_uri)
        with self._transport_allowed():
            url, state = flow.authorization_url(access_type="offline", prompt="consent")
        return Begun(url, state, flow.code_verifier)

    def finish(self, redirect_uri: str, code: str, verifier: str) -> Grant:
        """The second half: the code that the owner came back with, for a grant.

        Raises Rejected with OAuth's word for why, Retryable (the server was not reached), Uncertain (the code may be
        used up: begin anew).
        """
        # Without scopes of its own the flow compares nothing, and so takes a smaller grant without complaint.
        flow = Flow.from_client_config(
            {"web": self._config}, scopes=None, redirect_uri=redirect_uri, code_verifier=verifier
        )
        try:
            with flow.oauth2session, self._transport_allowed():
                token = flow.fetch_token(code=code, timeout=TIMEOUT)
        except requests.ConnectTimeout as error:
            raise Retryable("the authorisation server was not reached") from error
        except (requests.RequestException, ValueError, MissingTokenError) as error:
            raise Uncertain("the authorisation server's answer was lost, or none that can be read") from error
        except OAuth2Error as error:
            raise Rejected(f"the authorisation was refused: {error.error}", reason=str(error.error or "")) from error
        return _grant(token)

    def credentials(self, refresh_token: str, scopes: Iterable[str]) -> Credentials:
        """What signs the calls of a channel; it fetches its access tokens by itself."""
        return Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=refresh_token,
            token_uri=self._config["token_uri"],
            client_id=self._config["client_id"],
            client_secret=self._config["client_secret"],
            scopes=sorted(scopes),
        )

    def revoke(self, token: str) -> None:
        """End what this token allows; a token that has ended already is as good. Raises Retryable."""
        try:
            answer = requests.post(self._revoke_uri, data={"token": token}, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise Retryable("the authorisation server did not answer") from error
        if answer.status_code not in (requests.codes.ok, requests.codes.bad_request):
            raise Retryable(f"the authorisation server answered {answer.status_code}")

    @contextmanager
    def _transport_allowed(self) -> Iterator[None]:
        """Lets oauthlib speak to a server without TLS on this machine, for which it only has a switch in the environment."""
        if not self._plain:
            yield
            return
        with _environment:
            before = os.environ.get(_INSECURE)
            os.environ[_INSECURE] = "1"
            try:
                yield
            finally:
                del os.environ[_INSECURE]
                if before is not None:
                    os.environ[_INSECURE] = before


def _grant(token: dict[str, Any]) -> Grant:
    if not token.get("refresh_token"):
        raise Rejected("the authorisation came without a refresh token", reason="missing_refresh_token")
    granted = token.get("scope") or [SCOPE]  # left out means: as asked (RFC 6749, 5.1)
    expires_in = token.get("refresh_token_expires_in")
    return Grant(
        refresh_token=str(token["refresh_token"]),
        scopes=frozenset(granted.split() if isinstance(granted, str) else granted),
        refresh_expires_in=None if expires_in is None else float(expires_in),
        access_token=str(token["access_token"]),
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
