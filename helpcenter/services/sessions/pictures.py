"""The still picture of a live session: looked at before it is kept, since the platform refuses what it cannot show."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from helpcenter.errors import N_, InvalidInput

LARGEST: Final = 2 * 1024**2
"""Bytes; more is refused by YouTube."""
NARROWEST: Final = 640
"""Pixels; a narrower one is refused by YouTube."""
WIDEST: Final = 8000

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_END: Final = b"\xff\xd9"
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file shows by its content; sizes in pixels."""

    suffix: str
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """The picture in these bytes. Raises InvalidInput unless it is a whole JPEG or PNG of a fitting size."""
    if len(content) > LARGEST:
        raise InvalidInput(N_("This picture is larger than 2 MB. Please save it smaller, or as JPEG."))
    picture = _png(content) or _jpeg(content)
    if picture is None:
        raise InvalidInput(N_("This is not a whole JPEG or PNG picture. Please choose another file."))
    if picture.width < NARROWEST or max(picture.width, picture.height) > WIDEST:
        raise InvalidInput(
            N_(
                "This picture has %(width)s × %(height)s pixels. Please choose one of 1280 × 720, or at least 640 wide."
            ),
            width=picture.width,
            height=picture.height,
        )
    return picture


def picture_key(content: bytes, picture: Picture) -> str:
    """Where the storage keeps the picture: by its content, so that the sessions of a series share one file."""
    return f"sessions/{hashlib.sha256(content).hexdigest()[:32]}{picture.suffix}"


def _png(content: bytes) -> Picture | None:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or b"IEND" not in content[-12:]:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return Picture(".png", width, height)


def _jpeg(content: bytes) -> Picture | None:
    """Source: ITU-T T.81, annex B: segments follow each other up to the frame header, which holds the size."""
    if not content.startswith(_JPEG) or _END not in content[-1024:]:
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 -- each marker starts so
        kind = content[at + 1]
        if kind == 0xFF or kind in _WITHOUT_LENGTH:  # noqa: PLR2004 -- a fill byte
            at += 1 if kind == 0xFF else 2  # noqa: PLR2004
            continue
        if kind in _FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return Picture(".jpg", width, height)
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return None
