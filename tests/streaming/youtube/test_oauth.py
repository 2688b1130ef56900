import base64
import hashlib
import os
from urllib.parse import parse_qs, urlsplit

import pytest

from streaming.errors import Rejected, Retryable, Uncertain
from streaming.youtube.oauth import SCOPE, Grant, OAuthClient
from tests.servers import free_port
from tests.streaming.youtube.conftest import Answer

BACK = "http://127.0.0.1:8000/admin/channels/back"
TOKEN = {"access_token": "at", "refresh_token": "rt", "token_type": "Bearer", "expires_in": 3599, "scope": SCOPE}


@pytest.fixture
def client(server):
    return OAuthClient("our-id", "our-secret", server.url + "/")


def test_the_owner_is_sent_to_google_with_state_and_challenge():
    begun = OAuthClient("our-id", "our-secret").begin(BACK)
    address = urlsplit(begun.url)
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).decode().rstrip("=")
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://accounts.google.com/o/oauth2/auth"
    assert asked == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": BACK,
        "scope": SCOPE,
        "state": begun.state,
        "access_type": "offline",
        "prompt": "consent",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    assert begun.verifier not in begun.url
    assert begun.verifier not in repr(begun)


def test_each_round_trip_has_its_own_state_and_verifier(client, server):
    first, second = client.begin(BACK), client.begin(BACK)
    assert first.url.startswith(f"{server.url}/o/oauth2/auth?")
    assert len({first.state, second.state, first.verifier, second.verifier}) == 4


def test_a_code_is_changed_for_a_grant(client, server):
    server.will(Answer(body=TOKEN | {"refresh_token_expires_in": 604_799}))
    grant = client.finish(BACK, "the-code", "the-verifier")
    assert grant == Grant("rt", frozenset({SCOPE}), 604_799.0, "at")
    assert "rt" not in repr(grant).replace("refresh_expires_in", "")
    (asked,) = server.posts("/token")
    assert asked.form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": BACK,
        "code_verifier": "the-verifier",
    }
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"our-id:our-secret").decode()


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("openid", {"openid"}),
        (f"openid {SCOPE}", {"openid", SCOPE}),
        (None, {SCOPE}),
    ],
    ids=["unticked", "more than asked", "left out"],
)
def test_the_scopes_are_those_that_were_granted(client, server, scope, granted):
    answer = {name: value for name, value in TOKEN.items() if name != "scope"}
    server.will(Answer(body=answer | ({"scope": scope} if scope else {})))
    grant = client.finish(BACK, "code", "verifier")
    assert (grant.scopes, grant.refresh_expires_in) == (granted, None)


def test_a_refused_code_says_why(client, server):
    server.will(Answer(400, {"error": "invalid_grant", "error_description": "Missing code verifier."}))
    with pytest.raises(Rejected) as refused:
        client.finish(BACK, "code", "verifier")
    assert refused.value.reason == "invalid_grant"


def test_a_grant_without_refresh_token_is_refused(client, server):
    server.will(Answer(body={name: value for name, value in TOKEN.items() if name != "refresh_token"}))
    with pytest.raises(Rejected) as refused:
        client.finish(BACK, "code", "verifier")
    assert refused.value.reason == "missing_refresh_token"


@pytest.mark.parametrize(
    "answer",
    [Answer(ending="close"), Answer(body=TOKEN, ending="cut"), Answer(502, b"<html>Bad Gateway</html>")],
    ids=["close", "cut", "502"],
)
def test_a_lost_answer_leaves_the_code_in_doubt(client, server, answer):
    server.will(answer)
    with pytest.raises(Uncertain):
        client.finish(BACK, "code", "verifier")
    assert len(server.asked) == 1


def test_the_environment_is_as_before(client, server, monkeypatch):
    server.will(Answer(body=TOKEN), Answer(400, {"error": "invalid_grant"}))
    client.finish(BACK, "code", "verifier")
    assert "OAUTHLIB_INSECURE_TRANSPORT" not in os.environ
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "before")
    with pytest.raises(Rejected):
        client.finish(BACK, "code", "verifier")
    assert os.environ["OAUTHLIB_INSECURE_TRANSPORT"] == "before"
    assert "OAUTHLIB_RELAX_TOKEN_SCOPE" not in os.environ


@pytest.mark.parametrize("root", ["http://192.0.2.1:8090", "http://emulator.example", "HTTP://example.org"])
def test_a_server_without_tls_elsewhere_is_refused(root):
    with pytest.raises(ValueError, match="must be on this machine"):
        OAuthClient("id", "secret", root)


@pytest.mark.parametrize(
    "root", ["http://localhost:1", "http://[::1]:1", "http://127.0.0.2:1", "https://example.org", ""]
)
def test_a_server_with_tls_or_on_this_machine_is_taken(root):
    assert OAuthClient("id", "secret", root).begin(BACK).url.startswith(root or "https://accounts.google.com")


def test_credentials_fetch_their_token_from_the_same_server(client, server):
    from google.auth.transport.requests import Request

    server.will(Answer(body={"access_token": "fresh", "expires_in": 3599, "scope": SCOPE, "token_type": "Bearer"}))
    credentials = client.credentials("rt", frozenset({SCOPE}))
    assert not credentials.valid
    credentials.refresh(Request())
    assert (credentials.token, credentials.valid) == ("fresh", True)
    (asked,) = server.posts("/token")
    assert asked.form == {
        "grant_type": "refresh_token", "refresh_token": "rt", "client_id": "our-id", "client_secret": "our-secret",
        "scope": SCOPE,
    }  # fmt: skip


def test_revoking_twice_is_revoking_once(client, server):
    server.will(Answer(), Answer(400, {"error": "invalid_token"}))
    client.revoke("rt")
    client.revoke("rt")
    assert [asked.form for asked in server.posts("/revoke")] == [{"token": "rt"}] * 2


def test_revoking_is_tried_again_when_the_server_is_ill(client, server):
    server.will(Answer(503), Answer(ending="close"))
    for _ in range(2):
        with pytest.raises(Retryable):
            client.revoke("rt")


def test_an_unreachable_server_is_told_apart_for_revoking():
    with pytest.raises(Retryable):
        OAuthClient("id", "secret", f"http://127.0.0.1:{free_port()}").revoke("rt")
