"""The broadcast of a live session: our row says what is wanted, a worker makes the platform agree."""

from helpcenter.services.broadcasts.claims import due
from helpcenter.services.broadcasts.wanting import insist, of_session, request_sync, start_over, try_again, want

__all__ = ["due", "insist", "of_session", "request_sync", "start_over", "try_again", "want"]
