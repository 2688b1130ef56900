"""The words of German and English: their stems, and those that say nothing about a subject."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import snowballstemmer

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP = {
    "de": _words(
        "ab abend aber alle allem allen aller alles als also am an andere anderen anderer anders auch auf aus bei "
        "beim bin bis bisschen bist bitte da dabei dadurch dafür dagegen damit danach dank danke dann daran darauf "
        "darum darüber das dass davon dazu dein deine dem den denen denn der deren des deshalb die dies diese "
        "diesem diesen dieser dieses doch dort du durch eben eher ein eine einem einen einer eines einfach einmal "
        "er erst es etwa etwas euch euer eure frage fragen frau für ganz geben gegen geht genau gerade gern gibt "
        "glaube gleich gut guten habe haben hallo halt hat hatte hatten herr hier hin hinter hm ich ihm ihn ihnen "
        "ihr ihre ihrem ihren ihrer im immer in ins irgendwie ist ja jede jedem jeden jeder jetzt kann kannst kein "
        "keine keinen kommen kommt können könnte lassen letzte letzten machen macht mal man manchmal mehr mein "
        "meine meinem meinen meiner meist mich mir mit muss müssen na nach natürlich ne nein nicht nichts noch nun "
        "nur nächste nächsten ob oder ohne okay okey quasi sagen sagt schon sehr sein seine seinem seinen seiner "
        "seit sich sie sind so sogar soll sollte sollten sondern sonst sozusagen super tag tja tun um und uns unser "
        "unsere unserem unseren unter viel viele vielen vielleicht vom von vor wann war waren warum was weg weil "
        "weiter weiß welche welchem welchen welcher welches wenig wenn wer werden wie wieder will willkommen wir "
        "wird wirklich wo woher wohl wollen worden wurde wurden während würde zu zum zur zwar zwei zwischen äh ähm "
        "über"
    ),
    "en": _words(
        "a about actually after again all alright also am an and any are aren't as at awesome back be because been "
        "before being bit but by can can't come cool could did didn't do does doesn't doing don't down even "
        "everybody everyone first for from get gets getting go goes going good got great guess had has have haven't "
        "having he hello her here hi him his how i i'd i'll i'm i've if in into is isn't it it's its just kind know "
        "last let let's like little lot made make makes many maybe me mean might more most much my next no not now "
        "of off oh ok okay on one only or other our out over please probably put question questions really right "
        "said same say says see she should so some something sort still such sure take than thank thanks that "
        "that's the their them then there there's these they they're thing things think this those though three to "
        "too two uh um up us use used using very want wants was wasn't way we we'll we're we've well were what "
        "what's when where which while who why will with won't would yeah yep yes you you'd you'll you're you've "
        "your yours"
    ),
}


def known(language: str | None) -> str:
    """Which word lists serve a text in `language`: German ones ("de") or English ones ("en")."""
    return "de" if (language or "").lower().startswith("de") else "en"


@lru_cache(maxsize=2)
def _stemmer(language: str) -> "snowballstemmer.stemmer":
    import snowballstemmer

    return snowballstemmer.stemmer({"de": "german", "en": "english"}[language])


@lru_cache(maxsize=60_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem of a lower-case word; German ß counts as ss."""
    return str(_stemmer(language).stemWord(word.replace("ß", "ss")))


def stems(text: str, language: str) -> list[str]:
    """The stems of the words that carry meaning, in order; `language` is "de" or "en"."""
    lowered = (word.replace("’", "'").lower() for word in WORD.findall(text))
    return [stem(word, language) for word in lowered if word not in STOP[language] and len(word) > 1]
