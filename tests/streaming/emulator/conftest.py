"""An emulator whose clock stands still, Google's own client on a transport of requests, and a channel."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httplib2
import pytest
import requests
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document

from streaming.emulator import Emulator
from streaming.emulator.clock import stamp
from streaming.emulator.discovery import document_text

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DOCUMENT = json.loads(document_text())


class Transport:
    """What Google's client calls an http object, over a session of requests."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(self, uri, method="GET", body=None, headers=None, redirections=5, connection_type=None):
        answer = self._session.request(method, uri, data=body, headers=headers, timeout=5, allow_redirects=False)
        return httplib2.Response(
            {**{k.lower(): v for k, v in answer.headers.items()}, "status": str(answer.status_code)}
        ), answer.content

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(time=lambda: START) as running:
        yield running


@pytest.fixture
def channel(emulator: Emulator) -> str:
    return emulator.add_channel("Product experts")


@pytest.fixture
def connect(emulator: Emulator) -> Iterator[Callable[..., Any]]:
    """`connect(channel)` is Google's client, authorised by that channel."""
    opened = []

    def connected(channel_id: str, **options) -> Any:
        credentials = Credentials(
            None, refresh_token=emulator.refresh_token(channel_id, **options), token_uri=emulator.url + "/token",
            client_id=emulator.client_id, client_secret=emulator.client_secret,
        )  # fmt: skip
        session = AuthorizedSession(credentials)
        opened.append(session)
        document = {**DOCUMENT, "rootUrl": emulator.url + "/"}
        del document["mtlsRootUrl"]
        return build_from_document(document, http=Transport(session))

    yield connected
    for session in opened:
        session._auth_request.session.close()
        session.close()


@pytest.fixture
def youtube(connect, channel):
    return connect(channel)


@pytest.fixture
def get(emulator: Emulator, channel: str) -> Iterator[Callable[..., requests.Response]]:
    """`get(path, verb, …)`: a plain request with a good access token."""
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer " + emulator.access_token(channel)

        def asked(path: str, verb: str = "GET", **options) -> requests.Response:
            return session.request(verb, emulator.url + path, timeout=options.pop("timeout", 5), **options)

        yield asked


def event(
    emulator: Emulator, title: str = "Questions about batteries", *, hours: float = 2, **content
) -> dict[str, Any]:
    """The body of a broadcast to come."""
    starts = stamp(emulator.clock.now() + timedelta(hours=hours))
    body = {"snippet": {"title": title, "scheduledStartTime": starts}, "status": {"privacyStatus": "unlisted"}}
    return body | ({"contentDetails": content} if content else {})


ROOM = {
    "snippet": {"title": "room"},
    "cdn": {"frameRate": "variable", "resolution": "variable", "ingestionType": "rtmp"},
}


@pytest.fixture
def evening(emulator, youtube):
    """`evening(**contentDetails)`: a broadcast bound to a stream that sends; (broadcast id, stream key)."""

    def made(*, sending: bool = True, **content) -> tuple[str, str]:
        broadcast = (
            youtube.liveBroadcasts()
            .insert(part="snippet,status,contentDetails", body=event(emulator, **content))
            .execute()
        )
        stream = youtube.liveStreams().insert(part="snippet,cdn", body=ROOM).execute()
        youtube.liveBroadcasts().bind(part="id", id=broadcast["id"], streamId=stream["id"]).execute()
        key = stream["cdn"]["ingestionInfo"]["streamName"]
        if sending:
            emulator.ingest(key).start()
        return broadcast["id"], key

    return made


NO_MONITOR = {"monitorStream": {"enableMonitorStream": False}}


def reason(error) -> str:
    """The platform's word for why, from an HttpError or a response of requests."""
    return json.loads(error.content)["error"]["errors"][0]["reason"]
