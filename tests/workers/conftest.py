import pytest

from tests.workers.driving import film


@pytest.fixture(scope="session")
def mp4(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film"), "talk.mp4", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
