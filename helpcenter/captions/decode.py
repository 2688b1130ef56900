"""From bytes to text, whatever program wrote them."""

import codecs

from helpcenter.errors import N_, InvalidInput, Message

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 4096
MANY_CONTROLS = 0.02  # of the first characters; text has tabs and line ends alone


def decode(data: bytes, *, name: str) -> tuple[str, list[Message]]:
    """`data` as text with plain line ends, and a warning where the encoding had to be guessed.

    Raises InvalidInput for what is not text.
    """
    encoding, certain = _encoding(data)
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    head = text[:SAMPLE]
    controls = sum(character < " " and character not in "\t\n\r\f" for character in head)
    if controls > MANY_CONTROLS * len(head):
        raise InvalidInput(
            N_("%(name)s is not a text file. Please give a caption file (WebVTT or SRT), not a video or a document."),
            name=name,
        )
    warnings = []
    if not certain or "\ufffd" in text:
        guess = N_("The file is not in UTF-8; it was read as %(encoding)s. Please check letters with accents.")
        warnings.append(Message(guess, {"encoding": encoding}))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""), warnings


def _encoding(data: bytes) -> tuple[str, bool]:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return encoding, True
    head = data[:SAMPLE]
    if head.count(0) > len(head) // 4:
        # Latin letters in UTF-16 have their zero byte second (little endian) or first.
        return ("utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"), False
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding, encoding == "utf-8"
    return "latin-1", False
