"""The work of the child: what is to be recognised, and the results of its chunks on disk."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from workers.media.transcribe.base import Span
from workers.media.transcribe.chunks import Chunk
from workers.media.transcribe.pieces import Piece, Recognised

FORMAT = 1  # raise it when the same job gives other chunks or other text
JOB = "job.json"


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that the result depends on. `longest` is the length of a chunk, `model` a file or folder or ""."""

    provider: str
    speech: str
    duration: float
    language: str | None
    silences: tuple[Span, ...]
    longest: float
    model: str = ""
    ffmpeg: str = "ffmpeg"

    def identity(self) -> str:
        """The same for the same work, wherever the file lies."""
        with Path(self.speech).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        parts = (FORMAT, self.provider, content, self.language, self.silences, self.longest, self.model)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @classmethod
    def read(cls, work_dir: Path) -> Self:
        """The job that `prepare` left in `work_dir`."""
        data: dict[str, Any] = json.loads((work_dir / JOB).read_text())["job"]
        return cls(**{**data, "silences": tuple((start, end) for start, end in data["silences"])})


def prepare(work_dir: Path, job: Job) -> None:
    """Lay `job` into `work_dir`; chunks of another job that lie there are removed."""
    work_dir.mkdir(parents=True, exist_ok=True)
    identity = job.identity()
    if _identity_in(work_dir) != identity:
        for path in work_dir.glob("chunk-*.json"):
            path.unlink()
    write_json(work_dir / JOB, {"identity": identity, "job": asdict(job)})


def _identity_in(work_dir: Path) -> str | None:
    try:
        return str(json.loads((work_dir / JOB).read_text())["identity"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_chunk(work_dir: Path, name: str, result: Recognised) -> None:
    """Keep the result of the chunk `name`; it is whole on disk when this returns."""
    rows = [(piece.start, piece.end, piece.text, piece.confidence) for piece in result.pieces]
    write_json(work_dir / name, {"pieces": rows, "language": result.language, "crashed": result.crashed})


def read_chunk(work_dir: Path, chunk: Chunk) -> Recognised | None:
    """The result of `chunk`; None if it has none that can be read."""
    try:
        data = json.loads((work_dir / chunk.name).read_text())
        return Recognised(tuple(Piece(*row) for row in data["pieces"]), data["language"], data["crashed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_json(path: Path, data: object) -> None:
    """`data` in `path`, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w") as file:
        json.dump(data, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
