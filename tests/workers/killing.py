"""A real worker in a process group of its own, killed at named places and started again, and what must be true after it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import psutil
from sqlalchemy import func, select

from helpcenter.models import (
    Asset,
    Clip,
    CueRow,
    OutgoingMail,
    Question,
    Recording,
    RecordingState,
    RecordingVersion,
    SearchDocument,
    Source,
    Step,
    StepState,
    Transcript,
)
from helpcenter.ports import Ports
from helpcenter.queue import SilentQueue
from helpcenter.services import clips, recordings, steps
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from tests.factories import make_question
from workers.janitor import tidy

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "ebike-qa.mp4"
CAPTIONS = b"""WEBVTT

00:01.000 --> 00:10.500
What tyre pressure is right? Up to four bar, as it is printed on the tyre.

00:11.600 --> 00:21.000
And how do I check it? Press with your thumb, or better, take a gauge.
"""
PATIENCE = 240.0
LEASE = 2.0
WORKING = ("scan", "play", "transcript", "cut")
"""Steps with a place in the midst of the work, while other programs run."""
POINTS = ("claimed", "worked", "filed", "storing", "stored")
LOOKS = 0.25
"""Seconds between two looks at the rows, which cost as much as the work that they would wait for."""


@dataclass
class Site:
    """One installation: its environment, its rows, and a worker that may die."""

    root: Path
    database_url: str = ""
    broker_url: str = ""
    points: tuple[str, ...] = ()
    kills: str = "group"
    starts: int = 0
    exits: list[int] = field(default_factory=list)
    beside: "Site | None" = None
    worker: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @cached_property
    def environment(self) -> dict[str, str]:
        self.reached.mkdir(parents=True, exist_ok=True)
        settings = {
            "DATA_ROOT": str(self.root / "data"), "DATABASE_URL": self.database_url, "BROKER_URL": self.broker_url,
            "LEASE_SECONDS": str(LEASE), "TICK_SECONDS": "0.5", "WORKER_PROCESSES": "1", "SECRET_KEY": "for tests",
            "FAILPOINT": ",".join(self.points), "FAILPOINT_FOLDER": str(self.reached), "FAILPOINT_KILLS": self.kills,
        }  # fmt: skip
        return os.environ | {f"HELPCENTER_{name}": value for name, value in settings.items()}

    @property
    def reached(self) -> Path:
        return self.root / "reached"

    @cached_property
    def ports(self) -> Ports:
        settings = Settings(
            data_root=self.root / "data",
            database_url=self.database_url,
            broker_url=self.broker_url,
            secret_key="for tests",
        )
        return wire(settings, queue=SilentQueue())

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-B", "--loglevel", "WARNING"]
        quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with (self.root / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [*command, *quick], env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self.starts += 1
        if self.beside is not None:
            self.beside.start()

    def end(self) -> None:
        """Kill what is left of the worker's group; before it is waited for, as until then nobody else can get its number."""
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.exits.append(self.worker.wait())
            self.worker = None
        if self.beside is not None:
            self.beside.end()

    def stop(self, *, all_processes: bool) -> int:
        """Ask the worker to stop, as a supervisor does, or all its processes, as systemd does; its exit status."""
        assert self.worker is not None
        (os.killpg if all_processes else os.kill)(self.worker.pid, signal.SIGTERM)
        status = self.worker.wait(PATIENCE)
        self.worker = None
        return status

    def wait_for(self, recording_id: int, name: str, state: StepState) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.step(recording_id, name).state is not state:
            assert time.monotonic() < deadline, self.story(recording_id)
            time.sleep(0.05)

    def step(self, recording_id: int, name: str) -> Step:
        with self.ports.database.reading() as db:
            return next(step for step in steps.of_recording(db, recording_id) if step.name == name)

    def _is_dead(self) -> bool:
        assert self.worker is not None
        return os.waitid(os.P_PID, self.worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _wait_for_its_death(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_dead():
            time.sleep(0.02)

    def work_until_settled(self, recording_id: int) -> None:
        """Work, starting the worker again whenever it has died, until nothing more is to be done."""
        deadline = time.monotonic() + PATIENCE
        try:
            while not self._settled(recording_id):
                assert time.monotonic() < deadline, self.story(recording_id)
                if self.worker is None or self._is_dead():
                    self.end()
                    self.assert_no_survivors()
                    self.start()
                self._wait_for_its_death(LOOKS)
        finally:
            self.end()
        self.assert_no_survivors()

    def _settled(self, recording_id: int) -> bool:
        with self.ports.database.reading() as db:
            mails = db.scalars(select(OutgoingMail.state)).all()
            done = {step.name for step in steps.of_recording(db, recording_id)}
            settled = recordings.settled(db, recording_id) and all(state.value == "sent" for state in mails)
        # The last step's row says done a moment before its worker reaches the point behind it.
        return settled and all((self.reached / point).exists() for point in self.points if point.split(".")[0] in done)

    def story(self, recording_id: int) -> str:
        with self.ports.database.reading() as db:
            told = recordings.summary(db, db.get_one(Recording, recording_id))
        return json.dumps(told["steps"], indent=1) + (self.root / "worker.log").read_text()[-4000:]

    def assert_no_survivors(self) -> None:
        """Nothing that belongs to this site is still running; what dies with its parent gets a moment to do so."""
        deadline = time.monotonic() + 5
        while left := list(self._processes()):
            assert time.monotonic() < deadline, left
            time.sleep(0.02)

    def _processes(self) -> Iterator[list[str]]:
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
                ours = process.environ().get("HELPCENTER_DATA_ROOT") == str(self.root / "data")
            except psutil.Error:
                continue
            if process.pid != os.getpid() and (ours or any(str(self.root) in word for word in words)):
                yield words


@contextmanager
def site(root: Path, **values: object) -> Iterator[Site]:
    made = Site(root, **values)  # type: ignore[arg-type]  # the dataclass's own fields
    try:
        yield made
    finally:
        made.end()
        made.ports.database.dispose()  # type: ignore[attr-defined]  # SqlDatabase, of which the port shows only the doors


def short_recording(folder: Path) -> Path:
    """22 seconds of the sample in which English is spoken, in a container that browsers do not play."""
    path = folder / "short.mkv"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-ss", "277", "-t", "22", "-i", SAMPLE, "-c", "copy", path], check=True
    )
    return path


def take_in(site: Site, media: Path, *, captions: bytes | None = None) -> int:
    """A recording with two answers, the first to a question that somebody waits for; its row's id."""
    with site.ports.database.transaction() as db:
        question = make_question(db, title="What tyre pressure is right?", language="en")
        markers = [
            {"at": 0.5, "kind": "answering", "title": "What tyre pressure is right?", "question": question.public_id},
            {"at": 11.0, "kind": "answered"},
            {"at": 11.5, "kind": "answering", "title": "And how do I check it?"},
            {"at": 21.5, "kind": "answered"},
        ]
        recording = recordings.create(
            db, source=Source.FILE, path_or_url=str(media), title="Tyres", language="en", now=site.ports.clock(),
            captions=captions, markers=recordings.read_markers(json.dumps(markers)),
        )  # fmt: skip
        return recording.id


def confirm_first_clip(site: Site, recording_id: int) -> None:
    with site.ports.database.transaction() as db:
        clip = db.scalars(select(Clip).where(Clip.recording_id == recording_id).order_by(Clip.start)).first()
        clips.confirm(
            db, clip, entry=None, topic=None, title=clip.title, start=clip.start, end=clip.end, language="en",
            editor=None, now=site.ports.clock(),
        )  # fmt: skip


def assert_nothing_lost_and_nothing_twice(site: Site, recording_id: int, *, provider: str) -> None:
    with site.ports.database.reading() as db:
        recording = db.get_one(Recording, recording_id)
        assert recording.state is RecordingState.READY, site.story(recording_id)
        assert {step.state for step in steps.of_recording(db, recording_id)} == {StepState.DONE}
        told = recordings.summary(db, recording)
        assert [clip["title"] for clip in told["clips"]] == ["What tyre pressure is right?", "And how do I check it?"]
        titles = [chapter["title"] for chapter in told["chapters"]]
        assert titles.count("What tyre pressure is right?") == titles.count("And how do I check it?") == 1
        assert told["provider"] == provider
        assert db.scalar(select(func.count(Transcript.id)).where(Transcript.recording_id == recording_id)) == 1
        cues = db.execute(select(CueRow.start, CueRow.text)).all()
        assert cues
        assert max(Counter(cues).values()) == 1
        found = db.execute(select(SearchDocument.kind, SearchDocument.thing_id)).all()
        assert max(Counter(found).values()) == 1
        assert {kind for kind, _ in found} >= {"cue", "clip", "entry"}
        kept = set(db.scalars(select(Asset.key)))
        version = db.scalars(select(RecordingVersion)).one()
        kept |= {version.original_key, version.play_key, version.poster_key}
        for clip in db.scalars(select(Clip)):
            kept |= {key for key in (clip.media_key, clip.poster_key) if key}
        answered = db.scalars(select(Question)).one()
        assert (answered.state.value, answered.entry_id is not None) == ("answered", True)
        assert len(db.scalars(select(OutgoingMail)).all()) == 1
    assert version.play_key != version.original_key
    # Whoever dies after his last step is stored leaves a folder behind, for the janitor.
    tidy(site.ports, every=timedelta())
    media, data = site.ports.settings.media, site.ports.settings.data_root
    assert {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()} == kept
    assert len(list((data / "mail").glob("*.eml"))) == 1
    assert [path for path in data.rglob("*part*") if path.is_file()] == []
    work = site.ports.settings.scratch
    assert {path.name for path in work.iterdir()} <= {"slots", "tidied"}


def attempts(site: Site, recording_id: int) -> dict[str, int]:
    with site.ports.database.reading() as db:
        return {step.name: step.attempts for step in steps.of_recording(db, recording_id)}


def expected_attempts(points: tuple[str, ...]) -> dict[str, int]:
    """One more for each kill that came before the step's results were kept."""
    wanted = dict.fromkeys((*steps.CHAIN, steps.CUT), 1)
    for point in points:
        name, place = point.split(".")
        wanted[name] += place != "stored"
    return wanted


def drill(site: Site, media: Path, *, captions: bytes | None = None) -> None:
    """The main job from the file to the mail, while the worker is killed at each of the site's points.

    With `captions` nothing has to be recognised, which takes longer than all the rest.
    """
    recording_id = take_in(site, media, captions=captions)
    site.work_until_settled(recording_id)
    confirm_first_clip(site, recording_id)
    site.work_until_settled(recording_id)
    assert {path.name for path in site.reached.iterdir()} == set(site.points)
    assert_nothing_lost_and_nothing_twice(site, recording_id, provider="captions" if captions else "pocketsphinx")
    assert attempts(site, recording_id) == expected_attempts(site.points)
