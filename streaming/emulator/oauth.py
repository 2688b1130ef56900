"""The authorisation server: consent, codes with PKCE, refresh tokens, revocation."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from itertools import chain, repeat
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from streaming.emulator.clock import Clock
from streaming.emulator.errors import ApiError
from streaming.emulator.http import HTML_TYPE, Request, Response, as_json
from streaming.emulator.world import Channel, World

ACCESS_SECONDS: Final = 3599
CODE_SECONDS: Final = 600
IN_QUERY: Final = "access_token"
FORCE_SSL: Final = "https://www.googleapis.com/auth/youtube.force-ssl"


@dataclass
class Grant:
    """What a person has allowed: `channel` is empty for an account without one."""

    client_id: str
    channel: str
    scopes: frozenset[str]
    token: str = field(default_factory=lambda: "1//" + secrets.token_urlsafe(24), repr=False)
    ends: datetime | None = None
    revoked: bool = False


@dataclass
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str
    until: datetime


class Authorization:
    """Knows the clients, the grants and the access tokens."""

    def __init__(self, world: World) -> None:
        self.clients: dict[str, str] = {}
        self.grants: dict[str, Grant] = {}
        self.auto = False
        self.refresh_seconds: float | None = None
        """Lifetime of new refresh tokens; None: they do not end. Apps that are not verified get 604799."""
        self._world = world
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, tuple[Grant, datetime]] = {}

    @property
    def _clock(self) -> Clock:
        return self._world.clock

    def grant(self, client_id: str, channel: str, scopes: frozenset[str] = frozenset({FORCE_SSL})) -> Grant:
        """As if a person had consented just now."""
        ends = None
        if self.refresh_seconds is not None:
            ends = self._clock.now() + timedelta(seconds=self.refresh_seconds)
        made = Grant(client_id, channel, scopes, ends=ends)
        self.grants[made.token] = made
        return made

    def access(self, grant: Grant) -> str:
        """A new access token."""
        token = "ya29." + secrets.token_urlsafe(24)
        self._access[token] = (grant, self._clock.now() + timedelta(seconds=ACCESS_SECONDS))
        return token

    def forget_access(self, token: str) -> None:
        """End one access token before its time."""
        self._access.pop(token, None)

    def holder(self, token: str) -> Grant:
        """Whose access token that is. Raises ApiError 401."""
        grant, until = self._access.get(token, (None, None))
        if grant is None or until is None or grant.revoked or self._clock.now() >= until:
            raise ApiError(
                401,
                "authError",
                "Request had invalid authentication credentials.",
                location="Authorization",
                where="header",
            )
        return grant

    def revoke_channel(self, channel: str) -> None:
        """As if the person had removed our access in the account's settings."""
        for grant in self.grants.values():
            if grant.channel == channel:
                grant.revoked = True

    def consent(self, request: Request) -> Response:
        """GET: the page that asks. POST (or ?auto=1): back to the caller with a code, or with access_denied."""
        asked = {name: values[-1] for name, values in request.query.items()} | (request.form() if request.body else {})
        if fault := self._refused(asked):
            return Response(
                400, f"<!doctype html><title>Error 400</title><h1>Error 400: {escape(fault)}</h1>".encode(), HTML_TYPE
            )
        if request.verb == "GET" and not (asked.get("auto") == "1" or self.auto):
            return Response(body=self._page(asked).encode(), content_type=HTML_TYPE)
        back = {"state": asked.get("state", "")}
        scopes = frozenset(asked["scope"].split())
        if request.verb == "POST":
            if "deny" in asked:
                return _redirect(asked["redirect_uri"], back | {"error": "access_denied"})
            scopes &= frozenset(parse_qs(request.body.decode()).get("granted", []))
        channel = asked.get("channel", next(iter(self._world.channels), ""))
        grant = Grant(asked["client_id"], channel, scopes)
        code = "4/" + secrets.token_urlsafe(24)
        until = self._clock.now() + timedelta(seconds=CODE_SECONDS)
        self._codes[code] = _Code(grant, asked["redirect_uri"], asked.get("code_challenge", ""), until)
        return _redirect(asked["redirect_uri"], back | {"code": code, "scope": " ".join(sorted(scopes))})

    def _refused(self, asked: dict[str, str]) -> str:
        if asked.get("client_id") not in self.clients:
            return "invalid_client"
        if not _is_address(asked.get("redirect_uri", "")):
            return "redirect_uri_mismatch"
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return "invalid_request"
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return "invalid_request: only S256 is known here"
        return ""

    def _page(self, asked: dict[str, str]) -> str:
        kept = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in asked.items())
        return _PAGE.format(
            kept=kept,
            channels="".join(
                f'<p><label><input type="radio" name="channel" value="{channel.id}"{checked}> {escape(channel.title)}</label></p>'
                for channel, checked in zip(
                    self._world.channels.values(), chain([" checked"], repeat("")), strict=False
                )
            ),
            scopes="".join(
                f'<p><label><input type="checkbox" name="granted" value="{escape(s)}" checked> {escape(s)}</label></p>'
                for s in asked["scope"].split()
            ),
        )

    def token(self, request: Request) -> Response:
        """authorization_code and refresh_token."""
        asked = request.form()
        client_id, secret = _client(request, asked)
        if self.clients.get(client_id) != secret:
            return _oauth_error("invalid_client", "The OAuth client was not found.", 401)
        if asked.get("grant_type") == "authorization_code":
            return self._exchange(asked, client_id)
        if asked.get("grant_type") != "refresh_token":
            return _oauth_error("unsupported_grant_type", "Invalid grant_type")
        grant = self.grants.get(asked.get("refresh_token", ""))
        now = self._clock.now()
        if grant is None or grant.client_id != client_id or grant.revoked or (grant.ends and now >= grant.ends):
            return _oauth_error("invalid_grant", "Token has been expired or revoked.")
        return as_json(self._answer(grant))

    def _exchange(self, asked: dict[str, str], client_id: str) -> Response:
        code = self._codes.pop(asked.get("code", ""), None)
        if code is None or code.until <= self._clock.now() or code.grant.client_id != client_id:
            return _oauth_error("invalid_grant", "Malformed auth code.")
        if code.redirect_uri != asked.get("redirect_uri"):
            return _oauth_error("redirect_uri_mismatch", "Bad Request")
        if code.challenge:
            verifier = asked.get("code_verifier", "")
            if not verifier:
                return _oauth_error("invalid_grant", "Missing code verifier.")
            digest = hashlib.sha256(verifier.encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
                return _oauth_error("invalid_grant", "Invalid code verifier.")
        grant = self.grant(client_id, code.grant.channel, code.grant.scopes)
        answer = self._answer(grant) | {"refresh_token": grant.token}
        if self.refresh_seconds is not None:
            answer["refresh_token_expires_in"] = int(self.refresh_seconds)
        return as_json(answer)

    def _answer(self, grant: Grant) -> dict[str, object]:
        return {
            "access_token": self.access(grant),
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }

    def revoke(self, request: Request) -> Response:
        """End a grant by its refresh token or one of its access tokens."""
        token = request.form().get("token") or request.query.get("token", [""])[-1]
        grant = self.grants.get(token) or self._access.get(token, (None,))[0]
        if grant is None or grant.revoked:
            return _oauth_error("invalid_token", "Token expired or revoked")
        grant.revoked = True
        return as_json({})

    def channel(self, grant: Grant) -> Channel:
        """Its channel; one without an id for an account that has none."""
        return self._world.channels.get(grant.channel) or Channel("", "")


def access_token(request: Request) -> str:
    """The access token that a call carries, in its header or its query; "" for none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.query.get(IN_QUERY, [""])[-1]


def _is_address(text: str) -> bool:
    """Whether a browser can be sent there."""
    try:
        return urlsplit(text).scheme in {"http", "https"} and text.isascii() and text.isprintable()
    except ValueError:
        return False


def _client(request: Request, asked: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("authorization", "")
    if header.startswith("Basic "):
        name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
        return name, secret
    return asked.get("client_id", ""), asked.get("client_secret", "")


def _redirect(address: str, fields: dict[str, str]) -> Response:
    joint = "&" if urlsplit(address).query else "?"
    return Response(302, headers={"Location": f"{address}{joint}{urlencode(fields)}"}, content_type=HTML_TYPE)


def _oauth_error(error: str, description: str, status: int = 400) -> Response:
    return as_json({"error": error, "error_description": description}, status)


_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width"></head><body>
<h1>Choose a channel</h1><form method="post">{kept}{channels}<h2>May the application</h2>{scopes}
<p><button name="allow" value="1">Continue</button> <button name="deny" value="1">Cancel</button></p></form></body></html>
"""
