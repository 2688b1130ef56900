import pytest

from tests.conftest import on_emulator
from tests.workers.archive.evening import Evening
from tests.workers.driving import film


@pytest.fixture
def settings(settings, emulator):
    return on_emulator(settings, emulator)


@pytest.fixture
def evening(ports, clock, emulator):
    return Evening(ports, clock, emulator)


@pytest.fixture(scope="session")
def mp4(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film"), "talk.mp4", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
