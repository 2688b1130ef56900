from concurrent.futures import ThreadPoolExecutor

import pytest

from helpcenter.models import Topic
from helpcenter.services.slugs import slugify, unique_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Akku über Nacht laden?", "akku-ueber-nacht-laden"),
        ("What's new", "whats-new"),
        ("???", "topic"),
        ("x" * 100, "x" * 80),
    ],
)
def test_a_title_becomes_a_short_name_in_ascii(title, slug):
    assert slugify(title, "topic") == slug


def test_two_who_give_the_same_title_at_once_get_two_names(ports, each_database):
    def add(_):
        with ports.database.transaction() as db:
            db.add(Topic(slug=unique_slug(db, Topic.slug, "Brakes", "topic"), titles={"en": "Brakes"}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    with ports.database.reading() as db:
        slugs = sorted(topic.slug for topic in db.query(Topic))
    assert slugs == ["brakes", *(f"brakes-{number}" for number in range(2, 9))]
