"""Every case holds on SQLite and on PostgreSQL alike."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import (
    Chapter,
    ClipState,
    CueRow,
    EntryState,
    FaqClip,
    FaqText,
    QuestionState,
    Recording,
    SearchDocument,
    SearchTerm,
    Transcript,
    Visibility,
)
from helpcenter.services import search as found
from helpcenter.services.search import search, suggest
from tests.factories import make_clip, make_entry, make_question, make_recording

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STAFF = (Visibility.PUBLIC, Visibility.STAFF)
PATIENCE = 0.3

pytestmark = pytest.mark.usefixtures("each_database")

GERMAN = [
    (0, 6, "Willkommen zu unserer Fragestunde rund um das E-Bike."),
    (6, 12, "Wie lade ich den Akku im Winter richtig?"),
    (12, 18, "Zwei Akkus lagern Sie am besten bei zehn Grad im Haus."),
    (60, 66, "Die Bremsen quietschen, wenn die Straße nass ist."),
    (120, 126, "Große Räder rollen über Äste leichter hinweg."),
    (200, 206, "Das Display zeigt nach dem Einschalten einen Fehler an."),
]
ENGLISH = [
    (0, 6, "Welcome everybody to our questions about ebikes."),
    (6, 12, "The batteries should be charged every two months."),
    (40, 46, "How do I reset the display after an update?"),
    (46, 52, "Hold the power button for ten seconds, don't let go."),
    (100, 106, "Müller's café sells the naïve chain lube."),
]


def record(db: Session, cues: list[tuple[float, float, str]], language: str, **values: object) -> Recording:
    recording = make_recording(db, language=language, title=f"Session in {language}", **values)
    transcript = Transcript(recording_id=recording.id, language=language, provider="file", created_at=NOW)
    db.add(transcript)
    db.flush()
    db.add_all(CueRow(transcript_id=transcript.id, start=start, end=end, text=text) for start, end, text in cues)
    found.index_recording(db, recording.id)
    return recording


@pytest.fixture
def sessions(db: Session) -> dict[str, Recording]:
    return {"de": record(db, GERMAN, "de"), "en": record(db, ENGLISH, "en")}


def shown(hits: list[found.Hit]) -> list[tuple[str, float | None]]:
    return [(hit.language, hit.start) for hit in hits]


def marked(hit: found.Hit) -> list[str]:
    return [fragment.text for fragment in hit.snippet if fragment.hit]


CASES = [
    ("Akku", ("de", 6.0), ["Akku", "Akkus"]),
    ("akkus", ("de", 6.0), ["Akku", "Akkus"]),
    ("AKKUS LAGERN", ("de", 12.0), ["Akkus", "lagern"]),
    ("bremse", ("de", 60.0), ["Bremsen"]),
    ("strasse", ("de", 60.0), ["Straße"]),
    ("STRAẞE", ("de", 60.0), ["Straße"]),
    ("raeder", ("de", 120.0), ["Räder"]),
    ("Räder", ("de", 120.0), ["Räder"]),
    ("ra\u0308der", ("de", 120.0), ["Räder"]),
    ("grosse aeste", ("de", 120.0), ["Große", "Äste"]),
    ("battery", ("en", 6.0), ["batteries"]),
    ("batterys", ("en", 6.0), ["batteries"]),
    ("charging the battery", ("en", 6.0), ["batteries", "charged"]),
    ("baterries", ("en", 6.0), ["batteries"]),
    ("bremsne", ("de", 60.0), ["Bremsen"]),
    ("quitschen", ("de", 60.0), ["quietschen"]),
    ("dsplay update", ("en", 40.0), ["display", "update"]),
    ("wilkomen", ("de", 0.0), ["Willkommen"]),
    ("reset displ", ("en", 40.0), ["reset", "display"]),
    ("einschaltun", ("de", 200.0), ["Einschalten"]),
    ('"power button"', ("en", 46.0), ["power", "button"]),
    ("„zehn Grad“", ("de", 12.0), ["zehn", "Grad"]),
    ("dont let go", ("en", 46.0), ["go"]),
    ("mueller cafe", ("en", 100.0), ["Müller's", "café"]),
    ("muller", ("en", 100.0), ["Müller's"]),
    ("ebike fragestunde", ("de", 0.0), ["Fragestunde", "E-Bike"]),
    ("e-bike fragestunde", ("de", 0.0), ["Fragestunde", "E-Bike"]),
    ("e-bikes everybody", ("en", 0.0), ["everybody", "ebikes"]),
    ("wie ich den", ("de", 6.0), ["Wie", "ich", "den"]),
    ("what is the display error reset Fehler nach dem xyzzyq Einschalten", ("de", 200.0), ["Display", "Einschalten", "Fehler"]),
]  # fmt: skip
SYNTAX = [
    'akku" OR "x', "akku*", "akku NEAR lagern", "-akku", "terms:akku", "akku AND", "(akku", "akku)", "^akku", "akku;--",
    "'akku'", "akku & !lagern", "akku:*", "akku <-> x", "{akku}", "akku\\", "%akku%", ":akku :query", "akku\0", "v_staff akku",
]  # fmt: skip
MONSTERS = [
    "a" * 100_000, "akku " * 20_000, '"' * 100_000, "ä" * 100_000, "- " * 50_000, "\u0308" * 100_000, "a-" * 50_000,
    " ".join(f"wrt{i}x" for i in range(10_000)), "(" * 100_000, "𝔘𝔫𝔦" * 30_000, "e" * 39 + " " + "n" * 99_000,
]  # fmt: skip
NOTHING = ["", "   ", "zzzzqqq", '"button power"', "?!", '""', "\0", "\ud800", "xq"]


def test_a_query_finds_the_second_and_marks_the_words(db, sessions):
    answers = {query: search(db, query) for query, _, _ in CASES}
    assert {
        query: (shown(hits)[:1], sorted(set(marked(hits[0]))) if hits else []) for query, hits in answers.items()
    } == {query: ([first], sorted(words)) for query, first, words in CASES}


def test_nothing_is_found_where_nothing_is(db, sessions):
    assert {query: search(db, query) for query in NOTHING} == {query: [] for query in NOTHING}


def test_no_query_is_syntax(db, sessions):
    assert [query for query in SYNTAX if not {("de", 6.0), ("de", 12.0)} & set(shown(search(db, query)))] == []


def test_a_monstrous_query_is_answered_at_once(db, sessions):
    for query in MONSTERS:
        for ask in (search, suggest):
            assert min(seconds(ask, db, query) for _ in range(3)) < PATIENCE


def seconds(ask, db, query):
    began = time.monotonic()
    ask(db, query)
    return time.monotonic() - began


def test_all_words_are_wanted_and_some_suffice_where_nothing_has_all(db, sessions):
    assert shown(search(db, "display reset")) == [("en", 40.0)]
    assert set(shown(search(db, "quietschen reset"))) == {("de", 60.0), ("en", 40.0)}


def test_neighbouring_cues_are_one_hit_from_the_first_that_matters(db, sessions):
    (hit,) = search(db, "Akku")
    assert (hit.start, hit.end) == (6.0, 18.0)
    assert "".join(fragment.text for fragment in hit.snippet) == f"{GERMAN[1][2]} {GERMAN[2][2]}"


def test_language_kind_and_recording_narrow_the_search(db, sessions):
    assert shown(search(db, "display", language="en")) == [("en", 40.0)]
    assert shown(search(db, "display", language="de-AT")) == [("de", 200.0)]
    assert shown(search(db, "display", recording_id=sessions["de"].id)) == [("de", 200.0)]
    assert search(db, "display", kinds={"entry"}) == []
    assert shown(search(db, "display", kinds=["cue"], language="en")) == [("en", 40.0)]
    assert search(db, "display", visibilities=()) == []


def test_typing_on_narrows_what_is_suggested(db, sessions):
    starts = {prefix: shown(suggest(db, prefix)) for prefix in ("quie", "quietsc", "quietschen")}
    assert starts == {key: [("de", 60.0)] for key in starts}
    assert suggest(db, "") == []


def test_a_long_text_is_shown_around_the_word_and_cut_at_words(db):
    words = [f"word{number}" for number in range(400)]
    words[300] = "derailleur"
    make = make_entry(db, title="Gears", body=" ".join(words), state=EntryState.PUBLISHED)
    found.index_entry(db, make.id)
    (hit,) = search(db, "derailleurs")
    text = "".join(fragment.text for fragment in hit.snippet)
    assert marked(hit) == ["derailleur"]
    assert len(text) <= 202
    assert set(text.strip("…").split()) <= set(words)


def test_an_entry_takes_in_its_clips_and_what_is_said_in_them(db, sessions):
    recording = sessions["de"]
    clip = make_clip(
        db, recording, start=6.0, end=20.0, title="Akku im Winter", language="de", state=ClipState.CONFIRMED
    )
    found.index_recording(db, recording.id)
    assert [(hit.kind, hit.thing_id, hit.start, hit.clip_id, hit.entry_id) for hit in search(db, "Akku")] == [
        ("clip", clip.id, 6.0, clip.id, None)
    ]
    entry = make_entry(db, title="Wie lade ich den Akku?", language="de", state=EntryState.PUBLISHED)
    entry.texts.append(FaqText(language="en", title="How do I charge the Akku?", updated_at=NOW))
    db.add(FaqClip(entry_id=entry.id, clip_id=clip.id, best=True))
    found.index_entry(db, entry.id)
    assert [
        (hit.kind, hit.thing_id, hit.recording_id, hit.start, hit.clip_id, hit.entry_id) for hit in search(db, "Akku")
    ] == [("entry", entry.id, recording.id, 6.0, clip.id, entry.id)]
    assert [(hit.kind, hit.start, hit.clip_id, hit.entry_id) for hit in search(db, "zehn Grad", kinds=["cue"])] == [
        ("cue", 12.0, clip.id, entry.id)
    ]


def test_a_chapter_with_another_title_leads_to_the_second_inside(db, sessions):
    recording = sessions["en"]
    db.add(Chapter(recording_id=recording.id, start=38.0, end=60.0, title="Settings", source="file"))
    found.index_recording(db, recording.id)
    assert [(hit.kind, hit.start) for hit in search(db, "reset seconds")] == [("chapter", 40.0)]
    assert [(hit.kind, hit.start) for hit in search(db, "power button")] == [("cue", 46.0)]
    assert [(hit.kind, hit.start) for hit in search(db, "settings")] == [("chapter", 38.0)]


def test_drafts_and_proposals_are_for_staff(db, sessions):
    entry = make_entry(db, title="Derailleur", body="Turn the [screw](https://example.org/x).")
    make_clip(db, sessions["en"], title="Derailleur adjusted")
    found.index_recording(db, sessions["en"].id)
    found.index_entry(db, entry.id)
    assert search(db, "derailleur") == []
    assert {hit.kind for hit in search(db, "derailleur", visibilities=STAFF)} == {"entry", "clip"}
    entry.state = EntryState.PUBLISHED
    found.index_entry(db, entry.id)
    (hit,) = search(db, "derailleur screw")
    assert "".join(fragment.text for fragment in hit.snippet) == "Turn the screw."
    assert search(db, "example.org") == []


def test_a_recording_is_found_by_those_who_may_see_it(db):
    record(db, GERMAN, "de", visibility=Visibility.CUSTOMERS)
    assert search(db, "Akku") == []
    assert len(search(db, "Akku", visibilities=(Visibility.PUBLIC, Visibility.CUSTOMERS))) == 1


def test_a_question_is_found_once_its_answer_is(db, sessions):
    clip = make_clip(db, sessions["en"], start=40.0, end=52.0, title="Reset", state=ClipState.CONFIRMED)
    question = make_question(db, title="Firmware broken, now what?", body="My name is Kim", answer_clip_id=clip.id)
    found.index_question(db, question.id)
    assert search(db, "firmware") == []
    question.state = QuestionState.ANSWERED
    found.index_question(db, question.id)
    assert [(hit.kind, hit.start, hit.clip_id) for hit in search(db, "firmware")] == [("question", 40.0, clip.id)]
    assert search(db, "Kim") == []


def test_indexing_again_replaces_and_removing_forgets(db, sessions):
    before = counted(db)
    found.index_recording(db, sessions["de"].id)
    assert counted(db) == before
    for recording in sessions.values():
        found.remove(db, f"recording:{recording.id}")
    assert (db.scalar(select(func.count(SearchDocument.id))), counted(db)) == (0, {})
    assert search(db, "Akku") == []


def counted(db: Session) -> dict[str, int]:
    rows = db.execute(select(SearchTerm.term, SearchTerm.cues + SearchTerm.answers))
    return {term: count for term, count in rows if count}


def test_a_deleted_recording_is_not_found_though_nobody_said_so(db, sessions):
    db.execute(Recording.__table__.update().values(version_id=None))
    db.execute(Recording.__table__.delete().where(Recording.__table__.c.id == sessions["de"].id))
    assert search(db, "Akku") == []


def test_any_writing_is_found_as_it_was_written(db):
    words = ["1e5", "3d", "36v", "0x1f", "привет", "中文", "5g6", "ⅷ", "٣٤", "हिन्दी", "İstanbul"]
    recordings = {word: record(db, [(1, 2, f"we say {word} here")], "fr").id for word in words}
    assert {word: [hit.recording_id for hit in search(db, word)] for word in words} == {
        word: [recording] for word, recording in recordings.items()
    }


def test_frequent_words_still_find_the_newest(db):
    record(db, [(10.0 * i, 10.0 * i + 1, "the motor hums along nicely") for i in range(4_200)], "en")
    newest = record(db, [(10.0 * i, 10.0 * i + 1, "the motor hums along nicely") for i in range(5)], "en")
    hits = search(db, "motor hums", limit=5)
    assert [hit.recording_id for hit in hits] == [newest.id] * 5


def test_an_old_entry_is_found_though_chapters_hold_the_word_by_the_thousand(db):
    entry = make_entry(db, title="The motor hums", state=EntryState.PUBLISHED)
    found.index_entry(db, entry.id)
    recording = make_recording(db)
    db.add_all(
        Chapter(recording_id=recording.id, start=i, end=i + 1, title="motor", source="file") for i in range(2_200)
    )
    found.index_recording(db, recording.id)
    assert search(db, "motor", limit=3)[0].entry_id == entry.id
