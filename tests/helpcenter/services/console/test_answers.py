"""What marks say about answers."""

from datetime import timedelta

from helpcenter.models import Marker, MarkerKind
from helpcenter.services.console.answers import answer_after, answer_at, answers_of
from tests.factories import NOW


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def marks(*told):
    kinds = {"begin": MarkerKind.ANSWERING, "end": MarkerKind.ANSWERED, "topic": MarkerKind.TOPIC}
    return [
        Marker(id=number, kind=kinds[kind], at=at(seconds), key=key)
        for number, (kind, seconds, key) in enumerate(told, 1)
    ]


def spans(*told):
    return [
        (one.key, (one.at - NOW).total_seconds(), one.end and (one.end - NOW).total_seconds())
        for one in answers_of(marks(*told))
    ]


def test_an_answer_goes_from_its_mark_to_the_mark_that_ends_it():
    told = (("topic", 0, "t"), ("begin", 1, "a"), ("end", 5, "b"), ("begin", 9, "c"))
    assert spans(*told) == [("a", 1.0, 5.0), ("c", 9.0, None)]


def test_an_answer_that_nobody_ended_ends_where_the_next_one_begins():
    found = answers_of(marks(("begin", 1, "a"), ("begin", 4, "b")))
    assert [(one.end, one.closing) for one in found] == [(at(4), None), (None, None)]


def test_what_was_never_begun_cannot_end():
    assert spans(("end", 1, "a"), ("begin", 2, "b"), ("end", 3, "c"), ("end", 4, "d")) == [("b", 2.0, 3.0)]


def test_marks_that_nobody_set_do_not_count():
    assert spans(("begin", 1, "a"), ("end", 3, "end-of:1")) == [("a", 1.0, None)]


def test_a_mark_without_a_key_is_spoken_of_by_its_number():
    assert spans(("begin", 1, None)) == [("#1", 1.0, None)]


def test_which_answer_it_was_at_an_instant():
    found = answers_of(marks(("begin", 1, "a"), ("end", 5, "b"), ("begin", 9, "c")))
    assert [one and one.key for one in (answer_at(found, at(s)) for s in (0, 1, 4.9, 5, 9, 100))] == [
        None, "a", "a", None, "c", "c",
    ]  # fmt: skip
    assert [one and one.key for one in (answer_after(found, at(s)) for s in (0, 1, 9))] == ["a", "c", None]
