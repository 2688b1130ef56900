"""Chapters from markers: the sample, a host who presses early and late, and markers that make no sense."""

import json
import random
import statistics
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from helpcenter.captions import Cue, parse_captions
from helpcenter.errors import InvalidInput
from workers.media.chapters import Chapter, Marker, answers, chapters_from_markers, outline, read_markers

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
THINGS = [
    "Akku",
    "Bremse",
    "Kette",
    "Reifen",
    "Licht",
    "Sattel",
    "Motor",
    "Schloss",
    "Lenker",
    "Pedale",
    "Helm",
    "Korb",
]
DEEDS = ["prüfen", "wechseln", "laden", "reinigen", "einstellen", "lagern", "fetten", "ausbauen", "spannen", "messen"]


def sample() -> tuple[tuple[Cue, ...], list[Marker], list[dict[str, Any]]]:
    cues = parse_captions((SAMPLES / "ebike-qa.vtt").read_bytes(), name="ebike-qa.vtt").cues
    markers = read_markers((SAMPLES / "ebike-qa.markers.json").read_bytes())
    return cues, markers, json.loads((SAMPLES / "ebike-qa.truth.json").read_text(encoding="utf-8"))


def errors(chapters: Sequence[Chapter], truth: Sequence[dict[str, Any]]) -> list[float]:
    """How far each true edge of a question is from that of the chapter of the same title; 99 where there is none."""
    found = {chapter.title: chapter for chapter in chapters}
    out = []
    for part in truth:
        chapter = found.get(str(part["title"]))
        out += [abs(chapter.start - part["start"]), abs(chapter.end - part["end"])] if chapter else [99.0, 99.0]
    return out


def pressed(truth: Sequence[dict[str, Any]], rng: random.Random, reach: float, *, forgets: float = 0.0) -> list[Marker]:
    """What a host presses up to `reach` seconds early or late, forgetting some of the ends."""
    out = []
    for part in truth:
        out.append(Marker(part["start"] + rng.uniform(-reach, reach), "answering", str(part["title"])))
        if rng.random() >= forgets:
            out.append(Marker(part["end"] + rng.uniform(-reach, reach), "answered"))
    return sorted(out, key=lambda marker: marker.at)


def invented(rng: random.Random) -> tuple[list[Cue], list[dict[str, Any]]]:
    """A session of twelve questions without speakers, with pauses that tell little."""
    cues: list[Cue] = []
    truth: list[dict[str, Any]] = []
    at = rng.uniform(5, 40)

    def say(text: str, pause: float) -> None:
        nonlocal at
        end = at + 0.35 * len(text.split()) + 0.4
        cues.append(Cue(round(at, 2), round(end, 2), text))
        at = end + pause

    for thing in rng.sample(THINGS, len(THINGS)):
        deed, other = rng.sample(DEEDS, 2)
        title = f"Wie kann ich {thing} und Zubehör {deed}?"
        start = round(at, 2)
        say(rng.choice(["Die nächste Frage kommt aus Kiel.", "Hier schreibt uns jemand.", "Und weiter im Text."]), 0.3)
        say(title, rng.uniform(0.2, 0.9))
        for _ in range(rng.randint(4, 12)):
            word = rng.choice([deed, other, "fahren"])
            say(f"Den Punkt {thing} sollten Sie dabei immer ganz in Ruhe {word}.", rng.uniform(0.1, 0.9))
        truth.append({"title": title, "start": start, "end": cues[-1].end})
        at += rng.uniform(0.0, 1.5)
    return cues, truth


def test_the_samples_chapters_are_the_questions_to_a_tenth_of_a_second() -> None:
    cues, markers, truth = sample()
    chapters = outline(duration=516.4, markers=markers, cues=cues)
    assert [chapter.title for chapter in chapters] == [part["title"] for part in truth]
    assert max(errors(chapters[1:], truth[1:])) <= 0.1


@pytest.mark.parametrize("reach", [3.0, 8.0])
def test_edges_of_the_sample_are_found_though_the_host_is_early_or_late(reach: float) -> None:
    cues, _, truth = sample()
    questions = truth[1:-1]
    off = []
    for seed in range(20):
        markers = pressed(questions, random.Random(seed), reach)
        off += errors(chapters_from_markers(markers, duration=516.4, cues=cues), questions)
    assert statistics.median(off) <= 2.0
    assert statistics.mean(error <= 2.0 for error in off) >= 0.9


@pytest.mark.parametrize("forgets", [0.0, 0.5])
def test_edges_of_invented_sessions_are_found_to_two_seconds(forgets: float) -> None:
    off = []
    for seed in range(12):
        rng = random.Random(seed)
        cues, truth = invented(rng)
        markers = pressed(truth, rng, 8.0, forgets=forgets)
        off += errors(chapters_from_markers(markers, duration=cues[-1].end + 5, cues=cues, language="de"), truth)
    assert statistics.median(off) <= 2.0
    assert statistics.mean(error <= 3.0 for error in off) >= 0.8


def test_without_words_an_edge_goes_to_the_pause_beside_it() -> None:
    markers = [Marker(12.0, "answering", "A"), Marker(33.0, "answered")]
    (chapter,) = chapters_from_markers(markers, duration=60.0, silences=[(8.0, 10.5), (30.0, 31.5)])
    assert (chapter.start, chapter.end) == (10.5, 30.0)


