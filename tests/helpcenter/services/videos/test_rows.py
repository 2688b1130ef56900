from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict
from helpcenter.models import Broadcast, ChannelState, PlatformVideo, VideoState
from helpcenter.services import videos
from helpcenter.services.videos.rows import LEASE
from tests.factories import NOW, make_channel, make_session

SECOND = timedelta(seconds=1)


@pytest.fixture
def channel(db):
    return make_channel(db)


@pytest.fixture
def broadcast(db, channel):
    row = Broadcast(session_id=make_session(db).id, channel_id=channel.id, marker="qa-1", remote_id="video000001")
    db.add(row)
    db.flush()
    return row


def make_video(db, channel, remote_id="video000001", **values):
    row = videos.listed(db, remote_id, channel_id=channel.id, now=NOW)
    for name, value in {"due_at": NOW, **values}.items():
        setattr(row, name, value)
    db.flush()
    return row


def test_an_archive_is_expected_once(each_database, db, broadcast):
    first = videos.expect(db, broadcast.session, broadcast, now=NOW)
    assert videos.expect(db, broadcast.session, broadcast, now=NOW + SECOND) is first
    assert (first.state, first.due_at, first.session_id) == (VideoState.WAITING, NOW, broadcast.session_id)
    assert len(db.scalars(select(PlatformVideo)).all()) == 1


def test_an_archive_that_an_import_found_first_is_waited_for_as_the_sessions(db, channel, broadcast):
    listed = make_video(db, channel, due_at=None)
    assert videos.expect(db, broadcast.session, broadcast, now=NOW) is listed
    assert (listed.state, listed.session_id) == (VideoState.WAITING, broadcast.session_id)


def test_one_worker_has_a_row_until_its_lease_runs_out(each_database, db, channel):
    row = make_video(db, channel)
    first = videos.claim(db, row.id, now=NOW)
    assert (videos.claim(db, row.id, now=NOW + LEASE - SECOND), videos.due(db, now=NOW)) == (None, [])
    second = videos.claim(db, row.id, now=NOW + LEASE)
    assert (second.fence, videos.held(db, first, now=NOW), videos.held(db, second, now=NOW)) == (2, None, row)


def test_nothing_is_claimed_before_it_is_due(each_database, db, channel):
    row = make_video(db, channel, due_at=NOW + SECOND)
    assert (videos.due(db, now=NOW), videos.claim(db, row.id, now=NOW)) == ([], None)
    assert videos.due(db, now=NOW + SECOND) == [row.id]


def test_a_revoked_channels_videos_are_not_due(db, channel):
    make_video(db, channel)
    channel.state = ChannelState.REVOKED
    db.flush()
    assert videos.due(db, now=NOW) == []


def test_up_to_fifty_videos_of_one_channel_are_looked_at_together(each_database, db, channel):
    first, *_ = [make_video(db, channel, f"video{number:06}") for number in range(60)]
    make_video(db, make_channel(db), "another0001")
    videos.claim(db, first.id, now=NOW)
    beside = videos.claim_beside(db, first, now=NOW)
    assert (len(beside), first.id in {claim.id for claim in beside}) == (49, False)
    assert len(videos.due(db, now=NOW)) == 11


def test_looking_again_waits_for_whoever_looks_now(db, channel):
    row = make_video(db, channel, state=VideoState.GONE, due_at=None)
    videos.look_again(db, row, actor=None, now=NOW)
    assert (row.state, row.due_at) == (VideoState.LISTED, NOW)
    videos.claim(db, row.id, now=NOW)
    with pytest.raises(Conflict):
        videos.look_again(db, row, actor=None, now=NOW)
