"""Which ffmpeg runs, and the only ways in and out of a graph.

A graph names its inputs `in0`, `in1` ... and its outputs `out/NAME`, relative to a working directory that `sandbox.py`
makes; no path of the machine and no name that somebody chose ever reaches ffmpeg or one of its filters.
"""

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from helpcenter.errors import N_, Message, NotConfigured
from workers.media.sandbox import trial

SandboxMode = Literal["auto", "require", "off"]

# Nothing wider than 8K: a picture of 400 kB can otherwise ask for gigabytes.
MAX_PIXELS = 8192 * 4608
MAX_STREAMS = 64

# By the names of decoders, not of codecs: `mp3float` is what decodes mp3.
DECODERS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,mpeg1video,mpeg2video,mpegvideo,mjpeg,prores,dnxhd,"
    "theora,h263,flv,msmpeg4,qtrle,rawvideo,ffv1,"
    "aac,aac_fixed,aac_latm,libfdk_aac,mp2,mp2float,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,ac3,ac3_fixed,eac3,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_u8,pcm_s8,"
    "pcm_alaw,pcm_mulaw,adpcm_ima_wav,adpcm_ms,"
    "mov_text,subrip,srt,webvtt,ass,ssa,text"
)

MISSING = N_("ffmpeg is missing on this machine. Install it with: sudo apt install ffmpeg")


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that touch foreign media.

    `sandbox` says whether they run inside bubblewrap; `sandbox_state` says it, or why not, to the operator.
    """

    ffmpeg: str
    sandbox: bool
    sandbox_state: Message


def find_tools(*, ffmpeg_binary: str | None = None, sandbox: SandboxMode = "auto") -> Tools:
    """The tools of this machine: ffmpeg from the setting, else PATH, else imageio-ffmpeg's own.

    Raises NotConfigured where there is no ffmpeg, or `sandbox` is "require" and bubblewrap cannot run here.
    """
    return _tools(_ffmpeg_path(ffmpeg_binary), sandbox)


@lru_cache(maxsize=8)
def _tools(binary: str, mode: SandboxMode) -> Tools:
    if mode == "off":
        return Tools(binary, sandbox=False, sandbox_state=Message(N_("The sandbox is switched off by the settings.")))
    problem = trial(binary)
    if problem is None:
        return Tools(binary, sandbox=True, sandbox_state=Message(N_("Media tools run inside bubblewrap.")))
    if mode == "require":
        raise NotConfigured(problem.text, **problem.params)
    return Tools(binary, sandbox=False, sandbox_state=problem)


def _ffmpeg_path(setting: str | None) -> str:
    if setting:
        found = shutil.which(setting)
        if found is None:
            raise NotConfigured(N_("There is no program %(path)s, which the settings name as ffmpeg."), path=setting)
        return str(Path(found).resolve())
    found = shutil.which("ffmpeg")
    if found is not None:
        return str(Path(found).resolve())
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise NotConfigured(MISSING) from error


def source(
    demuxer: str, index: int = 0, *, decoders: str = DECODERS, max_pixels: int = MAX_PIXELS, **options: Any
) -> Any:
    """Input number `index` of a graph, readable as `demuxer` (see `sniff`) and as nothing else.

    The whitelists are what stops a playlist from opening other files where no sandbox runs (CVE-2026-107697).
    """
    return ffmpeg.input(
        f"file:in{index}",
        format=demuxer,
        protocol_whitelist="file",
        format_whitelist=demuxer,
        codec_whitelist=decoders,
        max_pixels=max_pixels,
        max_streams=MAX_STREAMS,
        **options,
    )


def target(name: str) -> str:
    """The address of the output file `name` in a graph."""
    return f"file:out/{name}"
