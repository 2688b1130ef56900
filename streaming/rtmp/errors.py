"""What ends a conversation over RTMP.

RtmpError
├── ProtocolError   the bytes are not what the specification says; nobody is told, the connection ends
└── Refused         not taken, for a reason in words that the encoder is told
    └── WrongKey    nothing is known under that key; too many of them, and the address has to wait
"""


class RtmpError(Exception):
    """The conversation ends here."""


class ProtocolError(RtmpError):
    """What came is not RTMP as the specification says."""


class Refused(RtmpError):
    """Not taken; `text` says why, and what to do, to whom the encoder belongs, `code` the same to programs."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.text, self.code = text, code


class WrongKey(Refused):
    """Nothing is to be sent under that key."""

    def __init__(self) -> None:
        super().__init__("This stream key is not known. Copy it once more from the page of your session.", "wrongKey")
