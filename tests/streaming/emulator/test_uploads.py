"""Pictures and captions by every kind of upload, and batches."""

import io
import json

import pytest
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest, MediaInMemoryUpload, MediaIoBaseDownload, MediaIoBaseUpload

from tests.streaming.emulator.conftest import event, reason

VTT = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGood evening.\n\n01:00:00.000 --> 01:00:01.000\nThe end.\n"
PICTURE = b"\x89PNG" + bytes(700_000)
SET = "/upload/youtube/v3/thumbnails/set"


@pytest.fixture
def video(emulator, channel):
    return emulator.studio.upload(channel, "An evening")


@pytest.mark.parametrize("resumable", [False, True])
def test_a_thumbnail_in_one_piece_or_in_several(emulator, youtube, get, video, resumable):
    upload = MediaIoBaseUpload(io.BytesIO(PICTURE), "image/png", chunksize=256 * 1024, resumable=resumable)
    answer = youtube.thumbnails().set(videoId=video, media_body=upload).execute()
    assert answer["items"][0]["high"]["width"] == 480
    assert emulator.videos[video].thumbnail == ("image/png", PICTURE)
    assert get(f"/vi/{video}/high.jpg").content == PICTURE


def test_a_resumable_upload_goes_on_where_it_stopped(emulator, get, video):
    begun = get(f"{SET}?videoId={video}&uploadType=resumable", "POST", headers={"X-Upload-Content-Type": "image/png"})
    place = begun.headers["Location"].removeprefix(emulator.url)

    def put(part, places):
        answer = get(place, "PUT", data=part, headers={"Content-Range": f"bytes {places}"})
        return answer.status_code, answer.headers.get("Range")

    grain, size = 256 * 1024, len(PICTURE)
    assert put(b"", f"*/{size}") == (308, None)
    assert put(PICTURE[:grain], f"0-{grain - 1}/{size}") == (308, f"bytes=0-{grain - 1}")
    assert put(PICTURE[:grain], f"0-{grain - 1}/{size}") == (308, f"bytes=0-{grain - 1}")
    assert put(PICTURE[:10], f"{grain}-{grain + 9}/{size}")[0] == 400
    assert put(b"", f"*/{size}")[0] == 308
    assert put(PICTURE[2 * grain :], f"{2 * grain}-{size - 1}/{size}")[0] == 400
    assert put(b"x", "nonsense")[0] == 400
    assert put(PICTURE[grain:], f"{grain}-{size - 1}/{size}")[0] == 200
    assert put(b"", f"*/{size}")[0] == 200
    assert emulator.videos[video].thumbnail == ("image/png", PICTURE)
    assert get(f"{SET}?uploadType=resumable&upload_id=unknown", "PUT").status_code == 404


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        (f"{SET}?videoId=ID", {"Content-Type": "image/png"}, b"", 400),
        (f"{SET}?videoId=ID", {"Content-Type": "text/plain"}, b"x", 400),
        (f"{SET}?videoId=unknown", {"Content-Type": "image/png"}, b"x", 404),
        (f"{SET}?videoId=ID&uploadType=odd", {"Content-Type": "image/png"}, b"x", 400),
        (f"{SET}?videoId=ID&uploadType=multipart", {"Content-Type": "image/png"}, b"x", 400),
        ("/upload/youtube/v3/liveBroadcasts?part=id", {}, b"{}", 404),
    ],
)  # fmt: skip
def test_uploads_that_are_refused(emulator, get, video, path, headers, body, status):
    assert get(path.replace("ID", video), "POST", headers=headers, data=body).status_code == status
    assert emulator.videos[video].thumbnail is None


def test_a_channel_that_may_not_set_thumbnails(emulator, connect):
    channel = emulator.add_channel("New", may_set_thumbnails=False)
    video = emulator.studio.upload(channel, "An evening")
    with pytest.raises(HttpError) as refused:
        connect(channel).thumbnails().set(videoId=video, media_body=MediaInMemoryUpload(PICTURE, "image/png")).execute()
    assert (refused.value.resp.status, reason(refused.value)) == (403, "forbidden")


def caption(youtube, video, content=VTT, **snippet):
    body = {"snippet": {"videoId": video, "language": "en", "name": "", **snippet}}
    return youtube.captions().insert(part="snippet", body=body, media_body=MediaInMemoryUpload(content, "text/vtt"))


def test_a_caption_track_from_insert_to_delete(emulator, youtube, video):
    made = caption(youtube, video).execute()
    assert (made["snippet"]["trackKind"], made["snippet"]["status"], made["snippet"]["language"]) == (
        "standard",
        "serving",
        "en",
    )
    with pytest.raises(HttpError) as refused:
        caption(youtube, video).execute()
    assert (refused.value.resp.status, reason(refused.value)) == (409, "captionExists")
    upload = MediaInMemoryUpload(VTT.replace(b"Good evening", b"Hello"), "text/vtt")
    emulator.clock.advance(60)
    changed = youtube.captions().update(part="snippet", body={"id": made["id"]}, media_body=upload).execute()
    assert changed["snippet"]["lastUpdated"] == "2026-11-22T09:01:00Z"
    assert b"Hello." in youtube.captions().download(id=made["id"]).execute()
    youtube.captions().delete(id=made["id"]).execute()
    assert youtube.captions().list(part="snippet", videoId=video).execute()["items"] == []


