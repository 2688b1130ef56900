from collections.abc import Iterator

import pytest

from tests.workers.live.evening import Evening, evening


@pytest.fixture
def tonight(ports, clock) -> Iterator[Evening]:
    """A session in three hours, just scheduled; nothing has been done about it yet."""
    with evening(ports, clock) as made:
        yield made
