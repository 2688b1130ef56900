from datetime import timedelta

import pytest

from helpcenter.models import QuestionState
from helpcenter.services import questions
from helpcenter.settings import Settings
from tests.factories import make_session
from tests.helpcenter.services.fate.acting import DAY, HOUR, ask, ask_live, at

S = QuestionState
CALENDAR = Settings(holidays="").working_time
NOTHING = questions.Figures(0, 0, 0, 0, 0, None, None, None)


def _figures(db, now=None, days=90):
    now = now or at(17, day=27)
    return questions.figures(db, now - days * DAY, now, CALENDAR)


def _answered(db, after, **values):
    """A question of Monday at 9 that was answered so long after."""
    return ask(db, **{"state": S.ANSWERED, "first_answered_at": at(9) + after, **values})


def test_without_questions_there_are_no_figures(each_database, db):
    assert (_figures(db), _figures(db).rate) == (NOTHING, None)


def test_each_question_counts_once(each_database, db):
    _answered(db, HOUR)
    _answered(db, HOUR, state=S.CONFIRMED)
    ask(db, state=S.DECLINED)
    ask(db, state=S.NEW, due_at=at(14))
    ask(db, state=S.REOPENED, first_answered_at=at(10), due_at=at(14, day=30))
    found = _figures(db)
    assert (found.asked, found.answered, found.declined, found.waiting, found.overdue, found.rate) == (
        5,
        2,
        1,
        2,
        1,
        40,
    )


def test_the_rate_is_rounded_down(db):
    for _ in range(2):
        _answered(db, HOUR)
    ask(db)
    assert _figures(db).rate == 66


def test_the_median_is_told_in_working_time_and_by_the_clock(each_database, db):
    for after in (
        HOUR,
        2 * HOUR,
        26 * HOUR,
    ):  # Tuesday at 11 is 10 hours of work later
        _answered(db, after)
    assert (_figures(db).working, _figures(db).clock) == (2 * HOUR, 2 * HOUR)
    _answered(db, 26 * HOUR)
    assert (_figures(db).working, _figures(db).clock) == (timedelta(hours=6), 14 * HOUR)


def test_a_later_answer_does_not_change_the_time_of_the_first(db):
    _answered(db, HOUR, answered_at=at(9, day=26))
    assert _figures(db).clock == HOUR


def test_what_nobody_confirmed_or_moderators_hold_back_is_left_out(db):
    ask(db, confirmed=False)
    ask(db, held_for="links")
    assert _figures(db) == NOTHING


def test_the_time_begins_with_the_confirmation(db):
    question = _answered(db, 3 * HOUR)
    question.askers[0].confirmed_at = at(10)
    db.flush()
    assert _figures(db).clock == 2 * HOUR


def test_what_was_asked_live_without_mail_counts_from_its_asking(db):
    ask_live(db, make_session(db), state=S.ANSWERED, first_answered_at=at(9) + HOUR)
    assert (_figures(db).answered, _figures(db).clock) == (1, HOUR)


@pytest.mark.parametrize(
    ("state", "counted"), [(S.ANSWERED, (2, 2, 0, 0)), (S.DECLINED, (2, 0, 2, 0)), (S.ROUTED, (2, 0, 0, 2))]
)
def test_a_merged_question_counts_as_what_it_is_part_of(each_database, db, state, counted):
    target = ask(db, state=state, first_answered_at=at(10) if state is S.ANSWERED else None)
    between = ask(db, state=S.MERGED, merged_into_id=target.id, now=at(9) - 200 * DAY)
    ask(db, state=S.MERGED, merged_into_id=between.id)
    found = _figures(db)
    assert (found.asked, found.answered, found.declined, found.waiting) == counted


def test_what_is_merged_into_an_answered_question_is_answered_then(db):
    target = _answered(db, HOUR, now=at(9) - 100 * DAY)
    merged = ask(db, state=S.MERGED, merged_into_id=target.id)
    merged.state_at = at(12)
    db.flush()
    assert (_figures(db).asked, _figures(db).clock) == (1, 3 * HOUR)


def test_only_the_window_counts_but_for_the_oldest_open_question(each_database, db):
    ask(db, now=at(17, day=27) - 20 * DAY)
    ask(db, now=at(17, day=27) - 2 * DAY)
    found = _figures(db, days=7)
    assert (found.asked, found.oldest) == (1, 20 * DAY)


def test_the_oldest_has_waited_since_its_confirmation(db):
    late, other = ask(db, now=at(9)), ask(db, now=at(10))
    late.askers[0].confirmed_at = at(12)
    db.flush()
    assert _figures(db, now=at(17)).oldest == at(17) - other.created_at
