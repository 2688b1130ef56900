"""A live platform for tests, the demo and newcomers: a real server that follows YouTube's discovery document."""

from streaming.emulator.emulator import Emulator
from streaming.emulator.faults import Fault, Kind
from streaming.emulator.journal import Entry, Journal
from streaming.emulator.stage import Encoder
from streaming.emulator.studio import Upload

__all__ = ["Emulator", "Encoder", "Entry", "Fault", "Journal", "Kind", "Upload"]
