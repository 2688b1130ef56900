import pytest

from tests.streaming.stages import STAGES


@pytest.fixture(params=STAGES)
def stage(request):
    """A platform of each kind, with one channel connected."""
    with STAGES[request.param]() as made:
        yield made
