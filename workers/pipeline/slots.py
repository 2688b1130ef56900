"""How many steps this machine does at once."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from helpcenter.settings import Settings


@contextmanager
def slot(settings: Settings) -> Iterator[bool]:
    """Whether there was room for one more step; the room is held during the block, and freed by the kernel if we die."""
    folder = settings.scratch / "slots"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for number in range(settings.worker_processes):
            file = stack.enter_context((folder / str(number)).open("w"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield True
            return
        yield False
