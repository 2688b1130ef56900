"""`helpcenter emulator` as a process of its own."""

import json
import signal
import subprocess
import sys

import pytest
import requests

from helpcenter.cli import call


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


@pytest.mark.parametrize("content", [b"\xff\xfe", b"1\n00:00:01,000 --> 00:00:02,000\nSubRip\n"])
def test_captions_that_cannot_be_read_are_refused_in_one_line(tmp_path, capsys, content):
    (tmp_path / "words.vtt").write_bytes(content)
    assert call(["emulator", "--port", "0", "--captions", str(tmp_path / "words.vtt")]) == 2
    told = capsys.readouterr().err
    assert (told.count("\n"), "is no WebVTT" in told) == (1, True)
