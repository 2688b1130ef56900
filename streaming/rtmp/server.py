"""The server: sockets, time-outs and limits around the conversations."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from typing import Final, Protocol

from streaming.rtmp.errors import ProtocolError, Refused, WrongKey
from streaming.rtmp.flv import Cutter
from streaming.rtmp.guard import Guard
from streaming.rtmp.session import Asked, Ended, Session
from streaming.rtmp.session import Event as Happened

READ: Final = 1 << 18
LINGER: Final = 2.0
"""Seconds in which somebody who was refused may read why."""

SETTLING: Final = 0.05
"""Seconds in which those who come just before the end become conversations, so that they can be ended, too."""


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


class Listener:
    """Listens for encoders; runs on the loop that started it."""

    def __init__(self, door: Door, *, clock: Callable[[], datetime], limits: Limits | None = None) -> None:
        self.door = door
        self.clock = clock
        self.limits = limits or Limits()
        self.guard = Guard(self.limits.wrong_keys)
        self._open: dict[asyncio.Task[None], tuple[str, asyncio.StreamWriter]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port, which is a free one for 0. Raises OSError."""
        self._server = await asyncio.start_server(self._welcome, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Let nobody in, end every conversation, and wait until what had come is kept."""
        if self._server is not None:
            # A server that is closed while it lets somebody in forgets him: so first nobody comes, then it is closed.
            for listening in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listening.fileno())
            await asyncio.sleep(SETTLING)
            self._server.close()
        for _, writer in self._open.values():
            # Hung up on, not cancelled: a piece may be on its way to the disk in a thread, and the next one must wait for it.
            writer.transport.abort()
        if self._open:
            await asyncio.wait(self._open)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername", ("",))[0])
        task = asyncio.current_task()
        assert task is not None
        try:
            if self._has_room(peer):
                self._open[task] = (peer, writer)
                await _Connection(self, reader, writer, peer).run()
        finally:
            await _closed(writer)
            self._open.pop(task, None)

    def _has_room(self, peer: str) -> bool:
        everybody = [other for other, _ in self._open.values()]
        return len(everybody) < self.limits.connections and everybody.count(peer) < self.limits.per_address


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close the connection; the rest of what was said is lost where nobody takes it."""
    writer.close()
    try:
        async with asyncio.timeout(LINGER):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


class _Connection:
    """One conversation, and the publication that may come of it."""

    def __init__(
        self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        self._listener = listener
        self._limits = listener.limits
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
            piece = self._cutter.add(event, self._listener.clock())
            if piece:
                await self._put(piece)

    async def _ask(self, asked: Asked) -> None:
        """Let the publication in. Raises Refused."""
        guard = self._listener.guard
        if guard.blocks(self._peer, time.monotonic()):
            raise Refused("Too many wrong stream keys came from this address. Wait a minute, then try again.")
        try:
            self._sink = await asyncio.to_thread(self._listener.door.authorise, asked.app, asked.key, self._peer)
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


@contextlib.contextmanager
def serving(
    door: Door, *, host: str, port: int, clock: Callable[[], datetime], limits: Limits | None = None
) -> Iterator[int]:
    """The port of a server that runs in a thread of its own, for the time of a `with` block. Raises OSError."""
    thread = _ServerThread(Listener(door, clock=clock, limits=limits), host, port)
    thread.start()
    try:
        yield thread.port_when_open()
    finally:
        thread.end()


class _ServerThread(Thread):
    """A loop with a listener on it."""

    def __init__(self, listener: Listener, host: str, port: int) -> None:
        super().__init__(name="rtmp", daemon=True)
        self._listener = listener
        self._place = (host, port)
        self._ready = Event()
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._found: int | OSError = 0

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        try:
            self._found = await self._listener.start(*self._place)
        except OSError as error:
            self._found = error
            return
        finally:
            self._ready.set()
        await self._ending.wait()
        await self._listener.stop()

    def port_when_open(self) -> int:
        self._ready.wait()
        if isinstance(self._found, OSError):
            raise self._found
        return self._found

    def end(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._ending.set)
        self.join()
