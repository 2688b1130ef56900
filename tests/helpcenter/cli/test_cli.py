import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpcenter.cli import call

ROOT = Path(__file__).resolve().parents[3]
SPEECH = ROOT / "tests" / "data" / "speech-en.flac"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nHow far does it go?\n\n00:02.000 --> 00:10.500\nSeventy kilometres.\n"
MARKERS = '[{"at": 0, "kind": "answering", "title": "How far does it go?"}, {"at": 10.6, "kind": "answered"}]'


def helpcenter(*arguments):
    """The command as a person runs it: in a process of its own, on the embedded default of this test."""
    command = [sys.executable, "-c", "from helpcenter.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    "command", ["", "ingest", "search", "chapters", "doctor", "run", "migrate", "user", "user create", "user link"]
)
def test_every_command_explains_itself(command, capsys):
    assert call([*command.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: helpcenter")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"], ["ingest"], ["ingest", "no-such-file.mp4"], ["search"], ["search", "x", "--limit", "0"],
        ["run", "--port", "x"],
        ["user", "create", "kim@example.org", "--role", "king"], ["ingest", str(SPEECH), "--captions", "no-such-file.vtt"],
        ["chapters", "no-such-file.vtt"],
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_on_standard_error_and_status_two(arguments, capsys):
    assert call(arguments) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["user", "create", "not-an-address", "--role", "editor"], "mail address"),
        (["ingest", str(SPEECH), "--topic", "no-such-topic"], "no-such-topic"),
        (["ingest", str(SPEECH), "--markers", str(ROOT / "README.md")], "markers"),
        (["ingest", str(SPEECH), "--captions", str(SPEECH)], "caption file"),
    ],
)
def test_a_failure_is_one_line_that_names_it_and_status_one(arguments, word, capsys, sqlite_url):
    assert call(arguments) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n"), word in printed.err) == ("", 1, True)


def test_search_on_an_empty_embedded_default_finds_nothing(capsys, sqlite_url):
    assert call(["search", "battery", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_new_account_gets_a_link(capsys, sqlite_url):
    assert call(["user", "create", "kim@example.org", "--role", "editor"]) == 0
    assert "/sign-in/link/" in capsys.readouterr().out
    assert call(["user", "create", "kim@example.org", "--role", "editor"]) == 1


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(capsys, monkeypatch, sqlite_url):
    monkeypatch.setenv("HELPCENTER_SMTP_URL", "smtp://127.0.0.1:9?timeout=1")
    assert call(["doctor", "--json"]) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["database"]["ok"] is True
    assert (checks["mail"]["ok"], "HELPCENTER_SMTP_URL" in checks["mail"]["mend"]) == (False, True)


def test_a_recording_is_taken_in_by_one_command_on_an_empty_machine(tmp_path, sqlite_url):
    (tmp_path / "talk.vtt").write_text(CAPTIONS)
    (tmp_path / "markers.json").write_text(MARKERS)
    files = ["--captions", tmp_path / "talk.vtt", "--markers", tmp_path / "markers.json"]
    done = helpcenter("ingest", SPEECH, "--title", "A talk", "--language", "en", *files, "--wait", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert list(result) == ["recording", "state", "url", "duration", "provider", "cues", "chapters", "clips", "steps"]
    assert (result["state"], result["provider"], result["cues"]) == ("ready", "captions", 2)
    assert {step["state"] for step in result["steps"]} == {"done"}
    assert [clip["title"] for clip in result["clips"]] == ["How far does it go?"]
    found = json.loads(helpcenter("search", "kilometres", "--json").stdout)
    assert [(hit["kind"], hit["recording"]) for hit in found] == [("cue", result["recording"])]
    assert list(found[0]) == ["kind", "title", "snippet", "url", "recording", "start", "end", "score"]


def test_a_file_that_is_no_recording_fails_with_the_reason(tmp_path, sqlite_url):
    (tmp_path / "film.mp4").write_text("This is not a film.")
    done = helpcenter("ingest", tmp_path / "film.mp4", "--wait", "--json")
    assert done.returncode == 1
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["state"] == "failed"
    assert "film.mp4" in done.stderr.splitlines()[-1]
