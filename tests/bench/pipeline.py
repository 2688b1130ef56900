"""What the media pipeline costs, against the least that decoding the recording costs: `python -m tests.bench.pipeline`.

The floor is the cheapest ffmpeg run that decodes the sound and the key frames of the same file; the pipeline is everything
but the speech recogniser: copy and hash, probe, scan, and twelve fast cuts with their pictures.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.media import clips, fetch, probe, scan
from workers.media.ffmpeg import find_tools

CACHE = Path("var/bench")
CLIPS = 12
# A minute of slides, and of noise as loud and as broken as speech; it is repeated by copying.
SOUND = (
    "anoisesrc=color=pink:r=44100:d=60:a=0.6:seed=1,"
    "volume=eval=frame:volume='if(lt(mod(t,6),4.6),0.25+0.2*sin(9*t)*sin(2.3*t),0.0003)',aformat=channel_layouts=stereo"
)
SLIDES = "testsrc2=s={size}:r={rate}:d=60,select='not(mod(n,{hold}))',fps={rate},noise=alls=6:all_seed=3"
KINDS = {
    "360p5": {"size": "640x360", "rate": 5, "hold": 50, "gop": 25},
    "720p25": {"size": "1280x720", "rate": 25, "hold": 250, "gop": 50},
}


def recording(ffmpeg: str, kind: str, minutes: int) -> Path:
    """A recording of that kind and length, made once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path, minute = CACHE / f"{kind}-{minutes}.mp4", CACHE / f"{kind}-minute.mp4"
    quiet = [ffmpeg, "-nostdin", "-v", "error", "-y"]
    if not minute.exists():
        form = KINDS[kind]
        slides = ["-f", "lavfi", "-i", SLIDES.format(**form), "-f", "lavfi", "-i", SOUND]
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p", "-g", str(form["gop"])]
        subprocess.run([*quiet, *slides, *coded, "-c:a", "aac", "-b:a", "128k", str(minute)], check=True)
    if not path.exists():
        looped = ["-stream_loop", str(minutes - 1), "-i", str(minute), "-c", "copy", "-movflags", "+faststart"]
        subprocess.run([*quiet, *looped, str(path)], check=True)
    return path


def cpu_of(work: Callable[[], object]) -> float:
    """The CPU seconds, of this process and its children, that `work` takes."""

    def used() -> float:
        times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(time.ru_utime + time.ru_stime for time in times)

    before = used()
    work()
    return used() - before


def floor(ffmpeg: str, path: Path) -> float:
    """CPU seconds of the cheapest of a few ways to decode the sound and the key frames."""
    rest = ["-i", str(path), "-map", "0:v", "-map", "0:a", "-fps_mode", "passthrough", "-f", "null", "-"]
    keys, one_thread = ["-skip_frame", "nokey"], ["-threads", "1"]
    ways = [[*keys, *rest], [*one_thread, *keys, *rest], [*one_thread, "-discard:v", "nokey", *keys, *rest]]
    run = [ffmpeg, "-nostdin", "-v", "error"]
    return min(cpu_of(lambda way=way: subprocess.run([*run, *way], check=True)) for way in ways)


def everything(path: Path, out_dir: Path) -> tuple[dict[str, float], scan.Scan]:
    """CPU seconds of each step of the pipeline, and what the scan found."""
    tools = find_tools()
    seconds: dict[str, float] = {}
    found: dict[str, Any] = {}

    def step(name: str, work: Callable[[], object]) -> None:
        seconds[name] = cpu_of(lambda: found.update({name: work()}))

    step("fetch", lambda: fetch.store_local(path, out_dir))
    step("probe", lambda: probe.probe(tools, found["fetch"].path))
    step("scan", lambda: scan.scan(tools, path, found["probe"], out_dir))
    length = found["probe"].duration
    spans = [(number, length * number / (CLIPS + 1)) for number in range(1, CLIPS + 1)]
    wanted = [clips.Wanted(f"clip-{number}", at, min(at + 60, length), poster_at=at + 1) for number, at in spans]
    step("clips", lambda: clips.cut_fast(tools, path, found["probe"], out_dir, wanted=wanted))
    return seconds, found["scan"]


def ebur128(ffmpeg: str, path: Path) -> float:
    """What ffmpeg says when it hears all of the original, in LUFS."""
    words = [
        ffmpeg,
        "-nostdin",
        "-hide_banner",
        "-nostats",
        "-i",
        str(path),
        "-vn",
        "-af",
        "ebur128=framelog=verbose",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stderr
    return float(said.rpartition("I:")[2].split()[0])


def peak_memory(path: Path) -> float:
    """MB that the pipeline held at most, itself or in one of its children, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.pipeline", "--measure", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def measure(path: Path) -> float:
    """Run the pipeline here and say how much memory it took."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        everything(path, Path(folder))
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def bench_pipeline(minutes: int = 60) -> dict[str, dict[str, Any]]:
    """{NAME: {"value", "unit", "how"}}."""
    ffmpeg = find_tools().ffmpeg
    results: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        path = recording(ffmpeg, kind, minutes)
        least = floor(ffmpeg, path)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            seconds, found = everything(path, Path(folder))
        steps = ", ".join(f"{name} {value:.2f}" for name, value in seconds.items())
        name = "pipeline_vs_physical" if kind == "360p5" else f"pipeline_vs_physical_{kind}"
        how = f"{minutes} min {kind}: CPU s {steps}; decoding sound and key frames alone {least:.2f}"
        results[name] = {"value": round(sum(seconds.values()) / least, 2), "unit": "x", "how": how}
        if found.loudness is not None:
            error = abs(found.loudness.integrated - ebur128(ffmpeg, path))
            results[f"loudness_error_{kind}"] = {
                "value": round(error, 2),
                "unit": "LU",
                "how": "against ebur128 on the whole original",
            }
    short, long = (peak_memory(recording(ffmpeg, "360p5", length)) for length in (10, max(minutes, 10)))
    how = f"peak of any process: 10 min {short:.0f} MB, {max(minutes, 10)} min {long:.0f} MB"
    results["pipeline_memory_growth"] = {"value": round(long / short, 2), "unit": "x", "how": how}
    return results


def main() -> None:
    """Print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument(
        "--measure", type=Path, help="only run the pipeline over this file and print its peak memory in MB"
    )
    arguments = parser.parse_args()
    if arguments.measure:
        print(measure(arguments.measure))
    else:
        print(json.dumps(bench_pipeline(arguments.minutes), indent=2))


if __name__ == "__main__":
    main()
