import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "scripts" / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_sample_fits_into_four_megabytes() -> None:
    assert sum(file.stat().st_size for file in SAMPLES.glob("ebike-qa.*")) <= 4_000_000


def test_the_committed_captions_are_the_words_of_the_script(maker: ModuleType) -> None:
    slides = maker.read_script((SAMPLES / "ebike-qa.script.txt").read_text(encoding="utf-8"))
    said = [f"<v {maker.NAMES[line.speaker]}>{line.shown}</v>" for slide in slides for line in slide.lines]
    captions = (SAMPLES / "ebike-qa.vtt").read_text(encoding="utf-8")
    assert [line for line in captions.splitlines() if line.startswith("<v")] == said


def test_half_of_the_questions_are_german_and_half_are_english() -> None:
    truth = json.loads((SAMPLES / "ebike-qa.truth.json").read_text(encoding="utf-8"))
    assert [part["language"] for part in truth if part["question"]] == ["de"] * 4 + ["en"] * 4


def test_every_marker_is_within_three_seconds_of_the_truth() -> None:
    truth = json.loads((SAMPLES / "ebike-qa.truth.json").read_text(encoding="utf-8"))
    edges = {(part["title"], kind): part[edge] for part in truth for kind, edge in (
        ("answering", "start"), ("topic", "start"), ("answered", "end"))}  # fmt: skip
    markers = json.loads((SAMPLES / "ebike-qa.markers.json").read_text(encoding="utf-8"))
    assert [m for m in markers if abs(m["at"] - edges[m["title"], m["kind"]]) > 3.05] == []


def test_a_script_line_shows_one_form_and_speaks_another(maker: ModuleType) -> None:
    (slide,) = maker.read_script("# words\n[one de]\n* a point\nJ: Das {E-Bike|I-Baik}.\nA/en: Fine.\n")
    assert (slide.id, slide.points) == ("one", ["a point"])
    assert slide.lines == [maker.Line("J", "de", "Das E-Bike.", "Das I-Baik."), maker.Line("A", "en", "Fine.", "Fine.")]
