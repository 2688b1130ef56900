"""Times as people and programs write them in caption files."""

import re

LATEST = 24 * 3600.0  # seconds; a later time is a mistake
TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,:](\d{1,9}))?")
SIXTY = 60


def parse_time(text: str) -> float | None:
    """Seconds of "01:02:03,456", "02:03.4", "2:3"; None if it is no time, negative, or later than 24 hours."""
    match = TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    if int(seconds) >= SIXTY or (hours is not None and int(minutes) >= SIXTY):
        return None
    value = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
    return round(value, 3) if value <= LATEST else None


def parse_timing(line: str) -> tuple[float, float, str] | None:
    """(start, end, settings) of a line with an arrow, however it is spaced; None if either time is broken."""
    before, _, after = line.partition("-->")
    words, rest = before.split(), after.split(None, 1)
    if not words or not rest:
        return None
    # "12 00:00:01,000 --> ..." has its number on the same line; "00 : 00 : 01,000" has spaces inside.
    start = parse_time(words[-1]) if len(words) <= 2 else parse_time("".join(words))  # noqa: PLR2004 -- number and time
    end = parse_time(rest[0])
    if start is None or end is None:
        return None
    return start, end, rest[1].strip() if len(rest) > 1 else ""


def stamp(seconds: float, point: str = ".") -> str:
    """The time as in 01:02:03.456."""
    milliseconds = max(0, round(seconds * 1000))
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