def test_a_caption_in_the_forms_that_are_known(emulator, youtube, video):
    made = caption(youtube, video).execute()["id"]
    srt = youtube.captions().download(id=made, tfmt="srt").execute()
    assert srt.startswith(b"1\n00:00:01,000 --> 00:00:02,500\nGood evening.\n\n2\n01:00:00,000")
    assert youtube.captions().download(id=made, tfmt="sbv").execute().startswith(b"00:00:01.000,00:00:02.500\nGood")
    assert youtube.captions().download(id=made, tfmt="vtt").execute() == VTT
    target = io.BytesIO()
    MediaIoBaseDownload(target, youtube.captions().download_media(id=made)).next_chunk()
    assert target.getvalue() == VTT
    for content, form in ((VTT, "ttml"), (b"no captions at all", "vtt")):
        emulator.world.captions[made].content = content
        with pytest.raises(HttpError) as refused:
            youtube.captions().download(id=made, tfmt=form).execute()
        assert (refused.value.resp.status, reason(refused.value)) == (400, "couldNotConvert")


def test_captions_of_somebody_else_are_closed(emulator, youtube, connect, video):
    made = caption(youtube, video).execute()["id"]
    other = connect(emulator.add_channel("Somebody else"))
    calls = [other.captions().list(part="id", videoId=video), other.captions().download(id=made), caption(other, video)]
    for call in calls:
        with pytest.raises(HttpError) as refused:
            call.execute()
        assert (refused.value.resp.status, reason(refused.value)) == (403, "forbidden")


def test_captions_that_are_refused(get, youtube, video):
    body = {"snippet": {"videoId": video, "language": "en", "name": ""}}
    answer = get("/youtube/v3/captions?part=snippet", "POST", json=body)
    assert (answer.status_code, reason(answer)) == (400, "contentRequired")
    for snippet in ({"language": "English!"}, {"videoId": "unknown"}):
        with pytest.raises(HttpError):
            caption(youtube, video, **snippet).execute()


def test_a_batch_answers_every_part_under_its_name(emulator, youtube, get):
    answers = {}
    session = youtube._http
    batch = BatchHttpRequest(
        callback=lambda name, body, error: answers.update({name: error.resp.status if error else body}),
        batch_uri=emulator.url + "/batch",
    )
    batch.add(youtube.channels().list(part="id", mine=True), request_id="who")
    batch.add(youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)), request_id="new")
    batch.add(youtube.liveBroadcasts().delete(id="unknown"), request_id="gone")
    batch.execute(http=session)
    assert answers["who"]["kind"] == "youtube#channelListResponse"
    assert answers["new"]["id"] in emulator.broadcasts
    assert answers["gone"] == 404
    assert [entry.units for entry in emulator.journal if entry.method != "oauth.token"] == [1, 50, 1]
    assert get("/batch", "POST", data=json.dumps({})).status_code == 400


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"{SET}?videoId=x", {"Authorization": "Bearer of bad news"}, 401),
        (SET, {}, 400),
        (f"{SET}?videoId=x&odd=1", {}, 400),
        ("/upload/youtube/v3/nothing?part=id", {}, 404),
    ],
)
def test_a_resumable_upload_that_would_be_refused_does_not_begin(get, path, headers, status):
    joint = "&" if "?" in path else "?"
    assert get(f"{path}{joint}uploadType=resumable", "POST", headers=headers).status_code == status


def test_an_upload_that_is_called_off_is_over_and_nothing_came_of_it(emulator, get, video):
    begun = get(f"{SET}?videoId={video}&uploadType=resumable&quotaUser=a%26b", "POST")
    place = begun.headers["Location"].removeprefix(emulator.url)
    assert "quotaUser=a%26b&" in place
    assert get(place, "DELETE").status_code == 499
    assert get(place, "PUT", data=PICTURE).status_code == 404
    assert emulator.videos[video].thumbnail is None


def test_parts_within_parts_are_refused(get):
    nested = "--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: x/y\r\n\r\nz\r\n--b--\r\n--a--\r\n"
    assert (
        get("/batch", "POST", headers={"Content-Type": "multipart/mixed; boundary=a"}, data=nested).status_code == 400
    )
    related = nested.removesuffix("--a--\r\n") + "--a\r\nContent-Type: image/png\r\n\r\nz\r\n--a--\r\n"
    headers = {"Content-Type": "multipart/related; boundary=a"}
    assert get(f"{SET}?videoId=x&uploadType=multipart", "POST", headers=headers, data=related).status_code == 400


@pytest.mark.parametrize("resumable", [False, True])
def test_a_video_that_is_uploaded_is_processed_by_and_by(emulator, youtube, get, resumable):
    content = b"\x00\x00\x00\x20moovmvhd" + bytes(300_000)
    upload = MediaIoBaseUpload(io.BytesIO(content), "video/mp4", chunksize=256 * 1024, resumable=resumable)
    body = {"snippet": {"title": "Filters"}, "status": {"privacyStatus": "unlisted"}}
    made = youtube.videos().insert(part="id,snippet,status", body=body, media_body=upload).execute()
    assert (made["snippet"]["title"], made["status"]["privacyStatus"]) == ("Filters", "unlisted")
    assert made["status"]["uploadStatus"] == "uploaded"
    emulator.clock.advance(700)
    found = youtube.videos().list(part="status", id=made["id"]).execute()["items"]
    assert found[0]["status"]["uploadStatus"] == "processed"
    assert get(f"/media/{made['id']}.mp4").content == content
    assert (emulator.journal.of("videos.insert")[-1].units, emulator.journal.of("videos.insert")[-1].bucket) == (
        1,
        "videos.insert",
    )


def test_a_video_without_a_file_or_with_a_wrong_title_is_refused(emulator, youtube):
    for title, content in (("<b>", b"x"), ("Filters", b"")):
        upload = MediaInMemoryUpload(content, "video/mp4")
        with pytest.raises(HttpError) as refused:
            youtube.videos().insert(part="snippet", body={"snippet": {"title": title}}, media_body=upload).execute()
        assert refused.value.resp.status == 400
    assert emulator.videos == {}
