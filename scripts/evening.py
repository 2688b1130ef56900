"""A live evening, whole, against the emulator of the platform: scheduled, announced, reminded of, held, taken in, answered.

Part of the demo (see demo.py). The emulator's platform and the waits around a live session run sixty times as fast as usual.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import select
from stage import PEOPLE, Demo, Missing, wait_for

from helpcenter.models import (
    Broadcast,
    Clip,
    ClipState,
    LiveSession,
    LiveSessionState,
    MailState,
    MarkerKind,
    OutgoingMail,
    Question,
    QuestionState,
    Recording,
    RecordingState,
)
from helpcenter.permissions import Role
from helpcenter.services import accounts, clips, console, questions, recordings
from helpcenter.services.sessions import subscriptions
from streaming.platform import BroadcastStatus

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PACE = 60
LEAD = timedelta(seconds=35)
"""How long before its start the evening is scheduled; the reminder of 15 minutes goes out 15 seconds before it."""
CLI = [sys.executable, "-c", "from helpcenter.cli import main; main()"]


@dataclass(frozen=True)
class Platform:
    """The emulator: its address, and the settings that lead the site to it."""

    url: str
    settings: dict[str, str]

    def control(self, what: str, **asked: Any) -> dict[str, Any]:
        """Have something happen there."""
        answer = requests.post(f"{self.url}/control/{what}", json=asked, timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def platform() -> Iterator[Platform]:
    """The emulator as a process of its own; every broadcast leaves the sample of the evening behind."""
    told = json.loads((SAMPLES / "evening.json").read_text())["recording"]
    film = ["--recording", str(SAMPLES / told["file"]), "--captions", str(SAMPLES / told["captions"])]
    command = [*CLI, "emulator", "--port", "0", "--pace", str(PACE), "--json", *film]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise Missing("the emulator did not start")
        settings = json.loads(line)
        waits = {"HELPCENTER_LIVE_PACE": str(PACE), "HELPCENTER_YOUTUBE_DOWNLOAD": "true"}
        yield Platform(settings["HELPCENTER_YOUTUBE_API_ROOT"], settings | waits)
    finally:
        process.terminate()
        process.wait()


@dataclass
class Evening:
    """The demo, its platform, and what the evening's sample says of itself."""

    demo: Demo
    platform: Platform
    told: dict[str, Any]
    public_id: str = ""
    question: str = ""

    def session(self) -> dict[str, Any]:
        """The session as the command line shows it."""
        shown: dict[str, Any] = command("session", "show", self.public_id)
        return shown

    def broadcast(self) -> Broadcast:
        """Its broadcast's row."""
        with self.demo.ports.database.reading() as db:
            wanted = select(Broadcast).join(LiveSession).where(LiveSession.public_id == self.public_id)
            return db.scalars(wanted).one()


