"""YouTube as a live platform, through its API (https://developers.google.com/youtube) or a server that follows its document."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from streaming.youtube.quota import Meter

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from streaming.youtube.platform import YouTubePlatform


def connect(
    credentials: "Credentials",
    *,
    api_root: str = "",
    meter: Meter,
    clock: Callable[[], datetime],
    timeout: tuple[float, float] = (5, 20),
) -> "YouTubePlatform":
    """The channel that these credentials are of, at Google or at another root address. May be shared between threads.

    The meter pays for every call. `timeout`: seconds for connecting, and for each wait for data. Calls nothing yet.
    """
    # The client takes a quarter of a second to import, which a process that only counts quota need not wait for.
    from streaming.youtube.call import Api
    from streaming.youtube.platform import YouTubePlatform
    from streaming.youtube.transport import Transport

    return YouTubePlatform(Api(Transport(credentials, timeout), api_root=api_root, meter=meter, clock=clock))
