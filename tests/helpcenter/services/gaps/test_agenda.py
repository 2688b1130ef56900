"""Searches, questions and ratings about one thing become one proposal, with its evidence."""

from datetime import timedelta

import pytest

from helpcenter.models import (
    ClipState,
    EntryState,
    Moderation,
    QuestionState,
    QuestionVote,
    SessionQuestion,
    Visibility,
)
from helpcenter.services import gaps, ratings, search, searches
from tests.factories import NOW, make_answer, make_clip, make_question, make_recording, make_session, make_topic

pytestmark = pytest.mark.usefixtures("each_database")
DAY = timedelta(days=1)


def look(db, words, *, times, without=True, clicked=0, language="de", at=NOW):
    searched = searches.read(words, language)
    for _ in range(times):
        searches.note(db, searched, "made", day=at.date(), without=without)
    for _ in range(clicked):
        searches.note(db, searched, "clicked", day=at.date())


def shown(db, at=NOW):
    return [(gap.title, gap.points) for gap in gaps.gaps(db, now=at)]


def rate(db, entry_id, clip_id=None, *, yes=0, no=0):
    for helpful in [True] * yes + [False] * no:
        ratings.rate(db, entry_id, clip_id, helpful=helpful, reason="", now=NOW)


def test_what_three_searched_for_without_a_hit_is_a_gap_and_two_are_not(db):
    look(db, "Akku Winter", times=3)
    look(db, "Anhänger", times=2)
    (gap,) = gaps.gaps(db, now=NOW)
    assert (gap.title, gap.language, gap.points, gap.seen) == ("Akku Winter", "de", 3, {"search:de:akku wint": 3})
    assert [(one.words, one.made, one.without) for one in gap.searches] == [("Akku Winter", 3, 3)]


def test_hits_that_nobody_opens_are_half_a_gap(db):
    entry = make_answer(db, title="Akku im Winter", language="de")
    search.index_entry(db, entry.id)
    look(db, "Akku Winter", times=14, without=False)
    (gap,) = gaps.gaps(db, now=NOW)
    assert ([(one.made, one.without, one.clicked) for one in gap.searches], gap.points) == ([(14, 0, 0)], 7)


def test_hits_that_are_opened_are_none(db):
    entry = make_answer(db, title="Akku im Winter", language="de")
    search.index_entry(db, entry.id)
    look(db, "Akku Winter", times=14, without=False, clicked=4)
    assert gaps.gaps(db, now=NOW) == []


def test_what_has_been_answered_since_falls_out(db):
    look(db, "Akku Winter", times=4)
    look(db, "Bremse quietscht", times=3)
    assert shown(db) == [("Akku Winter", 4), ("Bremse quietscht", 3)]
    entry = make_answer(db, title="Der Akku im Winter", language="de")
    entry.state = EntryState.DRAFT
    search.index_entry(db, entry.id)
    assert len(gaps.gaps(db, now=NOW)) == 2
    entry.state = EntryState.PUBLISHED
    search.index_entry(db, entry.id)
    assert shown(db) == [("Bremse quietscht", 3)]


def test_what_holds_only_one_of_the_words_is_no_answer(db):
    look(db, "Bremse quietscht", times=6)
    entry = make_answer(db, title="Wie stelle ich die Bremse ein?", language="de")
    search.index_entry(db, entry.id)
    assert shown(db) == [("Bremse quietscht", 6)]


def test_a_newer_answer_ends_what_nobody_opened(db):
    old = make_answer(db, title="Akku im Winter", language="de")
    search.index_entry(db, old.id)
    look(db, "Akku Winter", times=6, without=False)
    new = make_answer(db, slug="new", title="Akku im Winter lagern", language="de", published_at=NOW + DAY)
    search.index_entry(db, new.id)
    assert gaps.gaps(db, now=NOW + DAY) == []


def test_similar_questions_are_one_gap_and_a_single_one_is_none(db):
    first = make_question(db, title="Warum quietschen meine Bremsen?", language="de")
    make_question(db, title="Die Bremse quietscht", language="de")
    make_question(db, title="Darf ich das Rad im Zug mitnehmen?", language="de")
    db.add(QuestionVote(question_id=first.id, voter="v", created_at=NOW))
    db.flush()
    (gap,) = gaps.gaps(db, now=NOW)
    assert (gap.title, [asked.people for asked in gap.questions], gap.points) == (first.title, [2, 1], 6)


