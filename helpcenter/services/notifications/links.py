"""Addresses of our pages as they stand in mails: always those of the settings, never those of a request."""

from urllib.parse import quote, urlencode

from helpcenter.settings import Settings
from helpcenter.tokens import is_signed, signature

_ASKER = "asker"
_SUBSCRIBER = "subscriber"
_ROTA = "rota"


def asker_key(settings: Settings, asker: str) -> str:
    """The signature by which the asker with this public id may see his question and say yes or no to mail."""
    return signature(settings.secret, _ASKER, asker)


def is_asker_key(settings: Settings, asker: str, key: str) -> bool:
    """Whether `key` is that asker's."""
    return is_signed(settings.secret, _ASKER, asker, key)


def question_link(settings: Settings, question: str, asker: str) -> str:
    """The question's page for this asker; both by their public ids."""
    return _link(settings, "questions", question, key=asker_key(settings, asker))


def staff_question_link(settings: Settings, question: str) -> str:
    """Where those who answer see the question with this public id."""
    return settings.site_url + staff_question_path(question)


def staff_question_path(question: str) -> str:
    """The path of that page."""
    return f"/workbench/questions/{quote(question, safe='')}"


def entry_link(settings: Settings, slug: str, clip: str | None = None) -> str:
    """The entry's page, which plays the clip from its beginning."""
    return _link(settings, "faq", slug, clip=clip)


def recording_link(settings: Settings, recording: str, start: float | None = None) -> str:
    """The recording's page at the second, rounded down so that no word is missed."""
    return _link(settings, "recordings", recording, t=int(start) if start else None)


def sign_in_link(settings: Settings, token: str, target: str | None = None) -> str:
    """The page that signs in whoever holds the token, and leads on to the path `target`."""
    return _link(settings, "sign-in", "link", token, next=target)


def proposals_link(settings: Settings, recording: str) -> str:
    """The editors' page of the recording's proposed clips."""
    return _link(settings, "workbench", recording)


def session_link(settings: Settings, session: str, question: str | None = None) -> str:
    """The live session's page, which opens with the answer to `question` (a public id)."""
    return _link(settings, "sessions", session, q=question)


def calendar_link(settings: Settings, session: str) -> str:
    """The live session as a calendar file."""
    return _link(settings, "sessions", f"{session}.ics")


def subscriber_key(settings: Settings, subscription: str) -> str:
    """The signature by which the subscriber with this public id may say yes or no to mail."""
    return signature(settings.secret, _SUBSCRIBER, subscription)


def is_subscriber_key(settings: Settings, subscription: str, key: str) -> bool:
    """Whether `key` is that subscriber's."""
    return is_signed(settings.secret, _SUBSCRIBER, subscription, key)


def subscription_link(settings: Settings, subscription: str) -> str:
    """The page on which this subscriber says yes or no to mail."""
    return _link(settings, "subscriptions", subscription, key=subscriber_key(settings, subscription))


def circle_link(settings: Settings, page: str) -> str:
    """A page of the circle of super-users: "join" for an invitation, "rules" for what it is."""
    return _link(settings, "circle", page)


def is_rota_key(settings: Settings, kind: str, public_id: str, renewed: int, key: str) -> bool:
    """Whether `key` opens this calendar of the rota, which was renewed so many times."""
    return is_signed(settings.secret, _ROTA, f"{kind}:{public_id}:{renewed}", key)


def rota_link(settings: Settings, kind: str, public_id: str, renewed: int) -> str:
    """The calendar of a person's (kind "people") or a team's ("teams") shifts."""
    key = signature(settings.secret, _ROTA, f"{kind}:{public_id}:{renewed}")
    return _link(settings, "rota", kind, f"{public_id}.ics", key=key)


def shift_link(settings: Settings, shift: str) -> str:
    """The page of the shift, for those who work here."""
    return _link(settings, "workbench", "rota", "shifts", shift)


def rota_page(settings: Settings, day: str | None = None) -> str:
    """The rota's week, for those who work here; the present one, or that of a day (2026-12-24)."""
    return _link(settings, "workbench", "rota", day=day)


def swaps_link(settings: Settings) -> str:
    """The page of the shifts that are offered to whoever opens it."""
    return _link(settings, "workbench", "rota", "swaps")


def _link(settings: Settings, *path: str, **query: object) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    address = "/".join((settings.site_url, *(quote(part, safe="") for part in path)))
    return f"{address}?{urlencode(given)}" if given else address
