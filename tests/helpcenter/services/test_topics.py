"""The tree of topics."""

import pytest

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.permissions import Role
from helpcenter.services import topics
from tests.factories import NOW, make_entry, make_recording, make_user


@pytest.fixture
def tree(db):
    """Bikes (battery (charging), brakes) and parts."""
    made = {}
    for name, parent in [
        ("Bikes", None), ("Parts", None), ("Battery", "Bikes"), ("Brakes", "Bikes"), ("Charging", "Battery"),
    ]:  # fmt: skip
        made[name] = topics.create(db, titles={"en": name}, parent=made.get(parent), editor=None, now=NOW)
    return made


def outline(db):
    return [("  " * node.depth) + node.topic.title("en") for node in topics.flat(db)]


def test_the_tree_is_read_from_top_to_bottom(db, tree):
    assert outline(db) == ["Bikes", "  Battery", "    Charging", "  Brakes", "Parts"]


def test_a_slug_comes_from_the_english_title_and_stays(db):
    topic = topics.create(db, titles={"de": "Räder", "en": "Bikes"}, editor=None, now=NOW)
    topics.rename(db, topic, titles={"de": "Fahrräder"}, descriptions={"de": " Alle. ", "en": ""}, editor=None, now=NOW)
    assert (topic.slug, topic.titles, topic.descriptions) == ("bikes", {"de": "Fahrräder"}, {"de": "Alle."})
    assert topic.title("en") == "Fahrräder"


def test_a_topic_needs_a_title(db):
    with pytest.raises(InvalidInput):
        topics.create(db, titles={"de": " ", "en": ""}, editor=None, now=NOW)


def test_a_topic_moves_with_all_below_it(db, tree):
    topics.move(db, tree["Battery"], parent=tree["Parts"], editor=None, now=NOW)
    assert outline(db) == ["Bikes", "  Brakes", "Parts", "  Battery", "    Charging"]
    topics.move(db, tree["Battery"], parent=None, editor=None, now=NOW)
    assert outline(db) == ["Bikes", "  Brakes", "Parts", "Battery", "  Charging"]


@pytest.mark.parametrize("below", ["Bikes", "Battery", "Charging"])
def test_a_topic_cannot_hang_below_itself(db, tree, below):
    with pytest.raises(InvalidInput):
        topics.move(db, tree["Bikes"], parent=tree[below], editor=None, now=NOW)


def test_topics_are_ordered_among_their_siblings(db, tree):
    topics.order(db, tree["Brakes"], places=-1, editor=None, now=NOW)
    topics.order(db, tree["Parts"], places=5, editor=None, now=NOW)
    topics.order(db, tree["Bikes"], places=1, editor=None, now=NOW)
    assert outline(db) == ["Parts", "Bikes", "  Brakes", "  Battery", "    Charging"]


def test_an_empty_topic_is_deleted(db, tree):
    topics.delete(db, tree["Charging"], editor=None, now=NOW)
    assert outline(db) == ["Bikes", "  Battery", "  Brakes", "Parts"]


def test_a_topic_that_holds_something_says_what(db, tree):
    make_entry(db, topic=tree["Brakes"])
    make_recording(db, topic_id=tree["Parts"].id)
    said = {}
    for name in ("Bikes", "Brakes", "Parts"):
        with pytest.raises(Conflict) as refused:
            topics.delete(db, tree[name], editor=None, now=NOW)
        said[name] = str(refused.value)
    assert said == {
        "Bikes": "There are topics below “Bikes” (2). Move or delete them first.",
        "Brakes": "There are entries in “Brakes” (1). Move them first.",
        "Parts": "There are recordings in “Parts” (1). Move them first.",
    }


def test_experts_are_set_and_replaced(db, tree):
    ada, ben, cem = (make_user(db, Role.EXPERT, name=name) for name in ("Ada", "Ben", "Cem"))
    topics.set_experts(db, tree["Bikes"], [cem, ada], editor=None, now=NOW)
    topics.set_experts(db, tree["Bikes"], [ben, ada], editor=None, now=NOW)
    assert [expert.name for expert in topics.experts_of(db, tree["Bikes"])] == ["Ada", "Ben"]


def test_below_names_the_topic_and_all_under_it(db, tree):
    assert topics.below(db, tree["Bikes"]) == [tree[name].id for name in ("Bikes", "Battery", "Charging", "Brakes")]
    assert topics.below(db, tree["Brakes"], tree["Battery"], tree["Charging"]) == [
        tree[name].id for name in ("Brakes", "Battery", "Charging")
    ]
