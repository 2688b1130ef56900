"""What people look for and do not find: searches, questions and bad ratings about one thing, proposed for a host's agenda."""

from helpcenter.services.gaps.agenda import Gap, about, find, gaps
from helpcenter.services.gaps.evidence import Asked, Rated
from helpcenter.services.gaps.taking import NO_SESSION, bring_back, dismiss, dismissed, take

__all__ = [
    "NO_SESSION", "Asked", "Gap", "Rated", "about", "bring_back", "dismiss", "dismissed", "find", "gaps", "take",
]  # fmt: skip
