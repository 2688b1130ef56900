"""The server: who listens, how many may come, and how it ends."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Event, Thread
from typing import Final

from streaming.rtmp.connection import LINGER, Connection, Door, House, Limits
from streaming.rtmp.guard import Guard

SETTLING: Final = 0.05
"""Seconds in which those who come just before the end become conversations, so that they can be ended, too."""


class Listener:
    """Listens for encoders; runs on the loop that started it."""

    def __init__(self, door: Door, *, clock: Callable[[], datetime], limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._house = House(door, clock, self._limits, Guard(self._limits.wrong_keys))
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
                await Connection(self._house, reader, writer, peer).run()
        finally:
            await _closed(writer)
            self._open.pop(task, None)

    def _has_room(self, peer: str) -> bool:
        everybody = [other for other, _ in self._open.values()]
        return len(everybody) < self._limits.connections and everybody.count(peer) < self._limits.per_address


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close the connection; the rest of what was said is lost where nobody takes it."""
    writer.close()
    try:
        async with asyncio.timeout(LINGER):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


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
