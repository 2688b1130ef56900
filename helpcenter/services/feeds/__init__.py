"""Live sessions, and the rota, for calendars, feed readers and search engines."""

from helpcenter.services.feeds.atom import atom_feed
from helpcenter.services.feeds.choose import announced
from helpcenter.services.feeds.ics import calendar
from helpcenter.services.feeds.rota import rota_calendar
from helpcenter.services.feeds.schema_org import structured_data

__all__ = ["announced", "atom_feed", "calendar", "rota_calendar", "structured_data"]
