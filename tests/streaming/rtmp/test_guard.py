from streaming.rtmp.guard import MINUTE, Guard


def test_an_address_has_to_wait_after_some_wrong_keys_and_others_have_not():
    guard = Guard(2)
    guard.failed("a", 0.0)
    assert not guard.blocks("a", 1.0)
    guard.failed("a", 10.0)
    assert guard.blocks("a", 10.0)
    assert not guard.blocks("b", 10.0)
    assert guard.blocks("a", MINUTE - 0.1)
    assert not guard.blocks("a", MINUTE + 0.1)


def test_thousands_of_addresses_fill_no_memory():
    guard = Guard(2)
    for number in range(20_000):
        guard.failed(str(number), number / 1000)
    assert len(guard._failures) <= 4096
    assert guard._failures.keys() >= {"19999"}
