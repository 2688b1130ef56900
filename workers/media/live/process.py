"""The end of a program that runs for as long as a session does."""

import os
import signal
import subprocess
from contextlib import suppress
from typing import Final

_ENDS: Final = ((signal.SIGTERM, 1.0), (signal.SIGKILL, 10.0))


def end(process: "subprocess.Popen[bytes]") -> None:
    """End it and what it has started now, politely at first; it was started in a session of its own."""
    for sign, wait in _ENDS:
        # What it has started may be there when it is not any more: a box that is just being set up lets no SIGTERM through.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(wait)
