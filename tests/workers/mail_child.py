"""A worker for tests that kill it: for each line on standard input it forks a process that sends one mail, and dies as told.

A line is JSON: {"mail": id, "points": "a,b", "folder": where fail points remember, "now": when that is, "kill_after": seconds
or null}; the answer is one line with how the process ended: "0", or "-9".
"""

import json
import os
import select
import signal
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import text

from helpcenter.db import SqlDatabase
from helpcenter.mail import render_mail
from helpcenter.ports import Ports
from helpcenter.queue import SilentQueue
from helpcenter.wiring import wire
from workers import mails


def send(ports: Ports, order: dict[str, Any]) -> None:
    os.environ.update(
        HELPCENTER_FAILPOINT=order["points"],
        HELPCENTER_FAILPOINT_FOLDER=order["folder"],
        HELPCENTER_FAILPOINT_KILLS="self",
    )
    now = datetime.fromisoformat(order["now"])
    mails.send(replace(ports, clock=lambda: now), order["mail"])


def main() -> None:
    ports = wire(queue=SilentQueue())
    assert isinstance(ports.database, SqlDatabase)
    with ports.database.reading() as db:
        db.execute(text("SELECT 1"))
    render_mail(
        "confirm_question", {"question": "Q", "asker": "A", "title": "?"}, "de", ports.settings
    )  # warms up for the forks
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            ports.database.engine.dispose(close=False)
            send(ports, order)
            os._exit(0)
        if order["kill_after"] is not None:
            watched = os.pidfd_open(child)
            if not select.select([watched], [], [], order["kill_after"])[0]:
                os.kill(child, signal.SIGKILL)
            os.close(watched)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
