import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.errors import Rejected
from streaming.youtube.block import LIMIT, Fence, block_of, holds_marker, marker_line, room, with_block, without_fences

FOREIGN = "Words of an editor.\n\nhttps://example.org"


def test_a_block_is_added_at_the_end():
    assert with_block(FOREIGN, "0:00 Start") == f"{FOREIGN}\n\n╔════\n0:00 Start\n╚════"
    assert with_block("", "0:00 Start") == "╔════\n0:00 Start\n╚════"


def test_a_block_is_replaced_where_it_stands():
    before = f"above\n\n{with_block('', 'old')}\n\nbelow"
    assert with_block(before, "new") == "above\n\n╔════\nnew\n╚════\n\nbelow"


def test_an_empty_block_takes_the_old_one_away():
    assert with_block(with_block(FOREIGN, "old"), "") == FOREIGN
    assert with_block(FOREIGN, " \n ") == FOREIGN


def test_the_two_blocks_do_not_touch_each_other():
    both = with_block(with_block(FOREIGN, "Ref: qa-1", fence=Fence.ABOUT), "0:00 Start")
    assert block_of(both, fence=Fence.ABOUT) == "Ref: qa-1"
    assert block_of(both) == "0:00 Start"
    assert with_block(with_block(both, "", fence=Fence.ABOUT), "") == FOREIGN


def test_carriage_returns_and_spaces_around_a_fence_do_not_hide_it():
    assert block_of("above\r\n ╔════ \r\n0:00 Start\r\n╚════\r\n") == "0:00 Start"


def test_half_a_fence_is_no_block_and_swallows_nothing():
    damaged = "╔════\nwords that somebody kept"
    assert block_of(damaged) is None
    assert with_block(damaged, "0:00 Start") == f"{damaged}\n\n╔════\n0:00 Start\n╚════"
    assert with_block(with_block(damaged, "0:00 Start"), "") == damaged
    assert block_of("╚════\nwords") is None


def test_angle_brackets_and_fences_are_left_out_of_a_block():
    assert block_of(with_block("", "a <b> c\n╔════\n└────\nd")) == "a b c\nd"


def test_a_description_above_the_limit_is_refused_in_bytes():
    description = with_block(FOREIGN, "old")
    fits = "é" * (room(description) // 2) + "x" * (room(description) % 2)
    assert len(with_block(description, fits).encode()) == LIMIT
    with pytest.raises(Rejected) as refused:
        with_block(description, fits + "x")
    assert refused.value.reason == "invalidDescription"
    assert room("x" * LIMIT) == 0


def test_a_marker_counts_as_a_line_of_its_own_only():
    assert holds_marker(f"words\n{marker_line('qa-7F3K2')}\nwords", "qa-7F3K2")
    assert holds_marker("qa-7F3K2", "qa-7F3K2")
    assert not holds_marker("Ref: qa-7F3K2x", "qa-7F3K2")
    assert not holds_marker("as we said in qa-7F3K2", "qa-7F3K2")
    assert not holds_marker("", "qa-7F3K2")


TEXT = st.text(st.sampled_from("ab <>\n┌└╔╚─═é"), max_size=60)


@given(TEXT, TEXT, TEXT)
def test_writing_twice_is_writing_once_and_foreign_words_stay(foreign, first, second):
    foreign = without_fences(foreign)
    once = with_block(foreign, second)
    assert with_block(with_block(foreign, first), second).split() == once.split()
    assert with_block(once, second) == once
    assert with_block(once, "").split() == foreign.split()
