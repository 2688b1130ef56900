"""AMF0 of encoders, and of people who mean harm."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rtmp.amf import decode, encode
from streaming.rtmp.errors import ProtocolError

LEAVES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=40)
VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=4), max_leaves=12
)
TEXT = b"\2\0\2hi"


@given(st.lists(VALUES, max_size=5).filter(lambda values: _depth(values) <= 8))
def test_what_is_written_is_read_again(values):
    assert decode(encode(*values)) == values


def _depth(value):
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((1 + _depth(child) for child in children), default=0)


@given(st.binary(max_size=300))
def test_rubbish_is_either_read_or_refused(data):
    try:
        decode(data)
    except ProtocolError:
        return


@pytest.mark.parametrize(
    ("data", "meant"),
    [
        (b"\0" + struct.pack(">d", 25), 25.0),
        (b"\1\1", True),
        (TEXT, "hi"),
        (b"\3\0\1a" + TEXT + b"\0\0\t", {"a": "hi"}),
        (b"\5", None),
        (b"\6", None),
        (b"\r", None),
        (b"\x08\0\0\0\x01\0\1a" + TEXT + b"\0\0\t", {"a": "hi"}),
        (b"\n\0\0\0\2" + TEXT + b"\5", ["hi", None]),
        (b"\x0b" + struct.pack(">d", 1000) + b"\0\0", 1000.0),
        (b"\x0c\0\0\0\2hi", "hi"),
        (b"\x0f\0\0\0\2hi", "hi"),
        (b"\x10\0\1T\0\1a" + TEXT + b"\0\0\t", {"a": "hi"}),
    ],
)
def test_every_kind_of_value_has_its_meaning(data, meant):
    assert decode(data) == [meant]


@pytest.mark.parametrize(
    "data",
    [
        b"\2\0\5hi",
        b"\0\0",
        b"\3\0\1a",
        b"\7\0\0",
        b"\x11",
        b"\n\xff\xff\xff\xff" + b"\5" * 9,
        b"\3\0\1a" * 9 + b"\5",
        b"\n\0\0\0\1" * 2000,
    ],
    ids=["text", "number", "object", "reference", "AMF3", "a count that lies", "deep objects", "deep lists"],
)
def test_what_is_cut_unknown_or_too_deep_is_refused(data):
    with pytest.raises(ProtocolError):
        decode(data)


def test_texts_that_no_message_could_hold_are_not_written():
    with pytest.raises(ValueError):
        encode("x" * 70_000)
    with pytest.raises(ValueError):
        encode([1.0])
