"""Does the sandbox hold on this machine? Tries from inside what a taken-over decoder would try."""

import json
import os
import secrets
import socket
import tempfile
from pathlib import Path

from helpcenter.errors import N_, HelpCenterError, Message
from workers.media import runner
from workers.media.ffmpeg import Tools
from workers.media.sandbox import Limits

_SCRIPT = Path(__file__).with_name("selftest_child.py")
_LIMITS = Limits(wall_floor=30.0, memory=1 << 30, file_size=1 << 20)

_BREACHES = {
    "environ": N_("Inside the sandbox, the worker's environment with its passwords can be read."),
    "shadow": N_("Inside the sandbox, /etc/shadow can be read."),
    "secret": N_("Inside the sandbox, files of this service can be read."),
    "connect": N_("Inside the sandbox, services on this machine can be reached."),
    "write": N_("Inside the sandbox, files outside the output folder can be written."),
}


def sandbox_self_test(tools: Tools) -> list[Message]:
    """What gets out of the sandbox, in words; empty where it holds. Without a sandbox: why there is none."""
    if not tools.sandbox:
        return [tools.sandbox_state]
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        secret = Path(folder) / "secret"
        secret.write_text(secrets.token_hex())
        given = Path(folder) / "given"
        given.write_text("given")
        try:
            arguments = [str(listener.getsockname()[1]), str(secret), str(os.getpid())]
            result = runner.run_python(tools, _SCRIPT, arguments, inputs=[given], limits=_LIMITS)
            breaches = json.loads(result.stdout)
        except HelpCenterError as error:
            return [error.message]
    return [Message(_BREACHES[name]) for name in breaches]
