from datetime import timedelta

import pytest
from defusedxml import ElementTree

from helpcenter.models import Topic, User
from helpcenter.services.feeds import atom_feed
from tests.conftest import NOW
from tests.helpcenter.services.feeds.test_ics import HOSTILE, _session

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def read(settings):
    site = settings.model_copy(update={"site_url": "https://help.example.org"})

    def reading(sessions, name="Live"):
        return ElementTree.fromstring(
            atom_feed(sessions, settings=site, name=name, address="/sessions.atom", language="en")
        )

    return reading


def _texts(element, *tags):
    return [element.findtext(ATOM + tag) for tag in tags]


def test_an_empty_feed_is_a_feed(read):
    feed = read([])
    assert _texts(feed, "id", "title", "updated") == [
        "tag:help.example.org,2026:sessions.atom",
        "Live",
        "2026-01-01T00:00:00Z",
    ]
    assert [(link.get("rel"), link.get("href")) for link in feed.iter(f"{ATOM}link")] == [
        ("self", "https://help.example.org/sessions.atom"), ("alternate", "https://help.example.org/sessions"),
    ]  # fmt: skip
    assert _texts(feed.find(f"{ATOM}author"), "name") == ["Help Center"]


def test_what_changed_last_comes_first(read):
    old = _session(number=1, announced_at=NOW - timedelta(days=1))
    new = _session(
        number=2, updated_at=NOW + timedelta(hours=1), hosts=[User(name="Anna"), User(name="")],
        topics=[Topic(slug="battery", titles={"en": "Battery"})],
    )  # fmt: skip
    feed = read([old, new])
    first, second = feed.findall(f"{ATOM}entry")
    assert _texts(feed, "updated") == ["2026-11-22T10:00:00Z"]
    assert _texts(first, "id", "title", "published", "updated") == [
        "tag:help.example.org,2026:sessions/5ession2", "Questions about e-bikes", "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z",
    ]  # fmt: skip
    assert _texts(second, "published") == ["2026-11-21T09:00:00Z"]
    assert [author.findtext(f"{ATOM}name") for author in first.findall(f"{ATOM}author")] == ["Anna"]
    assert first.find(f"{ATOM}category").attrib == {"term": "battery", "label": "Battery"}
    assert first.findtext(f"{ATOM}summary").replace("\u202f", " ") == (
        "Sunday, November 22, 2026, 10:00 AM – 11:00 AM (Berlin, Central European Standard Time)\n\nBring your own."
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_feed(read, text):
    feed = read([_session(title=text, description=f"<b>{text}</b>", hosts=[User(name=text)])], name=text)
    assert len(feed.findall(f"{ATOM}entry")) == 1
