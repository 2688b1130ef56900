"""Makes the sample recordings again: speech by flite and espeak-ng, slides and film by ffmpeg, all from the texts in samples/.

Run `python scripts/make_sample.py [FOLDER]`; FOLDER defaults to samples/. The same programs give the same bytes.
"""

import json
import random
import re
import subprocess
import sys
import tempfile
import textwrap
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SESSIONS = {"ebike-qa": "questions.json", "evening-qa": "evening.json"}
"""What is made, and the file that names its questions."""
RATE = 16_000
FPS = 5
SEED = 7
NAMES = {"J": "Jonas Brandt", "A": "Anna Keller"}
ENGLISH = {"J": ("rms", 1.02), "A": ("slt", 1.0)}  # flite's voice and how much it is stretched
GERMAN = {"J": ("de", 38, 150), "A": ("de+f4", 55, 155)}  # espeak-ng's voice, pitch, words a minute
FONT, BOLD = "DejaVu Sans", "DejaVu Sans:bold"
PAPER, INK, ACCENT, FAINT = "0x0f2f36", "0xf4f7f2", "0xf2b134", "0x9fc3bd"

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One sentence: who says it, in which language, what is shown and what the synthesiser is given."""

    speaker: str
    language: str
    shown: str
    spoken: str


@dataclass(frozen=True)
class Slide:
    """A picture, and what is said while it is shown."""

    id: str
    language: str
    points: list[str]
    lines: list[Line]


def read_script(text: str) -> list[Slide]:
    """The slides of a script; its form is described at its top."""
    slides: list[Slide] = []
    for raw in text.splitlines():
        if head := re.fullmatch(r"\[(\S+) (\w\w)\]", raw):
            slides.append(Slide(head[1], head[2], [], []))
        elif raw.startswith("* "):
            slides[-1].points.append(raw[2:])
        elif said := re.fullmatch(r"(\w)(?:/(\w\w))?: (.+)", raw):
            shown = re.sub(r"\{(.*?)\|(.*?)\}", r"\1", said[3])
            spoken = re.sub(r"\{(.*?)\|(.*?)\}", r"\2", said[3])
            slides[-1].lines.append(Line(said[1], said[2] or slides[-1].language, shown, spoken))
    return slides


def run(*arguments: object) -> None:
    """Run a program that must succeed."""
    subprocess.run([str(a) for a in arguments], check=True, stdin=subprocess.DEVNULL)


def ffmpeg(*arguments: object) -> None:
    """Run ffmpeg, which overwrites and says only what went wrong."""
    run("ffmpeg", "-v", "error", "-nostdin", "-y", *arguments)


def font_file(pattern: str) -> str:
    """Where fontconfig finds the font; drawtext's own `font` knows no bold."""
    return subprocess.run(["fc-match", "-f", "%{file}", pattern], check=True, capture_output=True, text=True).stdout


def speak(line: Line, folder: Path) -> Samples:
    """The sentence as sound at RATE, without silence around it and always equally loud."""
    raw, even = folder / "raw.wav", folder / "even.wav"
    if line.language == "en":
        voice, stretch = ENGLISH[line.speaker]
        run("flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", line.spoken, "-o", raw)
    else:
        name, pitch, speed = GERMAN[line.speaker]
        run("espeak-ng", "-v", name, "-p", pitch, "-s", speed, "-w", raw, line.spoken)
    ffmpeg("-i", raw, "-ac", 1, "-ar", RATE, "-c:a", "pcm_s16le", even)
    with wave.open(str(even)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1] + 1]
    sound *= 3000 / np.sqrt(np.mean(sound**2))
    return np.clip(sound, -32_000, 32_000)


def perform(slides: list[Slide], folder: Path) -> tuple[Samples, list[list[tuple[float, float]]]]:
    """The whole sound, and for each slide the start and end of each of its sentences."""
    rng = random.Random(SEED)  # noqa: S311 -- the same each time, on purpose
    parts: list[Samples] = [np.zeros(RATE)]
    at = 1.0
    times: list[list[tuple[float, float]]] = []
    for slide in slides:
        spans = []
        for number, line in enumerate(slide.lines):
            sound = speak(line, folder)
            spans.append((at, at + len(sound) / RATE))
            following = slide.lines[number + 1 : number + 2]
            pause = rng.uniform(1.2, 2.0) if not following else 0.35 if following[0].speaker == line.speaker else 0.8
            parts += [sound, np.zeros(round(pause * RATE))]
            at = sum(map(len, parts)) / RATE
        times.append(spans)
    return np.concatenate(parts), times


