"""What goes wrong on purpose, what it costs, and what the journal tells of it."""

import pytest
import requests
from googleapiclient.errors import HttpError

from streaming.emulator import Kind
from streaming.emulator.faults import Faults
from streaming.emulator.journal import Entry, Journal
from streaming.emulator.quota import CHEAP
from tests.streaming.emulator.conftest import NO_MONITOR, START, event, reason

BROADCASTS = "/youtube/v3/liveBroadcasts"
INSERT = f"{BROADCASTS}?part=snippet,status"


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("apply-then-timeout", requests.exceptions.ReadTimeout),
        ("apply-then-close", requests.exceptions.ConnectionError),
        ("apply-then-503", 503),
        ("truncated", (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)),
    ],
)
def test_done_although_the_answer_is_lost(emulator, get, kind, wanted):
    emulator.faults.add("liveBroadcasts.insert", kind)
    if wanted == 503:
        answer = get(INSERT, "POST", json=event(emulator))
        assert (answer.status_code, reason(answer)) == (503, "backendError")
    else:
        with pytest.raises(wanted):
            get(INSERT, "POST", json=event(emulator), timeout=0.3)
    assert len(emulator.broadcasts) == 1
    assert [entry.fault for entry in emulator.journal.applied("liveBroadcasts.insert", "batteries")] == [kind]
    assert get(INSERT, "POST", json=event(emulator)).status_code == 200
    assert len(emulator.broadcasts) == 2


def test_not_done_and_the_caller_cannot_tell(emulator, get):
    emulator.faults.add("liveBroadcasts.insert", "close")
    with pytest.raises(requests.exceptions.ConnectionError):
        get(INSERT, "POST", json=event(emulator))
    emulator.faults.add("liveBroadcasts.insert", "not-json")
    answer = get(INSERT, "POST", json=event(emulator))
    assert (answer.status_code, answer.text[:15]) == (502, "<!DOCTYPE html>")
    assert emulator.broadcasts == {}
    assert [entry.applied for entry in emulator.journal] == [False, False]


def test_an_error_with_its_reason_and_when_to_come_back(emulator, get):
    emulator.faults.add("liveBroadcasts.insert", "error", status=429, reason="rateLimitExceeded", retry_after=7)
    answer = get(INSERT, "POST", json=event(emulator))
    assert (answer.status_code, reason(answer), answer.headers["Retry-After"]) == (429, "rateLimitExceeded", "7")


def test_late_and_slow_answers_are_whole(emulator, get):
    for kind in ("delay", "slow"):
        emulator.faults.add("liveBroadcasts.list", kind, seconds=0.05)
        answer = get(f"{BROADCASTS}?part=id&mine=true")
        assert answer.json()["items"] == []
        assert answer.elapsed.total_seconds() > (0.05 if kind == "delay" else 0)


def test_stopping_does_not_wait_for_held_answers(emulator, get):
    emulator.faults.add("liveBroadcasts.list", "delay", seconds=3600)
    with pytest.raises(requests.exceptions.ReadTimeout):
        get(f"{BROADCASTS}?part=id&mine=true", timeout=0.2)


def test_one_401_makes_the_client_fetch_a_new_token_and_ask_again(emulator, youtube):
    youtube.channels().list(part="id", mine=True).execute()
    emulator.faults.add("channels.list", "unauthorized")
    youtube.channels().list(part="id", mine=True).execute()
    asked = [(entry.method, entry.status) for entry in emulator.journal]
    assert asked == [
        ("oauth.token", 200),
        ("channels.list", 200),
        ("channels.list", 401),
        ("oauth.token", 200),
        ("channels.list", 200),
    ]


def test_which_calls_a_fault_hits():
    faults = Faults()
    faults.add("videos.list", "close", skip=1, times=2, when=lambda entry: entry.params["id"] == ["a"])
    faults.add("*", "delay", times=1)

    def hit(method, video):
        fault = faults.next_for(Entry(method, "", {"id": [video]}, None, START))
        return fault and fault.kind

    hits = [
        hit(*call) for call in [("videos.list", "a"), ("videos.list", "b"), ("videos.list", "a"), ("videos.list", "a")]
    ]
    assert hits == [Kind.DELAY, None, Kind.CLOSE, Kind.CLOSE]
    assert hit("videos.list", "a") is None
    faults.add("*", "close", times=5)
    faults.clear()
    assert hit("videos.list", "a") is None


