"""`helpcenter emulator` as a process of its own."""

import json
import signal
import subprocess
import sys

import requests


def test_it_prints_its_settings_serves_and_ends_when_told():
    command = [
        sys.executable,
        "-c",
        "from helpcenter.cli import main; main()",
        "emulator",
        "--port",
        "0",
        "--pace",
        "20",
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        settings = json.loads(process.stdout.readline())
        root = settings["HELPCENTER_YOUTUBE_API_ROOT"]
        state = requests.get(f"{root}/control/state", timeout=5).json()
        assert [channel["title"] for channel in state["channels"]] == ["Product experts"]
        assert sorted(settings) == [
            "HELPCENTER_YOUTUBE_API_ROOT",
            "HELPCENTER_YOUTUBE_CLIENT_ID",
            "HELPCENTER_YOUTUBE_CLIENT_SECRET",
            "HELPCENTER_YOUTUBE_OAUTH_ROOT",
        ]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