def test_a_question_that_was_reopened_is_one_alone(db):
    make_question(db, title="Darf ich das Rad waschen?", language="de", state=QuestionState.REOPENED, answers=1)
    assert shown(db) == [("Darf ich das Rad waschen?", 5)]


def test_what_is_badly_rated_is_one_and_what_may_be_chance_is_not(db):
    bad, chance = make_answer(db, title="Far?", language="en"), make_answer(db, slug="c", title="Why?", language="en")
    rate(db, bad.id, bad.clips[0].clip_id, yes=2, no=7)
    rate(db, chance.id, yes=3, no=5)
    clip = make_clip(db, make_recording(db), title="Which tyres?", state=ClipState.CONFIRMED)
    rate(db, None, clip.id, no=5)
    found = gaps.gaps(db, now=NOW)
    assert [(gap.title, gap.points, gap.rated[0].share) for gap in found] == [
        ("Far?", 7, (2, 9)), ("Which tyres?", 5, (0, 5)),
    ]  # fmt: skip


def test_what_only_staff_may_see_is_no_evidence(db):
    entry = make_answer(db, title="Secret", visibility=Visibility.STAFF)
    rate(db, entry.id, no=6)
    clip = make_clip(db, make_recording(db, visibility=Visibility.STAFF), title="Secret", state=ClipState.CONFIRMED)
    rate(db, None, clip.id, no=6)
    assert gaps.gaps(db, now=NOW) == []


def test_all_that_is_about_the_same_stands_together(db):
    topic = make_topic(db)
    look(db, "Reichweite Winter", times=14)
    question = make_question(db, title="Warum ist die Reichweite im Winter so kurz?", language="de", topic=topic)
    make_question(db, title="Reichweite im Winter", language="de", topic=topic)
    (gap,) = gaps.gaps(db, now=NOW)
    assert (len(gap.searches), len(gap.questions), gap.topic, gap.points) == (1, 2, topic, 18)
    assert gap.title in {question.title, "Reichweite im Winter"}


def test_languages_stay_apart(db):
    look(db, "App Bluetooth", times=3)
    look(db, "App Bluetooth", times=4, language="en")
    assert [(gap.language, gap.points) for gap in gaps.gaps(db, now=NOW)] == [("en", 4), ("de", 3)]


def test_what_is_not_for_everybody_is_no_evidence(db):
    for values in ({"confirmed": False}, {"held_for": "spam"}):
        for _ in range(2):
            make_question(db, title="Secret brakes squeal", **values)
    members = make_session(db, visibility=Visibility.CUSTOMERS)
    public = make_session(db)
    for session, moderation in ((members, Moderation.SHOWN), (public, Moderation.HIDDEN), (public, Moderation.WAITING)):
        question = make_question(db, title="Secret brakes squeal")
        given = {"moderation": moderation, "voter": "somebody", "created_at": NOW}
        db.add(SessionQuestion(session=session, question=question, **given))
    db.flush()
    assert gaps.gaps(db, now=NOW) == []


def test_old_searches_are_no_evidence(db):
    look(db, "Akku Winter", times=9)
    assert gaps.gaps(db, now=NOW + timedelta(days=91)) == []


def test_a_session_is_offered_its_language_and_topics_first(db):
    battery, brakes = (make_topic(db, titles={"de": title}) for title in ("Akku", "Bremsen"))
    look(db, "Bremse quietscht", times=9)
    look(db, "Anhänger", times=5)
    look(db, "Akku Winter", times=3)
    look(db, "winter battery", times=4, language="en")
    found = gaps.gaps(db, now=NOW)
    assert {gap.title: gap.topic for gap in found} == {
        "Bremse quietscht": brakes, "Anhänger": None, "Akku Winter": battery, "winter battery": None,
    }  # fmt: skip
    session = make_session(db, language="de", topics=[battery])
    assert [gap.title for gap in gaps.about(found, db, session)] == ["Akku Winter", "Anhänger"]
    every = make_session(db, language="de", starts_at=NOW + 3 * DAY)
    assert [gap.title for gap in gaps.about(found, db, every)] == ["Bremse quietscht", "Anhänger", "Akku Winter"]
