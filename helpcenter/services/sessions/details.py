"""What a live session is to be, and whether that can be used."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Channel, ChannelState, LiveSession, Topic, User, Visibility
from helpcenter.permissions import Action, may
from helpcenter.services.channels.local import is_local
from helpcenter.services.sessions.words import in_words
from streaming.schedule import read_zone

LONGEST_TITLE: Final = 100
"""Characters; YouTube refuses more."""
LONGEST_DESCRIPTION: Final = 4_000
"""Bytes; YouTube takes 5,000, and our own lines need room."""
SHORTEST: Final = 5
LONGEST: Final = 12 * 60
"""Minutes; YouTube keeps no longer recording."""
LANGUAGES: Final = frozenset({"de", "en"})
AUDIENCES: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED, Visibility.CUSTOMERS})

# Control signs, and halves of signs: no database and no platform takes them.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
Row = TypeVar("Row", Topic, User)


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """Everything about a session but its start. `zone` is an IANA name; without a `channel` nothing broadcasts it.

    `relay` is a channel that shows besides what is broadcast on this site. `moderated` and `answers_at_once`: see LiveSession.
    """

    title: str
    description: str
    language: str
    zone: str
    minutes: int
    visibility: Visibility
    topics: Sequence[Topic]
    hosts: Sequence[User]
    channel: Channel | None
    relay: Channel | None = None
    moderated: bool = False
    answers_at_once: bool = True


def checked(details: SessionDetails, *, was: LiveSession | None = None) -> SessionDetails:
    """The same, tidied up. `was` is the session that it replaces: a channel that it has already may be a revoked one.

    Raises InvalidInput.
    """
    with in_words():
        read_zone(details.zone)
    title, description = " ".join(_clean(details.title).split()), _clean(details.description).strip()
    _check_title(title)
    size = len(description.encode())
    if size > LONGEST_DESCRIPTION:
        raise InvalidInput(
            N_("This description has %(size)s bytes; %(most)s are possible, of which a letter such as ä takes two."),
            size=size, most=LONGEST_DESCRIPTION,
        )  # fmt: skip
    if not SHORTEST <= details.minutes <= LONGEST:
        raise InvalidInput(
            N_("A session lasts from %(least)s minutes to %(most)s (12 hours)."), least=SHORTEST, most=LONGEST
        )
    if details.language not in LANGUAGES:
        raise InvalidInput(N_("The language is either de or en."))
    if details.visibility not in AUDIENCES:
        raise InvalidInput(N_("A session is for everybody, for whoever has the address, or for customers."))
    _check_hosts(details.hosts)
    _check_channel(details.channel, was.channel_id if was else None)
    _check_channel(details.relay, was.relay_channel_id if was else None)
    if details.relay is not None and not is_local(details.channel):
        raise InvalidInput(N_("Only what is broadcast on this site can be shown on a second channel."))
    hosts, topics = _each(details.hosts), _each(details.topics)
    return replace(details, title=title, description=description, hosts=hosts, topics=topics)


def _check_title(title: str) -> None:
    if not title:
        raise InvalidInput(N_("Please write a title."))
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(
            N_("This title has %(length)s characters; YouTube takes %(most)s at most."),
            length=len(title), most=LONGEST_TITLE,
        )  # fmt: skip
    if set(title) & set("<>"):
        raise InvalidInput(N_("YouTube takes neither < nor > in a title."))


def _check_hosts(hosts: Collection[User]) -> None:
    if not hosts:
        raise InvalidInput(N_("Please choose who answers on camera."))
    for host in hosts:
        if host.disabled_at is not None or not may(host.role, Action.HOST, own=True):
            raise InvalidInput(
                N_("%(person)s cannot be a host: hosts are experts, editors or admins."), person=host.name or host.email
            )


def _check_channel(channel: Channel | None, was: int | None) -> None:
    kept = channel is not None and was == channel.id
    if channel is not None and channel.state is ChannelState.REVOKED and not kept:
        raise InvalidInput(
            N_("The channel %(title)s does not let us in any more. An admin has to connect it again first."),
            title=channel.title,
        )


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def _each(rows: Sequence[Row]) -> list[Row]:
    return sorted({row.id: row for row in rows}.values(), key=lambda row: row.id)
