import pytest

from helpcenter.services.routing.words import MOST, pieces, read, weigh


@pytest.mark.parametrize(
    ("text", "language", "stems"),
    [
        ("Wie lade ich die Akkus?", "de", {"lad": "lade", "akku": "Akkus"}),
        ("How do I charge the batteries?", "en", {"charg": "charge", "batteri": "batteries"}),
        ("E-Bike", "de", {"bik": "E-Bike", "ebik": "E-Bike"}),
        ("Bitte, wie geht das?", "de", {}),
        ("0171 2345678 kim@example.org", "en", {"kim": "kim", "exampl": "example", "org": "org"}),
    ],
)
def test_only_what_says_something_is_read_with_the_word_as_it_was_typed(text, language, stems):
    assert read(text, language) == stems


def test_a_long_text_is_read_to_some_point():
    letters = "abcdefghijklmnop"
    text = " ".join(f"x{one}{other}" for one in letters for other in letters)
    assert len(read(text, "en")) == MOST


def test_a_compound_counts_as_its_parts_where_these_are_known():
    stems = read("Akkutausch", "de")
    assert weigh(stems, {"akku", "rad"}) == {"akkutausch": 1.0, "akku": 0.5}
    assert pieces(stems)["tausch"] == "akkutausch"
    assert pieces({"akku": "Akku"}) == {}
