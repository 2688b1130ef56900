"""What is about the same is found together, in both languages, quickly, and always in the same way."""

import random
import time

import pytest

from helpcenter.services.gaps.clusters import gather

GERMAN = [
    ["Akku im Winter: Reichweite so kurz", "Warum ist die Reichweite im Winter so gering?", "Akkureichweite Winter"],
    ["Akkuladezeit", "Ladezeit vom Akku"],
    ["Bremsen quietschen", "Die Bremse quietscht bei Nässe", "Quietschende Bremse"],
    ["Fehler E21 im Display", "Was bedeutet Fehler E21?", "E21"],
    ["Motor knackt beim Anfahren", "Warum knackt der Motor?"],
    ["Schlüssel vom Akku verloren", "Akkuschlüssel verloren"],
    ["App Passwort vergessen"],
    ["Winterreifen wechseln"],
]
ENGLISH = [
    ["battery range in winter", "winter battery range", "Why is my range so short in winter?"],
    ["brakes squeal", "Why do my brakes squeal?", "squealing brakes when wet"],
    ["App does not connect", "bluetooth app connection", "connect the app to the bike"],
    ["app password forgotten"],
    ["adjust the saddle"],
]


@pytest.mark.parametrize(("language", "groups"), [("de", GERMAN), ("en", ENGLISH)])
def test_other_words_for_the_same_are_one_group(language, groups):
    texts = [text for group in groups for text in group]
    assert [[texts[number] for number in group] for group in gather(texts, language)] == groups


def test_texts_without_words_are_alone():
    assert gather(["?", "", "?"], "de") == [[0], [1], [2]]
    assert gather([], "de") == []


def test_two_thousand_questions_are_gathered_at_once_and_always_alike():
    chance = random.Random(5)
    words = [f"{one}{two}" for one in ("brem", "lade", "kette", "motor", "reif", "licht") for two in range(400)]
    texts = [" ".join([*chance.choice(GERMAN)[0].split(), *chance.sample(words, 3)]) for _ in range(2000)]
    began = time.perf_counter()
    groups = gather(texts, "de")
    assert time.perf_counter() - began < 5
    assert groups == gather(texts, "de")
    assert sorted(number for group in groups for number in group) == list(range(2000))