def draw(slide: Slide, title: str, footer: str, *, folder: Path, place: tuple[int, int]) -> Path:
    """A picture of 640x360 with the title, its points and how far the session has come."""
    number, total = place
    texts = [("⚡ Talwind", FONT, 18, ACCENT, 40, 34), (footer, FONT, 13, FAINT, 40, 326)]
    wrapped = textwrap.wrap(title, 34)
    texts += [(row, BOLD, 25, INK, 40, 84 + 34 * n) for n, row in enumerate(wrapped)]
    top = 110 + 34 * len(wrapped)
    texts += [("• " + point, FONT, 18, FAINT, 40, top + 30 * n) for n, point in enumerate(slide.points)]
    graph = [f"drawbox=x=0:y=0:w=8:h=ih:color={ACCENT}:t=fill"]
    for n in range(total):
        colour = ACCENT if n <= number else "0x24505a"
        graph.append(f"drawbox=x={640 - 40 - 24 * (total - n)}:y=38:w=18:h=6:color={colour}:t=fill")
    for n, (text, font, size, colour, x, y) in enumerate(texts):
        file = folder / f"{n}.txt"
        file.write_text(text, encoding="utf-8")
        graph.append(
            f"drawtext=fontfile={font_file(font)}:textfile={file}:expansion=none:fontsize={size}:fontcolor={colour}:x={x}:y={y}"
        )
    picture = folder / f"slide{number}.png"
    ffmpeg("-f", "lavfi", "-i", f"color=c={PAPER}:s=640x360", "-vf", ",".join(graph), "-frames:v", 1, picture)
    return picture


def film(pictures: list[Path], frames: list[int], sound: Path, target: Path) -> None:
    """Write the MP4: picture n from frame frames[n] to frames[n + 1], a key frame at each change and every 5 s."""
    inputs: list[object] = []
    for picture, first, last in zip(pictures, frames[:-1], frames[1:], strict=True):
        inputs += ["-framerate", FPS, "-loop", 1, "-t", (last - first) / FPS, "-i", picture]
    joined = "".join(f"[{n}:v]" for n in range(len(pictures))) + f"concat=n={len(pictures)},format=yuv420p[v]"
    keys = ",".join(f"{frame / FPS:.2f}" for frame in frames[:-1])
    picture_options = ["-c:v", "libx264", "-preset", "slow", "-tune", "stillimage", "-crf", 30, "-g", 25]
    ffmpeg(
        *inputs, "-i", sound, "-filter_complex", joined, "-map", "[v]", "-map", f"{len(pictures)}:a",
        *picture_options, "-force_key_frames", keys, "-threads", 1, "-c:a", "aac", "-b:a", "30k",
        "-map_metadata", -1, "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
        "-movflags", "+faststart", target,
    )  # fmt: skip


def clock(seconds: float) -> str:
    """WebVTT's way to write a time."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def captions(slides: list[Slide], times: list[list[tuple[float, float]]]) -> str:
    """The WebVTT file: one sentence a cue, each with its speaker."""
    cues = ["WEBVTT", "NOTE CC0-1.0, made by scripts/make_sample.py"]
    for slide, spans in zip(slides, times, strict=True):
        for line, (start, end) in zip(slide.lines, spans, strict=True):
            cues.append(f"{clock(start)} --> {clock(end)}\n<v {NAMES[line.speaker]}>{line.shown}</v>")
    return "\n\n".join(cues) + "\n"


def truth(slides: list[Slide], times: list[list[tuple[float, float]]], titles: dict[str, str]) -> list[dict[str, Any]]:
    """For each slide where it is talked about: from its first sentence to the end of its last one."""
    return [
        {
            "id": slide.id,
            "language": slide.language,
            "title": titles[slide.id],
            "question": slide.id not in {"welcome", "goodbye"},
            "start": round(spans[0][0], 3),
            "end": round(spans[-1][1], 3),
        }
        for slide, spans in zip(slides, times, strict=True)
    ]


def markers(true: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a host would press: up to three seconds early or late, and in the order of pressing."""
    rng = random.Random(SEED)  # noqa: S311 -- the same each time, on purpose
    pressed = []
    for part in true:
        kinds = {"answering": part["start"], "answered": part["end"]} if part["question"] else {"topic": part["start"]}
        for kind, at in kinds.items():
            moment = round(max(0.0, at + rng.uniform(-3, 3)), 1)
            pressed.append({"at": moment, "kind": kind, "title": part["title"]})
    return sorted(pressed, key=lambda marker: float(marker["at"]))


def listing(rows: list[dict[str, Any]]) -> str:
    """JSON with one object a line."""
    return "[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def make(session: str, target: Path) -> None:
    """Write the recording of that session, its captions, its markers and the truth about it into `target`."""
    slides = read_script((SAMPLES / f"{session}.script.txt").read_text(encoding="utf-8"))
    known = json.loads((SAMPLES / SESSIONS[session]).read_text(encoding="utf-8"))
    names = known["slides"] | {question["id"]: question["title"] for question in known["questions"]}
    titles = {slide.id: str(names[slide.id][slide.language]) for slide in slides}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound, times = perform(slides, folder)
        with wave.open(str(folder / "sound.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(sound.astype("<i2").tobytes())
        pictures = [
            draw(slide, titles[slide.id], known["footers"][slide.language], folder=folder, place=(n, len(slides)))
            for n, slide in enumerate(slides)
        ]
        # A slide comes half a second before its first word, as when a host clicks and then speaks.
        frames = [0, *(int((spans[0][0] - 0.5) * FPS) for spans in times[1:]), int(len(sound) / RATE * FPS)]
        film(pictures, frames, folder / "sound.wav", target / f"{session}.mp4")
    true = truth(slides, times, titles)
    (target / f"{session}.vtt").write_text(captions(slides, times), encoding="utf-8")
    (target / f"{session}.truth.json").write_text(listing(true), encoding="utf-8")
    (target / f"{session}.markers.json").write_text(listing(markers(true)), encoding="utf-8")


if __name__ == "__main__":
    for session in SESSIONS:
        make(session, Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
