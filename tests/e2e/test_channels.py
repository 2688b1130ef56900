"""An admin connects a channel in a real browser, by way of the consent page of another site and back."""

import shutil
import socket
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from helpcenter.permissions import Role
from helpcenter.services import accounts, channels
from helpcenter.settings import Settings
from streaming.emulator import Emulator
from tests.factories import make_user

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]


@pytest.fixture
def emulator():
    with Emulator() as running:
        running.add_channel("The e-bike channel")
        yield running


@pytest.fixture
def settings(tmp_path, database_url, emulator):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The emulator is at 127.0.0.1, which for a browser is another site than localhost: cookies are as strict as at Google.
    return Settings(
        data_root=tmp_path / "data", database_url=database_url, site_url=f"http://localhost:{port}",
        youtube_client_id=emulator.client_id, youtube_client_secret=emulator.client_secret,
        youtube_api_root=emulator.url, youtube_oauth_root=emulator.url,
    )  # fmt: skip


@pytest.fixture
def page(chromium, app, ports, settings):
    with ports.database.transaction() as db:
        admin = make_user(db, Role.ADMIN)
        token = accounts.start_sign_in(db, admin, browser="test", now=ports.clock())
    server = make_server("localhost", int(settings.site_url.rpartition(":")[2]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(base_url=settings.site_url, locale="en-GB")
    cookie = {"name": "signin", "value": token, "url": settings.site_url, "sameSite": "Lax", "httpOnly": True}
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_channel_is_connected_revoked_and_connected_again(page, ports, emulator):
    page.goto("/admin/channels")
    page.get_by_role("button", name="Connect a YouTube channel").click()
    page.wait_for_url(f"{emulator.url}/o/oauth2/auth**")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status")).to_have_text("“The e-bike channel” is connected.")
    with ports.database.transaction() as db:
        (channel,) = channels.all_channels(db)
        channels.mark_revoked(db, channel, why="invalid_grant", now=ports.clock())
    page.goto("/admin/channels")
    expect(page.locator(".badge--bad")).to_have_text("no longer connected")
    page.get_by_role("button", name="Connect again").click()
    page.wait_for_url(f"{emulator.url}/o/oauth2/auth**")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".badge--ok")).to_have_text("connected")
    page.get_by_text("Disconnect").first.click()
    page.get_by_role("button", name="Disconnect “The e-bike channel”").click()
    expect(page.locator(".badge--quiet")).to_have_text("disconnected")


def test_who_says_no_reads_so_and_nothing_is_connected(page, ports, emulator):
    page.goto("/admin/channels")
    page.get_by_role("button", name="Connect a YouTube channel").click()
    page.wait_for_url(f"{emulator.url}/o/oauth2/auth**")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("The permission was not given at YouTube, so nothing was changed.")
    with ports.database.reading() as db:
        assert channels.all_channels(db) == []
