"""captions: the tracks of a video and their text."""

from typing import Any, Final

from googleapiclient.http import MediaInMemoryUpload

from streaming.errors import Rejected
from streaming.platform import CaptionTrack
from streaming.youtube.call import Api, as_page
from streaming.youtube.values import instant

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Captions:
    """The caption tracks of the channel's videos."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._calls = api.client.captions

    def tracks(self, video_id: str) -> list[CaptionTrack]:
        """See LivePlatform.caption_tracks."""
        asked = self._calls().list(part="id,snippet", videoId=video_id)
        return self._api.run(asked, lambda answer: [read(item) for item in as_page(answer)["items"]])

    def text(self, track_id: str) -> bytes:
        """See LivePlatform.caption."""
        return self._api.run(self._calls().download(id=track_id, tfmt="vtt"), _as_webvtt)

    def put(self, video_id: str, *, language: str, name: str, content: bytes) -> CaptionTrack:
        """See LivePlatform.put_caption."""
        older = self._standard(video_id, language, name)
        if older is not None:
            return self._replace(older, content)
        snippet = {"videoId": video_id, "language": language, "name": name, "isDraft": False}
        asked = self._calls().insert(part="id,snippet", body={"snippet": snippet}, media_body=_media(content))
        try:
            return self._api.run(asked, read)
        except Rejected as error:
            # It came into being between our look and our call, or was not listed yet.
            older = self._standard(video_id, language, name) if error.reason == "captionExists" else None
            if older is None:
                raise
            return self._replace(older, content)

    def _standard(self, video_id: str, language: str, name: str) -> CaptionTrack | None:
        """The track that people made under this language and name."""
        for track in self.tracks(video_id):
            if (track.kind, track.language.lower(), track.name) == ("standard", language.lower(), name):
                return track
        return None

    def _replace(self, track: CaptionTrack, content: bytes) -> CaptionTrack:
        body = {"id": track.id, "snippet": {"isDraft": False}}
        return self._api.run(self._calls().update(part="id,snippet", body=body, media_body=_media(content)), read)


def read(item: dict[str, Any]) -> CaptionTrack:
    """The API's caption as ours. Raises KeyError, ValueError."""
    snippet = item["snippet"]
    return CaptionTrack(
        id=str(item["id"]),
        language=snippet["language"],
        name=snippet.get("name", ""),
        kind=snippet["trackKind"],
        status=snippet.get("status", ""),
        draft=bool(snippet.get("isDraft", False)),
        updated_at=instant(snippet.get("lastUpdated")),
    )


def _as_webvtt(answer: bytes) -> bytes:
    if not answer.removeprefix(_BYTE_ORDER_MARK).startswith(b"WEBVTT"):
        raise ValueError("the answer is not WebVTT")
    return answer


def _media(content: bytes) -> Any:
    return MediaInMemoryUpload(content, mimetype="application/octet-stream")
