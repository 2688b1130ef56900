"""Addresses of public pages, as paths of this site; they are contracts, see ARCHITECTURE.md."""

from urllib.parse import quote


def entry_address(slug: str, clip: str | None = None, at: float | None = None) -> str:
    """The path of an entry; `at` is a second of the clip, rounded down so that no word is missed."""
    query = "&".join(([f"clip={quote(clip)}"] if clip else []) + ([f"t={int(at)}"] if at and at >= 1 else []))
    return f"/faq/{quote(slug, safe='')}?{query}" if query else f"/faq/{quote(slug, safe='')}"


def recording_address(public_id: str, at: float | None = None) -> str:
    """The path of a recording; `at` is a second of it, rounded down so that no word is missed."""
    path = f"/recordings/{quote(public_id, safe='')}"
    return f"{path}?t={int(at)}" if at and at >= 1 else path


def topic_address(slug: str) -> str:
    """The path of a topic."""
    return f"/topics/{quote(slug, safe='')}"


def session_address(public_id: str, question: str | None = None) -> str:
    """The path of a live session; it opens with the answer to `question` (a public id), live or in the recording."""
    path = f"/sessions/{quote(public_id, safe='')}"
    return f"{path}?q={quote(question, safe='')}#q-{quote(question, safe='')}" if question else path


def media_address(key: str) -> str:
    """The path of a file."""
    return f"/media/{quote(key)}"
