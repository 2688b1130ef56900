"""`helpcenter session …`: what is printed, and how wrong use is answered."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from helpcenter.cli import call
from helpcenter.models import Broadcast, LiveSession
from helpcenter.permissions import Role
from helpcenter.services import accounts, topics
from helpcenter.wiring import wire
from streaming.platform import BroadcastStatus
from tests.factories import make_channel

NO_BROADCAST = {"id": None, "state": None, "watch_url": None}
COMING = {"id": None, "state": "pending", "watch_url": None}
KEYS = ["id", "state", "title", "starts_at", "zone", "url", "broadcast", "recording"]
NEXT_YEAR = datetime.now(UTC).year + 1
START = f"{NEXT_YEAR}-06-03T18:00"


@pytest.fixture
def installed(sqlite_url):
    """The embedded default with an expert and a topic, as the command line finds it."""
    ports = wire()
    with ports.database.transaction() as db:
        now = ports.clock()
        accounts.create_user(db, email="anna@example.org", role=Role.EXPERT, name="Anna", now=now)
        accounts.create_user(db, email="kim@example.org", role=Role.CUSTOMER, name="Kim", now=now)
        topics.create(db, titles={"en": "Brakes"}, editor=None, now=now)
    yield ports
    ports.database.dispose()


@pytest.fixture
def run(capsys):
    """`run("list")` is what the command printed as JSON."""

    def command(*arguments):
        assert call(["session", *arguments, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return command


def schedule(*more, title="Questions about e-bikes", start=START, host="anna@example.org"):
    when = ["--start", start, "--zone", "Europe/Berlin", "--length", "60"]
    return ["schedule", "--title", title, *when, "--host", host, *more]


def test_one_session_is_one_object(installed, run):
    made = run(*schedule("--topic", "brakes", "--description", "Ask Anna."))
    assert list(made) == KEYS
    assert made == {
        "id": made["id"], "state": "scheduled", "title": "Questions about e-bikes",
        "starts_at": f"{NEXT_YEAR}-06-03T16:00:00+00:00", "zone": "Europe/Berlin",
        "url": f"http://127.0.0.1:8000/sessions/{made['id']}", "broadcast": COMING, "recording": None,
    }  # fmt: skip
    assert run("show", made["id"]) == made
    assert run("list") == [made]


def test_a_series_is_a_list_in_order_of_time(installed, run):
    made = run(*schedule("--series", "FREQ=WEEKLY;COUNT=3"))
    assert [one["starts_at"][:10] for one in made] == [f"{NEXT_YEAR}-06-{day:02}" for day in (3, 10, 17)]
    assert run("list", "--state", "scheduled") == made
    assert run("list", "--state", "draft") == []


def test_the_only_channel_broadcasts_it_unless_told_otherwise(installed, run):
    with installed.database.transaction() as db:
        first = make_channel(db).public_id
    made = run(*schedule())
    assert made["broadcast"] == COMING
    assert run(*schedule("--channel", "none", start=f"{NEXT_YEAR}-06-04T18:00"))["broadcast"] == NO_BROADCAST
    with installed.database.transaction() as db:
        make_channel(db)
        row = db.scalars(select(Broadcast)).one()
        row.remote_id, row.status = "dQw4w9WgXcQ", BroadcastStatus.READY
    assert run("show", made["id"])["broadcast"] == {
        "id": "dQw4w9WgXcQ", "state": "ready", "watch_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    }  # fmt: skip
    assert run(*schedule("--channel", first, start=f"{NEXT_YEAR}-06-06T18:00"))["broadcast"]["state"] == "pending"


def test_without_a_channel_or_with_several_it_is_on_this_site(installed, run):
    def channel_of(made):
        with installed.database.reading() as db:
            row = db.scalars(select(Broadcast).join(LiveSession).where(LiveSession.public_id == made["id"])).one()
            return row.channel.platform, row.relay

    assert channel_of(run(*schedule())) == ("local", False)
    with installed.database.transaction() as db:
        make_channel(db)
        make_channel(db)
    assert channel_of(run(*schedule(start=f"{NEXT_YEAR}-06-05T18:00"))) == ("local", False)
    assert channel_of(run(*schedule("--channel", "here", start=f"{NEXT_YEAR}-06-06T18:00"))) == ("local", False)


def test_what_is_broadcast_here_is_shown_on_a_second_channel_at_the_same_time(installed, run, capsys):
    with installed.database.transaction() as db:
        youtube = make_channel(db).public_id
    run(*schedule("--channel", "here", "--relay", youtube, "--moderated", "--confirm-answers"))
    with installed.database.reading() as db:
        rows = db.scalars(select(Broadcast).order_by(Broadcast.relay)).all()
        assert [(row.relay, row.channel.platform) for row in rows] == [(False, "local"), (True, "youtube")]
        session = db.scalars(select(LiveSession)).one()
        assert (session.moderated, session.answers_at_once) == (True, False)
    assert call(["session", *schedule("--relay", youtube, start=f"{NEXT_YEAR}-06-07T18:00")]) == 1
    assert "on this site" in capsys.readouterr().err


def test_a_session_goes_live_and_ends(installed, run):
    made = run(*schedule("--channel", "none"))["id"]
    assert [run(command, made)["state"] for command in ("golive", "end")] == ["live", "ended"]


def test_one_and_all_that_follow_are_called_off(installed, run):
    made = run(*schedule("--series", "FREQ=WEEKLY;COUNT=4"))
    assert run("cancel", made[0]["id"])["state"] == "cancelled"
    off = run("cancel", made[2]["id"], "--following", "--reason", "Holiday")
    assert [one["id"] for one in off] == [made[2]["id"], made[3]["id"]]
    with installed.database.reading() as db:
        told = db.scalars(select(LiveSession.reason).order_by(LiveSession.starts_at)).all()
    assert told == ["Unfortunately it had to be cancelled.", "", "Holiday", "Holiday"]


def test_people_read_local_times(installed, capsys):
    assert call(["session", *schedule()]) == 0
    assert f"{NEXT_YEAR}-06-03 18:00–19:00 (Europe/Berlin)  Questions about e-bikes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (schedule(start="2020-06-03T18:00"), "past"),
        (schedule(title="x" * 101), "YouTube"),
        (schedule(title="<b>"), "YouTube"),
        (schedule(host="nobody@example.org"), "nobody@example.org"),
        (schedule(host="kim@example.org"), "Kim cannot be a host"),
        (schedule("--topic", "no-such-topic"), "/workbench/topics"),
        (schedule("--topic", ""), "no topic"),
        (schedule("--zone", ""), "time zone"),
        (schedule("--channel", "no-such-channel"), "no-such-channel"),
        (schedule("--series", "FREQ=WEEKLY"), "no end"),
        (schedule("--zone", "Europe/Berln"), "Europe/Berlin"),
        (schedule("--length", "0"), "5 minutes"),
        (["show", "no-such-id"], "no-such-id"),
        (["golive", "no-such-id"], "no-such-id"),
        (["end", "no-such-id"], "no-such-id"),
        (["cancel", "no-such-id"], "no-such-id"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_why(installed, capsys, arguments, word):
    assert call(["session", *arguments]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n"), word in printed.err) == ("", 1, True)


def test_a_time_that_comes_twice_is_asked_about(installed, run, capsys):
    night = max(day for day in range(25, 32) if datetime(NEXT_YEAR, 10, day, tzinfo=UTC).weekday() == 6)
    start = f"{NEXT_YEAR}-10-{night}T02:30"
    assert call(["session", *schedule(start=start)]) == 1
    assert "--fold first or --fold second" in capsys.readouterr().err
    assert run(*schedule("--fold", "second", start=start))["starts_at"][11:16] == "01:30"


@pytest.mark.parametrize(
    "arguments",
    [
        ["schedule"], ["schedule", "--title", "x"], ["show"], schedule("--length", "an hour"),
        schedule("--visibility", "staff"), ["list", "--state", "asleep"],
    ],
)  # fmt: skip
def test_wrong_use_has_status_two(arguments, capsys):
    assert call(["session", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["", "schedule", "list", "show", "golive", "end", "cancel"])
def test_every_command_explains_itself(command, capsys):
    assert call(["session", *command.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: helpcenter session")
