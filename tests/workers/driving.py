"""The pipeline driven by hand, without a worker."""

import subprocess
from pathlib import Path

from helpcenter.models import (
    Recording,
    Source,
)
from helpcenter.services import recordings
from workers.pipeline.advance import advance

VTT = b"""WEBVTT

00:00.200 --> 00:09.800
How far does the bike go? It goes eighty kilometres in summer, and fifty in winter, as the cold slows the cells down.

00:10.200 --> 00:19.800
How do I charge the battery? Take it out, carry it into the warm, and plug it in over night, with the charger that came with it.
"""


def film(folder: Path, name: str, *options: str) -> Path:
    """A film of 20 seconds; `options` come before its name."""
    path = folder / name
    picture = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=5:duration=20"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=300:duration=20:sample_rate=16000"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, *sound, *options, path], check=True)
    return path


def take_in(ports, path, **values):
    with ports.database.transaction() as db:
        defaults = {"source": Source.FILE, "path_or_url": str(path), "language": "en", "now": ports.clock()}
        return recordings.create(db, **{**defaults, **values}).id


def run(ports, recording_id):
    while advance(ports, recording_id):
        pass


def told(ports, recording_id):
    with ports.database.reading() as db:
        return recordings.summary(db, db.get_one(Recording, recording_id))


def step(ports, recording_id, name):
    return next(step for step in told(ports, recording_id)["steps"] if step["name"] == name)


def why(ports, recording_id):
    with ports.database.reading() as db:
        return str(recordings.complaint(db, db.get_one(Recording, recording_id)))
