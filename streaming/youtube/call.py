"""One call of the API: paid for, made once, and answered by a value of ours or by an error of `streaming.errors`."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from googleapiclient.errors import HttpError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from streaming.errors import Deferred, PlatformError, ReauthNeeded, Retryable, Uncertain
from streaming.youtube.quota import Meter
from streaming.youtube.refusals import Refusal, refusal
from streaming.youtube.transport import Transport, client

T = TypeVar("T")

_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError)
PAGE: Final = 50
"""Most items that one page, and most ids that one question, may have."""


class Api:
    """The API as one channel: `client` makes requests, `run` and `items` make the calls. May be shared between threads."""

    def __init__(self, transport: Transport, *, api_root: str, meter: Meter, clock: Callable[[], datetime]) -> None:
        self.client = client(api_root)
        self._transport = transport
        self._meter = meter
        self._clock = clock

    def run(self, request: Any, read: Callable[[Any], T]) -> T:
        """What `read` makes of the answer to this request of `client`.

        An answer that is lost or cannot be read is Uncertain for POST, and Retryable for what may be done twice.
        """
        method = request.methodId.removeprefix("youtube.")
        repeatable = request.method != "POST"  # the client turns a GET that is too long into a POST when it sends it
        with self._meter.charge(method):
            answer = self._made(request, read, method, repeatable=repeatable)
        if not isinstance(answer, Refusal):
            return answer
        if answer.empty:
            raise Deferred(f"{method}: {answer.message}", until=self._meter.exhausted(method), reason=answer.reason)
        raise answer.error(method, repeatable=repeatable)

    def items(self, ask: Callable[..., Any], **asked: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page, each id once. Raises Retryable where the pages go round in circles."""
        ids: set[str] = set()
        times: Counter[str | None] = Counter()
        token: str | None = None
        while times[token] < 2:  # noqa: PLR2004 -- a page that came twice by mistake is no circle yet
            times[token] += 1
            page = self.run(ask(**asked, maxResults=PAGE, pageToken=token), as_page)
            for item in page["items"]:
                if item["id"] not in ids:
                    ids.add(item["id"])
                    yield item
            token = page.get("nextPageToken")
            if not token:
                return
        raise Retryable("the pages of a list go round in circles")

    def _made(self, request: Any, read: Callable[[Any], T], method: str, *, repeatable: bool) -> T | Refusal:
        lost: type[PlatformError] = Retryable if repeatable else Uncertain
        try:
            # Never more than one try: the client would repeat a POST that was carried out.
            return read(request.execute(http=self._transport, num_retries=0))
        except HttpError as error:
            return refusal(error, clock=self._clock)
        except GoogleAuthError as error:
            raise _unauthorised(error) from error
        except requests.RequestException as error:
            kind = Retryable if _never_sent(error) else lost
            raise kind(f"{method}: {type(error).__name__}") from error
        except _UNREADABLE as error:
            raise lost(f"{method}: an answer that cannot be read ({type(error).__name__})") from error


def as_page(answer: dict[str, Any]) -> dict[str, Any]:
    """A list's answer, with "items" in any case. Raises TypeError, KeyError where it is none."""
    items = [{**item, "id": str(item["id"])} for item in answer.get("items") or []]
    return {**answer, "items": items}


def understood(read: Callable[[dict[str, Any]], T], item: dict[str, Any]) -> T:
    """What `read` makes of an item of a list. Raises Retryable where it is not whole, or says what we do not know."""
    try:
        return read(item)
    except _UNREADABLE as error:
        raise Retryable(f"{item.get('id')}: an answer that cannot be read ({type(error).__name__})") from error


def batches(ids: Sequence[str]) -> Iterator[str]:
    """The ids without doubles, as many at once as the API takes, joined with commas."""
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), PAGE):
        yield ",".join(unique[start : start + PAGE])


def oldest_first(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By their publishedAt, which is in whole seconds, and within a second by their place in a list with the newest first."""
    return sorted(items[::-1], key=lambda item: str(item["snippet"].get("publishedAt", "")))  # noqa: C415 -- sorting is stable


def _unauthorised(error: GoogleAuthError) -> PlatformError:
    """The access token could not be renewed, so that the call was surely not carried out."""
    told = error.args[1] if isinstance(error, RefreshError) and len(error.args) > 1 else None
    code = str(told.get("error") or "") if isinstance(told, dict) else ""
    # Whatever is not OAuth's own refusal (a page of a proxy, say) must not end the channel's authorisation.
    if code and not error.retryable:
        return ReauthNeeded(f"the authorisation has ended: {code}", reason=code)
    return Retryable("the authorisation server did not answer as it should")


def _never_sent(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    refused = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    return refused or isinstance(error, requests.ConnectTimeout)
