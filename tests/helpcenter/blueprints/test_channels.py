"""Connecting a channel as an admin does, against the emulator: our pages, the consent page, the way back."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from helpcenter.models import Channel, ChannelConnection, ChannelState, QuotaDay
from helpcenter.permissions import Role
from helpcenter.platforms import ConnectedChannels
from helpcenter.services import channels, quota
from helpcenter.settings import Settings
from streaming.emulator import Emulator
from streaming.platform import Priority
from tests.conftest import on_emulator
from tests.factories import make_channel, make_session, make_user

FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as running:
        yield running


@pytest.fixture
def settings(settings, emulator):
    return on_emulator(settings, emulator)


@pytest.fixture
def admin(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.ADMIN, email="ada@example.org")


def leave(browser):
    """Press the button on our page: the address of the consent page."""
    answer = browser.post("/admin/channels/connect")
    assert answer.status_code == 200
    address = answer.headers["Refresh"].removeprefix("0; url=")
    assert f'href="{address.replace("&", "&amp;")}"' in answer.text
    return address


def consent(address, **form):
    """Answer the consent page: the path by which the browser comes back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(address.partition("?")[0], data={**asked, **form}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == "http://127.0.0.1:8000"
    return f"{back.path}?{back.query}"


def connect(browser, channel_id, granted=FORCE_SSL, **form):
    return browser.get(consent(leave(browser), channel=channel_id, granted=granted, **form))


def the_channels(ports):
    with ports.database.reading() as db:
        return channels.all_channels(db)


def test_an_admin_connects_a_channel_with_one_click(sign_in, ports, admin, emulator):
    remote = emulator.add_channel("The e-bike channel")
    browser = sign_in(admin)
    assert "Connect a YouTube channel" in browser.get("/admin/channels").text
    # The way back is a navigation from a foreign site: a GET that no token comes with.
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    back = connect_cross_site(browser, remote)
    assert back.status_code == 302
    page = browser.get(back.location).text
    assert "“The e-bike channel” is connected." in page
    (channel,) = the_channels(ports)
    assert (channel.remote_id, channel.title, channel.state, channel.connected_by_id) == (
        remote, "The e-bike channel", ChannelState.OK, admin.id,
    )  # fmt: skip
    assert channel.uploads
    assert emulator.oauth.grants[channels.token_of(ports.settings, channel)].channel == remote
    with ports.database.reading() as db:
        assert [(day.spent, day.reserved) for day in db.scalars(select(QuotaDay))] == [(1, 0)]


def connect_cross_site(browser, remote):
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    path = consent(leave(browser), channel=remote, granted=FORCE_SSL)
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    return browser.get(path)


def test_nobody_else_can_be_made_to_leave_by_a_foreign_page(sign_in, ports, admin):
    browser = sign_in(admin)
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert browser.post("/admin/channels/connect").status_code == 403
    with ports.database.reading() as db:
        assert db.scalars(select(ChannelConnection)).all() == []


def test_a_code_is_taken_once_and_only_from_who_began(sign_in, ports, admin, emulator):
    with ports.database.transaction() as db:
        other = make_user(db, Role.ADMIN)
    browser = sign_in(admin)
    path = consent(leave(browser), channel=emulator.add_channel(), granted=FORCE_SSL)
    assert sign_in(other).get(path).status_code == 409
    assert browser.get(path).status_code == 302
    again = browser.get(path)
    assert (again.status_code, "was used already" in again.text) == (409, True)
    assert len(the_channels(ports)) == 1


def test_who_is_signed_out_meanwhile_signs_in_and_goes_on(sign_in, client, admin, emulator):
    path = consent(leave(sign_in(admin)), channel=emulator.add_channel(), granted=FORCE_SSL)
    answer = client.get(path)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.location).query)["next"] == [path]
    assert sign_in(admin).get(path).status_code == 302


@pytest.mark.parametrize(
    ("form", "channel", "words"),
    [
        ({"deny": "1"}, True, "The permission was not given at YouTube"),
        ({"granted": "https://www.googleapis.com/auth/youtube.readonly"}, True, "leave its box ticked"),
        ({"granted": ""}, True, "leave its box ticked"),
        ({}, False, "This Google account has no YouTube channel"),
    ],
)
def test_what_went_wrong_at_the_platform_is_said_in_words(sign_in, ports, admin, emulator, form, channel, words):
    remote = emulator.add_channel() if channel else ""
    answer = connect(sign_in(admin), remote, **form)
    assert (answer.status_code, words in answer.text) == (400, True)
    assert the_channels(ports) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("error=access_denied", "Die Erlaubnis wurde bei YouTube nicht erteilt"),
        ("error=<script>alert(1)</script>", "&lt;script&gt;"),
        ("code=made-up", "invalid_grant"),
        ("", "invalid_request"),
    ],
)
def test_an_answer_that_makes_no_sense_is_said_in_words(sign_in, ports, admin, query, words):
    browser = sign_in(admin)
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]
    language = "de" if "Erlaubnis" in words else "en"
    answer = browser.get(f"/admin/channels/connected?lang={language}&state={state}&{query}")
    assert (answer.status_code, words in answer.text) == (400, True)
    assert the_channels(ports) == []


def test_without_the_platform_the_admin_is_told_to_try_again(sign_in, ports, admin, emulator):
    browser = sign_in(admin)
    emulator.faults.add(method="channels.list", kind="error")
    answer = connect(browser, emulator.add_channel())
    assert (answer.status_code, "YouTube did not answer" in answer.text) == (503, True)