def command(*words: str) -> Any:
    """What `helpcenter … --json` prints. Raises Missing when it fails."""
    done = subprocess.run([*CLI, *words, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(done.stderr.strip())
    return json.loads(done.stdout)


def hold(demo: Demo, emulator: Platform) -> str:
    """The whole evening; the address of its session. Raises Missing when something is not there."""
    evening = Evening(demo, emulator, json.loads((SAMPLES / "evening.json").read_text()))
    connect(evening)
    announce(evening)
    begin(evening)
    answer(evening)
    finish(evening)
    publish(evening)
    return f"{demo.ports.settings.site_url}/sessions/{evening.public_id}"


def connect(evening: Evening) -> None:
    """The admin connects the channel, as in the browser."""
    base, ports = evening.demo.ports.settings.site_url, evening.demo.ports
    with ports.database.transaction() as db:
        admin = accounts.find(db, PEOPLE[Role.ADMIN][0])
        assert admin
        _, token = accounts.new_mail_link(db, admin, now=ports.clock())
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    browser.post(f"{base}/sign-in/link/{token}", timeout=10)
    form = browser.get(f"{base}/admin/channels", timeout=10).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', form)
    if csrf is None:
        raise Missing("the page of the channels does not answer")
    left = browser.post(f"{base}/admin/channels/connect", data={"csrf_token": csrf[1]}, timeout=10)
    consent = left.headers.get("Refresh", "").partition("url=")[2]
    browser.get(f"{consent}&auto=1", timeout=20)
    evening.demo.say("the admin connected a channel (of the emulator)")


def announce(evening: Evening) -> None:
    """A session is scheduled, somebody wants to be reminded, somebody asks; the broadcast stands, the reminder goes out."""
    demo, told = evening.demo, evening.told
    zone = demo.ports.settings.zone
    start = (demo.ports.clock() + LEAD).astimezone(ZoneInfo(zone)).replace(microsecond=0, tzinfo=None)
    made = command(
        "session", "schedule", "--title", told["recording"]["title"]["de"], "--start", start.isoformat(),
        "--zone", zone, "--length", "60", "--host", PEOPLE[Role.EXPERT][0], "--topic", "e-bikes", "--language", "de",
    )  # fmt: skip
    evening.public_id = made["id"]
    demo.say(f"a live session is scheduled: {made['title']}")
    asked, now = told["asked"], demo.ports.clock()
    with demo.ports.database.transaction() as db:
        subscription = subscriptions.subscribe(
            db, target=f"session:{evening.public_id}", email=asked["email"], language=asked["language"], now=now
        )
        subscriptions.confirm(db, subscription, now=now)
        question = questions.ask(
            db, title=asked["title"], body=asked["text"], language=asked["language"], email=asked["email"],
            name=asked["name"], now=now,
        )  # fmt: skip
        questions.confirm_asker(db, question.askers[0], now=now)
        evening.question = question.public_id
    wait_for("the broadcast", lambda: evening.broadcast().stream_id is not None)
    demo.say(f"its broadcast stands: {evening.session()['broadcast']['watch_url']}")
    wait_for("the reminder", lambda: mailed(demo, "session_reminder"))
    demo.say("whoever subscribed has been reminded by mail")


def begin(evening: Evening) -> None:
    """The host's encoder sends, and he goes live with one button."""
    command("session", "golive", evening.public_id)
    evening.platform.control("ingest", broadcast=evening.broadcast().remote_id)
    wait_for("the session to be live", lambda: evening.session()["state"] == LiveSessionState.LIVE.value)
    evening.demo.say("live: picture and sound arrive, viewers see it")


def answer(evening: Evening) -> None:
    """The host marks what he answers; the film of the evening is a minute and a half long, which we do not sit out."""
    demo, told = evening.demo, evening.told
    wait_for("the broadcast's beginning", lambda: evening.broadcast().actual_start is not None)
    t0 = evening.broadcast().actual_start
    assert t0 is not None
    markers = json.loads((SAMPLES / told["recording"]["markers"]).read_text())
    with demo.ports.database.transaction() as db:
        session = db.scalars(select(LiveSession).where(LiveSession.public_id == evening.public_id)).one()
        host = accounts.find(db, PEOPLE[Role.EXPERT][0])
        asked = db.scalars(select(Question).where(Question.public_id == evening.question)).one()
        for number, marker in enumerate(markers):
            at = t0 + timedelta(seconds=marker["at"])
            console.mark(
                db, session, kind=MarkerKind(marker["kind"]), title=marker["title"], at=at, key=f"demo-{number}",
                question=asked if marker["title"] == asked.title else None, actor=host, now=max(at, demo.ports.clock()),
            )  # fmt: skip
    length = json.loads((SAMPLES / "evening-qa.truth.json").read_text())[-1]["end"] + 1
    evening.platform.control("advance", seconds=length)
    demo.say(f"{len(markers)} markers are set while questions are answered")


def finish(evening: Evening) -> None:
    """The host ends it; workers wait for the archive and take it in."""
    command("session", "end", evening.public_id)
    wait_for("the end", lambda: evening.broadcast().status is BroadcastStatus.COMPLETE)
    evening.demo.say("the session has ended; the platform is at work on its archive")
    wait_for("the recording", lambda: evening.session()["state"] == LiveSessionState.PUBLISHED.value)
    wait_for("its last step", lambda: recorded(evening) is not None)
    found = recorded(evening)
    assert found
    evening.demo.say(
        f"its recording is here: {found['duration']:.0f} s, {found['cues']} cues ({found['provider']}), "
        f"{len(found['chapters'])} chapters, {len(found['clips'])} clips"
    )


def recorded(evening: Evening) -> dict[str, Any] | None:
    """The recording of the session once nothing more happens to it."""
    with evening.demo.ports.database.reading() as db:
        session = db.scalars(select(LiveSession).where(LiveSession.public_id == evening.public_id)).one()
        recording = session.recording
        if recording is None or not recordings.settled(db, recording.id):
            return None
        if recording.state is not RecordingState.READY:
            raise Missing(f"the recording of the session did not become ready: {recordings.complaint(db, recording)}")
        found: dict[str, Any] = recordings.summary(db, recording)
        return found


def publish(evening: Evening) -> None:
    """An editor confirms the clips; the asker has one mail."""
    demo = evening.demo
    with demo.ports.database.transaction() as db:
        editor, now = accounts.find(db, PEOPLE[Role.EDITOR][0]), demo.ports.clock()
        proposed = (
            select(Clip)
            .join(Recording)
            .join(LiveSession, LiveSession.recording_id == Recording.id)
            .where(LiveSession.public_id == evening.public_id, Clip.state == ClipState.PROPOSED)
        )
        found = db.scalars(proposed.order_by(Clip.start)).all()
        for clip in found:
            clips.confirm(
                db, clip, entry=None, topic=clip.recording.topic, title=clip.title, start=clip.start, end=clip.end,
                language=clip.language, editor=editor, now=now,
            )  # fmt: skip
        asked = db.scalars(select(Question).where(Question.public_id == evening.question)).one()
        if asked.state is not QuestionState.ANSWERED:
            raise Missing("the question that was answered on camera is still open")
    demo.say(f"{len(found)} answers of the evening are in the FAQ")
    wait_for("the asker's mail", lambda: mailed(demo, "question_answered"))
    demo.say("whoever asked has the link to the second in which it was answered")


def mailed(demo: Demo, kind: str) -> bool:
    """Whether there is mail of that kind, and all of it has been sent."""
    with demo.ports.database.reading() as db:
        states = db.scalars(select(OutgoingMail.state).where(OutgoingMail.kind == kind)).all()
    return set(states) == {MailState.SENT}
