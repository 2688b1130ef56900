"""Whatever comes in, the emulator answers in Google's form, says nothing on its console, and goes on."""

import base64
import socket

import pytest
import requests

from tests.streaming.emulator.conftest import event, reason

BROADCASTS = "/youtube/v3/liveBroadcasts"
DEEP = b"[" * 200_000
DIGITS = "9" * 5_000


def page_token(raw):
    return base64.urlsafe_b64encode(raw).decode()


@pytest.fixture
def send(emulator, capfd):
    """`send(bytes)`: the status of the answer to a request that no client would write."""

    def sent(raw):
        with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=5) as connection:
            connection.sendall(raw)
            with connection.makefile("rb") as answer:
                status = int(answer.readline().split()[1])
                headers = dict(line.rstrip().split(b": ", 1) for line in iter(answer.readline, b"\r\n"))
                assert headers[b"Content-Type"] == b"application/json; charset=UTF-8"
                return status

    yield sent
    assert requests.get(emulator.url + "/control/state", timeout=5).status_code == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("first", "headers", "body", "status"),
    [
        (b"POST /youtube/v3/videos", b"Content-Length: abc\r\n", b"", 400),
        (b"POST /youtube/v3/videos", b"Content-Length: -5\r\n", b"", 400),
        (b"POST /youtube/v3/videos", b"Transfer-Encoding: chunked\r\n", b"zz\r\n", 400),
        (b"POST /youtube/v3/videos", b"X-HTTP-Method-Override: GET\r\nContent-Length: 2\r\n", b"\xff\xfe", 400),
        (b"GET http://[", b"", b"", 400),
        (b"PATCH /youtube/v3/videos", b"", b"", 404),
        (b"OPTIONS /youtube/v3/videos", b"", b"", 404),
        (b"POST /token", b"Content-Length: 2\r\n", b"\xff\xfe", 400),
        (b"POST /token", b"Authorization: Basic \xff!!\r\n", b"", 400),
        (b"POST /token", b"Authorization: Basic a\r\n", b"", 400),
        (b"POST /control/advance", b"Content-Length: 200000\r\n", DEEP, 400),
        (b"POST /control/advance", b"Content-Length: 20\r\n", b'{"seconds":Infinity}', 400),
        (b"POST /control/advance", b"Content-Length: 16\r\n", b'{"seconds":1e13}', 400),
        (
            b"POST /batch",
            b"Content-Type: multipart/mixed; boundary=a\r\nContent-Length: 54\r\n",
            b"--a\r\nContent-Type: application/http\r\n\r\n\xff\xfe\xff /x\r\n--a--\r\n",
            400,
        ),
    ],
)
def test_requests_that_make_no_sense(send, first, headers, body, status):
    assert send(first + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n" + body) == status


@pytest.mark.parametrize(
    "path",
    [
        f"{BROADCASTS}?part=id&mine=true&maxResults={DIGITS}",
        f"{BROADCASTS}?part=id&mine=true&pageToken={page_token(b'page:-5')}",
        f"{BROADCASTS}?part=id&mine=true&pageToken={page_token(bytes([255, 254]))}",
        f"{BROADCASTS}?part=id&mine=true&pageToken={page_token(f'page:{DIGITS}'.encode())}",
    ],
)
def test_numbers_and_tokens_that_are_none(get, path):
    assert get(path).status_code == 400


@pytest.mark.parametrize(
    "snippet",
    [
        {"scheduledStartTime": "0001-01-01T00:00:00+12:00"},
        {"scheduledEndTime": "9999-12-31T23:59:59-12:00"},
        {"description": "half a letter \ud800"},
        {"liveChatId": DIGITS, "title": DIGITS},
    ],
)
def test_values_that_no_clock_and_no_text_can_hold(get, emulator, snippet):
    body = event(emulator)
    body["snippet"] |= snippet
    assert get(f"{BROADCASTS}?part=id,snippet,status", "POST", json=body).status_code == 400
    assert emulator.broadcasts == {}


def test_nested_without_end(get):
    answer = get(f"{BROADCASTS}?part=id", "POST", data=DEEP)
    assert (answer.status_code, reason(answer)) == (400, "parseError")


@pytest.mark.parametrize("address", ["http://[", "http://x/\r\nSet-Cookie: a=b", "http://x/€"])
def test_addresses_to_which_nobody_can_be_sent_back(emulator, address):
    asked = {
        "client_id": emulator.client_id,
        "redirect_uri": address,
        "response_type": "code",
        "scope": "x",
        "auto": "1",
    }
    answer = requests.get(f"{emulator.url}/o/oauth2/auth", params=asked, allow_redirects=False, timeout=5)
    assert (answer.status_code, "redirect_uri_mismatch" in answer.text) == (400, True)


def test_a_clock_that_was_moved_too_far_stays_where_it_was(emulator):
    before = emulator.clock.now()
    with pytest.raises(OverflowError):
        emulator.clock.advance(1e13)
    assert emulator.clock.now() == before


@pytest.mark.parametrize(("headers", "status"), [("Bearer ", 200), ("bearer ", 200), ("", 401), ("Basic ", 401)])
def test_only_a_bearer_token_is_one(emulator, channel, headers, status):
    sent = {"Authorization": headers + emulator.access_token(channel)}
    path = f"{emulator.url}/youtube/v3/channels?part=id&mine=true"
    assert requests.get(path, headers=sent, timeout=5).status_code == status


def test_a_token_in_the_query_is_as_good_and_not_written_down(emulator, channel):
    token = emulator.access_token(channel)
    asked = {"part": "id", "mine": "true", "access_token": token}
    assert requests.get(f"{emulator.url}/youtube/v3/channels", params=asked, timeout=5).status_code == 200
    assert token not in str(emulator.journal)
