"""One pass of ffmpeg over a recording, and all that is learnt from it.

Writes into the folder: speech.wav, waveform.json, storyboard.jpg, .json and .vtt, poster.jpg, scan.json. The picture is decoded
on key frames alone (a short film: on every frame); what needs arithmetic rather than decoding is done here, on what came out.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import ffmpeg

from helpcenter.errors import N_, UnusableMedia
from workers.media import clips, files, loudness, runner, scenes, sound, storyboard
from workers.media.ffmpeg import Tools, source, target
from workers.media.loudness import Loudness
from workers.media.probe import MediaInfo
from workers.media.runner import Progress
from workers.media.sandbox import Limits

# A short film is decoded whole: it costs little, and every cut is found to the frame.
WHOLE_SECONDS, WHOLE_PIXELS = 90.0, 60 * 30 * 1280 * 720
KEY_FRAME_STEP = 0.5
_LIMITS = Limits(wall_floor=120.0, wall_per_second=1.0)


@dataclass(frozen=True, slots=True)
class Scan:
    """What the pass found. File fields are names in the folder that was scanned into; None where there is nothing.

    `silences` are (start, end), `scene_cuts` the seconds at which the picture changes, both sorted.
    """

    duration: float
    speech: str | None
    silences: list[tuple[float, float]]
    scene_cuts: list[float]
    loudness: Loudness | None
    storyboard: str | None
    storyboard_vtt: str | None
    waveform: str | None
    poster: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain data, as in scan.json."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        loud = data["loudness"]
        pairs = [(float(start), float(end)) for start, end in data["silences"]]
        return cls(**{**data, "silences": pairs, "loudness": Loudness(**loud) if loud else None})


def scan(tools: Tools, path: Path, info: MediaInfo, out_dir: Path, *, progress: Progress | None = None) -> Scan:
    """Scan `path`, of which `probe` said `info`, into `out_dir`.

    Raises UnusableMedia where the sound or the picture cannot be decoded to its end.
    """
    names = ["speech.wav", "loudness.txt", "storyboard.jpg", "tiles.txt", "thumbs.txt", "thumbs.raw"]
    with files.written_all(out_dir, names) as parts:
        work = _Pass(info, dict(zip(names, parts, strict=True)))
        runner.run(
            tools, work.graph(), inputs=[path], out_dir=out_dir, duration=info.duration, limits=_LIMITS, progress=progress
        )  # fmt: skip
        heard = _Heard.of(work) if info.audio else None
        thumbs = scenes.load(work.parts["thumbs.txt"], work.parts["thumbs.raw"])
        tiles = scenes.printed_times(work.parts["tiles.txt"])
        if info.video is not None and not len(thumbs.times):
            raise UnusableMedia(N_("The picture of this recording cannot be decoded. Please export it again as mp4."))
        for name in names:
            if name.endswith((".txt", ".raw")):
                work.parts[name].unlink(missing_ok=True)
    return _finished(tools, path, info, out_dir, (heard, thumbs, tiles))


def _finished(
    tools: Tools, path: Path, info: MediaInfo, out_dir: Path, found: tuple["_Heard | None", scenes.Thumbs, list[float]]
) -> Scan:
    heard, thumbs, tiles = found
    cuts: list[float] = []
    poster = None
    if info.video is not None:
        cuts = scenes.changes(thumbs) if decoded_whole(info) else scenes.refined(tools, path, info, thumbs)
        at = scenes.poster_time(thumbs, info.duration)
        poster = clips.key_frame(tools, path, info, out_dir, at=at, name="poster.jpg")
        storyboard.describe(out_dir, tiles, duration=info.duration)
    if heard is not None:
        files.write_bytes(out_dir, "waveform.json", json.dumps(heard.waveform, separators=(",", ":")).encode())
    result = Scan(
        duration=info.duration,
        speech="speech.wav" if heard else None,
        silences=heard.silences if heard else [],
        scene_cuts=cuts,
        loudness=heard.loudness if heard else None,
        storyboard="storyboard.json" if tiles else None,
        storyboard_vtt="storyboard.vtt" if tiles else None,
        waveform="waveform.json" if heard else None,
        poster=poster.name if poster else None,
    )
    files.write_bytes(out_dir, "scan.json", json.dumps(result.as_json()).encode())
    return result


def decoded_whole(info: MediaInfo) -> bool:
    """Whether every frame of the picture is decoded, rather than key frames alone."""
    video = info.video
    if video is None or info.duration > WHOLE_SECONDS:
        return False
    return video.width * video.height * (video.fps or 30.0) * info.duration <= WHOLE_PIXELS


@dataclass(frozen=True, slots=True)
class _Heard:
    silences: list[tuple[float, float]]
    loudness: Loudness | None
    waveform: dict[str, object]

    @classmethod
    def of(cls, work: "_Pass") -> Self:
        speech = work.parts["speech.wav"]
        heard = sound.read(speech) if speech.exists() else None
        if heard is None or not heard.duration:
            raise UnusableMedia(N_("The sound of this recording cannot be decoded. Please export it again as mp4."))
        times, values = loudness.parse(work.parts["loudness.txt"])
        loud = loudness.measure(times, values, heard.energy, sound.STEP)
        return cls(sound.silences(heard), loud, sound.waveform(heard))


@dataclass(frozen=True, slots=True)
class _Pass:
    """The graph, and the temporary files that it writes, by their names."""

    info: MediaInfo
    parts: dict[str, Path]

    def graph(self) -> Any:
        """Four outputs, each with a plain chain of filters: one graph of all four costs a third more in ffmpeg's scheduling."""
        options: dict[str, Any] = {"threads": 1}  # on key frames, handing work over costs more than the work
        if self.info.video is not None and not decoded_whole(self.info):
            options["skip_frame"] = "nokey"
        stream = source(self.info.format, **options)
        outputs: list[Any] = []
        if self.info.audio is not None:
            outputs += self._sound(stream[str(self.info.audio.index)], self.info.audio.channels)
        if self.info.video is not None:
            outputs += self._picture(stream[str(self.info.video.index)])
        return ffmpeg.merge_outputs(*outputs)

    def _out(self, name: str) -> str:
        return target(self.parts[name].name)

    def _log(self, name: str) -> str:
        return f"file=out/{self.parts[name].name}"

    def _sound(self, audio: Any, channels: int) -> list[Any]:
        downmix = _DOWNMIX.get(channels, _DOWNMIX_MANY)
        # Sound that starts late or has holes keeps its times: the gaps are filled with silence.
        speech = [*downmix, f"aresample={sound.RATE}:async=1:first_pts=0:filter_size=16", "aformat=sample_fmts=s16"]
        period = loudness.period(self.info.duration)
        sample = [f"aselect='lt(mod(t,{period:.3f}),{loudness.WINDOW})'"] if period > loudness.WINDOW else []
        measure = ["ebur128=metadata=1:framelog=verbose", "asettb=1/1000"]
        measured = [*sample, *measure, "ametadata=print:key=lavfi.r128.M:" + self._log("loudness.txt")]
        wav = {"format": "wav", "acodec": "pcm_s16le", "map_metadata": -1, "fflags": "+bitexact"}
        return [
            audio.output(self._out("speech.wav"), af=",".join(speech), **wav),
            audio.output("-", af=",".join(measured), format="null"),
        ]

    def _picture(self, video: Any) -> list[Any]:
        tile = (storyboard.WIDTH, storyboard.HEIGHT)
        small = [
            _inside(*tile),
            "pad={}:{}:-1:-1".format(*tile),
            "setsar=1",
            "settb=1/1000",
            "metadata=add:key=seen:value=1",
        ]
        step = [] if decoded_whole(self.info) else [_at_most_every(KEY_FRAME_STEP)]
        thumb = f"scale={scenes.WIDTH}:{scenes.HEIGHT}:flags=area"
        thumbs = [*small, *step, "metadata=print:" + self._log("thumbs.txt"), thumb, "format=gray"]
        rows = math.ceil(storyboard.expected(self.info.duration) / storyboard.COLUMNS)
        every = [_at_most_every(storyboard.interval(self.info.duration)), "metadata=print:" + self._log("tiles.txt")]
        sheet = [*small, *every, f"tile={storyboard.COLUMNS}x{rows}", "format=yuvj420p"]
        jpeg = {"format": "image2", "vcodec": "mjpeg", "update": 1, "q:v": 6, "frames:v": 1}
        keep = {"fps_mode": "passthrough"}
        return [
            video.output(self._out("thumbs.raw"), vf=",".join(thumbs), format="rawvideo", **keep),
            video.output(self._out("storyboard.jpg"), vf=",".join(sheet), **jpeg, **keep),
        ]


# swresample's own downmix raises two equal channels by 3 dB and clips; "<" shares out the gain.
_DOWNMIX = {1: [], 2: ["pan=mono|c0<c0+c1"]}
_DOWNMIX_MANY = ["pan=mono|c0<c0+c1+2*c2"]


def _inside(width: int, height: int) -> str:
    """Scale to the largest even size of the picture as it is shown that fits."""
    wide = f"gt(dar,{width}/{height})"
    across, down = f"if({wide},{width},2*trunc({height}*dar/2))", f"if({wide},2*trunc({width}/dar/2),{height})"
    return f"scale=w='{across}':h='{down}':flags=area"


def _at_most_every(step: float) -> str:
    return f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{step:.3f})'"
