"""Live sessions for calendars, feed readers and search engines."""

from helpcenter.services.feeds.atom import atom_feed
from helpcenter.services.feeds.choose import announced
from helpcenter.services.feeds.ics import calendar
from helpcenter.services.feeds.schema_org import structured_data

__all__ = ["announced", "atom_feed", "calendar", "structured_data"]
