"""From the markup of caption formats to plain text and back.

Every pattern is linear: a repeated class never contains the character that the pattern starts with.
"""

import html
import re

TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|</>")
OVERRIDE = re.compile(r"\{\\[^{}]*\}")  # SubStation styling, also common in SRT: {\an8}
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>")
# Directional marks of WebVTT (&lrm; &rlm;) are kept; what no screen shows and no database takes is not.
INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
SPACES = re.compile(r"[ \t\u00a0\u2028\u2029]+")


def tidy(text: str) -> str:
    """`text` without invisible characters, doubled spaces and empty lines; lines end in a line feed."""
    plain = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (SPACES.sub(" ", line).strip() for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)


def plain_text(raw: str) -> str:
    """`raw` without tags, styling and entities, tidied."""
    return tidy(ENTITY.sub(lambda match: html.unescape(match[0]), TAG.sub("", OVERRIDE.sub("", raw))))


def voices(raw: str) -> list[tuple[str | None, str]]:
    """The parts of a WebVTT cue as (speaker, plain text), in order, without empty ones."""
    pieces = VOICE.split(raw)
    parts: list[tuple[str | None, str]] = [(None, plain_text(pieces[0]))]
    parts += [
        (" ".join(plain_text(name).split()) or None, plain_text(text))
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
    return [(speaker, text) for speaker, text in parts if text]


def escape_vtt(text: str) -> str:
    """Plain `text` as WebVTT cue text; never holds an arrow or an empty line."""
    return tidy(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_srt(text: str) -> str:
    """Plain `text` as SRT text: escaped only where a player would take it for markup, as SRT knows no entities."""
    guarded = ENTITY.sub(lambda match: "&amp;" + match[0][1:], tidy(text)).replace("-->", "--&gt;")
    guarded = re.sub(r"<(?=[a-zA-Z/\d])", "&lt;", guarded)
    return guarded.replace("{\\", "&#123;\\")
