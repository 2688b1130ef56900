"""Our calendars, read back by two other libraries: vobject, and icalendar from the VTIMEZONE in the file alone."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.rrule import WEEKLY, rrule
from icalendar import Calendar

from helpcenter.models import LiveSession, LiveSessionState, Topic, User
from helpcenter.services.feeds import calendar
from helpcenter.services.feeds.text import plain
from helpcenter.services.feeds.zones import changes, vtimezone
from tests.conftest import NOW

HOUR = timedelta(hours=1)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
MORE_ZONES = [
    *ZONES,
    "Europe/Dublin",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "America/Santiago",
    "Pacific/Chatham",
    "Asia/Tehran",
]
HOSTILE = [
    "plain", "a\r\nBEGIN:VEVENT\r\nUID:x", "a\nEND:VCALENDAR", "a\rATTENDEE:b", "semi;colon,comma\\back", "\u2028END:VEVENT",
    "nul\0bell\x07", "\x85next\x0bline", "😀" * 60, "ü" * 200, ":;,\"'", "=?utf-8?q?x?=", "\ud800 alone", "\x1b[31m", "",
]  # fmt: skip


def _session(start=NOW, number=1, **values):
    defaults = {
        "id": number, "public_id": f"5ession{number}", "title": "Questions about e-bikes", "description": "Bring your own.",
        "language": "en", "starts_at": start, "ends_at": start + HOUR, "zone": "Europe/Berlin", "reason": "", "sequence": 0,
        "state": LiveSessionState.SCHEDULED, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return LiveSession(**{**defaults, **values})


@pytest.fixture
def site(settings):
    return settings.model_copy(update={"site_url": "https://help.example.org", "mail_from": "Help <help@example.org>"})


@pytest.fixture(autouse=True)
def _vobject_reads_each_file_anew(monkeypatch):
    """It keeps the first rules that it sees of a zone, for all files to come."""
    monkeypatch.setattr(vobject.icalendar, "__tzidMap", {})


def _lines(file):
    return file.decode().replace("\r\n ", "").split("\r\n")


def _event(file):
    [event] = Calendar.from_ical(file).walk("VEVENT")
    return event


def test_a_session_is_an_event_that_calendars_take_over(site):
    topic = Topic(slug="battery", titles={"en": "Battery, motor"})
    host = User(name="Anna Beispiel")
    file = calendar([_session(sequence=3, topics=[topic], hosts=[host])], settings=site, name="Live")
    event = vobject.readOne(file.decode()).vevent
    assert {child.name: child.value for child in event.getChildren() if child.name not in {"VALARM", "CATEGORIES"}} == {
        "UID": "5ession1@help.example.org", "SEQUENCE": "3", "DTSTAMP": NOW, "CREATED": NOW, "LAST-MODIFIED": NOW,
        "DTSTART": NOW, "DTEND": NOW + HOUR, "SUMMARY": "Questions about e-bikes",
        "DESCRIPTION": "Bring your own.\n\nAnna Beispiel\n\nhttps://help.example.org/sessions/5ession1",
        "LOCATION": "https://help.example.org/sessions/5ession1", "URL": "https://help.example.org/sessions/5ession1",
        "STATUS": "CONFIRMED", "TRANSP": "OPAQUE", "ORGANIZER": "mailto:help@example.org",
    }  # fmt: skip
    assert event.categories.value == ["Battery, motor"]
    alarm = event.valarm
    assert (alarm.action.value, alarm.trigger.value, alarm.description.value) == (
        "DISPLAY", -timedelta(minutes=15), "Questions about e-bikes",
    )  # fmt: skip


def test_the_calendar_says_what_it_is_and_when_to_come_again(site):
    lines = _lines(calendar([], settings=site, name="Help Center: live"))
    assert lines == [
        "BEGIN:VCALENDAR", "PRODID:-//Help Center//Live sessions//EN", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        "NAME:Help Center: live", "X-WR-CALNAME:Help Center: live", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_a_session_that_was_called_off_says_so_and_rings_no_alarm(site):
    session = _session(state=LiveSessionState.CANCELLED, sequence=2, reason="The host is ill.")
    event = _event(calendar([session], settings=site, name="Live"))
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"], event.walk("VALARM")) == (
        "CANCELLED",
        "TRANSPARENT",
        2,
        [],
    )
    assert event["DESCRIPTION"].startswith("The host is ill.\n\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_changes_the_form_of_the_calendar(site, text):
    names = [
        line.partition(":")[0].partition(";")[0] for line in _lines(calendar([_session()], settings=site, name="Live"))
    ]
    host, topic = User(name=text or "x"), Topic(slug="a", titles={"en": text})
    session = _session(title=text, description=text, reason=text)
    named = site.model_copy(update={"site_name": text})
    file = calendar([session], settings=named, name=text)
    assert [line.partition(":")[0].partition(";")[0] for line in _lines(file)] == names
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert re.findall(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", file) == []
    assert (
        len(
            Calendar.from_ical(
                calendar([_session(title=text, hosts=[host], topics=[topic])], settings=site, name="Live")
            ).walk("VEVENT")
        )
        == 1
    )
    assert vobject.readOne(file.decode()).vevent.summary.value == " ".join(plain(text).split())


def test_utc_needs_no_rules(site):
    file = calendar([_session(zone="UTC"), _session(zone="Etc/UTC", number=2)], settings=site, name="Live")
    assert [line for line in _lines(file) if line.startswith(("DTSTART", "BEGIN:VTIME"))] == [
        "DTSTART:20261122T090000Z"
    ] * 2


def _weekly(zone, first, weeks):
    """The instants at which a weekly session at 18:30 on the zone's clocks begins, by dateutil."""
    local = rrule(WEEKLY, dtstart=first, count=weeks)
    return [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in local]


