"""Mail by SMTP, in steps of our own, so that it is known at each whether the server can have the message."""

import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from helpcenter.errors import N_, AnswerLost, InvalidInput, Message, NotConfigured, Unavailable
from helpcenter.mail.message import sender_of
from helpcenter.mail.relay_log import RelayLog
from helpcenter.services.notifications import clean_address

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_TIMEOUT = 30.0
_GOODBYE = 2.0
_TRY_LATER, _REFUSED_FOR_GOOD = 400, 500


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; `tls` is "none", "starttls" or "smtps", `timeout` how long any single answer may take."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = _TIMEOUT


def server_of(url: str) -> Server:
    """The server that `smtp://user:password@host:587?tls=starttls&timeout=30` or `smtps://…` names. Raises NotConfigured.

    Without `tls`, smtp:// goes unencrypted to this very machine and by STARTTLS to any other.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        tls = options.pop("tls", "none" if parts.hostname in _LOOPBACK else "starttls")
        timeout = float(options.pop("timeout", _TIMEOUT))
        port = parts.port
    except ValueError:
        parts, options, tls, timeout, port = urlsplit(""), {}, "", 0, None
    known = parts.scheme in {"smtp", "smtps"} and parts.hostname and tls in {"none", "starttls"}
    if not known or options or not 0 < timeout <= 300:  # noqa: PLR2004 -- five minutes, as long as servers wait
        raise NotConfigured(
            N_("HELPCENTER_SMTP_URL is not understood; write smtp://user:password@host:587?tls=starttls or smtps://…")
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "smtps":
        return Server(str(parts.hostname), port or 465, "smtps", user, password, timeout)
    return Server(str(parts.hostname), port or (587 if user else 25), tls, user, password, timeout)


class SmtpMailer:
    """One connection per message; see ports.Mailer."""

    def __init__(self, server: Server, sender: str, log: RelayLog | None = None) -> None:
        self.server = server
        self.sender = sender_of(sender)
        self._log = log
        # Greeting to recipient may take two answers' time in all. The text and its answer take two more; the rest is
        # for the server, which may take in what we sent some minutes after we died (RFC 5321, 4.5.3.2: 5 to 10).
        self.prelude = timedelta(seconds=2 * server.timeout + 5)
        self.hand_over = timedelta(seconds=10 * server.timeout)

    def send(self, message: EmailMessage, *, before_data: Callable[[], None]) -> None:
        """Hand the message to the server for its one recipient."""
        recipient = clean_address(str(message["To"]))
        content = message.as_bytes(policy=SMTP)
        with _Connection(self.server, self.sender.domain) as smtp:
            with _surely_not_sent():
                smtp.open()
                smtp.envelope(self.sender.addr_spec, recipient)
            before_data()
            smtp.data(content)

    def was_sent(self, message_id: str) -> bool | None:
        """What the relay's log says; None without one."""
        return self._log.accepted(message_id) if self._log else None

    def check(self) -> Message:
        """The server, after a greeting and, where a user is set, a log-in."""
        with _Connection(self.server, self.sender.domain) as smtp, _surely_not_sent():
            smtp.open()
        if self._log:
            self._log.check()
        said = {"host": self.server.host, "port": self.server.port, "tls": self.server.tls, "sender": str(self.sender)}
        return Message(N_("%(host)s:%(port)s (%(tls)s) takes it, from %(sender)s"), said)


class _Connection:
    """The conversation with a server; all of it until the envelope shares one deadline."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._name = name
        self._deadline = time.monotonic() + 2 * server.timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._smtp is None:
            return
        # The mail's fate is decided by now; how the goodbye goes must not change it.
        with suppress(smtplib.SMTPException, OSError):
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(_GOODBYE)
            self._smtp.quit()
        self._smtp.close()

    def _hurry(self) -> smtplib.SMTP:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server is too slow")
        assert self._smtp is not None
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(min(left, self._server.timeout))
        return self._smtp

    def open(self) -> None:
        """Connect, encrypt and log in."""
        server = self._server
        where: dict[str, Any] = {
            "host": server.host, "port": server.port, "timeout": server.timeout, "local_hostname": self._name,
        }  # fmt: skip
        if server.tls == "smtps":
            self._smtp = smtplib.SMTP_SSL(**where, context=ssl.create_default_context())
        else:
            self._smtp = smtplib.SMTP(**where)
        self._hurry().ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            self._hurry().starttls(context=ssl.create_default_context())
            self._hurry().ehlo()
        if server.user:
            self._hurry().login(server.user, server.password)

    def envelope(self, sender: str, recipient: str) -> None:
        """Name the sender and the one recipient. Only what is said about the recipient can be for good."""
        code, words = self._hurry().mail(sender)
        if code >= _TRY_LATER:
            raise smtplib.SMTPSenderRefused(code, words, sender)
        _accepted(*self._hurry().rcpt(recipient))

    def data(self, content: bytes) -> None:
        """Send the message; from its last line to the answer nobody knows whose it is."""
        assert self._smtp is not None
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(self._server.timeout)
        try:
            answer: tuple[int, bytes | str] = self._smtp.data(content)
        except smtplib.SMTPDataError as error:
            answer = error.smtp_code, error.smtp_error
        except (smtplib.SMTPException, OSError) as error:
            raise AnswerLost(
                N_("The mail server went silent while it took the mail: %(why)s"), why=str(error)
            ) from error
        _accepted(*answer)


def _accepted(code: int, words: bytes | str) -> None:
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    if code >= _REFUSED_FOR_GOOD:
        raise InvalidInput(N_("The mail server refuses this mail: %(why)s"), why=said)
    if code >= _TRY_LATER:
        raise Unavailable(N_("The mail server cannot take the mail now: %(why)s"), why=said)


@contextmanager
def _surely_not_sent() -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise Unavailable(N_("The mail server does not take mail from us: %(why)s"), why=str(error)) from error
