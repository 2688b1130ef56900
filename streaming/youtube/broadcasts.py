"""liveBroadcasts: made, found again, kept in step with a plan, bound, and moved through their life."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from streaming.errors import NotFound, PlatformError, Rejected, Uncertain
from streaming.platform import Broadcast, BroadcastPlan, BroadcastStatus, Privacy
from streaming.youtube.block import Fence, holds_marker, marker_line, with_block, without_fences
from streaming.youtube.call import Api, as_page, batches, oldest_first, understood
from streaming.youtube.values import instant, rfc3339, same_instant

PARTS: Final = "id,snippet,status,contentDetails"

REACHED: Final[Mapping[BroadcastStatus, frozenset[BroadcastStatus]]] = {
    BroadcastStatus.TESTING: frozenset({BroadcastStatus.TESTING, BroadcastStatus.TEST_STARTING}),
    BroadcastStatus.LIVE: frozenset({BroadcastStatus.LIVE, BroadcastStatus.LIVE_STARTING}),
    BroadcastStatus.COMPLETE: frozenset({BroadcastStatus.COMPLETE}),
}
"""What may be asked for, and where a broadcast is there already or on its way."""

# Everything below may be changed by a client, and takes its default again when it is left out of a part that is written.
_SNIPPET: Final = ("title", "description", "scheduledStartTime", "scheduledEndTime", "categoryId")
_DETAILS: Final = (
    "closedCaptionsType", "enableAutoStart", "enableAutoStop", "enableContentEncryption", "enableDvr", "enableEmbed",
    "latencyPreference", "projection", "recordFromStart", "startWithSlate", "availabilityConfig",
)  # fmt: skip
_OPEN: Final = frozenset({"created", "ready"})
"""States in which contentDetails may still be changed."""


class Broadcasts:
    """The broadcasts of one channel."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._calls = api.client.liveBroadcasts

    def create(self, plan: BroadcastPlan) -> Broadcast:
        """See LivePlatform.create_broadcast."""
        snippet = {
            "title": plan.title.strip(),
            "description": with_block("", _about(plan), fence=Fence.ABOUT),
            "scheduledStartTime": rfc3339(plan.starts_at),
        }
        if plan.ends_at is not None:
            snippet["scheduledEndTime"] = rfc3339(plan.ends_at)
        body = {
            "snippet": snippet,
            "status": {"privacyStatus": plan.privacy.value, "selfDeclaredMadeForKids": plan.made_for_kids},
            # Nothing is left to a default. We start and end ourselves: autoStop would end an evening at the first drop.
            "contentDetails": {
                "enableAutoStart": False,
                "enableAutoStop": False,
                "enableDvr": True,
                "recordFromStart": True,
                "enableEmbed": True,
                "latencyPreference": plan.latency.value,
                "monitorStream": {"enableMonitorStream": plan.rehearsal, "broadcastStreamDelayMs": 0},
            },
        }
        return self._api.run(self._calls().insert(part=PARTS, body=body), read)

    def find(self, marker: str) -> list[Broadcast]:
        """See LivePlatform.find_broadcasts."""
        # broadcastStatus may not be joined by mine, and without broadcastType persistent ones are left out.
        every = self._api.items(self._calls().list, part=PARTS, broadcastStatus="all", broadcastType="all")
        ours = [item for item in every if holds_marker(item.get("snippet", {}).get("description", ""), marker)]
        return [understood(read, item) for item in oldest_first(ours)]

    def by_id(self, ids: Sequence[str]) -> dict[str, Broadcast]:
        """See LivePlatform.broadcasts."""
        return {item["id"]: understood(read, item) for item in self._items(ids)}

    def update(self, broadcast_id: str, plan: BroadcastPlan) -> Broadcast:
        """See LivePlatform.update_broadcast."""
        current = self._item(broadcast_id)
        seen = understood(read, current)
        changed = _changes(current, plan)
        return self._write(current, changed) if changed else seen

    def delete(self, broadcast_id: str) -> None:
        """See LivePlatform.delete_broadcast."""
        try:
            self._api.run(self._calls().delete(id=broadcast_id), lambda _: None)
        except NotFound:
            return

    def bind(self, broadcast_id: str, stream_id: str) -> Broadcast:
        """See LivePlatform.bind."""
        current = understood(read, self._item(broadcast_id))
        if current.stream_id == stream_id:
            return current
        return self._api.run(self._calls().bind(id=broadcast_id, streamId=stream_id, part=PARTS), read)

    def transition(self, broadcast_id: str, to: BroadcastStatus) -> Broadcast:
        """See LivePlatform.transition."""
        current = self._item(broadcast_id)
        seen = understood(read, current)
        if seen.status in REACHED[to]:
            return seen
        rehearsal = to is BroadcastStatus.TESTING
        beginning = seen.status is BroadcastStatus.READY and to is not BroadcastStatus.COMPLETE
        if beginning and seen.rehearsal is not rehearsal:
            # With its test phase switched on, the platform insists on testing before it goes live; off, it allows no test.
            self._write(current, {"contentDetails": _details(current, rehearsal=rehearsal)})
        try:
            asked = self._calls().transition(broadcastStatus=to.value, id=broadcast_id, part=PARTS)
            return self._api.run(asked, read)
        except (Uncertain, Rejected) as error:
            now = self._look_again(broadcast_id)
            # Somebody else, or a call of ours whose answer was lost, may have been faster.
            if now is not None and (now.status in REACHED[to] or error.reason == "redundantTransition"):
                return now
            raise

    def _look_again(self, broadcast_id: str) -> Broadcast | None:
        try:
            return understood(read, self._item(broadcast_id))
        except PlatformError:
            return None

    def _write(self, current: dict[str, Any], changed: dict[str, Any]) -> Broadcast:
        """Write these parts, which must be whole, and leave the others alone."""
        body = {"id": current["id"], **changed}
        asked = self._calls().update(part=",".join(["id", *changed]), body=body)
        return self._api.run(asked, lambda answer: read({**current, **answer}))

    def _items(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        return [
            item
            for some in batches(ids)
            for item in self._api.run(self._calls().list(part=PARTS, id=some, maxResults=50), as_page)["items"]
        ]

    def _item(self, broadcast_id: str) -> dict[str, Any]:
        for item in self._items([broadcast_id]):
            return item
        raise NotFound(f"there is no broadcast {broadcast_id}", reason="liveBroadcastNotFound")


def read(item: dict[str, Any]) -> Broadcast:
    """The API's liveBroadcast as ours. Raises KeyError, ValueError where it is not whole."""
    snippet, status, details = item["snippet"], item["status"], item.get("contentDetails", {})
    return Broadcast(
        id=str(item["id"]),
        title=snippet["title"],
        description=snippet.get("description", ""),
        starts_at=instant(snippet.get("scheduledStartTime")),
        ends_at=instant(snippet.get("scheduledEndTime")),
        privacy=Privacy(status["privacyStatus"]),
        status=BroadcastStatus(status["lifeCycleStatus"]),
        stream_id=details.get("boundStreamId"),
        chat_id=snippet.get("liveChatId"),
        actual_start=instant(snippet.get("actualStartTime")),
        actual_end=instant(snippet.get("actualEndTime")),
        rehearsal=bool(_monitor(item)["enableMonitorStream"]),
        etag=item.get("etag", ""),
    )


def _about(plan: BroadcastPlan) -> str:
    text = without_fences(plan.description).strip()
    return text if holds_marker(text, plan.marker) else f"{text}\n\n{marker_line(plan.marker)}"


def _changes(current: dict[str, Any], plan: BroadcastPlan) -> dict[str, Any]:
    """The parts that differ from the plan, each whole: what the plan says, and all else as it was read."""
    before: dict[str, Any] = current["snippet"]
    snippet = {name: before[name] for name in _SNIPPET if name in before}
    snippet["title"] = plan.title.strip()
    snippet["description"] = with_block(before.get("description", ""), _about(plan), fence=Fence.ABOUT)
    if not same_instant(before.get("scheduledStartTime"), plan.starts_at):
        snippet["scheduledStartTime"] = rfc3339(plan.starts_at)
    if plan.ends_at is not None and not same_instant(before.get("scheduledEndTime"), plan.ends_at):
        snippet["scheduledEndTime"] = rfc3339(plan.ends_at)
    status = {"privacyStatus": plan.privacy.value, "selfDeclaredMadeForKids": plan.made_for_kids}
    details = _details(current, rehearsal=plan.rehearsal) | {"latencyPreference": plan.latency.value}
    changed: dict[str, Any] = {}
    if any(before.get(name) != value for name, value in snippet.items()):
        changed["snippet"] = snippet
    if any(current["status"].get(name, value) != value for name, value in status.items()):
        changed["status"] = status
    if current["status"]["lifeCycleStatus"] in _OPEN and details != _details(current):
        changed["contentDetails"] = details
    return changed


def _details(current: dict[str, Any], *, rehearsal: bool | None = None) -> dict[str, Any]:
    """The contentDetails that a client may write, as they were read, with the test phase switched so."""
    before: dict[str, Any] = current.get("contentDetails", {})
    monitor = _monitor(current) if rehearsal is None else _monitor(current) | {"enableMonitorStream": rehearsal}
    return {name: before[name] for name in _DETAILS if name in before} | {"monitorStream": monitor}


def _monitor(item: dict[str, Any]) -> dict[str, Any]:
    stream: dict[str, Any] = item.get("contentDetails", {}).get("monitorStream", {})
    return {
        "enableMonitorStream": stream.get("enableMonitorStream", True),
        "broadcastStreamDelayMs": stream.get("broadcastStreamDelayMs", 0),
    }
