from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streaming.local.archive import Archive, Container, Segment, TakeSource

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def segment(take, number, start, duration=2.0):
    return Segment(take, number, at(start), duration, Path(f"{take}/{number}.m4s"), Path(f"{take}/init.mp4"))


def open_take(archive, *, sender="tab-1", now=NOW, **values):
    given = {
        "source": TakeSource.BROWSER, "container": Container.WEBM, "codecs": "h264,opus", "began": now, "label": "Maria Weber",
    }  # fmt: skip
    return archive.open_take(sender=sender, now=now, **{**given, **values})


def list_segments(take, *durations):
    """What ffmpeg would have written of the take."""
    lines = ["#EXTM3U", '#EXT-X-MAP:URI="init.mp4"']
    for number, duration in enumerate(durations):
        lines += [f"#EXTINF:{duration:.6f},", f"{number:05}.m4s"]
        (take.folder / "hls" / f"{number:05}.m4s").write_bytes(b"segment")
    take.init.write_bytes(b"init")
    take.index.write_text("\n".join(lines) + "\n")


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "live", "broadcast-1")
