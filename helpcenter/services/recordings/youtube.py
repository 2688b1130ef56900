"""Addresses of YouTube videos."""

import re
from urllib.parse import parse_qs, urlsplit

_ID = re.compile(r"[A-Za-z0-9_-]{11}\Z")
_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "www.youtube-nocookie.com"})
_FOLDERS = frozenset({"shorts", "live", "embed", "v"})


def youtube_id(address: str) -> str | None:
    """The video's id (11 characters) in any usual address of a video on YouTube; None for every other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    found, path = "", parts.path.strip("/").split("/")
    if parts.hostname == "youtu.be":
        found = path[0]
    elif parts.hostname in _HOSTS:
        if path == ["watch"]:
            found = parse_qs(parts.query).get("v", [""])[0]
        elif len(path) > 1 and path[0] in _FOLDERS:
            found = path[1]
    return found if _ID.match(found) else None


def is_youtube(address: str) -> bool:
    """Whether the address leads to YouTube at all, be it to a video or not."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return False
    return host == "youtu.be" or host in _HOSTS
