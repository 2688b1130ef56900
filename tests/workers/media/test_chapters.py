"""Chapters from files, descriptions and bare transcripts, their titles, and the clips that they propose."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from helpcenter.captions import Cue, parse_captions
from workers.media.chapters import (
    Chapter,
    Marker,
    answers,
    chapters_from_file,
    chapters_from_text,
    chapters_from_transcript,
    outline,
    title_for,
)

SAMPLES = Path(__file__).resolve().parents[3] / "samples"


@dataclass(frozen=True)
class InFile:
    start: float
    end: float | None
    title: str


def sample_cues() -> tuple[Cue, ...]:
    return parse_captions((SAMPLES / "ebike-qa.vtt").read_bytes(), name="ebike-qa.vtt").cues


def spoken(*texts: str, seconds: float = 5.0) -> list[Cue]:
    return [Cue(seconds * n, seconds * (n + 1) - 0.2, text) for n, text in enumerate(texts)]


def test_chapters_of_a_file_are_taken_in_order_inside_the_recording() -> None:
    given = [
        InFile(60.0, 500.0, "Two"),
        InFile(0.0, 60.0, "One"),
        InFile(120.0, None, " Three\n"),
        InFile(900.0, 950.0, "Beyond"),
    ]
    assert chapters_from_file(given, 300.0) == [
        Chapter(0.0, 60.0, "One", "file"),
        Chapter(60.0, 120.0, "Two", "file"),
        Chapter(120.0, 300.0, "Three", "file"),
    ]


def test_chapters_that_are_only_numbered_get_a_title_from_their_words() -> None:
    given = [InFile(0.0, 10.0, "Chapter 1"), InFile(10.0, 20.0, "Bremsen")]
    cues = spoken(
        "Wie oft muss ich die Kette ölen?",
        "Alle zweihundert Kilometer.",
        "Jetzt zu den Bremsen.",
        "Die Bremsen sind gut.",
    )
    assert [c.title for c in outline(duration=20.0, file_chapters=given, cues=cues)] == [
        "Wie oft muss ich die Kette ölen?",
        "Bremsen",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Our session:\n0:00 Welcome\n1:05 Brakes & pads\n1:02:03 Goodbye\n\nMore at 7:30",
        "00:00 - Welcome\n01:05 - Brakes & pads\n01:02:03 - Goodbye",
        "• Welcome (0:00)\n• Brakes & pads (1:05)\n• Goodbye (1:02:03)",
    ],
)
def test_lines_with_times_in_a_description_are_chapters(text: str) -> None:
    assert [(c.start, c.end, c.title) for c in chapters_from_text(text, duration=4000.0)] == [
        (0.0, 65.0, "Welcome"),
        (65.0, 3723.0, "Brakes & pads"),
        (3723.0, 4000.0, "Goodbye"),
    ]


@pytest.mark.parametrize(
    "text", ["", "See 12:30 and 14:00", "0:00 One\n1:00 Two", "5:00 a\n6:00 b\n7:00 c", "0:99 a\n1:99 b\n2:99 c"]
)
def test_times_that_are_only_mentioned_are_no_chapters(text: str) -> None:
    assert chapters_from_text(text, duration=4000.0) == []


def test_markers_win_over_the_file_and_the_file_over_the_description() -> None:
    markers = [Marker(10.0, "answering", "Marked"), Marker(40.0, "answered")]
    given = [InFile(0.0, 50.0, "In the file"), InFile(50.0, 100.0, "Second")]
    text = "0:00 Written\n0:30 Later\n1:00 Last"
    sources = [
        {chapter.source for chapter in outline(duration=100.0, markers=marked, file_chapters=inside, description=text)}
        for marked, inside in ((markers, given), ([], given), ([], []))
    ]
    assert sources == [{"marker"}, {"file"}, {"description"}]


def test_the_questions_of_the_sample_are_found_without_markers() -> None:
    chapters = chapters_from_transcript(sample_cues(), duration=516.4)
    assert [(round(c.start), c.title) for c in chapters[1:9]] == [
        (39, "Warum schafft mein Akku im Winter nur noch die halbe Strecke?"),
        (97, "Was bedeutet der Fehler E 21 auf dem Display?"),
        (158, "Wie nehme ich den Akku zum Laden heraus?"),
        (222, "Woran erkenne ich, dass die Bremsbeläge verschlissen sind?"),
        (277, "What tyre pressure is right for a heavy rider with panniers?"),
        (331, "How do I use walk assist on a steep ramp?"),
        (381, "What can I do when the software update fails?"),
        (437, "How should I store my e-bike and its battery over winter?"),
    ]
    assert (chapters[0].start, chapters[0].kind, chapters[0].title) == (0.0, "intro", "Begrüßung")
    assert [before.end for before, _ in pairwise(chapters)] == [after.start for _, after in pairwise(chapters)]


def test_answers_are_proposed_without_markers_and_end_before_the_goodbye() -> None:
    cues = sample_cues()
    clips = answers(chapters_from_transcript(cues, duration=516.4), cues)
    assert len(clips) == 8
    assert 490.3 < clips[-1].end < 491.6
    assert str(clips[0].reason).startswith("A question is asked here and answered: “Warum schafft mein Akku")


@pytest.mark.parametrize("cues", [[], spoken("Hello."), spoken(*["We talk about the same old chain."] * 40)])
def test_talk_about_one_thing_has_no_chapters(cues: list[Cue]) -> None:
    assert chapters_from_transcript(cues, duration=250.0) == []


def test_a_change_of_picture_draws_the_boundary() -> None:
    one = ["The chain needs oil and the chain needs care.", "Clean the chain before you oil the chain."] * 6
    two = ["The brake pads wear down on the brake disc.", "New brake pads must be bedded in on the disc."] * 6
    three = ["A warm battery carries more energy in winter.", "Store the battery where the winter is warm."] * 6
    cues = spoken(*one, *two, *three)
    cuts = [cues[12].start - 0.5, cues[24].start - 0.5]
    assert [c.start for c in chapters_from_transcript(cues, duration=180.0, scene_cuts=cuts)] == [0.0, 60.0, 120.0]


def test_a_day_of_talk_is_cut_as_an_hour_is() -> None:
    texts = []
    for topic in range(60):
        texts.append(f"Alright, the next question is about part{topic} and its cover{topic}.")
        texts += [f"Turn the part{topic} with the wrench{topic} until the cover{topic} is tight."] * 39
    chapters = chapters_from_transcript(spoken(*texts), duration=12_000.0)
    assert [chapter.start for chapter in chapters] == [200.0 * topic for topic in range(60)]


def test_an_hour_of_talk_takes_less_than_two_seconds() -> None:
    hour = [Cue(c.start + 520 * n, c.end + 520 * n, c.text, c.speaker) for n in range(7) for c in sample_cues()]
    began = process_time()
    chapters_from_transcript(hour, duration=3640.0)
    assert process_time() - began < 2.0


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "Okay, so Tom asks: how often should I charge the battery? Well, every day.",
            "How often should I charge the battery?",
        ),
        ("Frau Vogt möchte wissen, wie lange die Garantie läuft? Zwei Jahre.", "Wie lange die Garantie läuft?"),
        (
            "Wie nehme ich den Akku zum Laden heraus, und darf ich ihn auch in meiner kleinen Wohnung laden?",
            "Wie nehme ich den Akku zum Laden heraus?",
        ),
        ("Right? Okay? What is the range of the big battery?", "What is the range of the big battery?"),
        ("Die Kette wird trocken. Eine trockene Kette reißt. Öl auf die Kette.", "Kette, trocken, reißt"),
        ("", ""),
        ("Ja, und so weiter.", ""),
    ],
)
def test_a_title_is_the_question_or_the_telling_words(text: str, title: str) -> None:
    assert title_for(text, "de") == title


def test_a_title_is_never_longer_than_seventy_characters() -> None:
    words = " ".join(f"Donaudampfschifffahrtsgesellschaft{n}" for n in range(9))
    assert len(title_for(f"Was ist {words}? Das ist {words}. Und {words}.", "de")) <= 70


def test_greetings_and_statements_are_not_proposed_as_clips() -> None:
    cues = spoken(
        "Welcome to the show.", "Nice to see you.", "The chain needs oil.", "Oil it well.", "That is all there is."
    )
    chapters = [Chapter(0.0, 10.0, "Welcome", "file", kind="intro"), Chapter(10.0, 25.0, "Chain", "file")]
    assert answers(chapters, cues) == []


def test_a_clip_reaches_into_no_other_sentence() -> None:
    cues = [
        Cue(0.0, 9.9, "Something else is said."),
        Cue(10.0, 20.0, "This is the answer."),
        Cue(20.1, 30.0, "And on."),
    ]
    (clip,) = answers([Chapter(10.0, 20.0, "A", "marker", kind="answer", marker=0)], cues)
    assert (clip.start, clip.end) == (9.9, 20.1)
