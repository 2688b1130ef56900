"""A real browser on our own site."""

import shutil
import threading

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def site(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, site):
    """`open_page(**options)` is a page of a fresh browser; whatever it complains about fails the test."""
    contexts, complaints = [], []

    def opened(**options) -> Page:
        context = chromium.new_context(**{"base_url": site, "locale": "en-GB", "viewport": PHONE, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
