"""What readers say, and what follows from it in the same transaction."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.models import AuditRow, ClipState, EditorTask, EntryState, Rating, RatingKind, SearchDocument, TaskState
from helpcenter.services import editor_tasks, faq, helpful, ratings, search
from helpcenter.services.helpful import Share
from helpcenter.services.search.rank import lift
from tests.factories import NOW, make_answer, make_clip, make_entry, make_question, make_recording

pytestmark = pytest.mark.usefixtures("each_database")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def entry(db):
    return make_answer(db)


def say(db, entry, *, yes=0, no=0, at=NOW, **values):
    """So many readers say yes, and so many no."""
    clip_id = entry.clips[0].clip_id if entry.clips else None
    for helpful_ in [True] * yes + [False] * no:
        ratings.rate(db, entry.id, clip_id, helpful=helpful_, reason="", now=at, **values)


def lift_of(db, entry):
    return db.scalar(select(SearchDocument.lift).where(SearchDocument.owner == f"entry:{entry.id}"))


def tasks(db):
    found = db.scalars(select(EditorTask).order_by(EditorTask.id).execution_options(populate_existing=True))
    return [(task.thing.split(":")[0], task.kind, task.count, task.state) for task in found]


@pytest.mark.parametrize(
    ("yes", "number", "moved"),
    [(0, 0, 0), (4, 4, 0), (0, 4, 0), (3, 6, 0), (3, 5, 0), (5, 8, 0), (2, 7, 0), (30, 60, 0),
     (0, 5, -1), (2, 9, -1), (5, 5, 1), (50, 60, 1)],
)  # fmt: skip
def test_only_what_is_sure_moves_an_answer(yes, number, moved):
    moves = lift(Share(yes, number))
    assert (moves > 1) - (moves < 1) == moved


def test_no_answer_moves_by_more_than_a_fifth():
    assert [round(lift(Share(yes, 10_000)), 2) for yes in (0, 10_000)] == [0.8, 1.2]


def test_a_rating_without_anything_else_is_kept_as_before(db, entry):
    ratings.rate(db, entry.id, None, helpful=False, reason=" too \n short ", now=NOW)
    rating = db.scalars(select(Rating)).one()
    assert (rating.helpful, rating.reason, rating.kind, rating.mark) == (False, "too short", RatingKind.OTHER, None)


def test_a_reader_who_says_something_else_changes_his_word(db, entry):
    for helpful_, kind in ((True, RatingKind.NONE), (False, RatingKind.NONE), (False, RatingKind.UNCLEAR)):
        ratings.rate(db, entry.id, None, helpful=helpful_, reason="", kind=kind, mark="m" * 32, now=NOW)
    rating = db.scalars(select(Rating)).one()
    assert (rating.helpful, rating.kind, tasks(db)) == (False, RatingKind.UNCLEAR, [])


def test_a_day_later_nobody_is_known_again(db, entry):
    ratings.rate(db, entry.id, None, helpful=True, reason="", mark="m" * 32, now=NOW)
    ratings.forget_marks(db, now=NOW + DAY)
    assert db.scalar(select(func.count(Rating.mark))) == 1
    ratings.forget_marks(db, now=NOW + DAY + MINUTE)
    assert (db.scalar(select(func.count(Rating.mark))), db.scalar(select(func.count(Rating.id)))) == (0, 1)


def test_the_order_follows_what_readers_say_within_bounds(db):
    first, second = (make_answer(db, slug=slug, title="Charge the battery", clips=0) for slug in ("one", "two"))
    beside = make_answer(db, slug="three", title="Something else", body="Charge the battery.", clips=0)
    for entry in (first, second, beside):
        search.index_entry(db, entry.id)

    def order():
        return [hit.entry_id for hit in search.search(db, "charge battery")]

    assert order() == [second.id, first.id, beside.id]
    say(db, second, no=4)
    say(db, first, yes=4)
    assert order() == [second.id, first.id, beside.id]
    say(db, first, yes=1)
    assert (order(), lift_of(db, first)) == ([first.id, second.id, beside.id], lift(Share(5, 5)))
    say(db, beside, yes=40)
    say(db, first, no=100)
    assert order() == [second.id, first.id, beside.id]
    assert [hit.entry_id for hit in search.suggest(db, "charge batt")] == [second.id, first.id, beside.id]


def test_indexing_again_keeps_the_place(db, entry):
    search.index_entry(db, entry.id)
    recording = entry.clips[0].clip.recording
    search.index_recording(db, recording.id)
    say(db, entry, yes=6)
    search.index_entry(db, entry.id)
    search.index_recording(db, recording.id)
    of_clips = select(SearchDocument.lift).where(SearchDocument.kind == "clip")
    assert (lift_of(db, entry), list(db.scalars(of_clips))) == (lift(Share(6, 6)), [lift(Share(6, 6))])


def test_a_new_text_begins_anew(db, entry):
    search.index_entry(db, entry.id)
    say(db, entry, no=6)
    assert lift_of(db, entry) < 1
    later = NOW + MINUTE
    faq.save_text(db, entry, language="en", title="How far?", body="Farther.", seen=1, editor=None, now=later)
    assert (lift_of(db, entry), helpful.of_entry(db, entry.id)) == (1, Share())
    say(db, entry, yes=1, at=later)
    assert helpful.of_entry(db, entry.id) == Share(1, 1)


def test_an_entry_that_surely_helps_too_few_needs_a_look(db, entry):
    say(db, entry, yes=2, no=5)
    assert entry.state is EntryState.PUBLISHED
    say(db, entry, no=2)
    assert entry.state is EntryState.STALE
    row = db.scalars(select(AuditRow).where(AuditRow.action == "mark stale")).one()
    assert (row.actor_id, row.thing_id) == (None, entry.id)
    say(db, entry, no=3)
    assert entry.state is EntryState.STALE


def test_few_words_or_an_even_share_leave_an_entry_alone(db, entry):
    say(db, entry, no=ratings.STALE_AFTER - 1)
    assert entry.state is EntryState.PUBLISHED
    other = make_answer(db, slug="other")
    say(db, other, yes=20, no=20)
    assert other.state is EntryState.PUBLISHED


def test_two_who_say_the_same_make_one_task_and_more_raise_it(db, entry):
    say(db, entry, no=1, kind=RatingKind.OUTDATED)
    say(db, entry, no=1, kind=RatingKind.UNCLEAR)
    assert tasks(db) == []
    say(db, entry, no=1, kind=RatingKind.OUTDATED)
    assert tasks(db) == [("entry", RatingKind.OUTDATED, 2, TaskState.OPEN)]
    say(db, entry, no=3, kind=RatingKind.OUTDATED, at=NOW + DAY)
    assert tasks(db) == [("entry", RatingKind.OUTDATED, 5, TaskState.OPEN)]
    task = db.scalars(select(EditorTask)).one()
    assert (task.first_at, task.last_at, task.clip_id) == (NOW, NOW + DAY, entry.clips[0].clip_id)


def test_one_reader_alone_makes_no_work_however_often_he_says_it(db, entry):
    for _ in range(5):
        ratings.rate(db, entry.id, None, helpful=False, reason="old", kind=RatingKind.OUTDATED, mark="m" * 32, now=NOW)
    assert tasks(db) == []


def test_who_asked_and_was_not_helped_is_enough_alone(db, entry):
    question = make_question(db)
    ratings.rate(
        db, entry.id, entry.clips[0].clip_id, helpful=False, reason="Mine is a model 3.", kind=RatingKind.FAILED,
        question_id=question.id, now=NOW,
    )  # fmt: skip
    task = db.scalars(select(EditorTask)).one()
    assert (task.kind, task.question_id, editor_tasks.reasons(db, [task])) == (
        RatingKind.FAILED, question.id, {task.id: ["Mine is a model 3."]},
    )  # fmt: skip


def test_a_clip_that_no_entry_shows_is_rated_alone(db):
    clip = make_clip(db, make_recording(db), state=ClipState.CONFIRMED)
    search.index_recording(db, clip.recording_id)
    for _ in range(5):
        ratings.rate(db, None, clip.id, helpful=False, reason="", kind=RatingKind.UNCLEAR, now=NOW)
    lifted = db.scalar(select(SearchDocument.lift).where(SearchDocument.kind == "clip"))
    assert (tasks(db), lifted) == ([("clip", RatingKind.UNCLEAR, 5, TaskState.OPEN)], lift(Share(0, 5)))


def test_what_is_long_ago_makes_no_task(db, entry):
    say(db, entry, no=1, kind=RatingKind.UNCLEAR)
    say(db, entry, no=1, kind=RatingKind.UNCLEAR, at=NOW + editor_tasks.LATELY + DAY)
    assert tasks(db) == []


def test_a_draft_is_not_marked(db):
    entry = make_entry(db)
    say(db, entry, no=20)
    assert entry.state is EntryState.DRAFT


def test_readers_who_speak_at_once_are_counted_together(ports):
    with ports.database.transaction() as db:
        entry_id = make_answer(db).id

    def speak(number):
        with ports.database.transaction() as db:
            mark = f"{number % 8:032}"  # each of eight says it twice
            ratings.rate(
                db,
                entry_id,
                None,
                helpful=False,
                reason="",
                kind=RatingKind.UNCLEAR,
                mark=mark,
                now=NOW + number * MINUTE,
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(speak, range(16)))
    with ports.database.reading() as db:
        assert tasks(db) == [("entry", RatingKind.UNCLEAR, 8, TaskState.OPEN)]
        assert db.scalar(select(func.count(Rating.id))) == 8
