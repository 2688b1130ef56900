"""The emulator as tests, the demo and the command line hold it: a stage behind a real server."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Self

from streaming.emulator import batch, control, tokens, viewing
from streaming.emulator.clock import real_time
from streaming.emulator.errors import ApiError
from streaming.emulator.http import Request, Response, Server
from streaming.emulator.ingest import address, ingest
from streaming.emulator.stage import Stage
from streaming.emulator.uploads import Uploads


class Emulator(Stage):
    """A whole platform on a port of the loopback (0: any), for the time of a `with` block.

    `pace` makes the platform's waits that many times shorter; `time` is the clock that it runs by, and may stand still.
    `rtmp_port` is where encoders may send to (0: any port), None for nowhere: then they are played by `ingest`.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        rtmp_port: int | None = None,
        pace: float = 1.0,
        time: Callable[[], datetime] = real_time,
    ) -> None:
        super().__init__(pace=pace, time=time)
        self._uploads = Uploads(self.api.answer, self.api.admit)
        self._port = port
        self._rtmp_port = rtmp_port
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Serve."""
        with ExitStack() as starting:
            if self._rtmp_port is not None:
                self.world.ingest_address = address(starting.enter_context(ingest(self, self._rtmp_port)))
            server = Server(self._port, self.respond, self.clock.shown)
            self.world.root = server.url
            server.start()
            starting.callback(server.stop)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving; what exists stays to be looked at, but for uploaded files."""
        self._running.close()
        self.world.clear()

    @property
    def url(self) -> str:
        """The root address, for the API as for OAuth; no slash at the end."""
        return self.world.root

    def respond(self, request: Request) -> Response:
        """Any request, to whom it belongs."""
        first = ([*request.path.split("/"), ""])[1]
        match first:
            case "youtube":
                return self.api.answer(request)
            case "upload" | "resumable":
                return self._uploads.answer(request, self.url)
            case "batch":
                return batch.answer(request, self.api.answer)
            case "control":
                return control.answer(self, request)
        return self._page(request, first)

    def _page(self, request: Request, first: str) -> Response:
        """What people's browsers and OAuth clients ask for."""
        with self.clock.lock:
            self.clock.settle()
            match first:
                case "o":
                    return self.oauth.consent(request)
                case "token" | "revoke":
                    return tokens.answer(self.api, request, first)
                case "watch":
                    return viewing.watch(self.world, request)
                case "media":
                    return viewing.recording(self.world, request)
                case "vi":
                    return viewing.picture(self.world, request)
        error = ApiError(404, "notFound", "Not Found")
        return Response(error.status, error.body())
