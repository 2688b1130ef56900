import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpcenter.errors import NotConfigured
from helpcenter.models import OutgoingMail, QuotaDay, QuotaEntry
from helpcenter.permissions import Role
from helpcenter.services import quota
from helpcenter.services.quota.ledger import LOST, MARGIN, Today
from streaming.errors import Deferred, PlatformError
from streaming.platform import Priority
from tests.factories import make_session, make_user

WRITE, READ = "liveBroadcasts.insert", "liveBroadcasts.list"  # 50 and 1 units
PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def ledger(ports, clock):
    def made(priority=Priority.NORMAL, session_id=None, **settings):
        with_settings = ports.settings.model_copy(update=settings)
        return quota.Ledger(ports.database, with_settings, clock, priority=priority, session_id=session_id)

    return made


def spend(ledger, method, times):
    """How many of so many calls could be paid for."""
    for done in range(times):
        try:
            with ledger.charge(method):
                pass
        except Deferred:
            return done
    return times


def rows(ports, row=QuotaDay):
    with ports.database.reading() as db:
        return list(db.scalars(select(row).order_by(row.id)))


def test_a_call_is_reserved_before_it_and_spent_after_it(each_database, ports, ledger):
    with ports.database.transaction() as db:
        session = make_session(db)
    with ledger(session_id=session.id).charge(WRITE):
        (day,) = rows(ports)
        assert (day.day, day.bucket, day.units, day.reserved, day.spent) == ("2026-11-22", "default", 10_000, 50, 0)
    (day,) = rows(ports)
    (entry,) = rows(ports, QuotaEntry)
    assert (day.reserved, day.spent) == (0, 50)
    assert (entry.method, entry.priority, entry.units, entry.settled, entry.session_id) == (
        WRITE, "normal", 50, True, session.id,
    )  # fmt: skip


@pytest.mark.parametrize("error", [TimeoutError, PlatformError, KeyboardInterrupt])
def test_a_call_that_fails_is_spent_all_the_same(ports, ledger, error):
    with pytest.raises(error), ledger().charge(WRITE):
        raise error
    assert [(day.reserved, day.spent) for day in rows(ports)] == [(0, 50)]


@pytest.mark.parametrize(
    ("priority", "calls"), [(Priority.BACKGROUND, 120), (Priority.NORMAL, 180), (Priority.CRITICAL, 200)]
)
def test_the_less_it_matters_the_earlier_it_waits(ports, ledger, priority, calls):
    assert spend(ledger(priority), WRITE, 250) == calls


def test_the_last_tenth_is_for_going_live_and_ending(ports, ledger):
    assert spend(ledger(Priority.NORMAL), WRITE, 250) == 180
    assert spend(ledger(Priority.BACKGROUND), READ, 1) == 0
    assert spend(ledger(Priority.CRITICAL), WRITE, 250) == 20
    assert [day.spent for day in rows(ports)] == [10_000]


def test_what_cannot_be_afforded_waits_until_the_reset(ledger, clock):
    spend(ledger(), WRITE, 180)
    with pytest.raises(Deferred) as waiting, ledger().charge(WRITE):
        pass
    assert waiting.value.until == datetime(2026, 11, 23, 8, 0, tzinfo=UTC) + MARGIN
    clock.now = waiting.value.until
    assert spend(ledger(), WRITE, 1) == 1


def test_many_at_once_never_spend_more_than_there_is(each_database, ports, ledger, tmp_path):
    costs = tmp_path / "costs.json"
    costs.write_text(json.dumps({"buckets": {"default": 300}, "methods": {}, "reading": 1, "writing": 7}))
    mixed = [
        (ledger(priority, youtube_quota=costs), method)
        for priority in (Priority.CRITICAL, Priority.NORMAL, Priority.BACKGROUND)
        for method in (WRITE, READ)
    ]
    with ThreadPoolExecutor(8) as pool:
        calls = list(pool.map(lambda at: spend(*mixed[at % 6], 10), range(24)))
    (day,) = rows(ports)
    entries = rows(ports, QuotaEntry)
    assert len(entries) == sum(calls)
    assert (day.reserved, day.spent) == (0, sum(entry.units for entry in entries))
    assert 295 <= day.spent <= 300


def test_buckets_are_paid_for_themselves(ports, ledger):
    assert spend(ledger(Priority.CRITICAL), "search.list", 200) == 100
    assert spend(ledger(), READ, 1) == 1
    assert [(day.bucket, day.spent) for day in rows(ports)] == [("search", 100), ("default", 1)]


