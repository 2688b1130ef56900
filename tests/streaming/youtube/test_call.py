"""One call over real HTTP, against a server that answers as told."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from streaming.errors import Deferred, NotAllowed, NotFound, ReauthNeeded, Rejected, Retryable, Uncertain
from streaming.youtube.call import Api, as_page
from streaming.youtube.oauth import SCOPE, OAuthClient
from streaming.youtube.transport import Transport, client
from tests.servers import free_port
from tests.streaming.youtube.conftest import Answer, refusal

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RESET = datetime(2026, 11, 24, 8, tzinfo=UTC)
TOKEN = Answer(body={"access_token": "at-1", "expires_in": 3599, "scope": SCOPE, "token_type": "Bearer"})
RENEWED = Answer(body=TOKEN.body | {"access_token": "at-2"})
QUOTA = 'You have exceeded your <a href="/quota">quota</a>.'


class Book:
    """A meter that writes down what happened to it."""

    def __init__(self):
        self.lines = []

    @contextmanager
    def charge(self, method):
        self.lines.append(f"reserve {method}")
        try:
            yield
        finally:
            self.lines.append("settle")

    def exhausted(self, method):
        self.lines.append(f"exhausted {method}")
        return RESET


@pytest.fixture
def book():
    return Book()


def api_at(root, book, *, timeout=(2, 2)):
    credentials = OAuthClient("id", "secret", root).credentials("rt", [SCOPE])
    return Api(Transport(credentials, timeout), api_root=root, meter=book, clock=lambda: NOW)


@pytest.fixture
def api(server, book):
    server.will(TOKEN)
    return api_at(server.url, book)


def read(api):
    return api.run(api.client.liveBroadcasts().list(part="id", id="b"), as_page)["items"]


def insert(api):
    return api.run(api.client.liveBroadcasts().insert(part="id", body={}), lambda answer: answer["id"])


def delete(api):
    return api.run(api.client.liveBroadcasts().delete(id="b"), lambda _: None)


def raised(kind, call, api):
    with pytest.raises(kind) as error:
        call(api)
    assert type(error.value) is kind
    return error.value


def test_a_call_is_paid_for_signed_and_answered(api, server, book):
    server.will(Answer(body={"items": [{"id": "b"}]}))
    assert read(api) == [{"id": "b"}]
    assert book.lines == ["reserve liveBroadcasts.list", "settle"]
    asked = server.asked[-1]
    assert (asked.method, asked.path, asked.query["id"]) == ("GET", "/youtube/v3/liveBroadcasts", ["b"])
    assert asked.headers["authorization"] == "Bearer at-1"


def test_everything_goes_to_the_root_that_was_set(server):
    made = client(server.url)
    assert made is client(server.url)
    from googleapiclient.http import MediaInMemoryUpload

    upload = made.thumbnails().set(videoId="v", media_body=MediaInMemoryUpload(b"x", mimetype="image/png"))
    assert upload.uri.startswith(f"{server.url}/upload/youtube/v3/thumbnails/set?")
    assert made.new_batch_http_request()._batch_uri == f"{server.url}/batch"
    assert client("").videos().list(part="id").uri.startswith("https://youtube.googleapis.com/youtube/v3/videos?")
    assert client(server.url + "/").videos().list(part="id").uri.startswith(f"{server.url}/youtube/v3/videos?")


def test_a_call_without_its_transport_goes_nowhere(server):
    with pytest.raises(AssertionError, match="without its transport"):
        client(server.url).videos().list(part="id").execute()
    assert server.asked == []


@pytest.mark.parametrize("ending", ["close", "cut", "silence"])
def test_a_lost_answer_is_uncertain_for_what_creates_and_one_request_is_made(api, server, book, ending):
    api = api_at(server.url, book, timeout=(2, 0.2))
    server.will(Answer(body={"id": "made"}, ending=ending))
    raised(Uncertain, insert, api)
    assert len(server.posts("/liveBroadcasts")) == 1
    assert book.lines == ["reserve liveBroadcasts.insert", "settle"]


@pytest.mark.parametrize("ending", ["close", "cut", "silence"])
@pytest.mark.parametrize("call", [read, delete])
def test_a_lost_answer_is_retryable_for_what_may_be_done_twice(server, book, ending, call):
    server.will(TOKEN, Answer(body={"items": [{"id": "b"}]}, ending=ending))
    raised(Retryable, call, api_at(server.url, book, timeout=(2, 0.2)))
    assert len(server.asked) == 2


ILL = [
    Answer(500),
    Answer(502, b"<html>Bad Gateway</html>"),
    refusal(503, "backendError"),
    refusal(403, "errorExecutingTransition"),
    Answer(408),
    Answer(302, headers={"Location": "https://example.org/"}),
    Answer(304),
    Answer(500, {"error": {"message": 5}}),
]


@pytest.mark.parametrize("answer", ILL, ids=lambda answer: str(answer.status))
def test_an_ill_server_leaves_what_creates_in_doubt(api, server, answer):
    server.will(answer)
    raised(Uncertain, insert, api)
    assert len(server.posts("/liveBroadcasts")) == 1


@pytest.mark.parametrize("answer", ILL, ids=lambda answer: str(answer.status))
def test_an_ill_server_is_asked_again_later(api, server, answer):
    server.will(answer)
    raised(Retryable, read, api)
    assert len(server.asked) == 2


@pytest.mark.parametrize("body", [b"<html>Sign in to the hotel's network</html>", b"{", b"", b"[]", b"null", b'"made"'])
def test_an_answer_that_cannot_be_read_is_no_success(api, server, body):
    server.will(Answer(200, body), Answer(200, body))
    raised(Uncertain, insert, api)
    raised(Retryable, read, api)


def test_a_connection_that_was_never_made_is_retryable_for_everything(server, book):
    server.will(TOKEN)
    credentials = OAuthClient("id", "secret", server.url).credentials("rt", [SCOPE])
    nowhere = f"http://127.0.0.1:{free_port()}"
    api = Api(Transport(credentials, (2, 2)), api_root=nowhere, meter=book, clock=lambda: NOW)
    raised(Retryable, insert, api)
    raised(Retryable, read, api)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(400, "invalidTitle"), Rejected),
        (refusal(400, "invalidDescription"), Rejected),
        (refusal(400, "invalidScheduledStartTime"), Rejected),
        (refusal(403, "errorStreamInactive"), Rejected),
        (refusal(403, "invalidTransition"), Rejected),
        (refusal(403, "concurrentBroadcastsExceedLimit"), Rejected),
        (refusal(403, "liveBroadcastBindingNotAllowed"), Rejected),
        (refusal(403, "userBroadcastsExceedLimit"), Rejected),
        (refusal(409, "captionExists"), Rejected),
        (refusal(403, "accessNotConfigured"), Rejected),
        (refusal(404, "liveBroadcastNotFound"), NotFound),
        (refusal(403, "liveStreamNotFound"), NotFound),
        (refusal(410, "gone"), NotFound),
        (refusal(403, "forbidden"), NotAllowed),
        (refusal(403, "liveStreamingNotEnabled"), NotAllowed),
        (refusal(403, "insufficientLivePermissions"), NotAllowed),
        (refusal(403, "insufficientPermissions"), ReauthNeeded),
        (refusal(429, "rateLimitExceeded"), Retryable),
        (refusal(403, "userRequestsExceedRateLimit"), Retryable),
        (refusal(403, "userRateLimitExceeded"), Retryable),
    ],
    ids=lambda value: value.body["error"]["errors"][0]["reason"] if isinstance(value, Answer) else None,
)
@pytest.mark.parametrize("call", [read, insert])
def test_a_refusal_is_what_its_reason_says(api, server, book, answer, kind, call):
    server.will(answer)
    error = raised(kind, call, api)
    assert error.reason == answer.body["error"]["errors"][0]["reason"]
    assert book.lines[-1] == "settle"


def test_a_newer_body_without_errors_is_read_by_its_details(api, server):
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]
    error = {"code": 403, "message": "No.", "status": "PERMISSION_DENIED", "details": details}
    server.will(Answer(403, {"error": error}), Answer(404, {"error": {"status": "NOT_FOUND", "message": "No."}}))
    assert raised(ReauthNeeded, read, api).reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert raised(NotFound, read, api).reason == "NOT_FOUND"


@pytest.mark.parametrize("status", [403, 404, 410, 451])
@pytest.mark.parametrize("body", [b"<html>Blocked by the company's proxy</html>", b'{"error": "no"}', b'{"error": []}'])
def test_what_is_not_the_api_speaking_says_nothing_about_the_thing(api, server, status, body):
    server.will(Answer(status, body))
    assert raised(Rejected, read, api).reason == ""


def test_an_empty_quota_defers_until_the_meter_says(api, server, book):
    server.will(refusal(403, "quotaExceeded", QUOTA, domain="youtube.quota"))
    error = raised(Deferred, insert, api)
    assert (error.until, error.reason) == (RESET, "quotaExceeded")
    assert str(error) == "liveBroadcasts.insert: You have exceeded your quota."
    assert book.lines == ["reserve liveBroadcasts.insert", "settle", "exhausted liveBroadcasts.insert"]


def test_a_call_that_cannot_be_paid_for_is_not_made(server, book):
    @contextmanager
    def charge(method):
        raise Deferred(until=RESET)
        yield

    book.charge = charge
    assert raised(Deferred, insert, api_at(server.url, book)).until == RESET
    assert server.asked == []


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ({}, 10.0),
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0"}, 0.0),
        ({"Retry_After": "Mon, 23 Nov 2026 09:00:30 GMT"}, 30.0),
        ({"Retry_After": "Mon, 23 Nov 2026 08:00:00 GMT"}, 0.0),
        ({"Retry_After": "soon"}, 10.0),
    ],
)
def test_too_fast_says_how_long_to_wait(api, server, header, after):
    server.will(refusal(403, "userRequestsExceedRateLimit", **header))
    assert raised(Retryable, insert, api).after == after


def test_the_message_is_kept_without_its_links_and_not_for_ever(api, server):
    server.will(refusal(400, "invalidTitle", "<b>Bad</b> " + "x" * 1000))
    text = str(raised(Rejected, read, api))
    assert text == "liveBroadcasts.list: 400 invalidTitle Bad " + "x" * 296


def test_an_access_token_that_ended_early_is_renewed_once(api, server):
    server.will(refusal(401, "authError"), RENEWED, Answer(body={"id": "made"}))
    assert insert(api) == "made"
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == [
        "token",
        "liveBroadcasts",
        "token",
        "liveBroadcasts",
    ]
    assert server.asked[-1].headers["authorization"] == "Bearer at-2"
    assert server.asked[-1].body == server.asked[1].body


def test_a_fresh_token_that_is_refused_as_well_ends_it(api, server):
    server.will(refusal(401, "authError"), RENEWED, refusal(401, "authError"))
    assert raised(ReauthNeeded, insert, api).reason == "authError"
    assert len(server.asked) == 4


def test_a_revoked_authorisation_needs_a_person(server, book):
    server.will(Answer(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}))
    assert raised(ReauthNeeded, insert, api_at(server.url, book)).reason == "invalid_grant"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(502, b"<html>Bad Gateway</html>"),
        Answer(403, b"<html>Blocked by the company's proxy</html>"),
        Answer(200, {"expires_in": 1}),
        Answer(200, b"<html>", ending="cut"),
        Answer(ending="close"),
    ],
    ids=["502", "proxy", "no token", "cut", "close"],
)
def test_an_ill_authorisation_server_ends_nothing(server, book, answer):
    server.will(answer)
    raised(Retryable, insert, api_at(server.url, book))
    assert len(server.asked) == 1


def test_an_entry_in_netrc_does_not_replace_the_token(api, server, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.will(Answer(body={}))
    assert read(api) == []
    assert server.asked[-1].headers["authorization"] == "Bearer at-1"


def page(ids, token=None):
    return Answer(body={"items": [{"id": name} for name in ids]} | ({"nextPageToken": token} if token else {}))


def every(api):
    return [item["id"] for item in api.items(api.client.liveStreams().list, part="id", mine=True)]


def test_a_list_is_read_to_its_last_page_and_each_page_is_paid_for(api, server, book):
    server.will(page("abc", "2"), page("", "3"), page("de"))
    assert every(api) == list("abcde")
    assert [asked.query.get("pageToken") for asked in server.asked[1:]] == [None, ["2"], ["3"]]
    assert book.lines == ["reserve liveStreams.list", "settle"] * 3


def test_a_page_that_comes_twice_counts_once(api, server):
    server.will(page("ab", "2"), page("ab", "3"), page("c"))
    assert every(api) == list("abc")


def test_a_list_in_circles_is_no_list(api, server):
    server.will(page("a", "2"), *[page("b", "3"), page("c", "2")] * 3)
    raised(Retryable, every, api)
    assert [asked.query.get("pageToken") for asked in server.asked[1:]] == [None, ["2"], ["3"], ["2"], ["3"]]


def test_the_next_page_may_fail_like_any_call(api, server):
    server.will(page("ab", "2"), Answer(500))
    raised(Retryable, every, api)


def test_eight_threads_share_one_client_and_one_refresh(api, server, book):
    server.will(*[Answer(body={"items": [{"id": "b"}]}) for _ in range(240)])
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: read(api), range(240)))
    assert found == [[{"id": "b"}]] * 240
    assert len(server.posts("/token")) == 1
    assert len(book.lines) == 480


def test_eight_threads_that_are_refused_share_one_renewal(server, book):
    valid = {"Bearer at-2"}

    class Refusing:
        """Refuses the first token however often it comes, and gives out the second."""

        def popleft(self):
            asked = server.asked[-1]
            if asked.path == "/token":
                return TOKEN if len(server.posts("/token")) == 1 else RENEWED
            return Answer(body={"items": []}) if asked.headers["authorization"] in valid else refusal(401, "authError")

    api = api_at(server.url, book)
    server.answers = Refusing()
    with pytest.raises(ReauthNeeded):
        valid.clear(), read(api)
    valid.add("Bearer at-2")
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: read(api), range(40))) == [[]] * 40
    assert len(server.posts("/token")) == 2


def test_the_clock_of_an_access_token_is_heeded(server, book):
    server.will(Answer(body=TOKEN.body | {"expires_in": 1}), Answer(body={}), RENEWED, Answer(body={}))
    api = api_at(server.url, book)
    read(api), read(api)
    assert [asked.headers.get("authorization") for asked in server.asked] == [None, "Bearer at-1", None, "Bearer at-2"]


def test_no_secret_stands_in_an_error(api, server):
    server.will(refusal(401, "authError"), RENEWED, refusal(401, "authError"))
    error = raised(ReauthNeeded, insert, api)
    chain = []
    while error is not None:
        chain.append(repr(error))
        error = error.__cause__ or error.__context__
    assert not [text for text in chain if "at-1" in text or "at-2" in text or "secret" in text]


def test_the_pause_is_reckoned_by_our_clock(server, book):
    server.will(TOKEN, refusal(503, "backendError", Retry_After="Mon, 23 Nov 2026 10:00:00 GMT"))
    assert raised(Retryable, read, api_at(server.url, book)).after == timedelta(hours=1).total_seconds()
