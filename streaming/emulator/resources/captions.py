"""captions: tracks and their texts."""

import re
from typing import Final

from streaming.emulator import texts
from streaming.emulator.calls import Call, Download, operation, paged, required
from streaming.emulator.errors import ApiError, not_found
from streaming.emulator.world import JSON, Caption, Video, World, new_id


def new_track(world: World, video: Video, snippet: JSON, content: bytes) -> Caption:
    """A track of a video; `snippet` holds at least language, name and trackKind."""
    full: JSON = {
        "videoId": video.id, "lastUpdated": world.now(), "audioTrackType": "unknown", "isCC": False, "isLarge": False,
        "isEasyReader": False, "isDraft": False, "isAutoSynced": False, "status": "serving", **snippet,
    }  # fmt: skip
    born = world.born("caption", world.channel_of(video))
    track = Caption(**born, id=new_id("AUieDa", 24), parts={"snippet": full}, content=content)
    world.captions[track.id] = track
    if full["trackKind"] != "ASR":
        video.parts["contentDetails"]["caption"] = "true"
    return track


def of_video(world: World, video_id: str) -> list[Caption]:
    """A video's tracks."""
    return [track for track in world.captions.values() if track.parts["snippet"]["videoId"] == video_id]


def recognised(world: World, video: Video, status: str) -> None:
    """The automatic track, new or with a new status."""
    for track in of_video(world, video.id):
        if track.parts["snippet"]["trackKind"] == "ASR":
            track.parts["snippet"] |= {"status": status, "lastUpdated": world.now()}
            return
    snippet = {"language": video.language, "name": "", "trackKind": "ASR", "status": status}
    new_track(world, video, snippet, video.recorded_captions.encode())


@operation("captions.list")
def find(call: Call) -> JSON:
    """The tracks of one video, which must be ours."""
    video = _video(call, call.one("videoId"))
    wanted = call.all("id")
    tracks = [t for t in of_video(call.world, video.id) if not wanted or t.id in wanted]
    body = paged(call, "caption", [track.shown(call.parts) for track in tracks])
    del body["pageInfo"]
    return body


@operation("captions.download")
def download(call: Call) -> Download:
    """The text, in its own form or in the one asked for."""
    track = _track(call, call.one("id"))
    if track.parts["snippet"]["status"] != "serving":
        raise not_found("caption")
    if not (form := call.one("tfmt")):
        return Download(track.content)
    try:
        return Download(texts.convert(track.content, form))
    except (texts.CannotConvertError, UnicodeDecodeError) as error:
        raise ApiError(
            400,
            "couldNotConvert",
            "The caption track data could not be converted to the requested format.",
            domain="youtube.caption",
            location="tfmt",
            where="parameter",
        ) from error


@operation("captions.insert")
def insert(call: Call) -> JSON:
    """A new track; one per language and name."""
    given = call.given("snippet")
    for name in ("videoId", "language", "name"):
        if name not in given:
            required(f"snippet.{name}", None, "invalidMetadata")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", given["language"]):
        raise ApiError(400, "invalidMetadata", "The language is not a BCP-47 tag.", domain="youtube.caption")
    video = _video(call, given["videoId"])
    content = _content(call)
    for track in of_video(call.world, video.id):
        old = track.parts["snippet"]
        if (old["language"], old["name"], old["trackKind"]) == (given["language"], given["name"], "standard"):
            raise ApiError(
                409, "captionExists", "A caption track with that language and name exists.", domain="youtube.caption"
            )
    kept = {name: given[name] for name in ("language", "name", "isDraft") if name in given}
    return new_track(call.world, video, kept | {"trackKind": "standard"}, content).shown(call.parts)


@operation("captions.update")
def update(call: Call) -> JSON:
    """A new text, or a new draft status."""
    required("id", call.body.get("id"), "idRequired")
    track = _track(call, str(call.body["id"]))
    if call.media is not None:
        track.content = _content(call)
    track.parts["snippet"] |= {"lastUpdated": call.world.now(), "isDraft": bool(call.given("snippet").get("isDraft"))}
    return track.shown(call.parts)


@operation("captions.delete")
def delete(call: Call) -> None:
    """Delete the track."""
    del call.world.captions[_track(call, call.one("id")).id]


LARGEST: Final = 100 * 2**20


def _content(call: Call) -> bytes:
    if call.media is None or not call.media.content:
        raise ApiError(400, "contentRequired", "The request does not contain the caption track contents.")
    if len(call.media.content) > LARGEST:
        raise ApiError(400, "mediaBodyTooLarge", "The caption track is too large.")
    return call.media.content


def _video(call: Call, wanted: str) -> Video:
    video = call.world.videos.get(wanted)
    if video is None:
        raise not_found("video")
    _mine(call, video.channel_id)
    return video


def _track(call: Call, wanted: str) -> Caption:
    track = call.world.captions.get(wanted)
    if track is None:
        raise not_found("caption")
    _mine(call, track.channel_id)
    return track


def _mine(call: Call, channel_id: str) -> None:
    if channel_id != call.channel.id:
        raise ApiError(
            403,
            "forbidden",
            "The permissions associated with the request are not sufficient to access the caption track.",
            domain="youtube.caption",
        )
