from pathlib import Path

import pytest

from helpcenter.errors import NotConfigured
from workers.media import ffmpeg, sandbox
from workers.media.ffmpeg import Tools, find_tools
from workers.media.sandbox import Limits
from workers.media.selftest import sandbox_self_test


def test_nothing_gets_out_of_the_sandbox_of_this_machine(tools: Tools):
    assert tools.sandbox
    assert sandbox_self_test(tools) == []


def test_without_a_sandbox_the_self_test_says_so(bare_tools: Tools):
    assert [str(message) for message in sandbox_self_test(bare_tools)] == [
        "The sandbox is switched off by the settings."
    ]


def test_a_missing_ffmpeg_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with pytest.raises(NotConfigured, match="no program /nowhere/ffmpeg"):
        find_tools(ffmpeg_binary="/nowhere/ffmpeg")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(NotConfigured, match="sudo apt install ffmpeg"):
        find_tools()


def test_ffmpeg_comes_from_a_package_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in find_tools(sandbox="off").ffmpeg


def test_a_machine_without_bubblewrap_works_on_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    ffmpeg._tools.cache_clear()
    tools = find_tools(ffmpeg_binary="/usr/bin/ffmpeg")
    assert not tools.sandbox
    assert "sudo apt install bubblewrap" in str(tools.sandbox_state)
    with pytest.raises(NotConfigured, match="bubblewrap is missing"):
        find_tools(ffmpeg_binary="/usr/bin/ffmpeg", sandbox="require")
    ffmpeg._tools.cache_clear()


def test_a_bubblewrap_that_may_not_run_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "uid map: Permission denied" in str(sandbox.trial("/usr/bin/ffmpeg"))


def test_the_time_limit_grows_with_the_recording():
    assert Limits(wall_floor=60, wall_per_second=2).wall(30) == 120
    assert Limits(wall_floor=60).wall(None) == 60
