import pytest

from helpcenter.errors import InvalidInput, Message

INNER = Message("a %(what)s", {"what": "playlist"})
GERMAN = {
    "a %(what)s": "eine %(what)s",
    "%(name)s is %(kind)s.": "%(name)s ist %(kind)s.",
    "Why: %(reasons)s": "Warum: %(reasons)s",
}


@pytest.mark.parametrize(
    ("message", "english", "german"),
    [
        (
            Message("%(name)s is %(kind)s.", {"name": "a.mp4", "kind": INNER}),
            "a.mp4 is a playlist.",
            "a.mp4 ist eine playlist.",
        ),
        (
            Message("Why: %(reasons)s", {"reasons": [INNER, INNER]}),
            "Why: a playlist a playlist",
            "Warum: eine playlist eine playlist",
        ),
        (Message("100 %"), "100 %", "100 %"),
        (Message("%(free)s GB", {"free": 1.5}), "1.5 GB", "1,5 GB"),
    ],
)
def test_a_message_is_said_in_any_language_and_survives_its_row(message, english, german):
    for one in (message, Message.from_json(message.as_json())):
        assert str(one) == english
        assert one.said(lambda text: GERMAN.get(text, text), lambda number: str(number).replace(".", ",")) == german


def test_an_error_without_words_says_what_its_kind_means():
    assert str(InvalidInput()) == "This cannot be used as it is."
