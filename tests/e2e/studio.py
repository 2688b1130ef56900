"""A host's studio and his guests in Chromium with its fake camera (green) and its fake microphone (a beep each second)."""

import json
import shutil
import subprocess
from datetime import timedelta

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.permissions import Role
from helpcenter.services import accounts, broadcasts
from streaming.local.archive import Archive
from streaming.platform import BroadcastStatus
from tests.e2e.conftest import PHONE
from tests.factories import NOW, make_channel, make_session, make_user

FAKES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
REMOTE_ID = "local-0001"
BY_ADDRESS = "127.0.0.1"


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *FAKES]
        )  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Maria Weber")


@pytest.fixture
def session(ports, host):
    """A session that this site broadcasts itself, in rehearsal."""
    with ports.database.transaction() as db:
        channel = make_channel(db, platform="local", title="This site")
        made = make_session(
            db, starts_at=NOW + timedelta(minutes=5), hosts=[db.merge(host)], channel_id=channel.id,
            state=LiveSessionState.SCHEDULED,
        )  # fmt: skip
        broadcasts.request_sync(db, made, now=NOW)
        row = broadcasts.of_session(db, made)
        row.remote_id, row.status = REMOTE_ID, BroadcastStatus.READY
        made.state = LiveSessionState.REHEARSING
    return made


@pytest.fixture
def open_host(open_page, ports, site, host, session):
    """`open_host(**options)` is the host's page."""

    def opened(**options):
        page = open_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, db.merge(host), browser="test", now=ports.clock())
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"/console/{session.public_id}")
        return page

    return opened


def set_up(page):
    """Open camera and microphone."""
    page.locator("#studio-setup").click()
    expect(page.locator("#studio-start")).to_be_visible()


def send(page):
    """Begin to send, and wait until the first chunks have arrived."""
    page.locator("#studio-start").click()
    expect(page.locator("#studio-badge")).to_contain_text("sending 00:00:02")


def stop(page):
    """End it, and wait until everything has arrived."""
    page.locator("#studio-stop").click()
    expect(page.locator("#studio-line")).to_be_hidden()


def takes(ports):
    """The takes that our side has."""
    return Archive(ports.settings.live_root, REMOTE_ID).takes()


def chunks(take):
    """Its chunks in order."""
    return sorted(take.folder.glob("*.chunk"))


def strung(take, folder):
    """Its chunks strung together in one file."""
    path = folder / f"{take.id}.webm"
    path.write_bytes(b"".join(chunk.read_bytes() for chunk in chunks(take)))
    return path


def streams(path):
    """{"video": (codec, seconds), "audio": …}, from every packet."""
    found = {}
    for kind in ("video", "audio"):
        asked = ["-select_streams", kind[0], "-show_entries", "stream=codec_name:packet=pts_time", "-of", "json"]
        said = json.loads(
            subprocess.run(["ffprobe", "-v", "error", *asked, path], check=True, capture_output=True).stdout
        )
        times = [float(packet["pts_time"]) for packet in said["packets"]]
        found[kind] = (said["streams"][0]["codec_name"], max(times) - min(times))
    return found


def frame(path, second):
    """The picture at that second, (720, 1280, 3)."""
    cut = ["-i", path, "-ss", str(second), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(["ffmpeg", "-v", "error", *cut], check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(720, 1280, 3)


def loudness(path, start, seconds):
    """How loud it is, as the loudest tenth of a second's RMS, 0 to 1."""
    cut = ["-i", path, "-ss", str(start), "-t", str(seconds), "-ac", "1", "-ar", "16000", "-f", "f32le", "-"]
    raw = subprocess.run(["ffmpeg", "-v", "error", *cut], check=True, capture_output=True).stdout
    sound = np.frombuffer(raw, np.float32)
    parts = sound[: len(sound) // 1600 * 1600].reshape(-1, 1600)
    return float(np.sqrt((parts**2).mean(axis=1)).max())


def invite(page):
    """The path of a new link."""
    page.locator("#studio-invite").click()
    expect(page.locator("#studio-link")).to_contain_text("/join/")
    return "/join/" + page.locator("#studio-link").inner_text().partition("/join/")[2]


def knock(guest, path, name):
    """Go through the door's questions."""
    guest.goto(path)
    guest.locator("#join-setup").click()
    guest.locator("#name").fill(name)
    guest.locator("[name=agreed]").check()
    guest.locator("#join-form button").click()
    expect(guest.locator("#join-state")).to_contain_text("at the door")


def let_in(page, guest, name):
    """The host opens, and both are connected."""
    page.locator("#studio-guests li", has_text=name).locator("[data-admit]").click()
    expect(guest.locator("#join-stage")).to_be_visible()


def change(ports, session, **values):
    """Set how the session stands."""
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        for name, value in values.items():
            setattr(found, name, value)


__all__ = ["BY_ADDRESS", "PHONE"]
