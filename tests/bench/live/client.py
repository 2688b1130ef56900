"""A small HTTP client on asyncio: keeps connections open, and listens to streams."""

import asyncio
from typing import NamedTuple


class Answer(NamedTuple):
    """What came back; `status` 0 where nothing did."""

    status: int
    body: bytes


class Client:
    """Requests to one server, each on a connection that is free, or on a new one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, path: str, *, data: bytes | None = None, patience: float = 20.0, **headers: str) -> Answer:
        """One request; a connection that the server has closed in the meantime is replaced once."""
        for fresh in (False, True):
            try:
                return await asyncio.wait_for(self._ask(path, data, headers, fresh=fresh), patience)
            except TimeoutError:
                return Answer(0, b"too late")
            except (OSError, asyncio.IncompleteReadError, IndexError):
                continue
        return Answer(0, b"no connection")

    async def _ask(self, path: str, data: bytes | None, headers: dict[str, str], *, fresh: bool) -> Answer:
        line = self._free.pop() if self._free and not fresh else await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = line
        try:
            writer.write(head("GET" if data is None else "POST", path, self.port, data, headers))
            status, fields = await read_head(reader)
            length = int(fields.get(b"content-length", b"0"))
            body = await reader.readexactly(length) if length and status != 304 else b""
        except BaseException:
            writer.close()
            raise
        if fields.get(b"connection", b"") == b"close":
            writer.close()
        else:
            self._free.append(line)
        return Answer(status, body)

    def close(self) -> None:
        """Close what is open."""
        for _, writer in self._free:
            writer.close()


def head(method: str, path: str, port: int, data: bytes | None, headers: dict[str, str], version: str = "1.1") -> bytes:
    """A request as bytes."""
    fields = {"Host": f"127.0.0.1:{port}", "Accept-Language": "en", **headers}
    if data is not None:
        fields |= {"Content-Length": str(len(data)), "Content-Type": "application/x-www-form-urlencoded"}
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + (data or b"")


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes]]:
    """The status and the headers of an answer."""
    status = int((await reader.readline()).split()[1])
    fields: dict[bytes, bytes] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    return status, fields
