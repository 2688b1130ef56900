"""Consent, codes, tokens: driven with the libraries that the product uses."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.errors import HttpError
from oauthlib.oauth2 import InvalidGrantError

from streaming.emulator.oauth import FORCE_SSL
from tests.streaming.emulator.conftest import START, event, reason

BACK = "https://help.example/back"
READONLY = "https://www.googleapis.com/auth/youtube.readonly"


@pytest.fixture(autouse=True)
def _over_plain_http(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def flow(emulator):
    opened = []

    def made(scopes=(FORCE_SSL,)) -> Flow:
        web = {
            "client_id": emulator.client_id, "client_secret": emulator.client_secret,
            "auth_uri": emulator.url + "/o/oauth2/auth", "token_uri": emulator.url + "/token",
        }  # fmt: skip
        opened.append(Flow.from_client_config({"web": web}, list(scopes), redirect_uri=BACK))
        return opened[-1]

    yield made
    for each in opened:
        each.oauth2session.close()


def sent_back(answer):
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def consent(flow, **extra):
    address, state = flow.authorization_url(access_type="offline", prompt="consent", **extra)
    back = sent_back(requests.get(address, allow_redirects=False, timeout=5))
    assert back["state"] == state
    return back["code"]


def test_the_whole_web_flow_with_pkce(emulator, channel, flow):
    going = flow()
    code = consent(going, auto="1")
    answer = going.fetch_token(code=code)
    assert (answer["scope"], answer["expires_in"], "refresh_token_expires_in" in answer) == ([FORCE_SSL], 3599, False)
    credentials = going.credentials
    credentials.refresh(Request())
    assert emulator.oauth.holder(credentials.token).channel == channel
    with pytest.raises(InvalidGrantError):
        going.fetch_token(code=code)


def test_a_code_is_worth_nothing_without_its_verifier_or_too_late(emulator, channel, flow):
    for verifier in (None, "another" * 7):
        going = flow()
        code = consent(going, auto="1")
        going.code_verifier = verifier
        with pytest.raises(InvalidGrantError, match="code verifier"):
            going.fetch_token(code=code)
    going = flow()
    code = consent(going, auto="1")
    emulator.clock.advance(600)
    with pytest.raises(InvalidGrantError):
        going.fetch_token(code=code)


def test_an_app_in_testing_gets_tokens_that_die_after_a_week(emulator, channel, flow):
    emulator.oauth.refresh_seconds = 604799
    going = flow()
    assert going.fetch_token(code=consent(going, auto="1"))["refresh_token_expires_in"] == 604799
    credentials = going.credentials
    emulator.clock.advance(604798)
    credentials.refresh(Request())
    emulator.clock.advance(1)
    with pytest.raises(RefreshError, match="invalid_grant"):
        credentials.refresh(Request())


def test_people_choose_a_channel_and_untick_a_scope_on_the_page(emulator, channel, flow):
    second = emulator.add_channel("<Second>")
    address, state = flow([FORCE_SSL, READONLY]).authorization_url()
    with requests.Session() as browser:
        page = browser.get(address, timeout=5)
        assert "&lt;Second&gt;" in page.text
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        form = {**hidden, "channel": second, "granted": READONLY}
        back = sent_back(browser.post(address, data=form, allow_redirects=False, timeout=5))
        assert (back["scope"], back["state"]) == (READONLY, state)
        denied = sent_back(browser.post(address, data={**form, "deny": "1"}, allow_redirects=False, timeout=5))
    assert (denied["error"], denied["state"]) == ("access_denied", state)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("emulator.apps.example", "unknown"),
        ("redirect_uri=https", "redirect_uri=javascript"),
        ("response_type=code", "response_type=token"),
        ("code_challenge_method=S256", "code_challenge_method=plain"),
    ],
)
def test_a_wrong_request_for_consent_is_told_and_never_redirected(emulator, flow, old, new):
    address, _ = flow().authorization_url(auto="1")
    answer = requests.get(address.replace(old, new), allow_redirects=False, timeout=5)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_what_a_scope_does_not_allow(emulator, channel, connect):
    reader = connect(channel, scopes=frozenset({READONLY}))
    assert reader.channels().list(part="id", mine=True).execute()["items"][0]["id"] == channel
    with pytest.raises(HttpError) as refused:
        reader.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()
    assert (refused.value.resp.status, reason(refused.value)) == (403, "insufficientPermissions")


def test_a_revoked_grant_ends_at_once(emulator, channel, youtube):
    youtube.channels().list(part="id", mine=True).execute()
    emulator.oauth.revoke_channel(channel)
    with pytest.raises(RefreshError, match="Token has been expired or revoked"):
        youtube.channels().list(part="id", mine=True).execute()


def test_revoking_over_http(emulator, channel):
    token = emulator.refresh_token(channel)
    assert requests.post(f"{emulator.url}/revoke?token={token}", timeout=5).status_code == 200
    again = requests.post(f"{emulator.url}/revoke", data={"token": token}, timeout=5)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_an_access_token_lives_for_an_hour(emulator, channel, get):
    assert get("/youtube/v3/channels?part=id&mine=true").status_code == 200
    emulator.clock.advance(3599)
    answer = get("/youtube/v3/channels?part=id&mine=true")
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_wrong_clients_and_grants(emulator, channel):
    def ask(**fields):
        form = {"client_id": emulator.client_id, "client_secret": emulator.client_secret, **fields}
        answer = requests.post(emulator.url + "/token", data=form, timeout=5)
        return answer.status_code, answer.json()["error"]

    assert ask(client_secret="wrong") == (401, "invalid_client")
    assert ask(grant_type="password") == (400, "unsupported_grant_type")
    assert ask(grant_type="refresh_token", refresh_token="unknown") == (400, "invalid_grant")


def test_faults_strike_the_token_server_too_and_no_token_is_written_down(emulator, channel):
    emulator.faults.add("oauth.token", "error", status=400, reason="invalid_grant")
    token = emulator.refresh_token(channel)
    client = {"client_id": emulator.client_id, "client_secret": emulator.client_secret}
    credentials = Credentials(None, refresh_token=token, token_uri=emulator.url + "/token", **client)
    with pytest.raises(RefreshError):
        credentials.refresh(Request())
    credentials.refresh(Request())
    assert [(e.method, e.status, e.at) for e in emulator.journal] == [
        ("oauth.token", 400, START),
        ("oauth.token", 200, START),
    ]
    assert token not in str(emulator.journal)
