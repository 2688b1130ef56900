"""Live sessions in the hands of those who schedule them: the month, one session, its poll, its end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Message
from helpcenter.models import (
    Broadcast,
    DateOption,
    DateVote,
    LiveSession,
    LiveSessionState,
    PlatformVideo,
    Series,
    VideoState,
)
from helpcenter.permissions import Role
from helpcenter.services import broadcasts
from tests.factories import NOW, make_channel, make_session, make_user


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR, name="Edith")
    return sign_in(person)


@pytest.fixture
def expert(ports, sign_in):
    """An expert, and the browser that he uses."""
    with ports.database.transaction() as db:
        person = make_user(db, Role.EXPERT, name="Eberhard")
    return person, sign_in(person)


def stored(ports, public_id):
    with ports.database.reading() as db:
        found = db.scalars(select(LiveSession).where(LiveSession.public_id == public_id)).one()
        return found.state, found.reason, found.starts_at


def make_series(ports, number=3, **values):
    with ports.database.transaction() as db:
        host = make_user(db, Role.EDITOR)
        series = Series(rrule="FREQ=WEEKLY", zone="Europe/Berlin", first_local="2026-11-23T18:00", created_at=NOW)
        return [
            make_session(
                db, series=series, occurrence=str(week), hosts=[host], title=f"Week {week}",
                starts_at=NOW.replace(hour=17) + timedelta(days=7 * week + 1), **values,
            ).public_id
            for week in range(number)
        ]  # fmt: skip


def test_an_empty_month_says_what_to_do(editor):
    page = editor.get("/workbench/sessions").text
    assert "There are no live sessions yet" in page
    assert "/workbench/sessions/new" in page


def test_a_month_is_grouped_by_day_of_the_sites_zone(editor, ports):
    with ports.database.transaction() as db:
        make_session(db, title="Late in London", starts_at=NOW.replace(hour=23, minute=30), zone="Europe/London")
        make_session(db, title="Next month", starts_at=NOW + timedelta(days=20))
    page = editor.get("/workbench/sessions?month=2026-11").text
    assert ("Late in London" in page, "Next month" in page) == (True, False)
    assert "Monday, November 23, 2026" in page
    assert "11:30\u202fPM in Europe/London" in page


def test_an_empty_month_leads_to_the_nearest_session(editor, ports):
    with ports.database.transaction() as db:
        make_session(db, title="Far away", starts_at=NOW + timedelta(days=100))
    page = editor.get("/workbench/sessions").text
    assert "Far away" in page
    assert "month=2027-03" in page


def test_sessions_are_filtered_by_how_they_stand(editor, ports):
    states = ["draft", "scheduled", "live", "published", "cancelled"]
    with ports.database.transaction() as db:
        for state in states:
            make_session(db, title=f"The {state} one", state=LiveSessionState(state))
    shown = {}
    for show in ("drafts", "upcoming", "past", "cancelled", "all", "nonsense"):
        page = editor.get(f"/workbench/sessions?show={show}").text
        shown[show] = [state for state in states if f"The {state} one" in page]
    assert shown == {
        "drafts": ["draft"], "upcoming": ["scheduled", "live"], "past": ["published"], "cancelled": ["cancelled"],
        "all": states, "nonsense": states,
    }  # fmt: skip


def test_a_month_that_does_not_exist_is_this_month(editor):
    for month in ("", "2026-13", "soon", "9999-12", "0001-01"):
        assert "November 2026" in editor.get(f"/workbench/sessions?month={month}").text


def test_experts_see_what_they_host_and_nothing_else(expert, ports):
    person, browser = expert
    with ports.database.transaction() as db:
        own = make_session(db, title="Mine", hosts=[db.merge(person)])
        other = make_session(db, title="Theirs")
    page = browser.get("/workbench/sessions").text
    assert ("Mine" in page, "Theirs" in page) == (True, False)
    for what in ("", "/edit"):
        assert browser.get(f"/workbench/sessions/{own.public_id}{what}").status_code == 200
        assert browser.get(f"/workbench/sessions/{other.public_id}{what}").status_code == 403
    for what in ("edit", "cancel", "announce", "fix", "sync", "look"):
        assert browser.post(f"/workbench/sessions/{other.public_id}/{what}").status_code == 403


def test_customers_do_not_come_in(sign_in, client, ports):
    with ports.database.transaction() as db:
        customer = make_user(db)
    assert sign_in(customer).get("/workbench/sessions").status_code == 403
    assert client.get("/workbench/sessions").status_code == 302


def test_a_session_says_what_is_planned_and_how_the_broadcast_stands(editor, ports):
    with ports.database.transaction() as db:
        session = make_session(db, channel_id=make_channel(db, title="Velo Help").id, description="Bring questions.")
        broadcasts.request_sync(db, session, now=NOW)
        row = broadcasts.of_session(db, session)
        row.remote_id, row.error = "vid00000001", Message("YouTube says no to %(what)s.", {"what": "this"}).as_json()
    page = editor.get(f"/workbench/sessions/{session.public_id}").text
    for text in ("Bring questions.", "Velo Help", "YouTube says no to this.", "watch?v=vid00000001", "Try again"):
        assert text in page
    answer = editor.post(f"/workbench/sessions/{session.public_id}/sync")
    assert answer.location == f"/workbench/sessions/{session.public_id}?done=retry"
    with ports.database.reading() as db:
        assert db.scalars(select(Broadcast.error)).one() is None


def test_cancelling_needs_a_reason(editor, ports):
    [public_id] = make_series(ports, 1)
    answer = editor.post(f"/workbench/sessions/{public_id}/cancel", data={"reason": " "})
    assert (answer.status_code, stored(ports, public_id)[0]) == (422, LiveSessionState.SCHEDULED)
    assert "Please say why" in answer.text
    answer = editor.post(f"/workbench/sessions/{public_id}/cancel", data={"reason": "The host is ill."})
    assert answer.location == f"/workbench/sessions/{public_id}?done=session_cancelled"
    assert stored(ports, public_id)[:2] == (LiveSessionState.CANCELLED, "The host is ill.")
    assert "The host is ill." in editor.get(f"/workbench/sessions/{public_id}").text


def test_cancelling_one_or_all_that_follow(editor, ports):
    first, second, third = make_series(ports)
    editor.post(f"/workbench/sessions/{first}/cancel", data={"reason": "Holiday", "scope": "one"})
    assert [stored(ports, one)[0].value for one in (first, second, third)] == ["cancelled", "scheduled", "scheduled"]
    editor.post(f"/workbench/sessions/{second}/cancel", data={"reason": "The end", "scope": "following"})
    assert [stored(ports, one)[0].value for one in (first, second, third)] == ["cancelled", "cancelled", "cancelled"]


def test_drafts_are_announced_alone_or_together(editor, ports):
    first, second, third = make_series(ports, state=LiveSessionState.DRAFT)
    assert "Schedule it and all that follow" in editor.get(f"/workbench/sessions/{second}").text
    editor.post(f"/workbench/sessions/{second}/announce", data={"scope": "following"})
    assert [stored(ports, one)[0].value for one in (first, second, third)] == ["draft", "scheduled", "scheduled"]
    answer = editor.post(f"/workbench/sessions/{second}/announce")
    assert answer.status_code == 409
    assert "not a draft any more" in answer.text


@pytest.fixture
def poll(ports):
    """A draft with two proposed dates, the second with a vote: (public id of the session, those of the dates)."""
    with ports.database.transaction() as db:
        draft = make_session(db, state=LiveSessionState.DRAFT, hosts=[make_user(db, Role.EDITOR)])
        options = []
        for days in (2, 9):
            start = draft.starts_at + timedelta(days=days)
            option = DateOption(starts_at=start, ends_at=start + timedelta(hours=1))
            draft.date_options.append(option)
            options.append(option)
        options[1].votes.append(DateVote(voter="somebody", created_at=NOW))
        db.flush()
        return draft.public_id, [option.public_id for option in options]


def test_a_poll_shows_its_votes_and_one_date_is_fixed(editor, ports, poll):
    public_id, (_, second) = poll
    page = editor.get(f"/workbench/sessions/{public_id}").text
    assert "1 person can come" in page
    assert "0 people can come" in page
    answer = editor.post(f"/workbench/sessions/{public_id}/fix", data={"option": second})
    assert answer.location == f"/workbench/sessions/{public_id}?done=date_fixed"
    assert stored(ports, public_id)[0] is LiveSessionState.SCHEDULED
    assert stored(ports, public_id)[2] == NOW.replace(hour=17) + timedelta(days=10)


def test_only_a_date_of_this_poll_is_fixed(editor, ports, poll):
    [other] = make_series(ports, 1)
    assert editor.post(f"/workbench/sessions/{other}/fix", data={"option": poll[1][0]}).status_code == 404
    assert editor.post(f"/workbench/sessions/{poll[0]}/fix", data={}).status_code == 404


def test_after_the_end_the_page_says_what_has_become_of_the_recording(editor, ports):
    with ports.database.transaction() as db:
        session = make_session(db, state=LiveSessionState.PROCESSING, channel_id=make_channel(db).id, live_at=NOW)
        video = PlatformVideo(
            remote_id="v1", session_id=session.id, state=VideoState.WAITING, created_at=NOW, due_at=NOW
        )
        db.add(video)
    address = f"/workbench/sessions/{session.public_id}"
    page = editor.get(address).text
    assert "YouTube is still making its recording whole" in page
    assert f"/workbench/upload?session={session.public_id}" in page
    with ports.database.transaction() as db:
        row = db.get_one(PlatformVideo, video.id)
        row.state, row.due_at, row.error = VideoState.GONE, None, Message("It is not there any more.").as_json()
    assert "It is not there any more." in editor.get(address).text
    assert editor.post(f"{address}/look").location == f"{address}?done=retry"
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, video.id)
        assert (row.state, row.due_at, row.error) == (VideoState.WAITING, NOW, None)


def test_what_was_never_broadcast_is_not_looked_for(editor, ports):
    with ports.database.transaction() as db:
        session = make_session(db, state=LiveSessionState.ENDED, live_at=NOW)
    assert "There is no recording yet." in editor.get(f"/workbench/sessions/{session.public_id}").text
    assert editor.post(f"/workbench/sessions/{session.public_id}/look").status_code == 404


def test_the_pages_speak_german(editor, ports, poll):
    for address in ("", "/new", "/propose", f"/{poll[0]}", f"/{poll[0]}/edit"):
        page = editor.get(f"/workbench/sessions{address}?lang=de").text
        assert '<html lang="de">' in page
        assert "Live-Fragerunde" in page
