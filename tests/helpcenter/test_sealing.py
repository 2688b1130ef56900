from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpcenter.errors import NotConfigured
from helpcenter.sealing import KeyRing, is_current, open_sealed, seal
from helpcenter.settings import Settings

OLD, NEW = (f"{name}:{b64encode(name.encode() * 8).decode()}" for name in ("2025", "2026"))


def ring(*entries: str) -> KeyRing:
    return KeyRing.of(Settings(encryption_keys=", ".join(entries)))


@given(text=st.text(), place=st.text())
def test_what_is_sealed_opens_in_its_place(text, place):
    assert open_sealed(ring(OLD), seal(ring(OLD), text, bound_to=place), bound_to=place) == text


@given(text=st.text(min_size=1), places=st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_what_was_moved_to_another_row_does_not_open(text, places):
    sealed = seal(ring(OLD), text, bound_to=places[0])
    with pytest.raises(NotConfigured, match="does not open"):
        open_sealed(ring(OLD), sealed, bound_to=places[1])


@given(data=st.data())
def test_a_changed_letter_is_noticed(data):
    sealed = seal(ring(OLD), "a refresh token", bound_to="channel:1")
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.sampled_from("AQgw05.~ä").filter(lambda letter: letter != sealed[at]))
    with pytest.raises(NotConfigured):
        open_sealed(ring(OLD), sealed[:at] + other + sealed[at + 1 :], bound_to="channel:1")


@given(damaged=st.text())
def test_nonsense_is_answered_in_words(damaged):
    with pytest.raises(NotConfigured, match=r"onnect the channel again|is missing"):
        open_sealed(ring(OLD), damaged, bound_to="channel:1")


def test_the_same_text_is_never_sealed_alike_and_holds_nothing_of_it():
    sealed = {seal(ring(OLD), "live-key", bound_to="a") for _ in range(100)}
    assert len(sealed) == 100
    assert not any("live-key" in text for text in sealed)


def test_the_first_key_seals_and_all_open():
    sealed = seal(ring(OLD), "token", bound_to="a")
    turned = ring(NEW, OLD)
    assert open_sealed(turned, sealed, bound_to="a") == "token"
    assert [is_current(turned, text) for text in (sealed, seal(turned, "token", bound_to="a"))] == [False, True]


def test_a_key_that_left_the_ring_is_named():
    sealed = seal(ring(OLD), "token", bound_to="a")
    with pytest.raises(NotConfigured, match=r"“2025” is missing.*HELPCENTER_ENCRYPTION_KEYS"):
        open_sealed(ring(NEW), sealed, bound_to="a")


@pytest.mark.parametrize(
    ("keys", "entry"),
    [("nonsense", 1), (f"{OLD},{OLD}", 2), (f"{OLD},x:YWJj", 2), (f"{OLD},", 2), (f"ä:{OLD[5:]}", 1), (":", 1)],
)
def test_a_bad_entry_is_named_by_its_number_and_no_key_is_told(keys, entry):
    with pytest.raises(NotConfigured) as refused:
        KeyRing.of(Settings(encryption_keys=keys))
    assert str(refused.value).startswith(f"Entry {entry} of HELPCENTER_ENCRYPTION_KEYS")
    assert OLD[5:] not in str(refused.value)
    assert OLD[5:] not in repr(ring(OLD))


def test_without_a_setting_a_key_is_made_once_for_the_owner_only(tmp_path: Path):
    settings = Settings(data_root=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: KeyRing.of(settings), range(16)))
    assert len({found.keys["made"] for found in rings}) == 1
    (file,) = (tmp_path / "data").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("encryption_keys", 0o600)


def test_the_made_key_can_be_moved_into_the_setting(tmp_path: Path):
    settings = Settings(data_root=tmp_path)
    sealed = seal(KeyRing.of(settings), "token", bound_to="a")
    moved = Settings(data_root=tmp_path, encryption_keys=f"{NEW},{(tmp_path / 'encryption_keys').read_text()}")
    assert open_sealed(KeyRing.of(moved), sealed, bound_to="a") == "token"
