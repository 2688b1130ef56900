"""The emulator driven over HTTP, as another process does."""

from pathlib import Path

import pytest
import requests

from tests.streaming.emulator.conftest import NO_MONITOR

SAMPLE = Path("samples/ebike-qa.mp4").resolve()


@pytest.fixture
def control(emulator):
    with requests.Session() as session:

        def asked(verb, /, wanted=200, **fields):
            answer = session.post(f"{emulator.url}/control/{verb}", json=fields, timeout=5)
            assert answer.status_code == wanted, answer.text
            return answer.json()

        yield asked


def test_an_evening_from_outside(emulator, youtube, evening, control):
    broadcast, key = evening(sending=False, **NO_MONITOR)
    control("ingest", broadcast=broadcast, sound=False)
    assert control("state")["streams"][0]["status"]["healthStatus"]["configurationIssues"][0]["type"] == "noAudioStream"
    control("ingest", key=key)
    control(
        "recording",
        video=broadcast,
        media=str(SAMPLE),
        captions="WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n",
        length=300,
    )
    youtube.liveBroadcasts().transition(part="id", id=broadcast, broadcastStatus="live").execute()
    control("advance", seconds=5)
    control("ingest", key=key, on=False)
    control("say", broadcast=broadcast, channel=control("channel", title="A viewer")["id"], text="Hello!")
    control("end", broadcast=broadcast)
    control("advance", seconds=900)
    seen = control("state")
    assert seen["broadcasts"][0]["status"]["lifeCycleStatus"] == "complete"
    assert seen["videos"][0]["contentDetails"]["duration"] == "PT5M"
    control("trim", video=broadcast, start=60)
    assert emulator.videos[broadcast].length == 240
    control("edit", video=broadcast, title="By hand")
    assert emulator.videos[broadcast].title == "By hand"
    methods = [entry["method"] for entry in requests.get(f"{emulator.url}/control/journal", timeout=5).json()]
    assert methods[-1] == "liveBroadcasts.transition"
    control("delete", video=broadcast)
    assert control("state")["videos"] == []


def test_channels_videos_tokens_and_faults_from_outside(emulator, channel, control, get):
    assert emulator.oauth.grants[control("token", channel=channel)["refresh_token"]].channel == channel
    video = control("video", title="A file", media=str(SAMPLE), published="2026-01-02T03:04:05Z")["id"]
    control("caption", video=video, text="WEBVTT\n", language="de")
    assert emulator.videos[video].parts["snippet"]["publishedAt"] == "2026-01-02T03:04:05Z"
    control("timings", list_lag=4)
    assert emulator.timings.list_lag == 4
    control("fault", method="channels.list", kind="error", status=503, times=2)
    assert get("/youtube/v3/channels?part=id&mine=true").status_code == 503
    control("clear")
    assert get("/youtube/v3/channels?part=id&mine=true").status_code == 200
    control("exhaust")
    assert get("/youtube/v3/channels?part=id&mine=true").status_code == 403
    control("revoke", channel=channel)
    assert get("/youtube/v3/channels?part=id&mine=true").status_code == 401


def test_wrong_control_is_answered_with_a_sentence(control):
    assert "known are" in control("dance", 404)["error"]
    assert control("trim", 404, video="unknown") == {"error": "there is no 'unknown'"}
    assert "seconds" in control("advance", 404)["error"]
    control("advance", 400, seconds="soon")
    control("fault", 400, method="*", kind="earthquake")
    control("timings", 400, tea=3)
