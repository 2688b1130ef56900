"""liveStreams: the reusable ingests of a channel, and what arrives at them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

from streaming.platform import Health, HealthIssue, Ingest, StreamHealth, StreamStatus
from streaming.youtube.call import Api, as_page, batches, oldest_first, understood

PARTS: Final = "id,snippet,cdn,contentDetails,status"

W = TypeVar("W", bound=StrEnum)


class Streams:
    """The ingests of one channel."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._calls = api.client.liveStreams

    def create(self, marker: str) -> Ingest:
        """See LivePlatform.create_ingest."""
        body = {
            "snippet": {"title": marker},
            "cdn": {"ingestionType": "rtmp", "resolution": "variable", "frameRate": "variable"},
            # Only reusable ones are listed, and so found again after a lost answer.
            "contentDetails": {"isReusable": True},
        }
        return self._api.run(self._calls().insert(part=PARTS, body=body), read)

    def find(self, marker: str) -> list[Ingest]:
        """See LivePlatform.find_ingests."""
        every = self._api.items(self._calls().list, part=PARTS, mine=True)
        ours = [item for item in every if marker in item.get("snippet", {}).get("title", "").split()]
        reusable = [item for item in ours if item.get("contentDetails", {}).get("isReusable", True)]
        return [understood(read, item) for item in oldest_first(reusable)]

    def health(self, stream_ids: Sequence[str]) -> dict[str, StreamHealth]:
        """See LivePlatform.health."""
        return {
            item["id"]: understood(read_health, item)
            for some in batches(stream_ids)
            for item in self._api.run(self._calls().list(part="id,status", id=some, maxResults=50), as_page)["items"]
        }


def read(item: dict[str, Any]) -> Ingest:
    """The API's liveStream as ours; its address is the encrypted one where there is one. Raises KeyError."""
    ingestion = item["cdn"]["ingestionInfo"]
    return Ingest(
        stream_id=str(item["id"]),
        title=item["snippet"]["title"],
        address=ingestion.get("rtmpsIngestionAddress") or ingestion["ingestionAddress"],
        backup_address=ingestion.get("rtmpsBackupIngestionAddress") or ingestion.get("backupIngestionAddress", ""),
        key=ingestion["streamName"],
    )


def read_health(item: dict[str, Any]) -> StreamHealth:
    """What arrives; words that we do not know count as trouble."""
    status: dict[str, Any] = item.get("status", {})
    health: dict[str, Any] = status.get("healthStatus", {})
    return StreamHealth(
        status=_word(StreamStatus, status.get("streamStatus", "inactive"), StreamStatus.ERROR),
        health=_word(Health, health.get("status", "noData"), Health.BAD),
        issues=tuple(
            HealthIssue(issue.get("type", ""), issue.get("severity", "error"), issue.get("description", ""))
            for issue in health.get("configurationIssues", [])
        ),
    )


def _word(kind: type[W], said: str, otherwise: W) -> W:
    return next((word for word in kind if word.value == said), otherwise)
