from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpcenter.services.search.indexing import plain
from helpcenter.services.search.snippets import Fragment, snippet
from helpcenter.services.search.words import base_language, clean, fold, stem, terms


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["Akku", "Akkus", "AKKU"], "de"),
        (["Batterie", "Batterien"], "de"),
        (["Haus", "Häuser", "Haeuser", "Hauser"], "de"),
        (["Straße", "Strasse", "STRASSEN"], "de"),
        (["für", "fuer", "fur"], "de"),
        (["Display", "Displays"], "de"),
        (["battery", "batteries", "Battery's"], "en"),
        (["charge", "charging", "charged"], "en"),
        (["menu", "menus"], "en"),
    ],
)
def test_forms_of_a_word_share_one_stem(words, language):
    assert len({stem(fold(word), language) for word in words}) == 1


def test_terms_are_stems_in_order_then_compounds_as_one_word():
    assert terms("The E-Bikes' batteries", "en") == "the e bike batteri ebik"


def test_a_text_in_an_unknown_language_is_stemmed_in_each():
    assert terms("Bremsen charging", "fr") == "brems charging bremsen charg"
    assert terms("Display", None) == "display"


@pytest.mark.parametrize(("given_", "base"), [("de-AT", "de"), ("EN", "en"), ("", ""), ("pt_BR", "pt"), ("ü", "")])
def test_the_base_of_a_language(given_, base):
    assert base_language(given_) == base


def test_threads_do_not_mix_up_each_others_words():
    words = [f"{beginning}ing{'x' * number}ungen" for beginning in ("lad", "rid", "charg") for number in range(300)]
    expected = [stem.__wrapped__(word, "de") for word in words]
    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(lambda _: [stem.__wrapped__(word, "de") for word in words], range(8)):
            assert found == expected


@given(st.text(max_size=300), st.sampled_from(["de", "en", "fr"]))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_terms_without_syntax_and_a_snippet_of_itself(text, language):
    said = clean(text)
    found = terms(said, language).split()
    assert all(character.isalnum() for term in found for character in term)
    shown = snippet(said, frozenset(found[:3]), language, width=80)
    assert "".join(fragment.text for fragment in shown).strip("…") in said or "…" in said


def test_a_snippet_marks_whole_words():
    assert snippet("Zwei E-Bikes, zwei Räder.", frozenset({"ebik", "rad"}), "de") == [
        Fragment("Zwei ", hit=False), Fragment("E-Bikes", hit=True), Fragment(", zwei ", hit=False),
        Fragment("Räder", hit=True), Fragment(".", hit=False),
    ]  # fmt: skip


def test_markdown_is_searched_without_its_markup():
    assert plain("# Akku\n\n**Laden** Sie [hier](https://example.org/x), <b>nie</b> `dort`").split() == [
        "Akku", "Laden", "Sie", "hier,", "nie", "dort",
    ]  # fmt: skip
