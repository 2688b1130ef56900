from datetime import timedelta

from helpcenter.models import QuestionState
from tests.factories import NOW, make_question

EN, DE = {"Accept-Language": "en"}, {"Accept-Language": "de"}


def test_everybody_reads_how_many_questions_are_answered_and_how_fast(client, ports):
    with ports.database.transaction() as db:
        asked = NOW - timedelta(days=3)  # a Thursday
        first = {"state": QuestionState.ANSWERED, "first_answered_at": asked + timedelta(hours=1.5)}
        for values in (first, first, {}):
            question = make_question(db, created_at=asked, state_at=asked, **values)
            question.askers[0].confirmed_at = asked
    page = client.get("/answered", headers=EN).text
    assert [
        word in page for word in ("66", "of 3 questions", "1.5 hours", "3 days", "2 were answered.", "1 still waits.")
    ] == [True] * 6
    german = client.get("/answered", headers=DE).text
    assert [word in german for word in ("1,5 Stunden", "3 Tage")] == [True, True]


def test_before_the_first_question_the_page_says_so(client):
    page = client.get("/answered", headers=EN)
    assert (page.status_code, "Nothing to count yet" in page.text) == (200, True)


def test_the_page_is_found_from_everywhere(client):
    assert client.get("/ask").text.count('href="/answered') == 2
