import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yt_dlp import YoutubeDL
from yt_dlp.extractor.generic import GenericIE

from streaming.youtube.description import FEWEST, LONGEST_DESCRIPTION, SHORTEST, chapter_lines, has_chapters

TITLES = ["Welcome", "How far does it go?", "How do I charge it?"]


@pytest.fixture(scope="module")
def parsed():
    """What yt-dlp reads as chapters: [(start, title), …]."""
    with YoutubeDL({"quiet": True, "cachedir": False}, auto_init=False) as downloader:
        extractor = GenericIE(downloader)

        def read(description, duration):
            found = extractor._extract_chapters_from_description(description, duration) or []
            return [(chapter["start_time"], chapter["title"]) for chapter in found]

        yield read


def lines(*chapters, duration=600, **options):
    return chapter_lines(chapters, duration=duration, opening="Opening", **options)


def test_chapters_become_lines_that_are_read_back_as_they_were(parsed):
    made = lines(*zip([0, 61.9, 300], TITLES, strict=True))
    assert made == ["0:00 Welcome", "1:01 How far does it go?", "5:00 How do I charge it?"]
    assert parsed("Hello.\n\n" + "\n".join(made), 600) == list(zip([0, 61, 300], TITLES, strict=True))


def test_hours_are_shown_where_there_are_any(parsed):
    made = lines(*zip([0, 61, 3700], TITLES, strict=True), duration=4000)
    assert made == ["0:00:00 Welcome", "0:01:01 How far does it go?", "1:01:40 How do I charge it?"]
    assert [start for start, _ in parsed("\n".join(made), 4000)] == [0, 61, 3700]


def test_what_comes_before_the_first_chapter_gets_a_line_of_its_own():
    assert lines((30, "A"), (60, "B")) == ["0:00 Opening", "0:30 A", "1:00 B"]


def test_a_first_chapter_that_begins_a_little_late_begins_at_zero():
    assert lines((4, "A"), (60, "B"), (120, "C")) == ["0:00 A", "1:00 B", "2:00 C"]


def test_chapters_of_less_than_ten_seconds_become_part_of_the_one_before():
    made = lines((0, "A"), (60, "B"), (65, "C"), (120, "D"), (595, "E"))
    assert made == ["0:00 A", "1:05 C", "2:00 D"]


@pytest.mark.parametrize(
    "chapters",
    [[], [(0, "A")], [(0, "A"), (60, "B")], [(0, "A"), (60, ""), (120, "C")], [(0, "A"), (595, "B"), (597, "C")]],
)
def test_fewer_than_three_are_none(chapters):
    assert lines(*chapters) == []


def test_what_youtube_refuses_or_would_misread_is_left_out(parsed):
    made = lines((0, "1:30 – Welcome <all>"), (60, "  two\nlines\t "), (120, "\u200b– C\x00"))
    assert made == ["0:00 Welcome ‹all›", "1:00 two lines", "2:00 C"]
    assert parsed("\n".join(made), 600) == [(0, "Welcome ‹all›"), (60, "two lines"), (120, "C")]


def test_titles_are_shortened_until_all_fits_and_given_up_where_nothing_helps():
    chapters = [(index * 20, f"{index} " + "ünd " * 60) for index in range(30)]
    made = lines(*chapters, duration=600, room=2000)
    assert (len(made), sum(len(line.encode()) + 1 for line in made) <= 2000) == (30, True)
    assert lines(*chapters, duration=600, room=300) == []


@pytest.mark.parametrize(
    ("description", "there"),
    [
        ("", False),
        ("0:00 A\n1:00 B\n2:00 C", True),
        ("See:\n- 00:00 A\n- 01:00 B\n- 02:00 C", True),
        ("0:00 A\n1:00 B", False),
        ("0:30 A\n1:00 B\n2:00 C", False),
        ("We begin at 0:00\nand end at 1:00\nor 2:00", False),
    ],
)
def test_chapters_that_somebody_wrote_are_noticed(description, there):
    assert has_chapters(description) is there


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 8000), st.text(max_size=150)), max_size=40),
    st.floats(10, 8000),
    st.integers(0, LONGEST_DESCRIPTION),
)
def test_whatever_comes_in_the_rules_are_kept(parsed, chapters, duration, room):
    made = chapter_lines(chapters, duration=duration, opening="Opening", room=room)
    read = parsed("\n".join(made), duration)
    starts = [start for start, _ in read]
    assert len(read) == len(made)
    if made:
        assert (starts[0], len(made) >= FEWEST) == (0, True)
        assert all(later - earlier >= SHORTEST for earlier, later in zip(starts, [*starts[1:], duration], strict=True))
        assert sum(len(line.encode()) + 1 for line in made) <= room
        assert not {"<", ">"} & set("".join(made))
