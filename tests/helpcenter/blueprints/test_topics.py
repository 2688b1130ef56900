import re

from helpcenter.models import QuestionState
from tests.factories import make_answer, make_question, make_topic


def test_a_topic_shows_its_way_its_parts_and_all_answers_below(client, ports):
    with ports.database.transaction() as db:
        bikes = make_topic(db, slug="bikes", titles={"en": "Bikes"})
        battery = make_topic(db, slug="battery", parent_id=bikes.id, titles={"en": "Battery"})
        charging = make_topic(db, slug="charging", parent_id=battery.id, titles={"en": "Charging"})
        make_answer(db, slug="deep", topic_id=charging.id, title="Deep down")
        make_answer(db, slug="own", topic_id=battery.id, title="Right here")
        make_answer(db, slug="above", topic_id=bikes.id, title="Above")
        make_question(db, topic_id=battery.id)
        make_question(db, email="b@example.org", topic_id=charging.id, state=QuestionState.ANSWERED)
    page = client.get("/topics/battery", headers={"Accept-Language": "en"}).text
    way = page.partition('class="crumbs"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', way) == ["/", "/topics/bikes"]
    assert re.findall(r'href="/faq/(\w+)"', page) == ["own", "deep"]
    assert ["1 question answered" in page, "1 question open" in page, "2 answers" in page] == [True, True, True]
    assert 'href="/topics/charging"' in page
    assert 'href="/ask?topic=battery"' in page


def test_an_empty_topic_asks_for_the_first_question(client, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="bikes", titles={"en": "Bikes"})
    assert "Be the first to ask about Bikes." in client.get("/topics/bikes", headers={"Accept-Language": "en"}).text


def test_an_unknown_topic_is_not_found(client):
    assert client.get("/topics/nothing").status_code == 404