def _read_by_rules(file):
    """The instants of a file's events, reckoned from its own VTIMEZONE, as a calendar without our tables does it."""
    parsed = Calendar.from_ical(file)
    zones = {zone["TZID"]: zone.to_tz(lookup_tzid=False) for zone in parsed.walk("VTIMEZONE")}
    found = []
    for event in parsed.walk("VEVENT"):
        start = event["DTSTART"]
        wall = start.dt.replace(tzinfo=None)
        zone = zones.get(start.params.get("TZID"))
        found.append(wall.replace(tzinfo=zone).astimezone(UTC) if zone else start.dt)
    return found


@pytest.mark.parametrize("year", [2026, 2027, 2031])
@pytest.mark.parametrize("zone", MORE_ZONES)
def test_a_weekly_series_over_both_changes_is_read_as_dateutil_reckons_it(site, zone, year):
    instants = _weekly(zone, datetime(year, 1, 5, 18, 30), 56)  # noqa: DTZ001 -- the clock on the wall
    sessions = [_session(start, number, zone=zone) for number, start in enumerate(instants)]
    file = calendar(sessions, settings=site, name="Live")
    assert _read_by_rules(file) == instants
    if zone == "Africa/Casablanca":
        return  # vobject loses single dates (RDATE) of a zone
    assert [event.dtstart.value.astimezone(UTC) for event in vobject.readOne(file.decode()).vevent_list] == instants


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_about_a_change_is_read_as_it_was_meant(site, zone):
    """Also the hour that comes twice, and that which follows the one that is left out."""
    onsets = [change.onset.replace(tzinfo=UTC) - change.before for change in changes(ZoneInfo(zone), 2027, 2027)]
    assert len(onsets) == 2
    instants = [onset + minutes * timedelta(minutes=10) for onset in onsets for minutes in range(-12, 12)]
    sessions = [_session(start, number, zone=zone) for number, start in enumerate(instants)]
    file = calendar(sessions, settings=site, name="Live")
    assert _read_by_rules(file) == instants
    assert [event["DTSTART"].dt.astimezone(UTC) for event in Calendar.from_ical(file).walk("VEVENT")] == instants


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("Europe/Berlin", ["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"]),
        ("America/New_York", ["FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"]),
        ("Australia/Lord_Howe", ["FREQ=YEARLY;BYDAY=1SU;BYMONTH=4", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=10"]),
        (
            "America/Santiago",
            [f"FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8;BYMONTH={month}" for month in (4, 9)],
        ),
        ("Asia/Kolkata", []),
        ("Africa/Casablanca", []),
    ],
)
def test_outlook_gets_yearly_rules_wherever_there_are_any(zone, rules):
    parts = vtimezone(zone, NOW, NOW).subcomponents
    assert [part["RRULE"].to_ical().decode() for part in parts if "RRULE" in part] == rules
    assert [part["DTSTART"].dt.year for part in parts if "RRULE" in part] == [NOW.year - 1] * len(rules)
