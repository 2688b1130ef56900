import json

import pytest
from sqlalchemy import select

from helpcenter.cli import call
from helpcenter.models import Channel, ChannelImport, ChannelState, LiveSessionState, RecordingVersion
from tests.factories import NOW, make_channel, make_session


def told(capsys, *arguments):
    assert call(["import-channel", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def complaint(capsys, *arguments):
    assert call(["import-channel", *arguments]) == 1
    return capsys.readouterr().err


@pytest.fixture
def channel(ports):
    with ports.database.transaction() as db:
        return make_channel(db, uploads="UUfilters")


def test_the_only_channel_is_taken_and_running_it_again_goes_on(ports, channel, capsys):
    first = told(capsys)
    assert {name: first[name] for name in ("state", "channel", "playlist", "since", "found", "pulled", "note")} == {
        "state": "listing", "channel": channel.public_id, "playlist": "UUfilters", "since": None, "found": 0, "pulled": 0,
        "note": "",
    }  # fmt: skip
    assert told(capsys)["import"] == first["import"]


def test_a_playlist_and_a_day_may_be_named(ports, channel, capsys):
    job = told(capsys, "--playlist", "PL1", "--since", "2026-01-31", "--channel", channel.public_id)
    assert (job["playlist"], job["since"]) == ("PL1", "2026-01-30T23:00:00+00:00")


def test_what_is_missing_is_said(ports, capsys):
    assert "No channel is connected" in complaint(capsys)
    with ports.database.transaction() as db:
        make_channel(db)
        make_channel(db)
    assert "Name one with --channel" in complaint(capsys)
    assert call(["import-channel", "--since", "yesterday"]) == 2
    assert "such as 2026-01-31" in capsys.readouterr().err


def test_a_channel_that_is_not_connected_any_more_is_not_imported(ports, channel, capsys):
    with ports.database.transaction() as db:
        db.get_one(Channel, channel.id).state = ChannelState.REVOKED
    assert "not connected any more" in complaint(capsys, "--channel", channel.public_id)
    with ports.database.reading() as db:
        assert db.scalars(select(ChannelImport)).all() == []


def test_a_file_is_taken_in_as_the_recording_of_a_session(ports, tmp_path, capsys):
    with ports.database.transaction() as db:
        session = make_session(db, state=LiveSessionState.ENDED, starts_at=NOW, live_at=NOW)
    path = tmp_path / "talk.mkv"
    path.write_bytes(b"not looked into yet")
    arguments = ["ingest", str(path), "--session", session.public_id, "--json"]
    assert call([*arguments, "--begins", "2026-11-22T10:00:05+01:00"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "processing"
    with ports.database.reading() as db:
        assert db.scalars(select(RecordingVersion.t0)).one() == NOW.replace(second=5)
    assert call([*arguments, "--begins", "soon"]) == 2
    assert call([*arguments, "--title", "Another"]) == 2
    assert call(["ingest", str(path), "--session", "nosuch"]) == 1
    assert "There is no session nosuch" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["0001-01-01", "2026-02-30", "9999-12-31x"])
def test_days_that_are_none_are_refused_in_one_line(ports, channel, capsys, day):
    assert call(["import-channel", "--since", day]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_import_from_another_day_on_is_another_one(ports, channel, capsys):
    first = told(capsys, "--since", "2026-01-31")
    assert told(capsys)["import"] != first["import"]
    assert told(capsys, "--since", "2026-01-31")["import"] == first["import"]