def test_pages_that_repeat_or_end_too_early(emulator, youtube):
    for number in range(4):
        youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator, f"No. {number}")).execute()

    def page(token=None):
        body = youtube.liveBroadcasts().list(part="snippet", mine=True, maxResults=2, pageToken=token).execute()
        return [item["snippet"]["title"][-1] for item in body["items"]], body.get("nextPageToken")

    first, token = page()
    emulator.faults.add("liveBroadcasts.list", "same-page")
    assert page(token) == (first, token)
    assert page(token) == (["1", "0"], None)
    emulator.faults.add("liveBroadcasts.list", "no-next-page")
    assert page() == (first, None)


def test_somebody_edits_in_the_studio_just_before_us(emulator, youtube):
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]
    emulator.faults.add("liveBroadcasts.list", "studio-edit", change={"description": "by hand"})
    shown = youtube.liveBroadcasts().list(part="snippet", id=made).execute()["items"][0]
    assert shown["snippet"]["description"] == "by hand"


def test_costs_of_the_dearest_table_are_booked_on_the_pacific_day(emulator, youtube, get):
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]
    youtube.liveBroadcasts().list(part="id", id=made).execute()
    youtube.search().list(part="id", forMine=True, type="video").execute()
    get(f"{BROADCASTS}?part=id")
    now, project = emulator.clock.now(), emulator.client_id
    assert [(e.method, e.units, e.bucket) for e in emulator.journal[1:]] == [
        ("liveBroadcasts.insert", 50, "default"),
        ("liveBroadcasts.list", 1, "default"),
        ("search.list", 1, "search.list"),
        ("liveBroadcasts.list", 1, "default"),
    ]
    assert (emulator.quota.spent(project, now), emulator.quota.spent(project, now, "search.list")) == (52, 1)


def test_the_newest_table_can_be_chosen(emulator, youtube):
    emulator.quota.table = dict(CHEAP)
    youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()
    assert emulator.journal[-1].units == 1


def test_an_empty_bucket_refuses_until_midnight_in_california(emulator, youtube):
    emulator.quota.limits["default"] = 60

    def insert():
        youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator, hours=48)).execute()

    insert()
    with pytest.raises(HttpError) as refused:
        insert()
    error = refused.value
    assert (error.resp.status, reason(error)) == (403, "quotaExceeded")
    assert b"<a href=" in error.content
    assert b"youtube.quota" in error.content
    emulator.clock.advance(22 * 3600 + 3599)
    assert [entry.status for entry in emulator.journal.of("liveBroadcasts.insert")] == [200, 403]
    with pytest.raises(HttpError):
        insert()
    assert len(emulator.journal.after_exhaustion()) == 1
    emulator.clock.advance(1)
    insert()
    assert len(emulator.broadcasts) == 2
    assert len(emulator.journal.after_exhaustion()) == 1


def test_the_days_units_may_have_been_spent_elsewhere(emulator, youtube):
    emulator.quota.exhaust(emulator.client_id, emulator.clock.now())
    with pytest.raises(HttpError):
        youtube.channels().list(part="id", mine=True).execute()


def test_the_live_throttle_refills_by_the_second(emulator, youtube):
    emulator.rate.burst, emulator.rate.per_second = 2, 0.5

    def insert():
        youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()

    insert()
    insert()
    with pytest.raises(HttpError) as refused:
        insert()
    assert (refused.value.resp.status, reason(refused.value)) == (403, "userRequestsExceedRateLimit")
    youtube.liveBroadcasts().list(part="id", mine=True).execute()
    emulator.clock.advance(2)
    insert()


def test_a_stream_key_outside_its_resource_is_found(emulator, youtube, evening):
    _, key = evening(**NO_MONITOR)
    assert emulator.journal.leaks([key, ""]) == []
    body = event(emulator)
    body["snippet"]["description"] = f"The key is {key}."
    youtube.liveBroadcasts().insert(part="snippet,status", body=body).execute()
    assert [entry.method for entry in emulator.journal.leaks([key])] == ["liveBroadcasts.insert"]


def test_exhaustion_is_told_per_project_bucket_and_day():
    def entry(bucket, why=""):
        return Entry("m", "", {}, None, START, bucket=bucket, project="p", reason=why)

    journal = Journal([entry("default", "quotaExceeded"), entry("search.list"), entry("default")])
    assert journal.after_exhaustion() == [journal[2]]


def test_the_date_is_the_emulators(emulator, get):
    emulator.clock.advance(90)
    assert get("/elsewhere").headers["Date"] == "Sun, 22 Nov 2026 09:01:30 GMT"
    emulator.clock.skew = -30
    assert get("/elsewhere").headers["Date"] == "Sun, 22 Nov 2026 09:01:00 GMT"
