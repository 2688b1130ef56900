"""What a file is, by its first bytes and never by its name."""

from collections.abc import Callable
from pathlib import Path

from helpcenter.errors import N_, Message, UnusableMedia

ACCEPTED = "mp4, mkv, webm, mov, mp3, m4a, wav, flac, ogg"
HEAD = 4096
TS_PACKET = 188
ID3_HEADER = 10

_IMAGE_BRANDS = {b"heic", b"heix", b"hevc", b"avif", b"avis", b"mif1", b"msf1", b"crx "}
_MOV_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}

# (what the file begins with, what it is called in the refusal)
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"#EXTM3U", N_("a playlist")),
    (b"ffconcat", N_("a playlist")),
    (b"[playlist]", N_("a playlist")),
    (b"v=0", N_("a description of a stream")),
    (b"<", N_("a text or web page")),
    (b"PK\x03\x04", N_("an archive or office document")),
    (b"\x1f\x8b", N_("an archive or office document")),
    (b"Rar!", N_("an archive or office document")),
    (b"7z\xbc\xaf", N_("an archive or office document")),
    (b"%PDF", N_("a PDF document")),
    (b"\x89PNG", N_("an image")),
    (b"\xff\xd8\xff", N_("an image")),
    (b"GIF8", N_("an image")),
    (b"BM", N_("an image")),
    (b"WEBVTT", N_("a caption file")),
    (b"\x7fELF", N_("a program")),
    (b"MZ", N_("a program")),
)


def demuxer_of(path: Path, *, name: str | None = None) -> str:
    """The ffmpeg demuxer that must read `path`; `name` is what people call the file.

    Raises UnusableMedia, saying what the file is instead, for everything that is no recording in an accepted format.
    """
    name = name or path.name
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head[:3] == b"ID3":
            file.seek(_id3_length(head))
            head = file.read(HEAD) or b"\xff\xfb"
    if not head:
        raise UnusableMedia(N_("%(name)s is empty. Please choose the recording again."), name=name)
    for demuxer, matches in _ACCEPTED:
        if matches(head):
            return demuxer
    raise UnusableMedia(
        N_("%(name)s is %(kind)s, not a recording. Please give a file in one of these formats: %(formats)s."),
        name=name,
        kind=Message(_kind(head)),
        formats=ACCEPTED,
    )


def _kind(head: bytes) -> str:
    stripped = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _is_riff(head, b"WEBP") or head[8:12] in _IMAGE_BRANDS:
        return N_("an image")
    return next((kind for start, kind in _REFUSED if stripped.startswith(start)), N_("of an unknown kind"))


def _id3_length(head: bytes) -> int:
    length = 0
    for byte in head[6:ID3_HEADER]:  # four bytes of seven bits each
        length = length << 7 | byte & 0x7F
    return length + ID3_HEADER


def _is_riff(head: bytes, kind: bytes) -> bool:
    return head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == kind


def _is_mov(head: bytes) -> bool:
    return head[4:8] in _MOV_BOXES and not (head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS)


def _is_ts(head: bytes) -> bool:
    return len(head) > 2 * TS_PACKET and all(head[at] == ord("G") for at in (0, TS_PACKET, 2 * TS_PACKET))


def _is_sync(head: bytes) -> bool:
    return head[:1] == b"\xff" and head[1:2] >= b"\xe0" and head[:3] != b"\xff\xd8\xff"


def _is_adts(head: bytes) -> bool:
    return _is_sync(head) and head[1:2] >= b"\xf0" and not head[1] & 0x06  # the bits of the layer


def _is_mp3(head: bytes) -> bool:
    return _is_sync(head) and head[1] & 0x06 != 0


_ACCEPTED: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("mov", _is_mov),
    ("matroska", lambda head: head[:4] == b"\x1a\x45\xdf\xa3"),
    ("wav", lambda head: _is_riff(head, b"WAVE")),
    ("flac", lambda head: head[:4] == b"fLaC"),
    ("ogg", lambda head: head[:4] == b"OggS"),
    ("mpegts", _is_ts),
    ("aac", _is_adts),
    ("mp3", _is_mp3),
)
