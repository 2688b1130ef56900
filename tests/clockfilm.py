"""Films that tell their own time, in the picture and in the sound: by them it is seen whether offsets are right.

The picture shows the tenths of seconds since the film's beginning as twelve black or white fields (the lowest bit first), the
sound beeps for a tenth of a second at each whole one.
"""

import subprocess
from pathlib import Path

import numpy as np

WIDTH, HEIGHT, FPS = 320, 180, 25
BITS = 12
RATE = 16_000
FIELD = WIDTH // 4
ROW = HEIGHT // 3
BEEP = "if(lt(mod(t\\,1)\\,0.1)\\,0.5*sin(2*PI*1000*t)\\,0)"


def picture(second: float) -> np.ndarray:
    """The grey picture of that second."""
    tenths = round(second * 10)
    frame = np.zeros((HEIGHT, WIDTH), np.uint8)
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        if tenths >> bit & 1:
            frame[row * ROW : (row + 1) * ROW, column * FIELD : (column + 1) * FIELD] = 255
    return frame


def read(frame: np.ndarray) -> float:
    """The second that a picture shows, of whatever size it is."""
    height, width = frame.shape
    tenths = 0
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        middle = frame[int(height * (row + 0.3) / 3) : int(height * (row + 0.7) / 3)]
        field = middle[:, int(width * (column + 0.3) / 4) : int(width * (column + 0.7) / 4)]
        tenths |= int(field.mean() > 127) << bit
    return tenths / 10


def clock_film(path: Path, seconds: float, *options: str) -> Path:
    """A film of so many seconds at most 409; `options` come before its name."""
    silent = path.with_suffix(".gray")
    with silent.open("wb") as raw:
        for number in range(round(seconds * FPS)):
            # A picture stands for the tenth in which it begins.
            raw.write(picture(int(number / FPS * 10) / 10).tobytes())
    sound = f"aevalsrc={BEEP}:s={RATE}:d={seconds}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS),
         "-i", silent, "-f", "lavfi", "-i", sound, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast",
         "-g", str(2 * FPS), "-c:a", "aac", "-shortest", *options, path],
        check=True,
    )  # fmt: skip
    silent.unlink()
    return path


def seen_at(film: Path | str, second: float) -> float:
    """The second that the picture shows at this second of the file."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-ss", f"{second:.3f}", "-i", film, "-frames:v", "1", "-vf", f"scale={WIDTH}:{HEIGHT}",
         "-pix_fmt", "gray", "-f", "rawvideo", "-"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    return read(np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH))


def all_seen(film: Path | str, *, rate: float = 4) -> list[float]:
    """The seconds that the pictures show, so many pictures for each second of the file."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", film, "-vf", f"fps={rate},scale={WIDTH}:{HEIGHT}", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    return [read(frame) for frame in np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH)]


def beeps(film: Path | str) -> list[float]:
    """The seconds of the file at which a beep begins."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", film, "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    step = RATE // 100
    samples = np.abs(np.frombuffer(raw, np.int16).astype(float))
    loud = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1) > 1000
    begins = [number for number in range(len(loud)) if loud[number] and not loud[max(0, number - 5) : number].any()]
    return [number / 100 for number in begins]
