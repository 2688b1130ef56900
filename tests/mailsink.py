"""A mail server for tests: it keeps what it takes, and misbehaves as it is told."""

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


class Sink:
    """What came: `mails` as (envelope recipients, message). `say` is what is answered to DATA and, by address, to RCPT."""

    def __init__(self, log: Path | None = None) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.say: dict[str, str] = {}
        self.drop_after_data = False
        self.delay = 0.0
        self.open = 0
        self.url = ""
        self._log = log
        self._idle = threading.Condition()

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self.say.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if said := self.say.get("DATA"):
            return said
        await asyncio.sleep(self.delay)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=SMTP_POLICY)
        assert isinstance(message, EmailMessage)
        self.mails.append((envelope.rcpt_tos, message))
        self._note(message)
        if self.drop_after_data and server.transport:
            server.transport.abort()
        return "250 OK"

    def _note(self, message: EmailMessage) -> None:
        if self._log:
            with self._log.open("a") as file:
                name = f"4F{len(self.mails):08X}"
                file.write(f"Nov 22 09:00:00 relay postfix/cleanup[7]: {name}: message-id={message['Message-ID']}\n")
                file.write(
                    f"Nov 22 09:00:00 relay postfix/qmgr[8]: {name}: from=<a@b.example>, nrcpt=1 (queue active)\n"
                )

    def counted(self, delta: int) -> None:
        with self._idle:
            self.open += delta
            self._idle.notify_all()

    def wait_idle(self) -> None:
        """Until every connection has ended: what a killed client had sent by then has been taken in."""
        with self._idle:
            assert self._idle.wait_for(lambda: self.open == 0, timeout=10)

    def per_message_id(self) -> Counter[str]:
        return Counter(re.sub(r"[<>]|@.*", "", str(message["Message-ID"])) for _, message in self.mails)


class _Server(SMTP):
    def connection_made(self, transport: Any) -> None:
        self.event_handler.counted(1)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.counted(-1)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_sink(log: Path | None = None, **options: Any) -> Iterator[Sink]:
    """A mail server on loopback; `options` are aiosmtpd's."""
    sink = Sink(log)
    port = free_port()
    controller = _Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    sink.url = f"smtp://127.0.0.1:{port}?timeout=5"
    started = time.monotonic()
    while sink.open and time.monotonic() - started < 5:  # the controller's own first visit
        sink.wait_idle()
    try:
        yield sink
    finally:
        controller.stop()