def test_without_words_and_pauses_an_edge_stays_where_it_was_pressed() -> None:
    markers = [Marker(12.0, "answering", "A"), Marker(33.0, "answered"), Marker(40.0, "topic", "B")]
    chapters = chapters_from_markers(markers, duration=60.0)
    assert [(c.start, c.end, c.title, c.kind, c.marker) for c in chapters] == [
        (12.0, 33.0, "A", "answer", 0),
        (40.0, 60.0, "B", "topic", 2),
    ]


def test_a_forgotten_end_is_the_next_beginning() -> None:
    markers = [Marker(10.0, "answering", "A"), Marker(30.0, "answering", "B")]
    assert [(c.start, c.end) for c in chapters_from_markers(markers, duration=60.0)] == [(10.0, 30.0), (30.0, 60.0)]


def test_answered_that_comes_after_the_next_question_still_closes_the_last_one() -> None:
    markers = [
        Marker(10.0, "answering", "A"),
        Marker(30.0, "answering", "B"),
        Marker(34.0, "answered"),
        Marker(50.0, "answered"),
    ]
    assert [(c.start, c.end) for c in chapters_from_markers(markers, duration=60.0)] == [(10.0, 30.0), (30.0, 50.0)]


def test_a_wrong_press_that_is_corrected_at_once_leaves_no_chapter() -> None:
    markers = [Marker(10.0, "answering", "wrong"), Marker(11.0, "answering", "right")]
    assert [(c.start, c.title) for c in chapters_from_markers(markers, duration=60.0)] == [(11.0, "right")]


def test_pressing_twice_for_the_same_question_is_pressing_once() -> None:
    markers = [Marker(10.0, "answering", "A"), Marker(25.0, "answering", "A"), Marker(40.0, "answered", "A")]
    assert [(c.start, c.end) for c in chapters_from_markers(markers, duration=60.0)] == [(10.0, 40.0)]


def test_what_is_off_the_record_is_in_no_chapter_and_lends_no_word() -> None:
    cues = [
        Cue(10.0 * n, 10.0 * n + 9, text)
        for n, text in enumerate(["Hello there.", "Secret salary.", "Secret bonus.", "Bye bye."])
    ]
    markers = [Marker(0.0, "topic"), Marker(10.0, "off_record"), Marker(30.0, "on_record")]
    chapters = outline(duration=40.0, markers=markers, cues=cues)
    assert [(c.start, c.end, c.marker) for c in chapters] == [(0.0, 10.0, 0), (30.0, 39.0, None)]
    assert "ecret" not in " ".join(chapter.title for chapter in chapters)


def test_the_rest_of_a_recording_that_went_off_the_record_has_no_chapter() -> None:
    markers = [Marker(5.0, "answering", "A"), Marker(20.0, "answered"), Marker(25.0, "off_record")]
    cues = [Cue(5.0 * n, 5.0 * n + 4.5, "Some words are said here.") for n in range(12)]
    assert max(chapter.end for chapter in outline(duration=60.0, markers=markers, cues=cues)) <= 25.0


def test_markers_that_make_no_sense_are_left_out() -> None:
    rng = random.Random(3)
    kinds = ["answering", "answered", "topic", "off_record", "on_record", "dancing"]
    wild = [Marker(rng.uniform(-500, 1500), rng.choice(kinds), rng.choice(["", "A", "B", "C"])) for _ in range(1000)]
    wild += [Marker(float("nan"), "answering", "N"), Marker(float("inf"), "topic", "I"), Marker(-1e9, "off_record")]
    cues, _, _ = sample()
    chapters = outline(duration=516.4, markers=wild, cues=cues)
    assert chapters
    assert all(0 <= chapter.start < chapter.end <= 516.4 for chapter in chapters)
    assert all(before.end <= after.start for before, after in pairwise(chapters))


def test_markers_of_a_file_are_read() -> None:
    assert read_markers('[{"at": 3, "kind": "topic", "title": "Öl"}]'.encode()) == [Marker(3.0, "topic", "Öl")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff",
        b"[1]",
        b'[{"at": "x", "kind": "topic"}]',
        b'[{"at": 1e400, "kind": "topic"}]',
        b'[{"at": 1}]',
    ],
)
def test_a_markers_file_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_markers(data)


def test_each_answer_of_the_sample_becomes_a_clip_with_a_lead_in() -> None:
    cues, markers, truth = sample()
    chapters = outline(duration=516.4, markers=markers, cues=cues)
    clips = answers(chapters, cues)
    assert [clip.title for clip in clips] == [part["title"] for part in truth[1:-1]]
    assert [clip.chapter_index for clip in clips] == list(range(1, 9))
    assert all(0.2 <= part["start"] - clip.start <= 0.5 for clip, part in zip(clips, truth[1:-1], strict=True))
    assert all(0.2 <= clip.end - part["end"] <= 0.7 for clip, part in zip(clips, truth[1:-1], strict=True))
    assert (
        str(clips[1].reason) == "The host marked this as the answer to “Was bedeutet der Fehler E 21 auf dem Display?”."
    )
