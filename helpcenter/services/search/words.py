"""Words as the index knows them: folded, stemmed in German and English, stop words apart."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import snowballstemmer

STEMMED = {"de": "german", "en": "english"}
MAX_TERM = 40
# A word, with an apostrophe inside or without; several of them joined by hyphens are one compound.
_APOSTROPHES = "'’ʼ"
_ONE = rf"[^\W_]+(?:[{_APOSTROPHES}][^\W_]+)*"
_HYPHENS = frozenset("-‐‑")
_MORE = rf"(?:[-‐‑]{_ONE})*"
COMPOUND = re.compile(_ONE + _MORE)
# What may follow when a compound's first letters have been read.
COMPOUND_REST = rf"[^\W_]*(?:[{_APOSTROPHES}][^\W_]+)*{_MORE}"
_PARTS = re.compile(_ONE)
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", **dict.fromkeys(_APOSTROPHES)})
_LOAN_PLURAL = frozenset("aiouy")
_MIN_LOAN = 5

# Stemmers keep the word that they work on, so each thread has its own.
_local = threading.local()

_STOP_WORDS = {
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist bitte
        da damit dann das dass dein deine dem den denn der des dessen dich die dies diese diesem diesen dieser dieses
        dir doch dort du durch eben ein eine einem einen einer eines einfach er es etwas euch euer eure fuer gegen
        geht gibt hab habe haben hallo hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in
        ins ist ja jede jedem jeden jeder jedes jetzt kann kannst koennen koennte mache machen macht mal man mein
        meine meinem meinen meiner mich mir mit moechte muessen muss musst nach nicht nichts noch nun nur ob oder ohne
        schon sehr sein seine seinem seinen seiner sich sie sind so solche soll sollte sondern sonst tun tut ueber um
        und uns unser unsere unter viel vom von vor waehrend war waren warum was weil welche welchem welchen welcher
        welches wenn wer werde werden wie wieder will wir wird wirst wo wollen wollte wuerde wuerden zu zum zur zwar
        zwischen
    """,
    "en": """
        a about after again all also am an and any are as at be because been before being between both but by can
        cannot cant could did didnt do does doesnt doing dont down during each few for from further get gets got had
        has have having he hello her here hers hi him his how i id if ill im in into is isnt it its itself ive just
        let like may me might more most must my myself no nor not now of off on once only or other ought our ours out
        over own please same she should so some such than that thats the their theirs them then there these they this
        those through to too under until up us very was wasnt we were what when where which while who whom why will
        with wont would you your yours yourself
    """,
}
STOP_WORDS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
_EVERY_STOP_WORD = frozenset().union(*STOP_WORDS.values())


def base_language(language: str) -> str:
    """`de` for `de-AT`; at most eight characters, all of them letters or digits."""
    return re.split(r"[^a-z0-9]", language.lower()[:8])[0]


def languages_of(language: str | None) -> tuple[str, ...]:
    """The languages whose stems stand for a text in `language`; all that we know where it is none of them."""
    return (language,) if language in STEMMED else tuple(STEMMED)


def is_stop_word(folded: str, language: str | None) -> bool:
    """Whether the folded word says nothing; in any language where it is not known which."""
    return folded in STOP_WORDS.get(language or "", _EVERY_STOP_WORD)


def clean(text: str) -> str:
    """The text as rows keep it: composed characters, no NUL, no half characters, blanks single."""
    whole = text.encode("utf-8", "ignore").decode().replace("\0", "")
    return " ".join(unicodedata.normalize("NFC", whole).split())


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """The word without case, umlauts (ä is ae), other accents and apostrophes; only letters and digits, or empty."""
    folded = word.casefold().translate(_FOLDED)
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded).casefold() if c.isalnum())
    return folded[:MAX_TERM]


@lru_cache(maxsize=1 << 17)
def stem(folded: str, language: str) -> str:
    """The stem of a folded word: Snowball's, and without the s of loan words, which it keeps in German (Akkus, Displays)."""
    root = str(_stemmer(language).stemWord(folded)) if folded.isalpha() else folded
    if len(root) >= _MIN_LOAN and root[-1] == "s" and root[-2] in _LOAN_PLURAL:
        return root[:-1]
    return root


def _stemmer(language: str) -> "snowballstemmer.stemmer":
    stemmers = _local.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        import snowballstemmer  # with all its languages a tenth of a second, which who does not search need not spend

        stemmers[language] = snowballstemmer.stemmer(STEMMED[language])
    return stemmers[language]


def parts(compound: str) -> list[str]:
    """The folded words of a compound: `E-Bike` gives e, bike."""
    single = _HYPHENS.isdisjoint(compound)  # nearly all are, and millions are indexed
    return [folded for word in ((compound,) if single else _PARTS.findall(compound)) if (folded := fold(word))]


def part_spans(compound: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Where each word of the compound stands in the text that was searched, and the word, folded."""
    for word in _PARTS.finditer(compound[0]):
        yield compound.start() + word.start(), compound.start() + word.end(), fold(word[0])


def terms(text: str, language: str | None) -> str:
    """The stems of the text in order, then those of its compounds written as one word; in each language that it may be in."""
    compounds = [parts(compound) for compound in COMPOUND.findall(text)]
    joined = ["".join(words)[:MAX_TERM] for words in compounds if len(words) > 1]
    folded = [word for words in compounds for word in words] + joined
    streams = [" ".join([stem(word, one) for word in folded]) for one in languages_of(language)]
    return " ".join(dict.fromkeys(streams))
