import errno
from concurrent.futures import ThreadPoolExecutor

import pytest

from streaming.local.archive import Archive, Busy, Closed, Missing, Take
from streaming.local.segments import _newest
from tests.streaming.local.conftest import NOW, at, list_segments, open_take


@pytest.mark.parametrize("name", ["", "..", "a/b", "../../etc", "abc", "x" * 41, "a b c d", "äöüß"])
def test_what_is_no_id_leads_nowhere(tmp_path, name):
    with pytest.raises(ValueError, match="no id"):
        Archive(tmp_path, name)


def test_a_take_that_is_not_there_is_not_found(archive):
    for name in ("0000", "..", "../0000", ""):
        with pytest.raises(KeyError):
            archive.take(name)


def test_chunks_are_kept_in_their_order(archive):
    take = open_take(archive)
    assert [take.put(number, b"%d" % number, now=NOW) for number in range(3)] == [1, 2, 3]
    assert [take.chunk(number).read_bytes() for number in range(3)] == [b"0", b"1", b"2"]
    assert take.count() == 3


def test_sending_a_chunk_twice_keeps_the_first(archive):
    take = open_take(archive)
    assert take.put(0, b"first", now=NOW) == 1
    assert take.put(0, b"again", now=NOW) == 1
    assert take.chunk(0).read_bytes() == b"first"


def test_a_chunk_before_its_time_is_refused_and_told_which_one_is_missing(archive):
    take = open_take(archive)
    take.put(0, b"0", now=NOW)
    with pytest.raises(Missing) as refused:
        take.put(2, b"2", now=NOW)
    assert refused.value.expected == 1


def test_a_closed_take_takes_nothing_but_confirms_what_it_has(archive):
    take = open_take(archive)
    take.put(0, b"0", now=NOW)
    take.close(now=NOW)
    take.close(now=at(5))
    assert take.put(0, b"0", now=NOW) == 1
    with pytest.raises(Closed):
        take.put(1, b"1", now=NOW)


def test_another_process_sees_the_same_take(archive):
    take = open_take(archive, began=at(-3))
    take.put(0, b"0", now=NOW)
    again = Archive(archive.folder.parent, archive.id).take(take.id)
    assert (again.began, again.label, again.codecs, again.sender) == (at(-3), "Maria Weber", "h264,opus", "tab-1")
    assert (again.count(), again.last_seen, again.closed) == (1, NOW, False)


def test_a_second_encoder_is_told_who_is_sending_and_since_when(archive):
    take = open_take(archive)
    take.put(0, b"0", now=at(1))
    with pytest.raises(Busy) as refused:
        open_take(archive, sender="tab-2", now=at(9))
    assert (refused.value.label, refused.value.since) == ("Maria Weber", NOW)
    assert not take.closed


def test_it_may_take_the_place_of_the_first_which_is_closed_by_that(archive):
    first = open_take(archive)
    second = open_take(archive, sender="tab-2", now=at(1), take_over=True)
    assert (first.closed, archive.current(at(1)).id) == (True, second.id)


def test_who_comes_back_begins_another_take_without_being_asked(archive):
    first = open_take(archive)
    second = open_take(archive, now=at(2))
    assert (first.closed, [take.id for take in archive.takes()]) == (True, [first.id, second.id])


def test_a_take_that_fell_silent_is_in_nobodys_way(archive):
    first = open_take(archive)
    first.put(0, b"0", now=NOW)
    open_take(archive, sender="tab-2", now=at(10.1))
    assert first.closed


def test_of_two_who_begin_at_once_one_wins(archive):
    def begin(number):
        try:
            return open_take(archive, sender=f"tab-{number}").sender
        except Busy:
            return None

    with ThreadPoolExecutor(8) as pool:
        winners = [sender for sender in pool.map(begin, range(16)) if sender]
    assert winners == [take.sender for take in archive.takes()]
    assert len(winners) == 1


def test_segments_follow_from_when_the_take_began(archive):
    take = open_take(archive, began=at(10))
    list_segments(take, 2.0, 1.5, 2.5)
    assert [(one.number, one.start, one.end) for one in archive.segments()] == [
        (0, at(10), at(12)),
        (1, at(12), at(13.5)),
        (2, at(13.5), at(16)),
    ]


