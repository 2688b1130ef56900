from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpcenter.models import RecordingVersion
from streaming.local.stretches import is_hidden, kept, zero_and_gaps
from tests.streaming.local.conftest import NOW, at, segment

ROW = [segment("0000", number, number * 2.0) for number in range(6)]


def numbers(segments):
    return [(one.take_id, one.number) for one in segments]


def keep(segments, begins=NOW, ends=None, hidden=()):
    return numbers(kept(segments, begins=begins, ends=ends, hidden=hidden))


def test_what_lies_within_in_part_is_kept_whole():
    assert keep(ROW, at(3), at(8.5)) == [("0000", 1), ("0000", 2), ("0000", 3), ("0000", 4)]


def test_what_only_touches_the_edge_is_not():
    assert keep(ROW, at(2), at(4)) == [("0000", 1)]


def test_a_segment_of_which_a_moment_is_off_the_record_is_out():
    assert keep(ROW, hidden=[(at(3.9), at(4.1))]) == [("0000", 0), ("0000", 3), ("0000", 4), ("0000", 5)]


def test_off_the_record_without_an_end_hides_everything_from_there_on():
    assert keep(ROW, hidden=[(at(5), None)]) == [("0000", 0), ("0000", 1)]


def test_where_two_takes_overlap_the_later_one_stands():
    second = [segment("0001", number, 7.0 + number * 2) for number in range(2)]
    assert keep([*ROW, *second]) == [("0000", 0), ("0000", 1), ("0000", 2), ("0001", 0), ("0001", 1)]


def test_gaps_are_what_is_missing_between_the_segments_that_are_kept():
    later = [segment("0001", number, 20.0 + number * 2) for number in range(2)]
    assert zero_and_gaps([*ROW[1:3], *ROW[4:], *later]) == (at(2), [[4.0, 6.0], [10.0, 18.0]])


def test_clocks_that_differ_by_a_moment_make_no_gap():
    assert zero_and_gaps([ROW[0], segment("0001", 0, 2.08)]) == (NOW, [])


def test_a_take_that_seems_to_begin_a_moment_too_early_costs_no_segment():
    second = [segment("0001", number, 11.95 + number * 2) for number in range(2)]
    assert keep([*ROW, *second]) == numbers([*ROW, *second])


def test_moments_that_are_no_gaps_do_not_add_up():
    takes = [segment(f"{number:04}", 0, number * 2.06) for number in range(10)]
    zero, gaps = zero_and_gaps(takes)
    version = RecordingVersion(t0=zero, gaps=gaps)
    wrong = [version.offset(one.start + timedelta(seconds=1)) - number * 2 - 1 for number, one in enumerate(takes)]
    assert max(abs(seconds) for seconds in wrong) < 0.11


@st.composite
def rows(draw):
    """Segments one after another, with a pause before some, and stretches off the record."""
    found, start = [], 0.0
    for number in range(draw(st.integers(1, 12))):
        start += draw(st.sampled_from([0.0, 0.0, 3.0, 40.0]))
        duration = draw(st.sampled_from([0.5, 2.0, 4.4]))
        found.append(segment("0000", number, start, duration))
        start += duration
    edges = sorted(draw(st.lists(st.floats(0, start), max_size=6)))
    return found, [(at(first), at(second)) for first, second in zip(edges[::2], edges[1::2], strict=False)]


@given(rows())
def test_the_instant_of_each_kept_segment_is_found_in_the_recording_at_the_sum_of_those_before_it(drawn):
    segments, hidden = drawn
    shown = kept(segments, begins=NOW, ends=None, hidden=hidden)
    assert [one for one in segments if not is_hidden(one, hidden)] == shown
    if not shown:
        return
    zero, gaps = zero_and_gaps(shown)
    version, before = RecordingVersion(t0=zero, gaps=gaps), 0.0
    for one in shown:
        middle = one.start + timedelta(seconds=one.duration / 2)
        assert abs(version.offset(middle) - before - one.duration / 2) < 0.01
        before += one.duration
