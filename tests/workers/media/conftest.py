"""Small media made by ffmpeg itself, once for all tests."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workers.media.ffmpeg import Tools, find_tools
from workers.media.probe import MediaInfo, probe

Make = Callable[..., Path]

# Its brightness tells the second: 20 + 10 per second.
CLOCK = "color=c=black:s=320x180:r=25:d={d},format=gray,geq=lum='20+10*floor(T)',format=yuv420p"
# Two seconds of sound, one of silence; the channels differ.
SPEECHLIKE = (
    "aevalsrc='if(lt(mod(t,3),2),0.3*sin(440*2*PI*t),0)|if(lt(mod(t,3),2),0.2*sin(660*2*PI*t),0)':s=44100:d={d}"
)
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "96k")


def lavfi(video: str | None = None, audio: str | None = None, *, seconds: float = 12) -> list[str]:
    """Inputs for a picture and a sound of that length."""
    return [word for graph in (video, audio) if graph for word in ("-f", "lavfi", "-i", graph.format(d=seconds))]


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="session")
def bare_tools() -> Tools:
    """The same ffmpeg without a sandbox."""
    return find_tools(sandbox="off")


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory, tools: Tools) -> Make:
    """Make a file with ffmpeg, once for each name: `make("talk.mp4", *arguments)`."""
    folder = tmp_path_factory.mktemp("media")

    def make(name: str, *arguments: str) -> Path:
        path = folder / name
        if not path.exists():
            subprocess.run([tools.ffmpeg, "-nostdin", "-v", "error", "-y", *arguments, str(path)], check=True)
        return path

    return make


@pytest.fixture(scope="session")
def talk(make: Make) -> Path:
    """Twelve seconds of H.264 and AAC, a key frame every two."""
    return make(
        "talk.mp4", *lavfi(CLOCK, SPEECHLIKE), *H264, *AAC, "-movflags", "+faststart", "-metadata", "title=Secret"
    )


@pytest.fixture(scope="session")
def talk_info(tools: Tools, talk: Path) -> MediaInfo:
    return probe(tools, talk)


@pytest.fixture(scope="session")
def sound_only(make: Make) -> Path:
    return make("sound.mp3", *lavfi(None, SPEECHLIKE))


@pytest.fixture(scope="session")
def picture_only(make: Make) -> Path:
    return make("picture.mp4", *lavfi(CLOCK), *H264)
