"""Text that goes into files of others: without signs that end a line, a field or a reader's patience."""

import re
from typing import Final
from urllib.parse import urlsplit

from helpcenter.settings import Settings

# Control signs but line breaks and tabs, unpaired surrogates, and what XML forbids: no file of text may hold them.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def plain(text: str) -> str:
    """The text with plain line breaks, and without control signs."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text)).strip()


def one_line(text: str) -> str:
    """The text as one line."""
    return " ".join(plain(text).split())


def host_of(settings: Settings) -> str:
    """The site's host name, which makes our names unique in the world."""
    return urlsplit(settings.site_url).hostname or "localhost"
