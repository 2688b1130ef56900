"""How requests reach the API: google-api-python-client's idea of an HTTP object, on requests.

Its own one, httplib2, sends a POST again when the server closes the connection without an answer, and may not be shared
between threads. This one sends once, waits for a bounded time, and is safe in threads.
"""

import json
from collections.abc import Mapping
from functools import lru_cache, partial
from threading import Lock
from typing import Any, Final

import httplib2
import requests
from google.auth.credentials import Credentials
from google.auth.transport.requests import Request
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from requests.adapters import HTTPAdapter

CONNECTIONS: Final = 32
"""Kept open per platform; more threads than that are served by connections that are closed after use."""


class Transport:
    """Signs each request with the credentials, and asks once more where the access token had ended before its time.

    `timeout`: seconds for connecting, and for each wait for data. Raises requests.RequestException and
    google.auth.exceptions.GoogleAuthError (the request was surely not sent, or was refused as unauthorised).
    """

    def __init__(self, credentials: Credentials, timeout: tuple[float, float]) -> None:
        self._credentials = credentials
        self._timeout = timeout
        self._session = requests.Session()
        # An entry in ~/.netrc would otherwise take the place of our Authorization header.
        self._session.auth = lambda request: request
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))
        self._refresh_request = partial(Request(self._session), timeout=timeout)
        self._lock = Lock()

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        redirections: int = 0,  # noqa: ARG002 -- none are followed
        connection_type: object = None,  # noqa: ARG002 -- httplib2's own affair
    ) -> tuple[httplib2.Response, bytes]:
        """The answer's headers, in small letters and with "status", and its body."""
        token = self._fresh_token(stale=None)
        answer = self._send(uri, method, body, headers, token)
        if answer.status_code == requests.codes.unauthorized:
            answer = self._send(uri, method, body, headers, self._fresh_token(stale=token))
        info = {name.lower(): value for name, value in answer.headers.items()}
        return httplib2.Response(info | {"status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def _send(
        self, uri: str, method: str, body: bytes | str | None, headers: Mapping[str, str] | None, token: str
    ) -> requests.Response:
        signed = {**(headers or {}), "authorization": f"Bearer {token}"}
        return self._session.request(
            method, uri, data=body, headers=signed, timeout=self._timeout, allow_redirects=False
        )

    def _fresh_token(self, *, stale: str | None) -> str:
        """An access token that is valid as far as we know, and not the stale one; threads share one refresh."""
        with self._lock:
            if not self._credentials.valid or self._credentials.token == stale:
                self._credentials.refresh(self._refresh_request)  # type: ignore[no-untyped-call]
            return str(self._credentials.token)


class _NoHttp:
    """What the shared client would send with: nothing, since each call brings its own transport."""

    def request(self, *_: object, **__: object) -> None:
        """Refuse."""
        raise AssertionError("a call was made without its transport")


@lru_cache(maxsize=8)
def client(api_root: str) -> Any:
    """google-api-python-client's YouTube, built from the document that it ships; `api_root` "": Google's own.

    It only makes requests and holds no state, so that one per root serves all threads and channels.
    """
    document = json.loads(get_static_doc("youtube", "v3"))
    # Changing the root in the document is the only way that takes uploads and batches along.
    document["rootUrl"] = f"{api_root.rstrip('/')}/" if api_root else document["rootUrl"]
    document.pop("mtlsRootUrl", None)
    return build_from_document(document, http=_NoHttp())