def test_it_is_settled_once_every_take_has_been_worked_through(archive):
    take = open_take(archive)
    take.put(0, b"0", now=NOW)
    assert not archive.settled(at(5))
    assert not archive.settled(at(20))
    assert take.closed
    take.finish()
    assert archive.settled(at(20))


def test_a_browser_that_has_not_sent_the_end_is_waited_for(archive):
    take = open_take(archive)
    take.put(0, b"0", now=NOW)
    list_segments(take, 2.0)
    assert not archive.settled(at(20), until=at(8))
    assert not take.closed
    list_segments(take, 2.0, 2.0, 2.0, 2.0)
    assert not archive.settled(at(20), until=at(8))
    assert take.closed


def test_it_is_not_waited_for_longer_than_a_line_is_broken(archive):
    take = open_take(archive)
    take.put(0, b"0", now=NOW)
    archive.settled(at(61), until=at(8))
    assert take.closed


def test_half_a_take_is_none(archive):
    take = open_take(archive)
    (take.folder / "take.json").unlink()
    assert (archive.takes(), Take.load(take.folder)) == ([], None)


def test_a_deleted_archive_is_gone(archive):
    open_take(archive)
    archive.delete()
    archive.delete()
    assert (archive.exists, archive.takes(), archive.segments()) == (False, [], [])


def test_thousands_of_chunks_are_counted_by_looking_for_some(archive):
    take = open_take(archive)
    for number in range(1000):
        take.chunk(number).touch()
    looks = []
    take._has = lambda number: looks.append(number) or take.chunk(number).exists()
    assert (take.count(), len(looks) < 30) == (1000, True)
    take.chunk(1000).touch()
    assert take.count() == 1001


def test_a_list_that_grows_is_kept_once_and_shares_what_it_had(archive):
    take = open_take(archive)
    list_segments(take, 2.0, 2.0)
    first = archive.segments()
    list_segments(take, 2.0, 2.0, 1.5)
    second = archive.segments()
    assert [one is other for one, other in zip(first, second, strict=False)] == [True, True]
    assert len([index for index in _newest if index.is_relative_to(archive.folder)]) == 1


def test_the_last_segment_of_a_list_that_was_ended_too_early_is_no_whole_one(archive):
    take = open_take(archive)
    list_segments(take, 2.0, 0.7)
    take.index.write_text(take.index.read_text() + "#EXT-X-ENDLIST\n")
    assert [one.duration for one in archive.segments()] == [2.0]
    take.finish()
    assert [one.duration for one in archive.segments()] == [2.0, 0.7]


def test_half_a_take_is_in_nobodys_way(archive):
    first = open_take(archive)
    (archive.folder / "takes" / "0001" / "chunks").mkdir(parents=True)
    second = open_take(archive)
    assert [take.id for take in archive.takes()] == [first.id, second.id] == ["0000", "0002"]


def test_what_comes_while_the_take_is_closed_is_not_confirmed(archive, monkeypatch):
    take = open_take(archive)

    def write_and_close(path, data):
        path.write_bytes(data)
        take.close(now=NOW)

    monkeypatch.setattr("streaming.local.takes.write", write_and_close)
    monkeypatch.setattr(take, "close", lambda now: (take.folder / "closed").touch())
    with pytest.raises(Closed):
        take.put(0, b"0", now=NOW)
    assert take.count() == 0


def test_a_full_disk_is_not_made_fuller_by_what_did_not_fit(archive, monkeypatch):
    take = open_take(archive)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("streaming.local.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        take.put(0, b"0" * 1000, now=NOW)
    assert list((take.folder / "chunks").iterdir()) == []


def test_what_comes_before_each_segment_stays_whole_while_all_is_fed_again(archive):
    take = open_take(archive)
    list_segments(take, 2.0, 2.0)
    take.init.unlink()
    made = take.folder / "hls" / "init.mp4"
    made.write_bytes(b"whole")
    assert list(take.segments()) == []
    take.feed_again()
    made.write_bytes(b"")
    assert {one.init.read_bytes() for one in take.segments()} == {b"whole"}
