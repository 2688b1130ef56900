"""How browsers behind routers find each other: STUN, and TURN with passwords that end by themselves."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, Final

from helpcenter.settings import Settings

LIFE: Final = timedelta(days=1)


def ice_servers(settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """RTCPeerConnection's `iceServers`; empty where the settings name none. Source: coturn, use-auth-secret."""
    servers: list[dict[str, Any]] = []
    if settings.stun_url:
        servers.append({"urls": settings.stun_url})
    if settings.turn_url:
        name = str(int((now + LIFE).timestamp()))
        digest = hmac.new(settings.turn_secret.encode(), name.encode(), hashlib.sha1).digest()
        password = base64.b64encode(digest).decode()
        servers.append({"urls": settings.turn_url, "username": name, "credential": password})
    return servers
