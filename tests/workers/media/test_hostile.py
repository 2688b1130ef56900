"""Files that try to read others, reach the network, or never end: each is refused or harmless, in every layer alone."""

import os
import random
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from helpcenter.errors import HelpCenterError
from streaming.local.archive import Archive, Container, TakeSource
from tests.workers.media.conftest import Make
from workers.media import clips, play, runner, scan
from workers.media.ffmpeg import DECODERS, Tools
from workers.media.live import Segmenter
from workers.media.probe import MediaInfo, probe
from workers.media.sandbox import Limits, ffmpeg_program

CANARY = b"canary-7f3a91"
NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


@dataclass
class Trap:
    """What must stay untouched: a text and another user's film, and a port where nobody may knock."""

    text: Path
    film: Path
    port: int
    knocks: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Set the times of access so far back that any reading shows (relatime)."""
        for path in (self.text, self.film):
            os.utime(path, (1, 10**9))

    def touched(self) -> list[str]:
        """What was read or reached since `watch`."""
        return [path.name for path in (self.text, self.film) if path.stat().st_atime != 1] + self.knocks


@pytest.fixture
def trap(tmp_path: Path, talk: Path) -> Iterator[Trap]:
    folder = tmp_path / "others"
    folder.mkdir()
    (folder / "passwd.txt").write_bytes(CANARY * 20)
    (folder / "film.mp4").write_bytes(talk.read_bytes())
    listener = socket.create_server(("127.0.0.1", 0))
    trap = Trap(folder / "passwd.txt", folder / "film.mp4", listener.getsockname()[1])

    def listen() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            trap.knocks.append("port")
            connection.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    trap.watch()
    yield trap
    listener.close()


def m3u8(line: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-VERSION:7\n{line}\n#EXT-X-ENDLIST\n".encode()


def dash(base: str) -> bytes:
    return f"""<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"
    profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><BaseURL>{base}</BaseURL><AdaptationSet mimeType="video/mp4">
    <Representation id="1" bandwidth="1000"><BaseURL>{base}</BaseURL><SegmentList><Initialization sourceURL="{base}"/>
    <SegmentURL media="{base}"/></SegmentList></Representation></AdaptationSet></Period></MPD>""".encode()


def gab2(payload: bytes) -> bytes:
    """An AVI whose subtitle track is a playlist (CVE-2017-9993)."""
    text = "x".encode("utf-16-le") + b"\0\0"
    data = b"GAB2\0\x02\0" + struct.pack("<I", len(text)) + text + b"\x04\0" + struct.pack("<I", len(payload)) + payload
    strh = b"txts\0\0\0\0" + bytes(12) + struct.pack("<IIIIIII", 1, 1, 0, 1, 0, 0, 0) + bytes(8)
    chunk = lambda name, body: name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)  # noqa: E731
    strl = chunk(b"LIST", b"strl" + chunk(b"strh", strh) + chunk(b"strf", bytes(40)))
    avih = struct.pack("<14I", 40000, 1000, 0, 16, 1, 0, 1, 0, 64, 64, 0, 0, 0, 0)
    hdrl = chunk(b"LIST", b"hdrl" + chunk(b"avih", avih) + strl)
    return chunk(b"RIFF", b"AVI " + hdrl + chunk(b"LIST", b"movi" + chunk(b"00tx", data)))


Hostile = Callable[[Trap, Path], bytes]

PLAYLISTS: dict[str, Hostile] = {
    "m3u8 that names a text": lambda trap, _: m3u8(f"#EXTINF:10,\n{trap.text}"),
    "m3u8 that names a film": lambda trap, _: m3u8(f"#EXTINF:10,\n{trap.film}"),
    "m3u8 with file: address": lambda trap, _: m3u8(f"#EXTINF:10,\nfile://{trap.film}"),
    "m3u8 with EXT-X-MAP": lambda trap, _: m3u8(f'#EXT-X-MAP:URI="{trap.film}"\n#EXTINF:10,\n{trap.film}'),
    "m3u8 with EXT-X-MAP range": lambda trap, _: m3u8(f'#EXT-X-MAP:URI="{trap.film}",BYTERANGE="500@0"\n#EXTINF:1,\n{trap.film}'),
    "m3u8 with a key": lambda trap, _: m3u8(f'#EXT-X-KEY:METHOD=AES-128,URI="{trap.text}"\n#EXTINF:10,\n{trap.film}'),
    "m3u8 with concat": lambda trap, _: m3u8(f"#EXTINF:10,\nconcat:{trap.text}|{trap.film}"),
    "m3u8 with subfile": lambda trap, _: m3u8(f"#EXTINF:10,\nsubfile,,start,0,end,100,,:{trap.text}"),
    "m3u8 with data and crypto": lambda trap, _: m3u8(f"#EXTINF:10,\ncrypto+file://{trap.text}"),
    "m3u8 to the network": lambda trap, _: m3u8(f"#EXTINF:10,\nhttp://127.0.0.1:{trap.port}/a.ts"),
    "m3u8 to the network by tcp": lambda trap, _: m3u8(f"#EXTINF:10,\ntcp://127.0.0.1:{trap.port}"),
    "m3u8 of itself": lambda _, own: m3u8(f"#EXTINF:10,\n{own}"),
    "m3u8 of itself in the sandbox": lambda *_: m3u8("#EXTINF:10,\nfile:in0\n#EXTINF:10,\n/job/in0"),
    "m3u8 master of itself": lambda _, own: f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{own}\n".encode(),
    "m3u8 behind a byte order mark": lambda trap, _: b"\xef\xbb\xbf" + m3u8(f"#EXTINF:10,\n{trap.film}"),
    "DASH with BaseURL": lambda trap, _: dash(str(trap.film)),
    "DASH to the network": lambda trap, _: dash(f"http://127.0.0.1:{trap.port}/"),
    "DASH with an entity": lambda trap, _: (
        f'<!DOCTYPE MPD [<!ENTITY x SYSTEM "file://{trap.text}">]>'.encode() + dash("&x;")
    ),
    "ffconcat": lambda trap, _: f"ffconcat version 1.0\nfile '{trap.film}'\n".encode(),
    "ffconcat with an option": lambda trap, _: (
        f"ffconcat version 1.0\nfile '{trap.text}'\noption safe 0\nfile http://127.0.0.1:{trap.port}/\n".encode()
    ),
    "SDP": lambda trap, _: (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {trap.port} RTP/AVP 96\n".encode()
    ),
    "SVG": lambda trap, _: (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><image x:href="{trap.text}"/>'
        f'<image x:href="http://127.0.0.1:{trap.port}/"/></svg>'
    ).encode(),
    "AVI with a playlist as subtitle": lambda trap, _: gab2(m3u8(f"#EXTINF:10,\n{trap.film}")),
    "IMF playlist": lambda trap, _: f"<CompositionPlaylist><Id>{trap.film}</Id></CompositionPlaylist>".encode(),
    "PLS": lambda trap, _: f"[playlist]\nFile1={trap.film}\nNumberOfEntries=1\n".encode(),
    "WebVTT": lambda trap, _: f"WEBVTT\n\n00:00.000 --> 00:10.000\n{trap.text}\n".encode(),
    "avisynth": lambda trap, _: f'DirectShowSource("{trap.film}")\n'.encode(),
    "image pattern": lambda trap, _: f"glob:{trap.text.parent}/*\n".encode(),
    "zip": lambda *_: b"PK\x03\x04" + bytes(4000),
    "nothing": lambda *_: b"",
    "zeros": lambda *_: bytes(100_000),
}  # fmt: skip


def everything(tools: Tools, path: Path, out_dir: Path) -> list[bytes]:
    """Do with a file all that the product does; what came out. Raises only what people can be told."""
    with suppress(HelpCenterError):
        info = probe(tools, path)
        scan.scan(tools, path, info, out_dir)
        play.make_playable(tools, path, info, out_dir)
        clips.cut(tools, path, info, out_dir, start=0, end=min(1.0, info.duration), name="clip")
    return [file.read_bytes() for file in out_dir.glob("*")] if out_dir.exists() else []


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_hostile_file_reads_nothing_and_reaches_nobody(tools: Tools, trap: Trap, tmp_path: Path, kind: str):
    own = tmp_path / "upload.mp4"
    own.write_bytes(PLAYLISTS[kind](trap, own))
    trap.watch()
    started = time.monotonic()
    assert everything(tools, own, tmp_path / "out") == []
    assert trap.touched() == []
    assert time.monotonic() - started < 20


def raw(tools: Tools, path: Path, out_dir: Path, options: list[str]) -> None:
    """ffmpeg on a file as a careless program would call it, but for `options`."""
    out_dir.mkdir(exist_ok=True)
    program = ffmpeg_program(
        tools.ffmpeg, ["-nostdin", "-y", "-v", "error", *options, "-i", "in0", "-c", "copy", "out/o.mkv"]
    )
    limits = Limits(wall_floor=5, wall_per_second=0)
    try:
        runner.execute(tools, program, inputs=[path], out_dir=out_dir, duration=None, limits=limits)
    except HelpCenterError:
        return


FORMATS = "mov,matroska,wav,flac,ogg,mpegts,aac,mp3"
LAYERS = {
    "whitelists alone": (
        False,
        ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-codec_whitelist", DECODERS],
    ),
    "sandbox alone": (True, []),
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_alone_keeps_others_files_shut(
    tools: Tools, bare_tools: Tools, trap: Trap, tmp_path: Path, layer: str, kind: str
):
    walls, options = LAYERS[layer]
    own = tmp_path / "upload.mp4"
    own.write_bytes(PLAYLISTS[kind](trap, own))
    trap.watch()
    raw(tools if walls else bare_tools, own, tmp_path / "out", options)
    assert trap.touched() == []


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_what_arrives_of_a_session_opens_nothing_even_without_a_sandbox(
    bare_tools: Tools, trap: Trap, tmp_path: Path, kind: str
):
    archive = Archive(tmp_path / "live", "broadcast-1")
    for number, container in enumerate(Container):
        take = archive.open_take(
            source=TakeSource.BROWSER, container=container, codecs="h264,aac", began=NOW, sender=f"tab-{number}",
            label="Mallory", now=NOW, take_over=True,
        )  # fmt: skip
        take.put(0, PLAYLISTS[kind](trap, take.chunk(0)) or b"\0", now=NOW)
        trap.watch()
        segmenter = Segmenter(bare_tools, take)
        with suppress(BrokenPipeError):
            segmenter.feed()
        segmenter.end()
        assert segmenter.wait(10) is not None
        segmenter.stop()
        assert list(take.segments()) == []
    assert trap.touched() == []


def test_the_trap_works(bare_tools: Tools, trap: Trap, tmp_path: Path):
    own = tmp_path / "upload.m3u8"
    own.write_bytes(PLAYLISTS["m3u8 with EXT-X-MAP"](trap, own))
    trap.watch()
    raw(bare_tools, own, tmp_path / "out", ["-f", "hls", "-allowed_extensions", "ALL"])
    assert trap.touched() == ["film.mp4"]
    own.write_bytes(PLAYLISTS["m3u8 to the network"](trap, own))
    raw(bare_tools, own, tmp_path / "out", ["-protocol_whitelist", "file,http,tcp", "-f", "hls"])
    deadline = time.monotonic() + 5
    while "port" not in trap.touched() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "port" in trap.touched()


def test_a_mov_that_refers_to_another_file_does_not_open_it(
    tools: Tools, bare_tools: Tools, trap: Trap, talk: Path, tmp_path: Path
):
    own = tmp_path / "upload.mov"
    alias = b"alis" + struct.pack(">I", 0) + str(trap.film).encode().ljust(40, b"\0")
    own.write_bytes(talk.read_bytes().replace(b"url \0\0\0\x01", alias[:8]))
    trap.watch()
    for layer in (tools, bare_tools):
        everything(layer, own, tmp_path / "out")
    assert trap.touched() == []


def test_a_flood_of_pixels_is_refused_before_it_costs_memory(tools: Tools, make: Make, tmp_path: Path):
    flood = make("flood.mov", "-f", "lavfi", "-i", "color=s=8192x8192:r=1:d=1", "-c:v", "qtrle", "-frames:v", "1")
    before = time.process_time()
    assert everything(tools, flood, tmp_path / "out") == []
    assert time.process_time() - before < 2


def test_a_zip_bomb_is_no_recording(tools: Tools, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "bomb.mp4", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a", bytes(10_000_000))
    assert everything(tools, tmp_path / "bomb.mp4", tmp_path / "out") == []


def mutated(data: bytes, seed: int) -> bytes:
    """`data` with a few bytes changed, cut off, doubled or with boxes swapped."""
    dice = random.Random(seed)
    changed = bytearray(data)
    for _ in range(dice.choice([1, 5, 50, 500])):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    match dice.randrange(4):
        case 0:
            changed = changed[: dice.randrange(1, len(changed))]
        case 1:
            at, length = dice.randrange(len(changed)), dice.randrange(4096)
            changed[at:at] = changed[at : at + length]
        case 2:
            begin = data.index(b"moov")
            for _ in range(20):
                changed[dice.randrange(begin, min(begin + 4000, len(changed)))] = dice.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("seed", range(int(os.environ.get("MEDIA_MUTATIONS", "24"))))
def test_a_damaged_recording_ends_in_words_or_in_whole_files(
    tools: Tools, talk: Path, trap: Trap, tmp_path: Path, seed: int
):
    own = tmp_path / "upload.mp4"
    own.write_bytes(mutated(talk.read_bytes(), seed))
    started = time.monotonic()
    everything(tools, own, tmp_path / "out")
    left = {path.name for path in (tmp_path / "out").glob("*")} if (tmp_path / "out").exists() else set()
    assert not any(name.startswith(".part") for name in left)
    assert time.monotonic() - started < 60
    assert trap.touched() == []


def test_nothing_runs_on_after_all_that(tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    own = tmp_path / "upload.mp4"
    own.write_bytes(talk.read_bytes()[:5000])
    everything(tools, own, tmp_path / "out")
    children = psutil.Process().children(recursive=True)
    assert [child.name() for child in children if "ffmpeg" in child.name() or "bwrap" in child.name()] == []