def test_connecting_again_brings_a_revoked_channel_back(sign_in, ports, admin, emulator, clock):
    remote, browser = emulator.add_channel("Bikes"), sign_in(admin)
    connect(browser, remote)
    (channel,) = the_channels(ports)
    emulator.oauth.revoke_channel(remote)
    with ports.database.transaction() as db:
        channels.mark_revoked(db, db.get_one(Channel, channel.id), why="invalid_grant", now=clock())
    page = browser.get("/admin/channels").text
    assert "YouTube has ended the authorisation" in page
    connect(browser, remote)
    (again,) = the_channels(ports)
    assert (again.id, again.state, again.connections) == (channel.id, ChannelState.OK, 2)
    assert ports.platforms.of(again.id, priority=Priority.NORMAL).channel().id == remote


def test_an_authorisation_that_will_end_is_shown_with_its_day(sign_in, ports, admin, emulator, clock):
    emulator.oauth.refresh_seconds = 604_799
    try:
        connect(sign_in(admin), emulator.add_channel())
    finally:
        emulator.oauth.refresh_seconds = None
    (channel,) = the_channels(ports)
    assert channel.token_expires_at == clock() + timedelta(seconds=604_799)
    assert "you are told three days before" in sign_in(admin).get("/admin/channels").text
    with ports.database.transaction() as db:
        channels.warn_of_expiry(db, db.get_one(Channel, channel.id), now=clock() + timedelta(days=5))
    assert "Connect it again before that." in sign_in(admin).get("/admin/channels").text


def test_disconnecting_ends_the_authorisation_on_both_sides(sign_in, ports, admin, emulator):
    browser = sign_in(admin)
    connect(browser, emulator.add_channel("Bikes"))
    (channel,) = the_channels(ports)
    grant = emulator.oauth.grants[channels.token_of(ports.settings, channel)]
    answer = browser.post(f"/admin/channels/{channel.public_id}/disconnect")
    page = browser.get(answer.location).text
    assert "its authorisation has been forgotten here" in page
    assert "Google could not be told" not in page
    (channel,) = the_channels(ports)
    assert (grant.revoked, channel.token, channel.state) == (True, "", ChannelState.REVOKED)


def test_disconnecting_works_when_the_key_is_lost(sign_in, ports, admin):
    with ports.database.transaction() as db:
        channel = make_channel(db, token="v1.gone.AAAA")
        channel.token = "v1.gone.AAAA"
    browser = sign_in(admin)
    answer = browser.post(f"/admin/channels/{channel.public_id}/disconnect")
    assert "Google could not be told" in browser.get(answer.location).text
    assert the_channels(ports)[0].token == ""


def test_no_secret_stands_on_any_page(sign_in, ports, admin, emulator):
    browser = sign_in(admin)
    connect(browser, emulator.add_channel())
    (channel,) = the_channels(ports)
    token = channels.token_of(ports.settings, channel)
    pages = [browser.get(path).text for path in ("/admin/channels", "/admin/quota", "/admin/system")]
    assert not [page for page in pages if token in page or channel.token in page or emulator.client_secret in page]


def test_the_quota_is_shown_with_its_spending_and_forecast(sign_in, ports, admin, clock):
    with ports.database.transaction() as db:
        channel = make_channel(db)
        session = make_session(db, channel_id=channel.id, starts_at=clock() + timedelta(hours=2), title="Tonight")
    ledger = quota.Ledger(ports.database, ports.settings, clock, priority=Priority.NORMAL, session_id=session.id)
    with ledger.charge("liveBroadcasts.insert"):
        page = sign_in(admin).get("/admin/quota").text
    text = re.sub(r"<[^>]+>|\s+", " ", page)
    assert "9,950 of 10,000 left" in text
    assert "0 spent, 50 reserved" in text
    assert "Tonight" in page
    assert "1 live session before that will need about" in text
    ledger.exhausted("liveBroadcasts.insert")
    german = sign_in(admin).get("/admin/quota?lang=de").text
    assert "aufgebraucht" in german


@pytest.mark.parametrize("role", [None, *(role for role in Role if role not in {Role.ADMIN, Role.ANONYMOUS})])
def test_only_admins_see_and_change_channels(sign_in, client, ports, role):
    browser, refused = client, 302
    if role is not None:
        with ports.database.transaction() as db:
            user = make_user(db, role)
        browser, refused = sign_in(user), 403
    for path in ("/admin/channels", "/admin/quota", "/admin/channels/connected?state=x&code=y"):
        assert browser.get(path).status_code == refused
    for path in ("/admin/channels/connect", "/admin/channels/x/disconnect"):
        assert browser.post(path).status_code in {refused, 401, 403}


class TestWithoutAGoogleProject:
    @pytest.fixture
    def settings(self, tmp_path, database_url):
        return Settings(data_root=tmp_path / "data", database_url=database_url, site_url="https://help.example.org")

    def test_the_page_says_how_to_set_it_up(self, sign_in, admin):
        browser = sign_in(admin)
        browser.set_cookie("__Host-signin", browser.get_cookie("signin").value, domain="localhost", secure=True)
        answer = browser.get("/admin/channels", base_url="https://localhost")
        assert 'value="https://help.example.org/admin/channels/connected"' in answer.text
        assert "HELPCENTER_YOUTUBE_CLIENT_ID" in answer.text
        refused = browser.post(
            "/admin/channels/connect", base_url="https://localhost", headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert refused.status_code == 503


def test_the_ports_open_connected_channels(ports):
    assert isinstance(ports.platforms, ConnectedChannels)
