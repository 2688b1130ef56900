import pytest

from helpcenter.settings import Settings
from streaming.emulator import Emulator
from tests.workers.archive.evening import Evening
from tests.workers.driving import film


@pytest.fixture
def emulator(clock):
    with Emulator(time=clock) as running:
        yield running


@pytest.fixture
def settings(tmp_path, database_url, emulator):
    return Settings(
        data_root=tmp_path / "data", database_url=database_url, secret_key="a key for tests only",
        youtube_client_id=emulator.client_id, youtube_client_secret=emulator.client_secret,
        youtube_api_root=emulator.url, youtube_oauth_root=emulator.url,
    )  # fmt: skip


@pytest.fixture
def evening(ports, clock, emulator):
    return Evening(ports, clock, emulator)


@pytest.fixture(scope="session")
def mp4(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film"), "talk.mp4", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
