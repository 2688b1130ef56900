"""The conversation, without sockets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rtmp import amf
from streaming.rtmp.amf import encode
from streaming.rtmp.chunks import Message
from streaming.rtmp.errors import ProtocolError
from streaming.rtmp.handshake import SIZE, hello
from streaming.rtmp.messages import COMMAND, USER_CONTROL, WINDOW, WINDOW_BYTES
from streaming.rtmp.session import SMALL, Asked, Ended, Session
from tests.streaming.rtmp.encoder import CONNECT, GREETING, asking, command, heard, message, picture, sent

LIMIT = 1 << 20


def events(data, session=None):
    """What these bytes bring about, everybody being let in."""
    session = session or Session(limit=LIMIT)
    found = []
    for event in session.feed(data):
        found.append(event)
        if isinstance(event, Asked):
            session.accept()
    return found, session


def answers(session):
    return [amf.decode(item.body) for item in heard(session.outgoing()) if item.kind == COMMAND]


def test_the_greeting_is_echoed():
    session, theirs = Session(limit=LIMIT), hello()
    assert session.outgoing() == b""
    assert list(session.feed(theirs[:700])) == []
    assert session.outgoing() == b""
    assert list(session.feed(theirs[700:])) == []
    said = session.outgoing()
    assert (said[0], said[1 + SIZE :]) == (3, theirs[1:])


def test_the_encrypted_version_is_not_spoken():
    with pytest.raises(ProtocolError):
        events(b"\6" + bytes(100))


def test_a_publication_is_asked_for_accepted_and_ended():
    data = asking("secret?bitrate=1") + sent(picture(0)) + command("FCUnpublish", 4.0, None, "secret")
    found, session = events(data)
    assert found == [Asked("live", "secret"), picture(0), Ended.ENDED]
    said = answers(session)
    assert [(name, number) for name, number, *_ in said] == [
        ("_result", 1.0),
        ("_result", 2.0),
        ("onStatus", 0.0),
        ("onStatus", 0.0),
    ]
    assert said[0][3]["code"] == "NetConnection.Connect.Success"
    assert said[1][3] == 1.0
    assert said[2][3]["code"] == "NetStream.Publish.Start"
    assert said[3][3]["code"] == "NetStream.Unpublish.Success"


def test_what_obs_asks_before_is_answered():
    session = Session(limit=LIMIT)
    events(GREETING + command("releaseStream", 2.0, None, "k") + command("FCPublish", 3.0, None, "k"), session)
    assert answers(session)[1:] == [["_result", 2.0, None, None], ["_result", 3.0, None, None]]


def test_a_refusal_says_why():
    session = Session(limit=LIMIT)
    assert list(session.feed(asking("k"))) == [Asked("live", "k")]
    session.refuse("Not today.")
    assert answers(session)[-1] == [
        "onStatus", 0.0, None,
        {"level": "error", "code": "NetStream.Publish.BadName", "description": "Not today."},
    ]  # fmt: skip
    assert not session.publishing


def test_a_key_is_in_no_description_of_itself():
    assert "secret" not in repr(Asked("live", "secret"))


def test_another_publication_may_follow_on_the_same_connection():
    end = command("deleteStream", 4.0, None, 1.0)
    again = command("createStream", 5.0, None) + command("publish", 6.0, None, "other", "live")
    found, _ = events(asking("one") + end + end + again + sent(picture(9)))
    assert found == [Asked("live", "one"), Ended.ENDED, Asked("live", "other"), picture(9)]


def test_pings_are_answered_and_received_bytes_acknowledged():
    session = Session(limit=LIMIT)
    small_window = sent(Message(WINDOW, 0, 0, (1024).to_bytes(4)))
    events(GREETING + small_window + sent(Message(USER_CONTROL, 0, 0, b"\0\6\0\0\1\2")), session)
    said = heard(session.outgoing())
    assert [item.body for item in said if item.kind == USER_CONTROL] == [b"\0\7\0\0\1\2"]
    assert [item.kind for item in said][-1] == 3
    assert said[0].body == WINDOW_BYTES.to_bytes(4)


@pytest.mark.parametrize(
    "data",
    [
        sent(picture(0)),
        CONNECT,
        command("createStream", 2.0, None) + command("publish", 3.0, None),
        command("publish", 3.0, None, "k", "live"),
        asking("k")[len(GREETING) :] + command("publish", 4.0, None, "k", "live"),
        sent(message(COMMAND, encode(3.0, "publish"), stream=0)),
        sent(message(COMMAND, b"", stream=0)),
        sent(message(COMMAND, b"\x63", stream=0)),
        sent(message(17, b"\0", stream=0)),
        sent(message(COMMAND, bytes(SMALL + 1), stream=0)),
    ],
    ids=[
        "media first", "two connects", "no key", "no stream", "published already", "no name", "empty", "no AMF0", "AMF3",
        "large before a key",
    ],
)  # fmt: skip
def test_what_no_encoder_does_is_a_protocol_error(data):
    with pytest.raises(ProtocolError):
        events(GREETING + data)


def test_a_stream_needs_a_connection():
    with pytest.raises(ProtocolError):
        events(hello() + bytes(SIZE) + command("createStream", 2.0, None))


def test_unknown_commands_are_passed_over():
    assert events(GREETING + command("getStreamLength", 9.0, None, "k"))[0] == []


@given(st.binary(max_size=3000), st.sampled_from([b"", GREETING, asking("k")]))
def test_rubbish_gives_events_or_a_protocol_error(data, before):
    try:
        events(before + data)
    except ProtocolError:
        return
