"""What tests do at the host's studio and at a guest's page, and what they look at in what has arrived.

Chromium's fake camera is green, its fake microphone beeps once a second.
"""

import json
import re
import subprocess

import numpy as np
from playwright.sync_api import expect

from helpcenter.models import LiveSession
from streaming.local.archive import Archive

REMOTE_ID = "local-0001"
PATIENCE = 20_000
"""Milliseconds for what goes through two pages and the server, on a machine that has other things to do."""


def set_up(page):
    """Open camera and microphone."""
    page.locator("#studio-setup").click()
    expect(page.locator("#studio-start")).to_be_visible()


def send(page):
    """Begin to send, and wait until the first chunks have arrived."""
    page.locator("#studio-start").click()
    expect(page.locator("#studio-badge")).to_have_text(re.compile("sending 00:00:0[2-9]"))


def stop(page, ports):
    """End it, and return the take once everything of it has arrived."""
    page.locator("#studio-stop").click()
    until(page, lambda: takes(ports)[-1].closed)
    expect(page.locator("#studio-line")).to_be_hidden()
    return takes(ports)[-1]


def until(page, wanted):
    """Wait until it is so, while the page goes on."""
    for _ in range(100):
        if wanted():
            return
        page.wait_for_timeout(100)
    raise AssertionError(wanted)


def check_whole(path, seconds, tolerance=0.5):
    """Picture and sound are both as long as that, and no chunk, which would be a second, is missing."""
    for kind, (_, length, gap) in streams(path).items():
        assert abs(length - seconds) < tolerance, (kind, length, seconds)
        assert gap < 0.9, (kind, gap)


def takes(ports):
    """The takes that our side has."""
    return Archive(ports.settings.live_root, REMOTE_ID).takes()


def chunks(take):
    """Its chunks in order."""
    return [take.chunk(number) for number in range(take.count())]


def strung(take, folder):
    """Its chunks strung together in one file."""
    path = folder / f"{take.id}.webm"
    path.write_bytes(b"".join(chunk.read_bytes() for chunk in chunks(take)))
    return path


def streams(path):
    """{"video": (codec, seconds, longest gap), "audio": …}, from every packet."""
    found = {}
    for kind in ("video", "audio"):
        asked = ["-select_streams", kind[0], "-show_entries", "stream=codec_name:packet=pts_time", "-of", "json"]
        said = json.loads(
            subprocess.run(["ffprobe", "-v", "error", *asked, path], check=True, capture_output=True).stdout
        )
        times = np.sort([float(packet["pts_time"]) for packet in said["packets"]])
        found[kind] = (said["streams"][0]["codec_name"], times[-1] - times[0], np.diff(times).max())
    return found


def frame(path, second):
    """The picture at that second, (720, 1280, 3)."""
    cut = ["-i", path, "-ss", str(second), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(["ffmpeg", "-v", "error", *cut], check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(720, 1280, 3)


def first_change(path):
    """The second at which the picture, once it is the fake camera's, ceases to be; it may begin without the camera."""
    small = ["-vf", "fps=20,scale=32:18", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, *small, "-"], check=True, capture_output=True).stdout
    green = np.frombuffer(raw, np.uint8).reshape(-1, 18 * 32, 3).mean(axis=1)[:, 1]
    begins = int(np.argmax(green >= 80))
    assert begins < 20  # it does begin, within a second
    return float(begins + np.argmax(green[begins:] < 80)) / 20


def loudness(path, start, seconds):
    """How loud it is, as the loudest tenth of a second's RMS, 0 to 1."""
    cut = ["-i", path, "-ss", str(start), "-t", str(seconds), "-ac", "1", "-ar", "16000", "-f", "f32le", "-"]
    raw = subprocess.run(["ffmpeg", "-v", "error", *cut], check=True, capture_output=True).stdout
    sound = np.frombuffer(raw, np.float32)
    parts = sound[: len(sound) // 1600 * 1600].reshape(-1, 1600)
    return float(np.sqrt((parts**2).mean(axis=1)).max())


def invite(page):
    """The path of a new link."""
    with page.expect_response(lambda one: one.request.method == "POST") as answered:
        page.locator("#studio-invite").click()
    address = answered.value.json()["address"]
    expect(page.locator("#studio-link")).to_have_text(address)
    return "/join/" + address.partition("/join/")[2]


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
    expect(guest.locator("#join-stage")).to_be_visible(timeout=PATIENCE)


def change(ports, session, **values):
    """Set how the session stands."""
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        for name, value in values.items():
            setattr(found, name, value)


def off_record(page, off):
    """What the host's page tells the studio when he presses the button."""
    page.evaluate("off => document.dispatchEvent(new CustomEvent('studio:off-record', { detail: off }))", off)


def clock_of(page):
    """For how many seconds the page has been sending."""
    hours, minutes, seconds = page.locator("#studio-badge").inner_text().split()[-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def is_green(picture, rows=slice(300, 340), columns=slice(200, 300)):
    """Whether this part of the picture is the fake camera's."""
    red, green, blue = picture[rows, columns].reshape(-1, 3).mean(axis=0)
    return bool(green > 100 and red < 60 and blue < 60)
