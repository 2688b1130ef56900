"""The list of a running session's segments, kept for a moment, since all its viewers ask for it every second or two."""

import gzip
import hashlib
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from flask import current_app
from sqlalchemy.orm import Session

from helpcenter.models import LiveSession, LiveSessionState, Visibility
from helpcenter.ports import Ports
from helpcenter.services import live, pages
from streaming.local.archive import Archive, Segment
from streaming.local.playlist import playlist
from streaming.local.stretches import Stretch, kept, within

AGE: Final = 0.3
"""Seconds for which a list is given out again without a look at the archive."""
_FORGOTTEN: Final = 60.0
_LOCKS: Final = 16
_SHOWN: Final = frozenset({LiveSessionState.LIVE, LiveSessionState.ENDED, LiveSessionState.PROCESSING})


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of one session at one moment: `text`, and `packed` by gzip; `files` are the ones that may be fetched, by name.

    `for_all`: it is everybody's. Empty where there is no picture (yet, or any more). `source` is all that it was made from.
    """

    made_at: float
    for_all: bool = False
    text: bytes = b""
    packed: bytes = b""
    etag: str = ""
    files: dict[tuple[str, str], Path] = field(default_factory=dict)
    source: "Source | None" = None


class Playlists:
    """The listings of this process, by the public ids of their sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._kept: dict[str, Listing] = {}
        self._making = [Lock() for _ in range(_LOCKS)]
        self._lock = Lock()

    def of(self, public_id: str) -> Listing:
        """The listing of the session, at most 0.3 s old; of many who ask at once, one makes it."""
        listing = self._kept.get(public_id)
        if listing and time.monotonic() - listing.made_at < AGE:
            return listing
        with self._making[hash(public_id) % _LOCKS]:
            listing = self._kept.get(public_id)
            if listing is None or time.monotonic() - listing.made_at >= AGE:
                listing = self._make(public_id, listing)
                with self._lock:
                    self._forget_old(listing.made_at)
                    self._kept[public_id] = listing
            return listing

    def _forget_old(self, now: float) -> None:
        for old in [key for key, one in self._kept.items() if now - one.made_at > _FORGOTTEN]:
            del self._kept[old]

    def _make(self, public_id: str, before: Listing | None) -> Listing:
        now = time.monotonic()
        with self._ports.database.reading() as db:
            session = pages.find_live_session(db, public_id)
            for_all = (
                session.visibility in {Visibility.PUBLIC, Visibility.UNLISTED} and session.announced_at is not None
            )
            source = _source(db, session, self._ports.settings.live_root)
        if before and before.source == source:
            return replace(before, made_at=now, for_all=for_all)
        if source is None or not source.segments:
            return Listing(now, for_all=for_all, source=source)
        data = _write(source).encode()
        etag = hashlib.sha256(data).hexdigest()[:20]
        return Listing(now, for_all, data, gzip.compress(data, 5), etag, _files(source), source)


class Source(NamedTuple):
    """What a list is made from: the segments since the beginning, and what is off the record among them."""

    begins: datetime
    ends: datetime | None
    hidden: list[Stretch]
    over: bool
    segments: list[Segment]


def _source(db: Session, session: LiveSession, root: Path) -> Source | None:
    broadcast = pages.find_picture(db, session).broadcast
    if session.state not in _SHOWN or session.live_at is None or broadcast is None:
        return None
    hidden, over = live.hidden_stretches(db, session.id), session.state is not LiveSessionState.LIVE
    segments = within(Archive(root, broadcast).segments(), begins=session.live_at, ends=session.ended_at)
    return Source(session.live_at, session.ended_at, hidden, over, segments)


def _write(source: Source) -> str:
    return playlist(
        source.segments, begins=source.begins, ends=source.ends, hidden=source.hidden, over=source.over, address=_address,
        init_address=lambda one: f"{one.take_id}/{one.init.name}",
    )  # fmt: skip


def _files(source: Source) -> dict[tuple[str, str], Path]:
    shown = kept(source.segments, begins=source.begins, ends=source.ends, hidden=source.hidden)
    heads = {(one.take_id, one.init.name): one.init for one in shown}
    return heads | {(one.take_id, one.path.name): one.path for one in shown}


def _address(one: Segment) -> str:
    return f"{one.take_id}/{one.path.name}"


def playlists() -> Playlists:
    """The listings of this process."""
    found = current_app.extensions["playlists"]
    assert isinstance(found, Playlists)
    return found
