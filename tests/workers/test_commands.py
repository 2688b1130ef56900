import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpcenter.errors import InvalidInput
from workers.commands import chapters

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
VTT, MARKERS = str(SAMPLES / "ebike-qa.vtt"), str(SAMPLES / "ebike-qa.markers.json")


def test_chapters_from_markers_are_printed_as_json() -> None:
    result = CliRunner().invoke(chapters, [VTT, "--markers", MARKERS, "--json"])
    found = json.loads(result.stdout)["chapters"]
    assert result.exit_code == 0
    assert len(found) == 10
    assert found[2] == {"start": 97.324, "end": 156.558, "title": "Was bedeutet der Fehler E 21 auf dem Display?"}


def test_chapters_are_printed_as_a_table() -> None:
    result = CliRunner().invoke(chapters, [VTT])
    assert "    1:37      2:38  Was bedeutet der Fehler E 21 auf dem Display?" in result.stdout.splitlines()


def test_a_transcript_without_chapters_says_so(tmp_path: Path) -> None:
    short = tmp_path / "short.vtt"
    short.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n", encoding="utf-8")
    assert CliRunner().invoke(chapters, [str(short)]).stdout == "No chapters were found.\n"
    assert json.loads(CliRunner().invoke(chapters, [str(short), "--json"]).stdout) == {"chapters": []}


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    assert CliRunner().invoke(chapters, [str(tmp_path / "none.vtt")]).exit_code == 2


@pytest.mark.parametrize("data", ["", "no captions at all"])
def test_a_file_without_captions_is_a_failure(tmp_path: Path, data: str) -> None:
    broken = tmp_path / "broken.vtt"
    broken.write_text(data, encoding="utf-8")
    result = CliRunner().invoke(chapters, [str(broken)])
    assert result.exit_code == 1
    assert isinstance(result.exception, InvalidInput)


def test_broken_markers_are_a_failure(tmp_path: Path) -> None:
    broken = tmp_path / "markers.json"
    broken.write_text("{", encoding="utf-8")
    result = CliRunner().invoke(chapters, [VTT, "--markers", str(broken)])
    assert isinstance(result.exception, InvalidInput)
