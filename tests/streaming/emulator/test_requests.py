"""What is checked, shown and replaced: the document's own rules."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from googleapiclient.errors import HttpError

from tests.streaming.emulator.conftest import NO_MONITOR, ROOM, event, reason

BROADCASTS = "/youtube/v3/liveBroadcasts"


def refused(call):
    with pytest.raises(HttpError) as caught:
        call.execute()
    return caught.value.resp.status, reason(caught.value)


@pytest.mark.parametrize(
    ("path", "wanted", "place"),
    [
        (f"{BROADCASTS}?mine=true", "missingRequiredParameter", "part"),
        (f"{BROADCASTS}?part=id&mine=true&colour=red", "invalidParameter", "colour"),
        (f"{BROADCASTS}?part=id,weather&mine=true", "unknownPart", "part"),
        (f"{BROADCASTS}?part=id&broadcastStatus=sleeping", "invalid", "broadcastStatus"),
        (f"{BROADCASTS}?part=id&mine=perhaps", "invalid", "mine"),
        (f"{BROADCASTS}?part=id&mine=true&maxResults=51", "invalid", "maxResults"),
        (f"{BROADCASTS}?part=id&mine=true&maxResults=many", "invalid", "maxResults"),
        (f"{BROADCASTS}?part=id&mine=true&broadcastStatus=all", "incompatibleParameters", "mine"),
        (f"{BROADCASTS}?part=id", "missingRequiredParameter", "id"),
        (f"{BROADCASTS}?part=id&mine=true&pageToken=%F0%9F%98%80", "invalidPageToken", "pageToken"),
    ],
)
def test_a_query_is_checked_against_the_document(get, path, wanted, place):
    answer = get(path)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert (error["errors"][0]["reason"], error["errors"][0]["location"]) == (wanted, place)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"snippet": {"tittle": "x"}}, "snippet.tittle"),
        ({"snippet": {"title": 3}}, "snippet.title"),
        ({"snippet": []}, "snippet"),
        ({"snippet": {"scheduledStartTime": "tomorrow"}}, "snippet.scheduledStartTime"),
        ({"snippet": {"scheduledStartTime": "2026-12-01T10:00:00"}}, "snippet.scheduledStartTime"),
        ({"status": {"privacyStatus": "secret"}}, "status.privacyStatus"),
        ({"contentDetails": {"enableDvr": "yes"}}, "contentDetails.enableDvr"),
        ({"contentDetails": {"monitorStream": {"embedHtml": 1}}}, "contentDetails.monitorStream.embedHtml"),
    ],
)  # fmt: skip
def test_a_body_is_checked_against_its_schema(emulator, get, change, place):
    answer = get(f"{BROADCASTS}?part=snippet,status", "POST", json=event(emulator) | change)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["location"]) == (400, place)
    assert emulator.broadcasts == {}


@pytest.mark.parametrize(
    ("part", "name", "value", "wanted"),
    [
        ("snippet", "title", None, "titleRequired"),
        ("snippet", "title", "x" * 101, "invalidTitle"),
        ("snippet", "title", "a < b", "invalidTitle"),
        ("snippet", "description", "ä" * 2501, "invalidDescription"),
        ("snippet", "scheduledStartTime", None, "scheduledStartTimeRequired"),
        ("snippet", "scheduledStartTime", "2026-11-22T08:59:59Z", "invalidScheduledStartTime"),
        ("snippet", "scheduledStartTime", "2036-11-22T08:59:59Z", "invalidScheduledStartTime"),
        ("snippet", "scheduledEndTime", "2026-11-22T10:00:00Z", "invalidScheduledEndTime"),
        ("status", "privacyStatus", None, "privacyStatusRequired"),
    ],
)
def test_a_broadcast_that_is_refused(emulator, youtube, part, name, value, wanted):
    body = event(emulator)
    body[part][name] = value
    assert refused(youtube.liveBroadcasts().insert(part="snippet,status", body=body)) == (400, wanted)


def test_only_the_parts_that_were_asked_for_come_back_in_both_spellings(emulator, youtube, get):
    made = youtube.liveBroadcasts().insert(part="id,snippet,status", body=event(emulator)).execute()
    assert set(made) == {"kind", "etag", "id", "snippet", "status"}
    for spelling in (
        "part=status&part=contentDetails",
        "part=status,contentDetails",
        "part=status%2C%20contentDetails",
    ):
        item = get(f"{BROADCASTS}?mine=true&{spelling}").json()["items"][0]
        assert set(item) == {"kind", "etag", "id", "status", "contentDetails"}


def test_the_etag_names_the_content(emulator, youtube, get):
    body = event(emulator)
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=body).execute()
    again = youtube.liveBroadcasts().list(part="id", id=made["id"]).execute()["items"][0]
    assert again["etag"] == made["etag"]
    body["snippet"]["title"] = "Another"
    changed = youtube.liveBroadcasts().update(part="snippet", body={"id": made["id"], **body}).execute()
    assert changed["etag"] != made["etag"]


def test_an_update_resets_what_it_leaves_out_of_a_named_part_and_nothing_else(emulator, youtube):
    body = event(emulator, enableAutoStart=True, enableDvr=False, **NO_MONITOR)
    body["snippet"]["description"] = "Bring your battery."
    made = youtube.liveBroadcasts().insert(part="snippet,status,contentDetails", body=body).execute()
    snippet = {"title": "Shorter", "scheduledStartTime": body["snippet"]["scheduledStartTime"]}
    changed = (
        youtube.liveBroadcasts()
        .update(part="snippet,contentDetails", body={"id": made["id"], "snippet": snippet})
        .execute()
    )
    assert (changed["snippet"]["title"], changed["snippet"]["description"]) == ("Shorter", "")
    assert changed["snippet"]["liveChatId"] == made["snippet"]["liveChatId"]
    content = changed["contentDetails"]
    assert (content["enableAutoStart"], content["enableDvr"]) == (False, True)
    assert content["monitorStream"]["enableMonitorStream"] is True
    assert emulator.broadcasts[made["id"]].privacy == "unlisted"
    video = emulator.videos[made["id"]]
    assert (video.title, video.description) == ("Shorter", "")


def test_while_it_is_on_the_words_can_be_changed_and_the_flags_cannot(emulator, youtube, evening):
    broadcast, _ = evening(**NO_MONITOR)
    emulator.broadcasts[broadcast].status = "live"
    body = {"id": broadcast, **event(emulator, "Renamed", enableDvr=False, **NO_MONITOR)}
    youtube.liveBroadcasts().update(part="snippet", body=body).execute()
    assert emulator.videos[broadcast].title == "Renamed"
    call = youtube.liveBroadcasts().update(part="contentDetails", body=body)
    assert refused(call) == (403, "enableDvrModificationNotAllowed")


def test_a_video_update_resets_tags_and_embedding_and_its_broadcast_follows(emulator, youtube):
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]
    emulator.clock.advance(3)
    body = {"id": made, "snippet": {"title": "T", "categoryId": "28", "tags": ["a"]}, "status": {"embeddable": False}}
    shown = youtube.videos().update(part="snippet,status", body=body).execute()
    assert (shown["snippet"]["tags"], shown["status"]["embeddable"], shown["status"]["privacyStatus"]) == (
        ["a"],
        False,
        "public",
    )
    body = {"id": made, "snippet": {"title": "T2", "categoryId": "28"}, "status": {"privacyStatus": "private"}}
    shown = youtube.videos().update(part="snippet,status", body=body).execute()
    assert "tags" not in shown["snippet"]
    assert shown["status"]["embeddable"] is True
    broadcast = emulator.broadcasts[made]
    assert (broadcast.title, broadcast.privacy) == ("T2", "private")
    del body["snippet"]["categoryId"]
    assert refused(youtube.videos().update(part="snippet", body=body)) == (400, "invalidCategoryId")


def test_lists_come_in_pages_newest_first(emulator, youtube):
    for number in range(7):
        youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator, f"No. {number}")).execute()
    call, titles = youtube.liveBroadcasts().list(part="snippet", broadcastStatus="upcoming", maxResults=3), []
    while call is not None:
        page = call.execute()
        assert page["pageInfo"] == {"totalResults": 7, "resultsPerPage": 3}
        titles.append([item["snippet"]["title"] for item in page["items"]])
        call = youtube.liveBroadcasts().list_next(call, page)
    assert titles == [["No. 6", "No. 5", "No. 4"], ["No. 3", "No. 2", "No. 1"], ["No. 0"]]
    assert len(youtube.liveBroadcasts().list(part="id", mine=True).execute()["items"]) == 5


def test_a_video_and_the_lists_lag_behind(emulator, youtube):
    emulator.timings.list_lag = 20
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]

    def listed():
        return [
            item["id"]
            for item in youtube.liveBroadcasts().list(part="id", broadcastStatus="upcoming").execute()["items"]
        ]

    def visible():
        return [item["id"] for item in youtube.videos().list(part="id", id=made).execute()["items"]]

    assert (listed(), visible()) == ([], [])
    assert youtube.liveBroadcasts().list(part="id", id=made).execute()["items"][0]["id"] == made
    emulator.clock.advance(3)
    assert (listed(), visible()) == ([], [made])
    emulator.clock.advance(17)
    assert (listed(), visible()) == ([made], [made])


def test_what_belongs_to_somebody_else_is_not_there(emulator, youtube, connect):
    other = connect(emulator.add_channel("Somebody else"))
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]
    assert other.liveBroadcasts().list(part="id", id=made).execute()["items"] == []
    assert refused(other.liveBroadcasts().delete(id=made)) == (404, "liveBroadcastNotFound")
    emulator.clock.advance(3)
    assert refused(other.videos().list(part="processingDetails", id=made)) == (403, "forbidden")


def test_a_channel_that_may_not_stream_or_does_not_exist(emulator, connect):
    barred = connect(emulator.add_channel("New", may_stream=False))
    assert refused(barred.liveBroadcasts().insert(part="snippet,status", body=event(emulator))) == (
        403,
        "liveStreamingNotEnabled",
    )
    nobody = connect("")
    assert "items" not in nobody.channels().list(part="id", mine=True).execute()
    assert refused(nobody.liveStreams().insert(part="snippet,cdn", body=ROOM)) == (401, "youtubeSignupRequired")


def test_streams_that_are_not_reusable_are_not_listed_and_serve_one_broadcast(emulator, youtube):
    stream = (
        youtube.liveStreams()
        .insert(part="cdn,contentDetails", body=ROOM | {"contentDetails": {"isReusable": False}})
        .execute()["id"]
    )
    assert youtube.liveStreams().list(part="id", mine=True).execute()["items"] == []
    assert youtube.liveStreams().list(part="id", id=stream).execute()["items"][0]["id"] == stream
    first, second = (
        youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"] for _ in "12"
    )
    youtube.liveBroadcasts().bind(part="id", id=first, streamId=stream).execute()
    assert refused(youtube.liveBroadcasts().bind(part="id", id=second, streamId=stream)) == (
        403,
        "liveBroadcastBindingNotAllowed",
    )
    assert refused(youtube.liveStreams().delete(id=stream)) == (403, "liveStreamDeletionNotAllowed")
    youtube.liveBroadcasts().delete(id=first).execute()
    youtube.liveStreams().delete(id=stream).execute()
    assert emulator.streams == {}


def test_a_long_get_that_comes_as_a_post_is_a_get(get, emulator, youtube):
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]
    headers = {"X-HTTP-Method-Override": "GET", "Content-Type": "application/x-www-form-urlencoded"}
    answer = get(BROADCASTS, "POST", data=f"part=id&id={made}", headers=headers)
    assert [item["id"] for item in answer.json()["items"]] == [made]
    many = ",".join([made] + ["x" * 11] * 199)
    assert youtube.liveBroadcasts().list(part="id", id=many).execute()["items"][0]["id"] == made
    assert emulator.journal[-1].method == "liveBroadcasts.list"


def test_unknown_addresses_and_methods_that_are_not_played(get):
    assert get("/youtube/v3/nothing").status_code == 404
    assert get("/elsewhere").status_code == 404
    assert get("/youtube/v3/activities?part=id&mine=true").status_code == 501
    assert get(f"{BROADCASTS}?part=id", "POST", data=b"{").json()["error"]["errors"][0]["reason"] == "parseError"
    assert get(f"{BROADCASTS}?part=id", "POST", data=b"[]").status_code == 400


def test_playlists_their_items_and_the_uploads(emulator, youtube, channel):
    videos = [emulator.studio.upload(channel, f"Video {n}") for n in range(3)]
    hidden = emulator.studio.upload(channel, "Hidden", privacy="private")
    body = {"snippet": {"title": "Batteries", "description": "ref"}, "status": {"privacyStatus": "public"}}
    made = youtube.playlists().insert(part="snippet,status", body=body).execute()["id"]
    for video in videos:
        given = {"snippet": {"playlistId": made, "resourceId": {"kind": "youtube#video", "videoId": video}}}
        youtube.playlistItems().insert(part="snippet", body=given).execute()
    found = youtube.playlists().list(part="snippet,contentDetails", mine=True).execute()["items"]
    assert [(p["snippet"]["title"], p["contentDetails"]["itemCount"]) for p in found] == [("Batteries", 3)]

    def items(playlist, **options):
        page = youtube.playlistItems().list(part="contentDetails", playlistId=playlist, **options).execute()
        return [item["contentDetails"]["videoId"] for item in page["items"]], page.get("nextPageToken")

    assert items(made) == (videos, None)
    assert items(made, videoId=videos[1]) == ([videos[1]], None)
    uploads = youtube.channels().list(part="contentDetails", mine=True).execute()["items"][0]
    uploads = uploads["contentDetails"]["relatedPlaylists"]["uploads"]
    first, token = items(uploads, maxResults=2)
    assert first == [hidden, videos[2]]
    assert items(uploads, maxResults=2, pageToken=token) == ([videos[1], videos[0]], None)
    assert refused(youtube.playlistItems().list(part="id", playlistId="PLnothing")) == (404, "playlistNotFound")


def test_search_finds_my_own_videos(emulator, youtube, channel):
    emulator.studio.upload(channel, "Charging in winter")
    found = emulator.studio.upload(channel, "Brakes")
    hits = youtube.search().list(part="snippet", forMine=True, type="video", q="brake").execute()["items"]
    assert [hit["id"]["videoId"] for hit in hits] == [found]
    assert refused(youtube.search().list(part="snippet", q="brake")) == (400, "invalidSearchFilter")


def test_the_chat_from_the_first_word_to_the_end(emulator, youtube, channel):
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()
    viewer = emulator.add_channel("A viewer")
    emulator.studio.say(made["id"], viewer, "Does it work in winter?")
    chat = made["snippet"]["liveChatId"]
    page = youtube.liveChatMessages().list(liveChatId=chat, part="snippet,authorDetails").execute()
    assert [m["snippet"]["displayMessage"] for m in page["items"]] == ["Does it work in winter?"]
    said = {"liveChatId": chat, "type": "textMessageEvent", "textMessageDetails": {"messageText": "It does."}}
    youtube.liveChatMessages().insert(part="snippet", body={"snippet": said}).execute()
    page = youtube.liveChatMessages().list(liveChatId=chat, part="snippet", pageToken=page["nextPageToken"]).execute()
    assert [m["snippet"]["displayMessage"] for m in page["items"]] == ["It does."]
    emulator.studio.end(made["id"])
    assert "offlineAt" in youtube.liveChatMessages().list(liveChatId=chat, part="id").execute()
    assert refused(youtube.liveChatMessages().insert(part="snippet", body={"snippet": said})) == (403, "liveChatEnded")
    assert refused(youtube.liveChatMessages().list(liveChatId="none", part="id")) == (404, "liveChatNotFound")


def test_playlists_are_renamed_thinned_and_deleted(emulator, youtube, channel):
    videos = [emulator.studio.upload(channel, f"Video {n}") for n in range(3)]
    made = emulator.studio.playlist(channel, "Old", videos)
    body = {"id": made, "snippet": {"title": "New"}, "status": {"privacyStatus": "unlisted"}}
    shown = youtube.playlists().update(part="snippet,status", body=body).execute()
    assert (shown["snippet"]["title"], shown["status"]["privacyStatus"]) == ("New", "unlisted")
    first, *_ = youtube.playlistItems().list(part="id", playlistId=made).execute()["items"]
    youtube.playlistItems().delete(id=first["id"]).execute()
    rest = youtube.playlistItems().list(part="snippet", playlistId=made).execute()["items"]
    assert [(i["snippet"]["position"], i["snippet"]["resourceId"]["videoId"]) for i in rest] == [
        (0, videos[1]),
        (1, videos[2]),
    ]
    youtube.playlists().delete(id=made).execute()
    assert (emulator.world.playlists, emulator.world.playlist_items, len(emulator.videos)) == ({}, {}, 3)


def test_numbers_of_the_audience(emulator, youtube, channel):
    video = emulator.studio.upload(channel, "Counted")
    emulator.studio.count(video, views=12, likes=3)
    assert youtube.videos().list(part="statistics", id=video).execute()["items"][0]["statistics"]["viewCount"] == "12"
    answer = youtube.videos().batchGetStats(part="id,statistics", id=f"{video},unknown").execute()
    assert [item["statistics"]["likeCount"] for item in answer["items"]] == ["3"]
    assert (emulator.journal[-1].bucket, emulator.journal[-1].units) == ("videos.batchGetStats", 1)
    youtube.videos().delete(id=video).execute()
    assert emulator.videos == {}


def test_a_break_can_be_set_only_while_it_is_on(emulator, youtube, evening):
    broadcast, _ = evening(**NO_MONITOR)
    call = youtube.liveBroadcasts().insertCuepoint(id=broadcast, part="id", body={"durationSecs": 60})
    assert refused(call) == (403, "invalidCuepointState")
    emulator.broadcasts[broadcast].status = "live"
    assert call.execute()["durationSecs"] == 60
    both = {"insertionOffsetTimeMs": "1", "walltimeMs": "1"}
    assert refused(youtube.liveBroadcasts().insertCuepoint(id=broadcast, body=both))[0] == 400


def test_the_owner_of_a_chat_deletes_messages(emulator, youtube, connect):
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=event(emulator)).execute()["id"]
    viewer = emulator.add_channel("A viewer")
    emulator.studio.say(made, viewer, "Rubbish")
    [message] = emulator.world.messages
    assert refused(connect(viewer).liveChatMessages().delete(id=message)) == (403, "forbidden")
    youtube.liveChatMessages().delete(id=message).execute()
    assert refused(youtube.liveChatMessages().delete(id=message)) == (404, "liveChatMessageNotFound")


def test_what_is_known_already_costs_as_much(emulator, get):
    path = "/youtube/v3/channels?part=id&mine=true"
    tag = get(path).headers["ETag"]
    again = get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, emulator.journal[-1].units) == (304, b"", 1)


def test_null_is_as_good_as_left_out(emulator, youtube):
    body = event(emulator)
    body["snippet"]["description"] = None
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=body).execute()
    assert made["snippet"]["description"] == ""


def test_times_in_another_zone_are_shown_in_utc_and_written_down_as_they_came(emulator, youtube):
    body = event(emulator)
    body["snippet"]["scheduledStartTime"] = "2026-11-22T12:00:00.000+01:00"
    made = youtube.liveBroadcasts().insert(part="snippet,status", body=body).execute()
    assert made["snippet"]["scheduledStartTime"] == "2026-11-22T11:00:00Z"
    assert emulator.journal[-1].body["snippet"]["scheduledStartTime"] == "2026-11-22T12:00:00.000+01:00"


def test_many_threads_at_once_lose_nothing(emulator, youtube):
    def insert(number):
        return (
            youtube.liveBroadcasts()
            .insert(part="snippet,status", body=event(emulator, f"No. {number}"))
            .execute()["id"]
        )

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(insert, range(40)))
    assert sorted(made) == sorted(emulator.broadcasts)
    assert len(emulator.journal.applied("liveBroadcasts.insert", "No. ")) == 40
