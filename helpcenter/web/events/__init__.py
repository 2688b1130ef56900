"""What the audience of a live session hears of without loading the page again: one hub in each web process."""

from helpcenter.web.events.hub import Full, Hub, current_hub
from helpcenter.web.events.room import Room
from helpcenter.web.events.stream import events_of

__all__ = ["Full", "Hub", "Room", "current_hub", "events_of"]
