"""What is like a question is offered while it is typed."""

import pytest

from helpcenter.models import AgendaStage
from helpcenter.services import live, search
from tests.factories import NOW, make_answer


def found(db, session, text, language="en"):
    similar = live.similar(db, session, text, language=language)
    return [item.title for item in similar.open], [item.title for item in similar.answered], similar.elsewhere


@pytest.mark.parametrize(
    "typed",
    ["reset the display", "How can I reset my display?", "display resetting", "RESETTING  DISPLAYS after updates"],
)
def test_a_question_of_the_session_is_found_in_other_words(db, session, ask, typed):
    ask("How do I reset the display after an update?")
    ask("How far does it go in winter?", voter="b")
    assert found(db, session, typed)[:2] == (["How do I reset the display after an update?"], [])


def test_words_that_say_nothing_find_nothing(db, session, ask):
    ask("How do I reset the display after an update?")
    assert found(db, session, "How do I charge it?")[:2] == ([], [])


def test_german_is_found_by_its_stems(db, session, ask):
    ask("Wie lagere ich den Akku im Winter?", language="de")
    assert found(db, session, "Lagerung Akkus im Winter", "de")[0] == ["Wie lagere ich den Akku im Winter?"]


def test_what_many_ask_says_how_many(db, session, ask, vote):
    vote(ask("How do I reset the display?"), *(f"v{number}" for number in range(16)))
    assert [item.people for item in live.similar(db, session, "reset display", language="en").open] == [17]


def test_what_has_been_answered_here_comes_after_what_is_open(db, session, ask):
    answered = ask("How do I reset the display?")
    live.bring(db, answered, AgendaStage.ANSWERED, actor=None, now=NOW)
    ask("Does a reset of the display erase my routes?", voter="b")
    assert found(db, session, "reset the display")[:2] == (
        ["Does a reset of the display erase my routes?"], ["How do I reset the display?"],
    )  # fmt: skip


def test_an_answer_from_elsewhere_comes_with_its_address(db, session):
    entry = make_answer(db, slug="how-far", title="How far does it go in winter?")
    entry.texts[0].title = "How far does it go in winter?"
    search.index_entry(db, entry.id)
    assert [one.address.partition("?")[0] for one in found(db, session, "how far in winter")[2]] == ["/faq/how-far"]


@pytest.mark.parametrize("typed", ["", "   ", "abc", "???", "🚲🚲🚲🚲🚲", "x" * 300])
def test_letters_that_are_no_question_find_nothing(db, session, ask, typed):
    ask("How far does it go?")
    assert not live.similar(db, session, typed, language="en")
