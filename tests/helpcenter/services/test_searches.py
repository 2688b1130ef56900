"""Searches are counted, and nobody is known who made them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import SearchCount
from helpcenter.services import searches

pytestmark = pytest.mark.usefixtures("each_database")
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def look(db, words, *, times=1, language="de", day=TODAY, without=False):
    for _ in range(times):
        searches.note(db, searches.read(words, language), "made", day=day, without=without)


def rows(db):
    found = select(SearchCount).order_by(SearchCount.day, SearchCount.key).execution_options(populate_existing=True)
    return [(one.day, one.key, one.made, one.without, one.clicked, one.solved) for one in db.scalars(found)]


def test_the_same_words_in_any_form_and_order_are_one_row_a_day(db):
    for words in ("Akku Winter", "winter akkus", "Wie ist der AKKU im Winter?"):
        look(db, words, without=words == "Akku Winter")
    look(db, "Akku Winter", day=TODAY + DAY)
    assert rows(db) == [(TODAY, "akku wint", 3, 1, 0, 0), (TODAY + DAY, "akku wint", 1, 0, 0, 0)]


def test_languages_are_apart(db):
    look(db, "App", times=3)
    look(db, "App", times=3, language="en")
    assert [(one.language, one.made) for one in searches.figures(db, first=TODAY)] == [("de", 3), ("en", 3)]


@pytest.mark.parametrize(
    "words",
    ["kim@example.org akku", "0170 1234567", "+49 170 / 123-45-67", "Vertrag 4711000815",
     "DE02 1203 0000 0000 2020 51", "", "?!", "wort " * 13],
)  # fmt: skip
def test_personal_data_and_texts_are_not_kept(words):
    assert searches.read(words, "de") is None


@pytest.mark.parametrize("words", ["Fehler E21", "Model 3000 Akku 36 V", "Reifen 28 Zoll 622", "how"])
def test_ordinary_words_are(words):
    assert searches.read(words, "de").words == words


def test_clicks_and_solutions_count_for_searches_that_were_made(db):
    searched = searches.read("Akku Winter", "de")
    searches.note(db, searched, "clicked", day=TODAY)
    assert rows(db) == []
    look(db, "Akku Winter", times=2)
    for what in ("clicked", "clicked", "clicked", "solved"):
        searches.note(db, searched, what, day=TODAY)
    assert rows(db) == [(TODAY, "akku wint", 2, 0, 2, 1)]


def test_what_fewer_than_three_looked_for_is_shown_to_nobody(db):
    look(db, "Erika Mustermann", times=2)
    look(db, "Akku", times=2)
    look(db, "Akku", day=TODAY + DAY)
    assert [(one.words, one.made, one.last) for one in searches.figures(db, first=TODAY)] == [("Akku", 3, TODAY + DAY)]
    assert searches.totals(db, first=TODAY).made == 5


def test_rare_words_are_forgotten_after_a_month_and_all_after_a_year_but_the_numbers_stay(db):
    look(db, "Erika Mustermann", times=2, without=True)
    look(db, "Akku", times=3)
    searches.forget_old(db, today=TODAY + searches.RARE_FOR)
    assert len(rows(db)) == 2
    month = TODAY.replace(day=1)
    searches.forget_old(db, today=TODAY + searches.RARE_FOR + DAY)
    assert rows(db) == [(month, "", 2, 2, 0, 0), (TODAY, "akku", 3, 0, 0, 0)]
    searches.forget_old(db, today=TODAY + searches.YEAR + DAY)
    assert rows(db) == [(month, "", 5, 2, 0, 0)]
    searches.forget_old(db, today=TODAY + searches.YEAR + DAY)
    assert rows(db) == [(month, "", 5, 2, 0, 0)]
