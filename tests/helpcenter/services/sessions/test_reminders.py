from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from helpcenter.jobs import SEND_REMINDER
from helpcenter.models import LiveSessionState, MailState, OutgoingMail, Reminder
from helpcenter.services.sessions import reminders
from tests.conftest import NOW
from tests.factories import make_session, make_subscription, make_topic
from workers import beat
from workers import reminders as worker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEADS = {86400: DAY, 900: timedelta(minutes=15)}


def _session(db, **values):
    session = make_session(db, **{"starts_at": NOW + 3 * DAY, **values})
    make_subscription(db, f"session:{session.public_id}")
    reminders.plan(db, session, now=NOW)
    return session


def _planned(db):
    return {
        row.lead: (row.due_at, row.sent_at is not None)
        for row in db.scalars(select(Reminder).execution_options(populate_existing=True))
    }


def test_a_session_is_reminded_of_a_day_and_a_quarter_of_an_hour_before(db):
    session = _session(db)
    assert _planned(db) == {lead: (session.starts_at - before, False) for lead, before in LEADS.items()}
    reminders.plan(db, session, now=NOW)
    assert len(_planned(db)) == 2


def test_a_lead_that_has_passed_is_not_planned(db):
    session = _session(db, starts_at=NOW + 20 * HOUR)
    assert list(_planned(db)) == [900]
    assert reminders.due(db, now=session.starts_at - 15 * timedelta(minutes=1)) != []


@pytest.mark.parametrize(
    "state", sorted(set(LiveSessionState) - {LiveSessionState.SCHEDULED, LiveSessionState.REHEARSING})
)
def test_nobody_is_reminded_of_what_is_not_ahead(db, state):
    session = _session(db)
    session.state = state
    reminders.plan(db, session, now=NOW)
    assert _planned(db) == {}


def test_who_looks_away_when_it_is_called_off_sends_nothing(db):
    session = _session(db)
    session.state = LiveSessionState.CANCELLED
    db.flush()
    [due] = reminders.due(db, now=session.starts_at - DAY)
    assert reminders.send(db, due, now=session.starts_at - DAY) == 0


def test_a_session_that_moves_takes_its_reminders_along(db):
    session = _session(db)
    session.starts_at += 2 * DAY
    session.ends_at += 2 * DAY
    reminders.plan(db, session, now=NOW)
    assert _planned(db) == {lead: (session.starts_at - before, False) for lead, before in LEADS.items()}


def test_a_session_that_moves_nearer_loses_what_has_passed(db):
    session = _session(db)
    session.starts_at, session.ends_at = NOW + 5 * HOUR, NOW + 6 * HOUR
    reminders.plan(db, session, now=NOW)
    assert list(_planned(db)) == [900]


@pytest.mark.parametrize(("by", "again"), [(timedelta(minutes=30), False), (7 * DAY, True)])
def test_a_reminder_that_was_sent_is_sent_again_only_for_quite_another_day(db, by, again):
    session = _session(db)
    now = session.starts_at - DAY
    [due] = reminders.due(db, now=now)
    assert reminders.send(db, due, now=now) == 1
    session.starts_at += by
    session.ends_at += by
    reminders.plan(db, session, now=now)
    assert _planned(db)[86400][1] is not again
    assert [len(reminders.due(db, now=session.starts_at - DAY)), _planned(db)[900][0]] == [
        again, session.starts_at - LEADS[900],
    ]  # fmt: skip


def test_an_edit_at_the_very_moment_loses_no_reminder(db):
    session = _session(db)
    session.title = "Another title"
    reminders.plan(db, session, now=session.starts_at - DAY + timedelta(seconds=10))
    assert _planned(db)[86400] == (session.starts_at - DAY, False)


@pytest.mark.parametrize(("lead", "late", "mails"), [
    (DAY, timedelta(hours=11), 1), (DAY, timedelta(hours=12), 0), (timedelta(minutes=15), timedelta(minutes=7), 1),
    (timedelta(minutes=15), timedelta(minutes=8), 0), (timedelta(minutes=15), HOUR, 0),
])  # fmt: skip
def test_a_reminder_that_is_too_late_is_left_out(db, lead, late, mails):
    session = _session(db)
    due_at = session.starts_at - lead
    reminder = db.scalars(select(Reminder).where(Reminder.due_at == due_at)).one()
    assert reminders.send(db, reminder.id, now=due_at + late) == mails
    assert reminders.send(db, reminder.id, now=due_at + late) == 0


