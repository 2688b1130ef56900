"""liveChatMessages: what viewers write while it is on."""

from streaming.emulator.calls import Call, operation, required
from streaming.emulator.errors import ApiError, not_found, parameter
from streaming.emulator.world import JSON, Broadcast, Channel, Item, World, etag, new_id

LONGEST = 200


def new_message(world: World, chat_id: str, author: Channel, text: str) -> Item:
    """A message in a chat."""
    parts: dict[str, JSON] = {
        "snippet": {
            "type": "textMessageEvent", "liveChatId": chat_id, "authorChannelId": author.id, "publishedAt": world.now(),
            "hasDisplayContent": True, "displayMessage": text, "textMessageDetails": {"messageText": text},
        },
        "authorDetails": {"channelId": author.id, "displayName": author.title, "isChatOwner": False, "isVerified": False},
    }  # fmt: skip
    message = Item(**world.born("liveChatMessage", author), id=new_id("LCC", 24), parts=parts)
    world.messages[message.id] = message
    return message


@operation("liveChatMessages.list")
def find(call: Call) -> JSON:
    """The history, oldest first; then by the token what is new."""
    broadcast = _chat(call, call.one("liveChatId"))
    said = [m for m in call.world.messages.values() if m.parts["snippet"]["liveChatId"] == call.one("liveChatId")]
    token = call.one("pageToken", "0")
    if not token.isdigit():
        raise parameter("pageToken", "The specified page token is not valid.", reason="pageTokenInvalid")
    body = _after(call, said, int(token))
    if broadcast.status == "complete":
        body["offlineAt"] = broadcast.parts["snippet"]["actualEndTime"]
    return body


def _after(call: Call, said: list[Item], start: int) -> JSON:
    size = int(call.one("maxResults", "500"))
    fresh = [message.shown(call.parts) for message in said[start : start + size]]
    body: JSON = {
        "kind": "youtube#liveChatMessageListResponse",
        "pageInfo": {"totalResults": len(fresh), "resultsPerPage": len(fresh)},
        "nextPageToken": str(start + len(fresh)),
        "pollingIntervalMillis": 5000,
        "items": fresh,
    }
    return {"etag": etag(body), **body}


@operation("liveChatMessages.insert")
def insert(call: Call) -> JSON:
    """A message of the channel itself."""
    given = call.given("snippet")
    text = (given.get("textMessageDetails") or {}).get("messageText", "")
    required("snippet.textMessageDetails.messageText", text, "messageTextRequired")
    if len(text) > LONGEST:
        raise ApiError(400, "messageTextInvalid", "The message is too long.", domain="youtube.liveChat")
    broadcast = _chat(call, str(given.get("liveChatId", "")))
    if broadcast.status == "complete":
        raise ApiError(403, "liveChatEnded", "The live chat is no longer live.", domain="youtube.liveChat")
    return new_message(call.world, given["liveChatId"], call.channel, text).shown(call.parts)


@operation("liveChatMessages.delete")
def delete(call: Call) -> None:
    """Take a message out of the chat of one's own broadcast."""
    message = call.world.messages.get(call.one("id"))
    if message is None:
        raise not_found("liveChatMessage")
    if _chat(call, message.parts["snippet"]["liveChatId"]).channel_id != call.channel.id:
        raise ApiError(403, "forbidden", "Only the chat's owner may delete its messages.", domain="youtube.liveChat")
    del call.world.messages[message.id]


def _chat(call: Call, wanted: str) -> Broadcast:
    for broadcast in call.world.broadcasts.values():
        if broadcast.parts["snippet"]["liveChatId"] == wanted:
            return broadcast
    raise ApiError(
        404,
        "liveChatNotFound",
        "The live chat that you are trying to retrieve cannot be found.",
        domain="youtube.liveChat",
    )
