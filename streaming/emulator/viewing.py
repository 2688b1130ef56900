"""What viewers' browsers and yt-dlp fetch: pages, recordings with ranges, still pictures."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from streaming.emulator.http import HTML_TYPE, Request, Response
from streaming.emulator.resources.videos import seen
from streaming.emulator.world import Video, World

PIECE: Final = 2**18
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
# One grey pixel, for videos without a picture of their own.
_PIXEL: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


def watch(world: World, request: Request) -> Response:
    """A page with a <video> (/watch?v=ID), as a generic extractor reads it; 404 for what nobody may see."""
    video = world.videos.get(request.query.get("v", [""])[-1])
    if video is None or not seen(world, video, None):
        return _missing()
    source = f'<video controls src="/media/{video.id}.mp4" type="video/mp4"></video>' if _archived(video) else ""
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(video.title)}</title></head>'
        f"<body><h1>{escape(video.title)}</h1>{source}<pre>{escape(video.description)}</pre></body></html>"
    )
    return Response(body=page.encode(), content_type=HTML_TYPE)


def recording(world: World, request: Request) -> Response:
    """/media/ID.mp4, whole or a range of it."""
    video = world.videos.get(request.path.removeprefix("/media/").removesuffix(".mp4"))
    if video is None or not seen(world, video, None) or not _archived(video) or video.media is None:
        return _missing()
    size = video.media.stat().st_size
    first, last = _range(request.headers.get("range", ""), size)
    if first > last:
        return Response(416, headers={"Content-Range": f"bytes */{size}"}, content_type="video/mp4")
    headers = {"Accept-Ranges": "bytes"}
    whole = "range" not in request.headers
    if not whole:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    length = last - first + 1
    pieces = _pieces(video.media, first, length)
    return Response(200 if whole else 206, content_type="video/mp4", headers=headers, pieces=pieces, length=length)


def picture(world: World, request: Request) -> Response:
    """/vi/ID/size.jpg: the thumbnail that was set, or a grey one."""
    video = world.videos.get(([*request.path.split("/"), "", ""])[2])
    if video is None:
        return _missing()
    content_type, content = video.thumbnail or ("image/png", _PIXEL)
    return Response(body=content, content_type=content_type)


def _archived(video: Video) -> bool:
    return video.media is not None and video.parts["status"]["uploadStatus"] == "processed"


def _range(header: str, size: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(header)
    if match is None or not (match[1] or match[2]):
        return 0, size - 1
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    return int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)


def _pieces(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(PIECE, length))):
            length -= len(piece)
            yield piece


def _missing() -> Response:
    return Response(404, b"<!doctype html><title>404</title><p>This video is not available.", HTML_TYPE)
