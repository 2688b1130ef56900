"""The audience: viewers with open streams, and an open loop of requests that waits for nobody."""

import asyncio
import gc
import json
import random
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, product
from typing import Any

from helpcenter.tokens import new_token, signature
from tests.bench.live.client import Answer, Client, head, read_head
from tests.bench.live.stage import SECONDS, SEGMENTS, Stage, arrive

READS_PER_VIEWER, VOTES_PER_VIEWER, ASKS = 0.5, 0.05, 1.0
_TAIL = 3.0
_OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}


@dataclass
class Heard:
    """What one viewer heard of each question's votes: when, and how many."""

    votes: dict[str, tuple[list[int], list[float]]] = field(default_factory=lambda: defaultdict(lambda: ([], [])))


@dataclass
class Results:
    """Seconds that each request took, from when it was due; the votes that were confirmed; and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    confirmed: list[tuple[str, int, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def updates(self) -> list[float]:
        """Seconds from each confirmed vote to each viewer's event; a viewer who never heard of it is an error."""
        found = []
        for question, votes, at in self.confirmed:
            for viewer in self.heard:
                numbers, times = viewer.votes.get(question, ([], []))
                place = bisect_left(numbers, votes)
                if place == len(numbers):
                    self.errors.append(f"vote {votes} for {question} was never heard of")
                else:
                    found.append(max(0.0, times[place] - at))
        return found


@dataclass
class Audience:
    """`viewers` people who watch `stage` through the web servers at `ports`, for so many seconds."""

    stage: Stage
    ports: list[int]
    secret: str
    viewers: int
    seconds: float

    def run(self) -> Results:
        """Let them come, watch, read, vote and ask."""
        gc.collect()
        gc.freeze()  # what the audience itself is kept waiting by is not the site's fault
        return asyncio.run(self._run())

    async def _run(self) -> Results:
        results = Results()
        self._there, self._missing = asyncio.Event(), self.viewers
        self._clients = [Client(port) for port in self.ports]
        self._voters = [self._voter() for _ in range(max(self.viewers, 100))]
        pairs = list(product(self._voters, self.stage.questions))
        random.Random(1).shuffle(pairs)
        self._pairs = iter(pairs)
        watching = [asyncio.create_task(self._watch(number, results)) for number in range(self.viewers)]
        await self._there.wait()
        filming = asyncio.create_task(self._film())
        await asyncio.gather(
            self._loop(READS_PER_VIEWER * self.viewers, self._reads(results)),
            self._loop(VOTES_PER_VIEWER * self.viewers, self._votes(results)),
            self._loop(ASKS, self._asks(results)),
        )
        await asyncio.sleep(_TAIL)
        for task in (*watching, filming):
            task.cancel()
        await asyncio.gather(*watching, filming, return_exceptions=True)
        for client in self._clients:
            client.close()
        return results

    async def _watch(self, number: int, results: Results) -> None:
        port = self.ports[number % len(self.ports)]
        await asyncio.sleep(number * 0.004)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**21)
        try:
            writer.write(head("GET", f"/sessions/{self.stage.session}/events", port, None, {}, version="1.0"))
            status, _ = await read_head(reader)
            self._missing -= 1
            if not self._missing:
                self._there.set()
            if status != 200:
                results.errors.append(f"a stream was answered by {status}")
                return
            mine = Heard()
            results.heard.append(mine)
            while line := await reader.readline():
                if line.startswith(b"data: {"):
                    self._hear(mine, line[6:])
            results.errors.append("a stream ended")
        finally:
            writer.close()

    @staticmethod
    def _hear(mine: Heard, data: bytes) -> None:
        now = time.monotonic()
        for question, votes in _votes_in(data):
            numbers, times = mine.votes[question]
            if not numbers or numbers[-1] < votes:
                numbers.append(votes)
                times.append(now)

    async def _loop(self, rate: float, requests: Iterator[Callable[[float], Awaitable[None]]]) -> None:
        """Begin `rate` requests a second, whether those before have been answered or not."""
        began, tasks = time.monotonic(), []
        for number in range(round(rate * self.seconds)):
            due = began + number / rate
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(next(requests)(due)))
        await asyncio.gather(*tasks)

    async def _film(self) -> None:
        for number in count(SEGMENTS):
            await asyncio.sleep(SECONDS)
            if not (self.stage.folder / f"{number:05}.m4s").exists():
                await asyncio.to_thread(arrive, self.stage, number)

    def _reads(self, results: Results) -> Iterator[Callable[[float], Awaitable[None]]]:
        page, live = f"/sessions/{self.stage.session}", f"/live/{self.stage.session}"
        kinds = {
            "list": (5, f"{live}/index.m3u8"), "segment": (3, f"{live}/0000/{SEGMENTS - 1:05}.m4s"), "page": (1, page),
            "poll": (1, f"{page}/live.json"),
        }  # fmt: skip
        order = [(kind, path) for kind, (share, path) in kinds.items() for _ in range(share)]
        for number in count():
            kind, path = order[number * 7 % len(order)]
            yield self._timed(results, kind, lambda path=path: self._client().ask(path, **{"Accept-Encoding": "gzip"}))

    def _votes(self, results: Results) -> Iterator[Callable[[float], Awaitable[None]]]:
        for voter, question in self._pairs:
            path = f"/sessions/{self.stage.session}/questions/{question}/vote"

            def confirmed(answer: Answer, question: str = question) -> None:
                results.confirmed.append((question, json.loads(answer.body)["votes"], time.monotonic()))

            ask = lambda path=path, voter=voter: self._client().ask(path, data=b"", Cookie=voter, **_OURS)  # noqa: E731
            yield self._timed(results, "vote", ask, confirmed)

    def _asks(self, results: Results) -> Iterator[Callable[[float], Awaitable[None]]]:
        path = f"/sessions/{self.stage.session}/questions"
        for number in count():
            data, voter = f"title=Question+{time.time_ns()}".encode(), self._voters[number % len(self._voters)]
            ask = lambda data=data, voter=voter: self._client().ask(path, data=data, Cookie=voter, **_OURS)  # noqa: E731
            yield self._timed(results, "ask", ask)

    def _timed(
        self,
        results: Results,
        kind: str,
        ask: Callable[[], Awaitable[Answer]],
        then: Callable[[Answer], None] | None = None,
    ) -> Callable[[float], Awaitable[None]]:
        async def timed(due: float) -> None:
            answer = await ask()
            results.took[kind].append(time.monotonic() - due)
            if answer.status not in {200, 206, 304}:
                results.errors.append(f"{kind}: {answer.status} {answer.body[:80]!r}")
            elif then:
                then(answer)

        return timed

    def _client(self) -> Client:
        return random.choice(self._clients)

    def _voter(self) -> str:
        token = new_token()
        return f"voter={token}.{signature(self.secret, 'voter', token)}"


@lru_cache(maxsize=64)
def _votes_in(data: bytes) -> list[tuple[str, int]]:
    """All votes that a message tells; every viewer gets the same bytes, so they are read once."""
    said: dict[str, Any] = json.loads(data)
    return [*said["votes"].items(), *((name, one["votes"]) for name, one in said["put"].items())]
