"""Pictures and sound of a running session: made into segments as they come, and put together again."""

from workers.media.live.joining import Joined, join
from workers.media.live.segmenter import Segmenter

__all__ = ["Joined", "Segmenter", "join"]