def test_a_reminder_before_its_moment_is_not_sent(db):
    session = _session(db)
    ids = db.scalars(select(Reminder.id)).all()
    assert [reminders.send(db, one, now=session.starts_at - 2 * DAY) for one in ids] == [0, 0]


def test_with_a_fast_clock_leads_are_shorter(ports):
    fast = replace(ports, settings=ports.settings.model_copy(update={"live_pace": 60.0}))
    with ports.database.transaction() as db:
        session = make_session(db, starts_at=NOW + timedelta(minutes=2))
        reminders.plan(db, session, now=NOW)
        assert _planned(db) == {}
    beat.tick(fast)
    with ports.database.reading() as db:
        assert _planned(db) == {900: (NOW + timedelta(minutes=2) - timedelta(seconds=15), False)}


def test_the_mail_says_which_session_when_and_to_whom(db):
    topic = make_topic(db)
    session = _session(db, topics=[topic])
    make_subscription(db, f"topic:{topic.slug}", language="de")
    now = session.starts_at - DAY
    [due] = reminders.due(db, now=now)
    assert reminders.send(db, due, now=now) == 2
    mails = db.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [(mail.kind, mail.language, mail.params["session"], mail.params["lead"]) for mail in mails] == [
        ("session_reminder", language, session.public_id, 86400) for language in ("en", "de")
    ]
    assert datetime.fromisoformat(mails[0].params["starts_at"]) == session.starts_at


def _daily(db, zone, first, local_hour):
    """A session each day for eight days, at that hour on the zone's clocks."""
    for day in range(8):
        start = datetime(first.year, first.month, first.day, local_hour, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
        session = make_session(db, starts_at=start.astimezone(UTC), zone=zone)
        reminders.plan(db, session, now=NOW)
        yield session


# In the first week the clocks go forward in Berlin (28 March); in the second they go back there (31 October 2027).
@pytest.mark.parametrize("first", [datetime(2027, 3, 24, tzinfo=UTC), datetime(2027, 10, 27, tzinfo=UTC)])
def test_two_beats_over_a_week_in_which_the_clocks_change_send_what_is_due_once(
    each_database, ports, clock, queue, first
):
    with ports.database.transaction() as db:
        planned = [*_daily(db, "Europe/Berlin", first, 18), *_daily(db, "Europe/Berlin", first, 2)]
        make_subscription(db)
        due = {(one.public_id, lead): one.starts_at - before for one in planned for lead, before in LEADS.items()}
    sent: dict[tuple[str, int], list[datetime]] = {}
    for instant in sorted({*due.values(), *(first + hours * 6 * HOUR for hours in range(-8, 40))}):
        clock.now = instant
        seen = _beat_twice(ports, queue)
        for mail in seen:
            sent.setdefault((mail.params["session"], mail.params["lead"]), []).append(instant)
    assert sent == {key: [at] for key, at in due.items()}


def _beat_twice(ports, queue):
    """What two beats and their workers send at this instant; its mails go out at once."""
    for _ in range(2):
        beat.tick(ports)
    for bell in queue.rung:
        if bell.task == SEND_REMINDER:
            worker.send(ports, bell.row_id)
    queue.rung.clear()
    with ports.database.transaction() as db:
        new = db.scalars(select(OutgoingMail).where(OutgoingMail.state == MailState.NEW)).all()
        db.execute(update(OutgoingMail).values(state=MailState.SENT))
        db.expunge_all()
    return new


def test_of_many_workers_at_once_one_sends(each_database, ports, clock):
    with ports.database.transaction() as db:
        session = _session(db)
        clock.now = session.starts_at - DAY
        [due] = reminders.due(db, now=clock.now)
    start = Barrier(6)

    def race():
        start.wait()
        worker.send(ports, due)

    workers = [Thread(target=race) for _ in range(6)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    with ports.database.reading() as db:
        assert len(db.scalars(select(OutgoingMail)).all()) == 1
