"""Places at which a test may have the worker killed, to see that nothing is lost and nothing done twice.

HELPCENTER_FAILPOINT names the places, separated by commas; each kills once, which a file in HELPCENTER_FAILPOINT_FOLDER
remembers. HELPCENTER_FAILPOINT_KILLS says what dies: the whole process "group" (the default) or this process alone ("self").
Without the first, as always in real life, nothing happens.
"""

import os
import signal
from pathlib import Path


def reach(point: str) -> None:
    """Die here, if a test asked for it and it has not happened yet."""
    named = os.environ.get("HELPCENTER_FAILPOINT")
    if not named or point not in named.split(","):
        return
    marker = Path(os.environ["HELPCENTER_FAILPOINT_FOLDER"]) / point
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    if os.environ.get("HELPCENTER_FAILPOINT_KILLS") == "self":
        os.kill(os.getpid(), signal.SIGKILL)
    os.killpg(os.getpgrp(), signal.SIGKILL)
