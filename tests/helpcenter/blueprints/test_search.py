import re

import pytest
from sqlalchemy import select

from helpcenter.models import SearchCount
from helpcenter.permissions import Role
from helpcenter.services import pages, search
from helpcenter.web.addresses import address_of_hit
from tests.factories import make_answer, make_user, make_watchable

EN = {"Accept-Language": "en"}


@pytest.fixture
def entry(ports):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far does the battery take me?", body="The battery takes you far.")
        search.index_recording(db, entry.clips[0].clip.recording_id)
        search.index_entry(db, entry.id)
        return entry


def test_a_hit_is_shown_with_its_words_marked(client, entry):
    page = client.get("/search?q=battery", headers=EN).text
    assert "<mark>battery</mark>" in page
    assert re.search(r'href="/faq/how-far(\?clip=\w+)?"', page)


def test_what_was_said_leads_to_its_second(client, ports):
    with ports.database.transaction() as db:
        recording = make_watchable(db)
        search.index_recording(db, recording.id)
    page = client.get("/search?q=%22Sentence+7%22", headers=EN).text
    assert f'href="/recordings/{recording.public_id}?t=35"' in page


def test_nothing_found_leads_to_asking(client):
    page = client.get("/search?q=unfindable+thing", headers=EN).text
    assert ["Nothing was found" in page, 'href="/ask?q=unfindable+thing"' in page] == [True, True]


def test_an_empty_query_is_no_error(client):
    assert client.get("/search").status_code == 200
    assert client.get("/search?q=%20").status_code == 200
    assert client.get("/search/suggest").status_code == 200


def test_suggestions_are_a_piece_of_a_page(client, entry):
    piece = client.get("/search/suggest?q=batt", headers=EN).text
    assert ["<html" in piece, 'role="option"' in piece, "How far does the battery take me?" in piece] == [
        False,
        True,
        True,
    ]


def test_an_address_names_the_second_of_the_clip_or_of_the_recording(ports, entry):
    clip = entry.clips[0].clip
    with ports.database.reading() as db:
        found = search.Hit("cue", "x", [], 1, clip.recording_id, 9.6, 14.0, 1.0, "en", entry.id, clip.id)
        assert address_of_hit(db, found) == f"/faq/how-far?clip={clip.public_id}&t=4"
        alone = search.Hit("cue", "x", [], 1, clip.recording_id, 42.9, 44.0, 1.0, "en")
        assert address_of_hit(db, alone) == f"/recordings/{clip.recording.public_id}?t=42"
        whole = search.Hit("entry", "x", [], entry.id, clip.recording_id, 5.0, 15.0, 1.0, "en", entry.id, clip.id)
        assert address_of_hit(db, whole) == f"/faq/how-far?clip={clip.public_id}"
        written = search.Hit("entry", "x", [], entry.id, None, None, None, 1.0, "en", entry.id)
        assert address_of_hit(db, written) == "/faq/how-far"


def test_all_hits_are_shown_in_four_queries(ports, entry):
    hits = [search.Hit("entry", "x", [], entry.id, 1, 5.0, 15.0, 1.0, "en", entry.id, 1)] * 20
    with ports.database.reading() as db:
        assert len(pages.show_hits(db, hits)) == 20


def told(page):
    """What the page's script would send."""
    found = re.search(r'data-searched="/search/count" data-words="([^"]*)" data-found="(\d+)" data-key="(\w+)"', page)
    return dict(zip(("words", "found", "key"), found.groups(), strict=True)) if found else None


def counted(ports):
    with ports.database.reading() as db:
        return [(one.words, one.made, one.without, one.clicked) for one in db.scalars(select(SearchCount))]


def test_a_search_is_counted_when_its_page_says_so_and_so_is_a_hit_that_is_opened(client, ports, entry):
    form = told(client.get("/search?q=battery", headers=EN).text)
    assert counted(ports) == []
    for what in ("made", "clicked"):
        answer = client.post("/search/count", data={**form, "what": what}, headers=EN)
        assert (answer.status_code, answer.text, "Set-Cookie" in answer.headers) == (204, "", False)
    assert counted(ports) == [("battery", 1, 0, 1)]


def test_only_what_a_page_has_shown_is_counted(client, ports, clock):
    form = told(client.get("/search?q=unfindable", headers=EN).text)
    forged = [
        {"words": "other"},
        {"found": "7"},
        {"key": "x" * 32},
        {"what": "solved"},
        {"what": "nonsense"},
        {"key": ""},
    ]
    for part in forged:
        assert client.post("/search/count", data={**form, "what": "made", **part}, headers=EN).status_code == 204
    assert counted(ports) == []
    clock.advance(days=2)
    client.post("/search/count", data={**form, "what": "made"}, headers=EN)
    assert counted(ports) == []


@pytest.mark.parametrize("words", ["kim@example.org", "0170 1234567", ""])
def test_what_looks_personal_is_not_even_offered_for_counting(client, words):
    assert told(client.get("/search", query_string={"q": words}, headers=EN).text) is None


def test_what_staff_searches_for_does_not_count(ports, sign_in):
    with ports.database.transaction() as db:
        people = [make_user(db, role) for role in (Role.CUSTOMER, Role.EXPERT)]
    pages_ = [sign_in(one).get("/search?q=battery", headers=EN).text for one in people]
    assert [told(page) is None for page in pages_] == [False, True]


def test_whoever_came_from_a_search_and_was_helped_solved_it(client, ports, entry):
    form = told(client.get("/search?q=battery", headers=EN).text)
    client.post("/search/count", data={**form, "what": "made"}, headers=EN)
    for words in ("battery", "never searched for", "x" * 5000):
        client.post("/faq/how-far/rating", data={"helpful": "yes", "searched": words}, headers=EN)
    with ports.database.reading() as db:
        assert [(one.made, one.solved) for one in db.scalars(select(SearchCount))] == [(1, 1)]
