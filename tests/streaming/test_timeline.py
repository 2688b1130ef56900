from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from streaming.timeline import (
    Kept,
    Line,
    Look,
    after_growth,
    after_start_moved,
    archive_ready,
    new_zero,
    pause_after,
    stretches,
)

T = datetime(2026, 12, 3, 18, tzinfo=UTC)
APART = timedelta(minutes=10)
WORDS = [
    f"{one}{two}" for one in ("ba", "ke", "li", "mo", "nu", "ra", "se") for two in ("dor", "fen", "gal", "mit", "tus")
]


def looks(*rows):
    return [Look(T + timedelta(minutes=minutes), seconds) for minutes, seconds in rows]


def talk(seconds, *, seed=1, every=4.0):
    """A talk of short lines, one each `every` seconds, of a small vocabulary."""
    random = Random(seed)
    return [
        Line(start, start + every - 0.5, " ".join(random.choice(WORDS) for _ in range(8)))
        for start in (index * every for index in range(int(seconds / every)))
    ]


def without(lines, *cuts):
    """The lines as they are after these stretches were cut out, each (start, end) in old seconds."""
    out = []
    for line in lines:
        if any(start < line.end and line.start < end for start, end in cuts):
            continue
        gone = sum(end - start for start, end in cuts if end <= line.start)
        out.append(Line(line.start - gone, line.end - gone, line.text))
    return out


@pytest.mark.parametrize(
    ("rows", "expected", "ready"),
    [
        ([], 3600, False),
        ([(0, None), (3, None)], 3600, False),
        ([(0, 3600)], 3600, False),
        ([(0, 3600), (9, 3600)], 3600, False),
        ([(0, 3600), (10, 3600)], 3600, True),
        ([(0, 3600), (4, 3600), (8, 3600), (11, 3600)], 3600, True),
        ([(0, 3600), (5, 3000), (12, 3600)], 3600, False),
        ([(0, 3600), (5, None), (12, 3600)], 3600, False),
        ([(0, 3000), (10, 3000)], 3600, False),
        ([(0, 3660), (10, 3660)], 3600, True),
        ([(0, 20), (10, 20)], 15, True),
        ([(0, 3000), (10, 3000)], None, True),
    ],
)
def test_an_archive_is_ready_when_it_stays_as_long_as_the_broadcast_was(rows, expected, ready):
    assert archive_ready(looks(*rows), expected, apart=APART) is ready


def test_looks_become_rarer_and_then_hourly():
    assert [pause_after(number) for number in (0, 1, 2, 3, 4, 5, 6, 7, 50)] == [
        60, 60, 120, 300, 600, 1800, 3600, 3600, 3600,
    ]  # fmt: skip


def test_an_untouched_text_lies_where_it_lay():
    lines = talk(600)
    assert stretches(lines, lines, old_duration=600, new_duration=600) == [Kept(0, 600, 0)]


def test_a_trimmed_head_is_found():
    lines = talk(600)
    kept = stretches(lines, without(lines, (0, 60)), old_duration=600, new_duration=540)
    assert [(round(k.old_start), round(k.old_end), round(k.new_start)) for k in kept] == [(60, 600, 0)]


def test_a_trimmed_tail_is_found():
    lines = talk(600)
    kept = stretches(lines, without(lines, (500, 600)), old_duration=600, new_duration=500)
    assert kept == [Kept(0, 500, 0)]


def test_cuts_in_the_middle_are_found_to_the_second():
    lines = talk(1200)
    kept = stretches(lines, without(lines, (0, 40), (300, 360), (800, 804)), old_duration=1200, new_duration=1096)
    rows = [(k.old_start, k.old_end, k.new_start) for k in kept]
    assert rows == [
        (pytest.approx(40, abs=1), pytest.approx(299.5, abs=1.5), 0),
        (pytest.approx(360, abs=1.5), pytest.approx(799.5, abs=1.5), pytest.approx(260, abs=1.5)),
        (pytest.approx(804, abs=1.5), 1200, pytest.approx(700, abs=1.5)),
    ]
    assert kept[-1].new_start + kept[-1].old_end - kept[-1].old_start == pytest.approx(1096, abs=0.2)


def test_slips_of_a_recogniser_do_not_hide_the_cut():
    lines, random = talk(1200), Random(7)
    heard = [
        Line(
            line.start + random.uniform(-0.3, 0.3),
            line.end + random.uniform(-0.3, 0.3),
            " ".join(word if random.random() > 0.1 else "uh" for word in line.text.split()),
        )
        for line in without(lines, (300, 360))
    ]
    kept = stretches(lines, heard, old_duration=1200, new_duration=1140)
    assert [round(k.missing, 0) for k in kept] == [0, 60]


@pytest.mark.parametrize("new", [talk(600, seed=2), [], [Line(0, 5, "one two three")]], ids=["other", "none", "few"])
def test_texts_that_are_not_the_same_do_not_tell(new):
    assert stretches(talk(600), new, old_duration=600, new_duration=540) is None


def test_a_text_into_which_something_was_put_does_not_tell():
    lines = talk(600)
    new = [*lines[:75], *(Line(line.start + 60, line.end + 60, line.text) for line in lines[75:])]
    assert stretches(lines, new, old_duration=600, new_duration=660) is None


def test_ten_thousand_words_are_compared_in_a_moment():
    lines = talk(5400)
    kept = stretches(lines, without(lines, (1000, 1100)), old_duration=5400, new_duration=5300)
    assert [round(k.missing) for k in kept] == [0, 100]


def test_a_start_that_moved_by_what_is_missing_is_a_trimmed_head():
    moved = T + timedelta(seconds=60)
    assert after_start_moved(T, moved, old_duration=600, new_duration=540) == [Kept(60, 600, 0)]
    assert after_start_moved(T, moved, old_duration=600, new_duration=500) is None
    assert after_start_moved(T, T, old_duration=600, new_duration=540) is None


def test_an_archive_that_grew_was_not_whole():
    assert after_growth(old_duration=500, new_duration=600) == [Kept(0, 500, 0)]
    assert after_growth(old_duration=600, new_duration=500) is None


def instant(offset):
    """Of a version that began at T and misses its seconds 100 to 130."""
    return T + timedelta(seconds=offset if offset < 100 else offset + 30)


def test_the_new_zero_and_gaps_follow_from_what_was_kept():
    missing = [(T + timedelta(seconds=100), T + timedelta(seconds=130))]
    t0, gaps = new_zero([Kept(20, 300, 0), Kept(340, 570, 280)], instant=instant, missing=missing)
    assert (t0, gaps) == (T + timedelta(seconds=20), [[80, 110], [310, 350]])


def test_a_gap_before_the_new_beginning_is_forgotten_and_one_beside_a_cut_grows():
    missing = [(T + timedelta(seconds=100), T + timedelta(seconds=130))]
    assert new_zero([Kept(200, 570, 0)], instant=instant, missing=missing)[1] == []
    assert new_zero([Kept(0, 90, 0), Kept(110, 570, 90)], instant=instant, missing=missing)[1] == [[90, 140]]
