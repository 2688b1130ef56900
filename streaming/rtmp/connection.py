"""One encoder's connection: the conversation with its time-outs, and what is published on its way to its place."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from streaming.rtmp.errors import ProtocolError, Refused, WrongKey
from streaming.rtmp.flv import Cutter
from streaming.rtmp.guard import Guard
from streaming.rtmp.session import Asked, Ended, Session
from streaming.rtmp.session import Event as Happened

READ: Final = 1 << 18
LINGER: Final = 2.0
"""Seconds in which somebody who was refused may read why."""


class Sink(Protocol):
    """Where one publication goes. Its methods block, come one after the other from changing threads, and may raise Refused."""

    def start(self, began: datetime, codecs: str) -> None:
        """The first piece is about to come; `began` is the instant of time 0, `codecs` such as "avc1.64001f,mp4a.40.2"."""

    def put(self, piece: bytes) -> None:
        """Keep the next piece: FLV of about a second, the first one with everything that a reader needs at the start."""

    def close(self, why: Refused | None) -> None:
        """No more comes, as it was refused or (None) ended otherwise; called once, and also where nothing ever came."""


class Door(Protocol):
    """Who may come in."""

    def authorise(self, app: str, key: str, peer: str) -> Sink:
        """The place for what is published under that key from that address; may block. Raises Refused, WrongKey."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What connections may take; times in seconds.

    `greeting` lies between the connection and a good key, `silence` between two pictures. `wrong_keys` are let through per
    address and minute. `message` is the largest one, in bytes.
    """

    connections: int = 32
    per_address: int = 8
    greeting: float = 10.0
    silence: float = 20.0
    message: int = 8 << 20
    wrong_keys: int = 5


@dataclass(frozen=True, slots=True)
class House:
    """What all connections of a server share; `clock` tells when something arrived."""

    door: Door
    clock: Callable[[], datetime]
    limits: Limits
    guard: Guard


class Connection:
    """One conversation, and the publication that may come of it."""

    def __init__(self, house: House, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        self._house = house
        self._limits = house.limits
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._session = Session(limit=self._limits.message)
        self._sink: Sink | None = None
        self._cutter = Cutter()
        self._started = False
        self._no: Refused | None = None
        self._deadline = time.monotonic() + self._limits.greeting

    async def run(self) -> None:
        """Until either side ends it; whatever an encoder sends, nothing is raised."""
        try:
            await self._converse()
        except Refused as no:
            self._no = no
            await self._finish()
            await self._say_why(no.text)
        except (ProtocolError, OSError, TimeoutError):
            return
        finally:
            await self._finish()

    async def _converse(self) -> None:
        while True:
            async with asyncio.timeout(self._deadline - time.monotonic()):
                data = await self._reader.read(READ)
            if not data:
                return
            for event in self._session.feed(data):
                await self._see_to(event)
            await self._flush()

    async def _see_to(self, event: Happened) -> None:
        if isinstance(event, Asked):
            await self._ask(event)
        elif isinstance(event, Ended):
            await self._finish()
            self._deadline = time.monotonic() + self._limits.greeting
        else:
            self._deadline = time.monotonic() + self._limits.silence
            piece = self._cutter.add(event, self._house.clock())
            if piece:
                await self._put(piece)

    async def _ask(self, asked: Asked) -> None:
        """Let the publication in. Raises Refused."""
        guard = self._house.guard
        if guard.blocks(self._peer, time.monotonic()):
            raise Refused("Too many wrong stream keys came from this address. Wait a minute, then try again.")
        try:
            self._sink = await asyncio.to_thread(self._house.door.authorise, asked.app, asked.key, self._peer)
        except WrongKey:
            guard.failed(self._peer, time.monotonic())
            raise
        self._cutter, self._started = Cutter(), False
        self._session.accept()
        self._deadline = time.monotonic() + self._limits.silence

    async def _put(self, piece: bytes) -> None:
        assert self._sink is not None
        start = self._cutter.start
        if start is not None and not self._started:
            await asyncio.to_thread(self._sink.start, start.began, start.codecs)
            self._started = True
        # The encoder is not read from meanwhile, so a slow disk slows it down and fills no memory.
        await asyncio.to_thread(self._sink.put, piece)

    async def _finish(self) -> None:
        """Keep what is left, and close the place. A publication that was refused in its course keeps what it has."""
        sink = self._sink
        if sink is None:
            return
        try:
            rest = self._cutter.rest()
            if rest:
                with contextlib.suppress(Refused, ProtocolError):
                    await self._put(rest)
        finally:
            self._sink = None
            await asyncio.to_thread(sink.close, self._no)

    async def _flush(self) -> None:
        self._writer.write(self._session.outgoing())
        async with asyncio.timeout(self._limits.greeting):
            await self._writer.drain()

    async def _say_why(self, text: str) -> None:
        """Tell the encoder, and wait until it has had the time to read: a closed socket takes back what is unread."""
        self._session.refuse(text)
        with contextlib.suppress(OSError, TimeoutError):
            await self._flush()
            self._writer.write_eof()
            async with asyncio.timeout(LINGER):
                while await self._reader.read(READ):
                    pass
