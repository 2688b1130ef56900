"""A live platform for tests, the demo and newcomers: a real server that follows YouTube's discovery document."""

from streaming.emulator.emulator import Emulator, Encoder
from streaming.emulator.faults import Fault, Kind
from streaming.emulator.journal import Entry, Journal

__all__ = ["Emulator", "Encoder", "Entry", "Fault", "Journal", "Kind"]
