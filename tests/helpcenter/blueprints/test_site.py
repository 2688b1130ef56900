import re

from helpcenter.models import EntryState, Visibility
from helpcenter.permissions import Role
from tests.factories import make_answer, make_entry, make_topic, make_user


def test_an_empty_site_says_so(client):
    page = client.get("/?lang=en")
    assert page.status_code == 200
    assert "There are no answers yet" in page.text


def test_the_start_page_shows_topics_with_counts_and_the_newest_answers(client, ports):
    with ports.database.transaction() as db:
        bikes = make_topic(db, slug="bikes", titles={"de": "Räder", "en": "Bikes"})
        battery = make_topic(db, slug="battery", parent_id=bikes.id, titles={"de": "Akku", "en": "Battery"})
        make_answer(db, topic_id=battery.id, title="How far?")
        make_entry(db, topic_id=bikes.id, title="Still a draft")
    page = client.get("/", headers={"Accept-Language": "en"})
    assert re.findall(r'href="(/topics/\w+)"', page.text) == ["/topics/bikes", "/topics/battery"]
    assert "1 answer<" in page.text
    assert 'href="/faq/how-far"' in page.text
    assert "0:10" in page.text
    assert "Still a draft" not in page.text


def test_a_change_shows_at_once(client, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="Before")
    assert "Before" in client.get("/").text
    with ports.database.transaction() as db:
        changed = db.merge(entry)
        changed.texts[0].title = "After"
    assert "After" in client.get("/").text


def test_what_is_for_customers_is_theirs_alone(client, ports, sign_in):
    with ports.database.transaction() as db:
        make_answer(db, title="For customers", visibility=Visibility.CUSTOMERS)
        customer = make_user(db)
    assert "For customers" not in client.get("/").text
    assert "For customers" in sign_in(customer).get("/").text


def test_an_unlisted_or_unpublished_answer_is_in_no_list(client, ports):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="bikes")
        for slug, values in {
            "unlisted": {"visibility": Visibility.UNLISTED},
            "staff": {"visibility": Visibility.STAFF},
            "draft": {"state": EntryState.DRAFT},
            "review": {"state": EntryState.IN_REVIEW},
        }.items():
            make_answer(db, slug=slug, topic_id=topic.id, title=f"secret {slug}", **values)
    for path in ("/", "/topics/bikes", "/search?q=secret"):
        assert re.findall(r"secret (unlisted|staff|draft|review)", client.get(path).text) == []


def test_the_language_is_remembered(client):
    assert 'lang="de"' in client.get("/", headers={"Accept-Language": "de"}).text.partition("<head>")[0]
    assert 'lang="en"' in client.get("/?lang=en", headers={"Accept-Language": "de"}).text.partition("<head>")[0]
    assert 'lang="en"' in client.get("/", headers={"Accept-Language": "de"}).text.partition("<head>")[0]


def test_each_page_names_its_other_language(client):
    page = client.get("/ask?q=akku&lang=en").text
    assert '<link rel="alternate" hreflang="de" href="http://127.0.0.1:8000/ask?q=akku&amp;lang=de">' in page
    assert 'href="/ask?q=akku&amp;lang=de" hreflang="de"' in page


def test_visitors_are_asked_in_staff_see_their_menu(client, ports, sign_in):
    with ports.database.transaction() as db:
        admin = make_user(db, Role.ADMIN, name="Ada Admin")
    visitor, menu = client.get("/topics/none").text, sign_in(admin).get("/").text
    assert 'href="/sign-in?next=%2Ftopics%2Fnone"' in visitor
    assert ["Ada Admin" in menu, 'href="/workbench"' in menu, 'action="/sign-out"' in menu] == [True, True, True]
