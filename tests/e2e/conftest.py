"""A real browser on our own site."""

import shutil
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from workers import process
from workers.tasks import register

PHONE = {"width": 390, "height": 844}
FAKE_CAMERA = [
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
"""What Chromium is started with to have a camera and a microphone that anybody may use."""
UNCLOSED = ("unclosed file", "FileIO")
"""Werkzeug's own server forgets to close a file whose reader hangs up while the request is still being read."""


def pytest_itemcollected(item: pytest.Item) -> None:
    for words in UNCLOSED:
        item.add_marker(pytest.mark.filterwarnings(f"ignore:.*{words}:pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture
def site(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    app.extensions["hub"].stop()  # so that the server has no more streams to end
    server.shutdown()
    thread.join()
    server.server_close()


class Tasks(dict[str, Callable[[int], None]]):
    """The tasks by the names under which the site rings them."""

    def task(self, function: Callable[[int], None], *, name: str) -> None:
        self[name] = function


@pytest.fixture
def tasks(ports, monkeypatch):
    """`tasks[name](row_id)` does what a worker of this site does when it is rung."""
    monkeypatch.setattr(process, "_wired", [ports])
    known = Tasks()
    register(known)
    return known


@pytest.fixture(scope="module")
def chromium_flags():
    """What Chromium is started with besides; for tests to override."""
    return []


@pytest.fixture(scope="module")
def chromium(chromium_flags):
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", *chromium_flags]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def is_complaint():
    """`is_complaint(text)`: whether an error in the console is a mistake; for tests to override that cause some on purpose."""
    return lambda _: True


@pytest.fixture
def open_page(chromium, site, is_complaint):
    """`open_page(**options)` is a page of a fresh browser; a script that fails, or a complaint in the console, fails the test."""
    contexts, complaints = [], []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and is_complaint(message.text):
            complaints.append(message.text)

    def opened(**options) -> Page:
        context = chromium.new_context(**{"base_url": site, "locale": "en-GB", "viewport": PHONE, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", note)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
