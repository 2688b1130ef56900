from streaming.local.playlist import playlist
from tests.streaming.local.conftest import NOW, at, segment

ROW = [segment("0000", number, number * 2.0) for number in range(4)]


def listed(segments, *, begins=NOW, ends=None, hidden=(), over=False):
    return playlist(
        segments, begins=begins, ends=ends, hidden=hidden, over=over,
        address=lambda one: f"{one.take_id}/{one.number:05}.m4s", init_address=lambda one: f"{one.take_id}/init.mp4",
    ).splitlines()  # fmt: skip


def test_it_lists_what_is_kept_with_the_instant_of_each():
    assert listed(ROW[:2]) == [
        "#EXTM3U",
        "#EXT-X-VERSION:8",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="0000/init.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T18:00:00.000+00:00",
        "#EXTINF:2.000,",
        "0000/00000.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T18:00:02.000+00:00",
        "#EXTINF:2.000,",
        "0000/00001.m4s",
    ]


def test_before_the_session_and_after_its_end_nothing_is_listed():
    lines = listed(ROW, begins=at(2), ends=at(6), over=True)
    assert [line for line in lines if line.endswith(".m4s")] == ["0000/00001.m4s", "0000/00002.m4s"]
    assert lines[-1] == "#EXT-X-ENDLIST"


def test_another_take_is_a_discontinuity_with_an_init_of_its_own():
    lines = listed([*ROW[:1], segment("0001", 0, 30.0)])
    assert lines[lines.index("#EXT-X-DISCONTINUITY") + 1] == '#EXT-X-MAP:URI="0001/init.mp4"'
    assert lines.count("#EXT-X-DISCONTINUITY") == 1


def test_what_is_off_the_record_keeps_its_place_as_a_gap():
    lines = listed(ROW, hidden=[(at(2.5), at(3))])
    assert lines[lines.index("#EXT-X-GAP") + 2] == "0000/00001.m4s"
    assert lines.count("#EXT-X-GAP") == 1
    assert len([line for line in lines if line.endswith(".m4s")]) == 4


def test_the_longest_segment_sets_how_long_players_wait():
    assert "#EXT-X-TARGETDURATION:6" in listed([segment("0000", 0, 0.0, 5.2)])


def test_an_empty_list_is_a_list():
    assert listed([])[:3] == ["#EXTM3U", "#EXT-X-VERSION:8", "#EXT-X-TARGETDURATION:2"]


def test_what_another_encoder_has_overtaken_keeps_its_place_as_a_gap():
    before = listed(ROW)
    lines = listed([*ROW, segment("0001", 0, 7.0)])
    assert lines[: len(before) - 3] == before[:-3]
    assert lines[len(before) - 3 :] == [
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T18:00:06.000+00:00",
        "#EXT-X-GAP",
        "#EXTINF:2.000,",
        "0000/00003.m4s",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="0001/init.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T18:00:07.000+00:00",
        "#EXTINF:2.000,",
        "0001/00000.m4s",
    ]
