"""The host sends from his browser: what arrives is whole and in order, whatever becomes of the line, the page and the devices."""

import shutil
import time

import pytest

from tests.conftest import NOW, Clock
from tests.e2e.studio import (
    loudness,
    set_up,
    stop,
    streams,
    strung,
    takes,
)

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]


class RunningClock(Clock):
    """A clock that goes on by itself."""

    def __call__(self):
        self.began = getattr(self, "began", time.monotonic())
        self.now = NOW
        self.advance(seconds=time.monotonic() - self.began)
        return self.now


@pytest.fixture
def clock():
    return RunningClock()


def test_what_is_sent_arrives_in_order_and_plays(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    page.locator("#studio-start").click()
    page.wait_for_timeout(12_000)
    stop(page)
    (take,) = takes(ports)
    found = streams(strung(take, tmp_path))
    assert {kind: codec for kind, (codec, _) in found.items()} == {"video": "h264", "audio": "opus"}
    assert [abs(seconds - 12) < 0.5 for _, seconds in found.values()] == [True, True]
    assert (take.closed, take.label) == (True, "Maria Weber")
    assert loudness(tmp_path / f"{take.id}.webm", 2, 5) > 0.01
