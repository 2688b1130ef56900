import time

import pytest

from helpcenter.services.questions.personal import Found, Kind, find

PERSONAL = [
    ("Rufen Sie mich an: 0171 2345678", Kind.PHONE, "0171 2345678"),
    ("+49 (0) 89 / 1234 5678 am Abend", Kind.PHONE, "+49 (0) 89 / 1234 5678"),
    ("Tel. 1234567", Kind.PHONE, "1234567"),
    ("Es klingelt unter 089-12345678.", Kind.PHONE, "089-12345678"),
    ("0049 171 2345678", Kind.PHONE, "0049 171 2345678"),
    ("01712345678", Kind.PHONE, "01712345678"),
    ("call me at (555) 123-4567", Kind.PHONE, "(555) 123-4567"),
    ("my phone: 020 7946 0958", Kind.PHONE, "020 7946 0958"),
    ("mail to Kim.B+x@mail.example.org, please", Kind.MAIL, "Kim.B+x@mail.example.org"),
    ("Konto DE89 3704 0044 0532 0130 00", Kind.IBAN, "DE89 3704 0044 0532 0130 00"),
    ("GB29NWBK60161331926819", Kind.IBAN, "GB29NWBK60161331926819"),
    ("Ich wohne Musterstraße 12, 12345 Ort", Kind.ADDRESS, "Musterstraße 12, 12345 Ort"),
    ("Lange Straße 5a", Kind.ADDRESS, "Lange Straße 5a"),
    ("Am Alten Markt 3, 01067 Dresden", Kind.ADDRESS, "Am Alten Markt 3, 01067 Dresden"),
    ("Hauptstr. 7", Kind.ADDRESS, "Hauptstr. 7"),
    ("Ringweg 3, 80331 München", Kind.ADDRESS, "Ringweg 3, 80331 München"),
    ("I live at 12 Baker Street in London", Kind.ADDRESS, "12 Baker Street"),
]
HARMLESS = [
    "Seriennummer WBA 0171 2345678", "Serial number 0171 2345678", "SN: 12345678901", "Rahmennummer: WSBB 0043 1188 21",
    "Fehler 503 seit dem 12.03.2026", "ISO 4210-2:2015", "Steckplatz 2 und Dichtring 8", "Akku 500 Wh, 36 V, 13,4 Ah",
    "Von 08:00-12:00 am 2026-11-27", "Kiox 300, Firmware 4.12.0.1", "Reifen 28 x 1.75, 47-622", "1.234.567,89 Euro",
    "Modell AB12 3456 7890", "0123456789", "Artikel 4711-0815-0042", "DE89 3704 0044 0532 0130 01", "", "@", "+", "\0",
    "My 12 Volt Road bike", "order 4711 0815 0042",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "what"), PERSONAL)
def test_what_tells_of_a_person_is_found_where_it_stands(text, kind, what):
    start = text.index(what)
    assert find(text) == [Found(kind, what, start, start + len(what))]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_help_centre_is_told_all_day_is_not(text):
    assert find(text) == []


def test_several_are_found_in_their_order():
    text = "Kim, Musterstraße 12, 12345 Ort, 0171 2345678\nkim@example.org"
    assert [found.kind for found in find(text)] == [Kind.ADDRESS, Kind.PHONE, Kind.MAIL]


@pytest.mark.parametrize("piece", ["0 ", "a.", "A", "Aaaa ", "+1 ", "DE12 ", "1a Aa ", "Aa-", "tel ", "@a."])
def test_four_times_the_text_takes_no_more_than_some_eight_times_as_long(piece):
    short, long = (piece * (size // len(piece)) + "1" for size in (5_000, 20_000))
    assert _cpu(long) < 8 * _cpu(short) + 0.02


def _cpu(text):
    """CPU seconds of the quickest of three runs."""
    runs = []
    for _ in range(3):
        begun = time.process_time()
        find(text)
        runs.append(time.process_time() - begun)
    return min(runs)
