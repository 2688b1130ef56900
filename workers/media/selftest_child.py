"""Runs inside the sandbox and tries to get out. Called as: SITE PORT SECRET PID; prints what worked, as a JSON list."""

import contextlib
import json
import socket
import sys
from pathlib import Path

OUTSIDE = ("/job/in0", "/usr/helpcenter-test", "/etc/helpcenter-test", "/tmp/helpcenter-test")  # noqa: S108 -- it must not be there


def main() -> None:
    """Try everything."""
    port, secret, pid = sys.argv[2:5]
    worked = []
    if readable("/proc/1/environ") or readable(f"/proc/{pid}/environ") or readable("/proc/self/environ"):
        worked.append("environ")
    if readable("/etc/shadow"):
        worked.append("shadow")
    if readable(secret):
        worked.append("secret")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), timeout=2):
        worked.append("connect")
    if any(writable(path) for path in OUTSIDE):
        worked.append("write")
    print(json.dumps(worked))  # noqa: T201 -- the parent reads it


def readable(path: str) -> bool:
    """Whether a byte of it can be read."""
    try:
        with Path(path).open("rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def writable(path: str) -> bool:
    """Whether a byte can be added to it."""
    try:
        with Path(path).open("ab") as file:
            file.write(b"x")
    except OSError:
        return False
    return True


main()
