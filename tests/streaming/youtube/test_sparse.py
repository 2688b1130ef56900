"""Servers that follow the document and leave out whatever it lets them leave out, or say what it does not know yet."""

from datetime import UTC, datetime

import pytest

from streaming.errors import Retryable
from streaming.platform import BroadcastStatus, Health, StreamStatus
from streaming.youtube import connect
from streaming.youtube.oauth import SCOPE, OAuthClient
from streaming.youtube.quota import FreeMeter
from tests.streaming.youtube.conftest import Answer

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOKEN = Answer(body={"access_token": "at-1", "token_type": "Bearer"})
BROADCAST = {
    "id": "b",
    "snippet": {"title": "Ask us", "description": "Ref: qa-7F3K2"},
    "status": {"privacyStatus": "unlisted", "lifeCycleStatus": "ready"},
}
STREAM = {
    "id": "s",
    "snippet": {"title": "qa-room"},
    "cdn": {"ingestionInfo": {"ingestionAddress": "rtmp://a.example/live2", "streamName": "key"}},
}


@pytest.fixture
def platform(server):
    server.will(TOKEN)
    credentials = OAuthClient("id", "secret", server.url).credentials("rt", [SCOPE])
    return connect(credentials, api_root=f"{server.url}/", meter=FreeMeter(lambda: NOW), clock=lambda: NOW)


def answered(server, *items):
    server.will(Answer(body={"items": list(items)}))


def strange(item, part, **values):
    return {**item, part: {**item[part], **values}}


def test_a_broadcast_without_details_is_read(server, platform):
    answered(server, BROADCAST)
    found = platform.broadcasts(["b"])["b"]
    assert (found.status, found.stream_id, found.starts_at, found.etag) == (BroadcastStatus.READY, None, None, "")


def test_a_stream_without_the_encrypted_address_is_read(server, platform):
    answered(server, STREAM)
    (found,) = platform.find_ingests("qa-room")
    assert (found.address, found.backup_address, found.key) == ("rtmp://a.example/live2", "", "key")


def test_a_stream_of_whose_health_nothing_is_said_has_none(server, platform):
    answered(server, {"id": "s", "status": {"streamStatus": "active"}})
    found = platform.health(["s"])["s"]
    assert (found.status, found.health, found.issues) == (StreamStatus.ACTIVE, Health.NO_DATA, ())


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": []}])
def test_an_empty_list_is_empty(server, platform, body):
    server.will(Answer(body=body))
    assert platform.find_broadcasts("qa-7F3K2") == []


@pytest.mark.parametrize(
    ("call", "item"),
    [
        (lambda it: it.broadcasts(["b"]), strange(BROADCAST, "status", lifeCycleStatus="resting")),
        (lambda it: it.broadcasts(["b"]), {"id": "b"}),
        (lambda it: it.find_broadcasts("qa-7F3K2"), strange(BROADCAST, "status", lifeCycleStatus="resting")),
        (lambda it: it.transition("b", BroadcastStatus.LIVE), {"id": "b"}),
        (lambda it: it.find_ingests("qa-room"), {**STREAM, "cdn": {}}),
        (lambda it: it.health(["s"]), {"id": "s", "status": []}),
        (lambda it: it.videos(["v"]), {"id": "v", "snippet": {}}),
        (lambda it: it.playlists(), {"id": "p"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_for_again_later(server, platform, call, item):
    answered(server, item)
    with pytest.raises(Retryable, match="cannot be read"):
        call(platform)
