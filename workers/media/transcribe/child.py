"""The process that recognises: `python -m workers.media.transcribe.child WORK_DIR`.

It says what it does as JSON lines on standard output: {"chunk": name} before and {"done": 0 to 1} after each chunk,
{"finished": true} at the end, or {"error": {"kind", "message"}}. It dies with its parent.
"""

import ctypes
import errno
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from helpcenter.errors import HelpCenterError
from workers.media.transcribe.chunks import Chunk, plan
from workers.media.transcribe.ffmpeg_whisper import FfmpegWhisper
from workers.media.transcribe.job import Job, read_chunk, write_chunk
from workers.media.transcribe.pieces import Recognised
from workers.media.transcribe.sanity import sane
from workers.media.transcribe.sphinx import Sphinx
from workers.media.transcribe.whisper import Whisper

PR_SET_PDEATHSIG = 1
NICENESS = 5  # recognising can wait, pages cannot

Recogniser = Callable[[Path, Chunk], Recognised]


def main(work_dir: Path, parent: int) -> int:
    """Recognise the chunks that have no result yet; the exit status."""
    _die_with(parent)
    os.nice(NICENESS)
    try:
        work(work_dir)
    except HelpCenterError as error:
        _say({"error": {"kind": type(error).__name__, "message": error.message.as_json()}})
        return 1
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        _say({"error": {"kind": "StorageFull", "message": None}})
        return 1
    _say({"finished": True})
    return 0


def work(work_dir: Path) -> None:
    """Recognise the job in `work_dir`, chunk by chunk."""
    job = Job.read(work_dir)
    speech = Path(job.speech)
    recogniser: Recogniser | None = None
    for chunk in plan(speech, job.duration, job.silences, longest=job.longest):
        if read_chunk(work_dir, chunk) is None:
            # A crash while the model is loaded is not the fault of a chunk: it is named only afterwards.
            recogniser = recogniser or _open(job)
            _say({"chunk": chunk.name})
            heard = recogniser(speech, chunk)
            pieces = sane(heard.pieces, start=chunk.start, end=chunk.end, silences=job.silences)
            write_chunk(work_dir, chunk.name, Recognised(tuple(pieces), heard.language))
        _say({"done": round(chunk.end / job.duration, 4)})


def _open(job: Job) -> Recogniser:
    if job.provider == "faster-whisper":
        return Whisper(Path(job.model), job.language)
    if job.provider == "ffmpeg-whisper":
        return FfmpegWhisper(job.ffmpeg, Path(job.model), job.language)
    return Sphinx()


def _say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 -- standard output is the way to the parent


def _die_with(parent: int) -> None:
    """Have the kernel end this process when its parent dies, also by kill -9."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have died before the line above.
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