def test_when_the_platform_says_so_nothing_is_asked_until_the_reset(each_database, ports, ledger, clock):
    assert ledger().exhausted(READ) == datetime(2026, 11, 23, 8, 2, tzinfo=UTC)
    assert [spend(ledger(priority), READ, 1) for priority in Priority] == [0, 0, 0]
    assert spend(ledger(), "search.list", 1) == 1
    clock.now = datetime(2026, 11, 23, 8, 1, 59, tzinfo=UTC)
    assert spend(ledger(Priority.CRITICAL), READ, 1) == 0
    clock.advance(seconds=1)
    assert spend(ledger(Priority.BACKGROUND), READ, 1) == 1


def test_an_answer_from_before_midnight_does_not_cost_the_next_day(ports, ledger, clock):
    clock.now = datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC)
    assert ledger().exhausted(READ) == clock.now.replace(second=0) + MARGIN
    assert [day.day for day in rows(ports)] == ["2026-11-22"]


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 8), 23), ((2026, 11, 1), 25), ((2026, 11, 22), 24), ((2026, 7, 1), 24)]
)
def test_a_day_is_as_long_as_it_is_in_california(day, hours):
    midnight = datetime(*day, tzinfo=PACIFIC).astimezone(UTC) + MARGIN
    today = Today.at(midnight)
    assert (today.day, today.until - midnight) == ("-".join(f"{part:02}" for part in day), timedelta(hours=hours))
    assert Today.at(midnight - timedelta(microseconds=1)).until == midnight
    assert Today.at(today.until - timedelta(microseconds=1)) == today


def test_admins_hear_once_a_day_that_calls_wait(ports, ledger, clock):
    with ports.database.transaction() as db:
        make_user(db, Role.ADMIN)
    for _ in range(2):
        spend(ledger(Priority.BACKGROUND), WRITE, 121)
        assert rows(ports, OutgoingMail) == []
    for _ in range(3):
        spend(ledger(), WRITE, 200)
        ledger().exhausted(READ)
    texts = [mail.params["message"]["text"] for mail in rows(ports, OutgoingMail)]
    assert [text.partition(" quota ")[2][:24] for text in texts] == [
        "(%(bucket)s) is nearly u",
        "(%(bucket)s) is used up.",
    ]
    clock.advance(days=1)
    ledger().exhausted(READ)
    assert len(rows(ports, OutgoingMail)) == 3


def test_what_a_crash_has_left_open_counts_as_spent(each_database, ports, ledger, clock):
    lost = ledger().charge(WRITE)
    lost.__enter__()
    with ports.database.transaction() as db:
        assert quota.settle_lost(db, now=clock() + LOST) == 0
        assert quota.settle_lost(db, now=clock() + LOST * 2) == 1
        assert quota.settle_lost(db, now=clock() + LOST * 2) == 0
    lost.__exit__(None, None, None)
    assert [(day.reserved, day.spent) for day in rows(ports)] == [(0, 50)]


def test_a_lost_database_loses_no_answer(ports, ledger):
    with ledger().charge(WRITE), ports.database.transaction() as db:
        db.connection().exec_driver_sql("ALTER TABLE quota_entries RENAME TO quota_entries_gone")
    # The call's result came through, though its end could not be noted.


def test_days_are_forgotten_after_two_months(each_database, ports, ledger, clock):
    spend(ledger(), READ, 2)
    clock.advance(days=59)
    spend(ledger(), READ, 1)
    clock.advance(days=2)
    with ports.database.transaction() as db:
        quota.tidy(db, now=clock())
    assert [day.day for day in rows(ports)] == ["2027-01-20"]
    assert len(rows(ports, QuotaEntry)) == 1


def test_each_project_has_a_quota_of_its_own(ports, ledger):
    for client_id in ("123-abc.apps.googleusercontent.com", "123-def.apps.googleusercontent.com", "9-a", ""):
        spend(ledger(youtube_client_id=client_id), READ, 1)
    assert [(day.project, day.spent) for day in rows(ports)] == [("123", 2), ("9", 1), ("none", 1)]


def test_a_bad_table_of_costs_is_told(ledger, tmp_path):
    (tmp_path / "costs.json").write_text("{}")
    for name in ("costs.json", "missing.json"):
        with pytest.raises(NotConfigured, match="HELPCENTER_YOUTUBE_QUOTA"):
            ledger(youtube_quota=tmp_path / name)
