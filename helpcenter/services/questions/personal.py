"""Personal data in what somebody types: mail addresses, phone numbers, accounts, addresses; in German and in English.

Meant to warn before sending, so it names what it is sure of and leaves the rest alone: serial numbers, error codes, dates and
amounts are what a help centre is told all day.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What was found."""

    MAIL = "mail"
    IBAN = "iban"
    PHONE = "phone"
    ADDRESS = "address"


class Found(NamedTuple):
    """A stretch of the text that tells of a person: `text` is `whole[start:end]`."""

    kind: Kind
    text: str
    start: int
    end: int


_MAIL: Final = re.compile(r"[\w.%+-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,24}\b", re.IGNORECASE)
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_DIGITS: Final = re.compile(r"(?<![\w.,-])(?:\+ ?)?\(?\d(?:[\d /().–-]{5,24})\d(?![\w,.]\d|\w)")
_TOLD_AS_PHONE: Final = re.compile(
    r"(?:\b(?:tel|telefon\w*|phone|fon|mobil\w*|handy\w*|cell|fax|ruf\w*|call)\b)[^\d+]{0,18}$", re.IGNORECASE
)
_TOLD_AS_NUMBER: Final = re.compile(
    r"(?:\b(?:serien\w*|serial|s/n|sn|artikel\w*|rahmen\w*|modell?\w*|order|bestell\w*|auftrag\w*|rechnung\w*|invoice|ticket|fehler\w*|error|"
    r"version|firmware|teile\w*|part|imei|ean|vin)\b)[^\d]{0,18}$",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"\(?\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}-\d{2}-\d{2}")
_MOBILE: Final = re.compile(r"01(?:5\d|6[023]|7\d)\d{7,8}")
_LANDLINE: Final = re.compile(r"\(?0[1-9]\d{1,4}\)?[ /–-]{1,3}\d[\d /-]{3,}")
_UPPER: Final = "A-ZÄÖÜ"
_NUMBER: Final = r"\d{1,4}(?: ?[a-h])?\b"
_TOWN: Final = rf"(?:D-)?\d{{5}} +[{_UPPER}][a-zäöüß]{{2,}}"
# What is a street beyond doubt, and what is one only where a town follows ("Steckplatz 2", "Dichtring 8" are none).
_STREET: Final = re.compile(
    rf"\b[{_UPPER}][\wäöüß.-]{{0,40}}(?: [{_UPPER}][\wäöüß-]{{1,40}})?[ -]?(?:stra(?:ß|ss)e|str\.) *{_NUMBER}",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    rf"\b[{_UPPER}][\wäöüß.-]{{1,40}}(?: (?:[{_UPPER}][\wäöüß.-]{{1,40}}|an|am|auf|der|dem|den|im|zum|zur|unter|von|vor)){{0,3}}"
    rf" {_NUMBER},? *\n? *{_TOWN}"
)
_ENGLISH: Final = re.compile(
    r"\b\d{1,5}[a-h]? (?:[A-Z][a-z]+ ){1,3}"
    r"(?:Street|Road|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Crescent|Terrace|Close|Gardens|St|Rd)\b(?! bike)\.?"
)
_SHORTEST, _LONGEST = 7, 15
"""Digits of a phone number. Source: ITU-T E.164."""


def find(text: str) -> list[Found]:
    """What in the text tells of a person, in its order, without overlaps. Any string may be given."""
    kept: list[Found] = []
    for found in _all(text):
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda one: one.start)


def _all(text: str) -> Iterator[Found]:
    """Each kind's finds; where two overlap, the earlier kind is right."""
    yield from _found(Kind.MAIL, _MAIL.finditer(text))
    yield from _found(Kind.IBAN, (match for match in _IBAN.finditer(text) if _is_iban(match[0])))
    yield from _found(Kind.PHONE, (match for match in _DIGITS.finditer(text) if _is_phone(match, text)))
    for pattern in (_PLACE, _STREET, _ENGLISH):
        yield from _found(Kind.ADDRESS, pattern.finditer(text))


def _found(kind: Kind, matches: Iterable[re.Match[str]]) -> Iterator[Found]:
    for match in matches:
        yield Found(kind, match[0], match.start(), match.end())


def _is_iban(text: str) -> bool:
    """Whether its check digits are right. Source: ISO 13616, modulo 97."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return len(plain) >= 15 and int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1  # noqa: PLR2004 -- ISO 13616


def _is_phone(match: re.Match[str], text: str) -> bool:
    written, before = match[0], text[max(0, match.start() - 40) : match.start()]
    digits = re.sub(r"\D", "", written)
    if not _SHORTEST <= len(digits) <= _LONGEST or _DATE.fullmatch(written.strip()) or _TOLD_AS_NUMBER.search(before):
        return False
    if _TOLD_AS_PHONE.search(before):
        return True
    if written.startswith("+") or re.match(r"00[1-9]", digits):
        return len(digits) > _SHORTEST + 1
    return bool(_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(written))
