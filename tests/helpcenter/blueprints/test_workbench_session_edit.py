"""The form of a live session: what is typed becomes a session, a series, a poll; mistakes cost nothing that was typed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import LiveSession, LiveSessionState, Series, Visibility
from helpcenter.permissions import Role
from helpcenter.services import channels
from tests.factories import NOW, make_channel, make_session, make_topic, make_user
from tests.helpcenter.services.sessions.test_pictures import png


@pytest.fixture
def person(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EDITOR, name="Edith")


@pytest.fixture
def editor(person, sign_in):
    return sign_in(person)


@pytest.fixture
def typed(person):
    """`typed(**changes)` is a form that is right, with these fields changed."""
    right = {
        "title": "Winter range", "description": "Bring questions.", "topics": [], "hosts": [person.public_id], "language": "en",
        "date": "2026-12-03", "time": "18:00", "zone": "Europe/Berlin", "minutes": "60", "visibility": "public",
        "channel": "", "repeat": "", "ends": "count", "count": "3", "action": "schedule",
    }  # fmt: skip
    return lambda **changes: {**right, **changes}


def made(ports):
    with ports.database.reading() as db:
        return list(db.scalars(select(LiveSession).order_by(LiveSession.starts_at)))


def test_a_session_is_scheduled_with_all_that_was_typed(editor, person, typed, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="range")
        channel = make_channel(db)
    form = typed(topics=["range"], channel=str(channel.id), visibility="customers", minutes="90")
    answer = editor.post("/workbench/sessions/new", data=form)
    with ports.database.reading() as db:
        session = db.scalars(select(LiveSession)).one()
        assert [topic.slug for topic in session.topics] == ["range"]
        assert [host.id for host in session.hosts] == [person.id]
    assert answer.location == f"/workbench/sessions/{session.public_id}?done=scheduled"
    assert (session.title, session.state, session.zone) == ("Winter range", LiveSessionState.SCHEDULED, "Europe/Berlin")
    assert session.starts_at == datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert session.ends_at - session.starts_at == timedelta(minutes=90)
    assert (session.visibility, session.channel_id) == (Visibility.CUSTOMERS, channel.id)
    assert session.created_by_id == person.id


def test_without_a_choice_it_is_broadcast_on_this_site(editor, ports):
    page = editor.get("/workbench/sessions/new").text
    assert ('<option value="here" selected' in page, 'name="relay"' in page) == (True, False)


def test_on_this_site_it_can_be_shown_elsewhere_moderated_and_its_answers_confirmed(editor, typed, ports):
    with ports.database.transaction() as db:
        youtube = make_channel(db).id
    wish = {"channel": "here", "relay": str(youtube), "moderated": "1", "answers": "confirmed"}
    editor.post("/workbench/sessions/new", data=typed(**wish))
    with ports.database.reading() as db:
        (session,) = made(ports)
        here = channels.local_channel(db, now=NOW).id
    assert (session.channel_id, session.relay_channel_id) == (here, youtube)
    assert (session.moderated, session.answers_at_once) == (True, False)
    page = editor.get(f"/workbench/sessions/{session.public_id}/edit").text
    assert f'<option value="{youtube}" selected' in page
    editor.post(f"/workbench/sessions/{session.public_id}/edit", data=typed(channel=str(youtube), relay=str(youtube)))
    (session,) = made(ports)
    assert (session.channel_id, session.relay_channel_id) == (youtube, None)
    assert (session.moderated, session.answers_at_once) == (False, True)


def test_a_draft_is_kept(editor, typed, ports):
    answer = editor.post("/workbench/sessions/new", data=typed(action="draft"))
    assert answer.location.endswith("?done=draft_kept")
    assert [session.state for session in made(ports)] == [LiveSessionState.DRAFT]


@pytest.mark.parametrize(
    ("changes", "rule", "days"),
    [
        ({"repeat": "weekly"}, "FREQ=WEEKLY;COUNT=3", ["12-03", "12-10", "12-17"]),
        ({"repeat": "fortnightly", "count": "2"}, "FREQ=WEEKLY;INTERVAL=2;COUNT=2", ["12-03", "12-17"]),
        ({"repeat": "monthly"}, "FREQ=MONTHLY;BYDAY=1TH;COUNT=3", ["12-03", "01-07", "02-04"]),
        ({"repeat": "monthly", "date": "2026-12-31"}, "FREQ=MONTHLY;BYDAY=-1TH;COUNT=3", ["12-31", "01-28", "02-25"]),
        ({"repeat": "weekly", "ends": "until", "until": "2026-12-17"}, "FREQ=WEEKLY;UNTIL=20261217", ["12-03", "12-10", "12-17"]),
        ({"repeat": "own", "rrule": "RRULE:FREQ=DAILY;COUNT=2"}, "FREQ=DAILY;COUNT=2", ["12-03", "12-04"]),
    ],
)  # fmt: skip
def test_the_chooser_makes_the_rule_of_a_series(editor, typed, ports, changes, rule, days):
    editor.post("/workbench/sessions/new", data=typed(**changes))
    with ports.database.reading() as db:
        assert db.scalars(select(Series.rrule)).all() == [rule]
    assert [f"{session.starts_at:%m-%d}" for session in made(ports)] == days


MISTAKES = [
    ({"title": " "}, "Please write a title."),
    ({"title": "x" * 101}, "This title has 101 characters"),
    ({"title": "a < b"}, "YouTube takes neither"),
    ({"hosts": []}, "Please choose who answers on camera."),
    ({"hosts": ["nobody"]}, "Please choose who answers on camera."),
    ({"date": "2026-02-30"}, "Please choose a day."),
    ({"date": ""}, "Please choose a day."),
    ({"time": "25:00"}, "Please choose a time."),
    ({"date": "2026-11-22", "time": "08:00"}, "This start is past."),
    ({"zone": "Europe/Atlantis"}, "There is no time zone Europe/Atlantis"),
    ({"minutes": "soon"}, "Please write a whole number."),
    ({"minutes": "100000"}, "Please write a whole number."),
    ({"minutes": "1000"}, "A session lasts from 5 minutes"),
    ({"date": "2027-03-28", "time": "02:30"}, "skip 02:30. Please choose another time, such as 03:30"),
    ({"repeat": "weekly", "count": "0"}, "Please write a whole number."),
    ({"repeat": "weekly", "count": "500"}, "This series has more than"),
    ({"repeat": "weekly", "ends": "until", "until": ""}, "Please choose a day."),
    ({"repeat": "own", "rrule": "FREQ=WEEKLY"}, "This rule has no end."),
    ({"repeat": "own", "rrule": ""}, "This rule cannot be read."),
    ({"channel": "77"}, "Please choose one of these."),
    ({"channel": "9" * 30}, "Please choose one of these."),
    ({"date": "2036-01-01"}, "more than three years away"),
]


def test_mistakes_are_said_beside_what_was_typed(editor, typed, ports):
    for changes, said in MISTAKES:
        answer = editor.post("/workbench/sessions/new", data=typed(**changes))
        seen = (answer.status_code in {400, 422}, said in answer.text, "Bring questions." in answer.text)
        assert seen == (True, True, True), changes
    assert made(ports) == []


def test_a_clash_is_said_above_the_form(editor, person, typed, ports):
    with ports.database.transaction() as db:
        make_session(
            db, title="The other one", hosts=[db.merge(person)], starts_at=datetime(2026, 12, 3, 17, 30, tzinfo=UTC)
        )
    answer = editor.post("/workbench/sessions/new", data=typed())
    assert answer.status_code == 409
    assert "The other one" in answer.text
    assert 'value="Winter range"' in answer.text


def test_a_time_that_comes_twice_is_asked_about(editor, typed, ports):
    night = {"date": "2027-10-31", "time": "02:30"}
    answer = editor.post("/workbench/sessions/new", data=typed(**night))
    assert answer.status_code == 422
    assert 'name="fold" value="1"' in answer.text
    editor.post("/workbench/sessions/new", data=typed(**night, fold="1"))
    assert [session.starts_at for session in made(ports)] == [datetime(2027, 10, 31, 1, 30, tzinfo=UTC)]


def test_a_session_at_a_time_that_comes_twice_can_be_edited(editor, person, typed, ports):
    with ports.database.transaction() as db:
        session = make_session(db, hosts=[db.merge(person)], starts_at=datetime(2027, 10, 31, 1, 30, tzinfo=UTC))
    page = editor.get(f"/workbench/sessions/{session.public_id}/edit").text
    assert 'name="fold" value="1" checked' in page
    form = typed(date="2027-10-31", time="02:30", fold="1", title="Another title")
    editor.post(f"/workbench/sessions/{session.public_id}/edit", data=form)
    assert [(one.title, one.starts_at) for one in made(ports)] == [("Another title", session.starts_at)]


def test_experts_schedule_what_they_host_themselves(ports, sign_in, person, typed):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
    browser = sign_in(expert)
    answer = browser.post("/workbench/sessions/new", data=typed())
    assert (answer.status_code, made(ports)) == (422, [])
    assert "in which you are a host yourself" in answer.text
    browser.post("/workbench/sessions/new", data=typed(hosts=[expert.public_id, person.public_id]))
    assert len(made(ports)) == 1


def test_moving_one_or_all_that_follow(editor, typed, ports):
    editor.post("/workbench/sessions/new", data=typed(repeat="weekly"))
    first, second, third = (session.public_id for session in made(ports))
    assert "this one and all that follow" in editor.get(f"/workbench/sessions/{second}/edit").text
    editor.post(f"/workbench/sessions/{second}/edit", data=typed(date="2026-12-11", scope="following"))
    editor.post(f"/workbench/sessions/{first}/edit", data=typed(time="19:00", scope="one"))
    assert [f"{one.starts_at:%m-%d %H}" for one in made(ports)] == ["12-03 18", "12-11 17", "12-18 17"]
    assert third == made(ports)[2].public_id


def test_a_session_that_has_begun_is_edited_no_more(editor, person, typed, ports):
    with ports.database.transaction() as db:
        session = make_session(db, hosts=[db.merge(person)], state=LiveSessionState.LIVE)
    answer = editor.post(f"/workbench/sessions/{session.public_id}/edit", data=typed())
    assert answer.status_code == 409
    assert "cannot be changed any more" in answer.text


def test_dates_are_proposed(editor, typed, ports):
    form = typed(date=["2026-12-03", "2026-12-10", ""], time=["18:00", "19:00", "18:00"])
    answer = editor.post("/workbench/sessions/propose", data=form)
    assert answer.location.endswith("?done=proposed")
    with ports.database.reading() as db:
        session = db.scalars(select(LiveSession)).one()
        assert [f"{option.starts_at:%m-%d %H}" for option in session.date_options] == ["12-03 17", "12-10 18"]
        assert session.state is LiveSessionState.DRAFT


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["2026-12-03"], "Please propose at least two dates."),
        ([], "Please propose at least two dates."),
        (["2026-12-03", "2020-12-03"], "This start is past."),
        (["2026-12-03", "2027-10-31"], "twice"),
    ],
)
def test_mistakes_in_proposed_dates_are_said(editor, typed, ports, dates, said):
    answer = editor.post("/workbench/sessions/propose", data=typed(date=dates, time=["02:30"] * len(dates)))
    assert (answer.status_code, made(ports)) == (422, [])
    assert said in answer.text
    assert 'value="2026-12-03"' in answer.text or not dates


def with_picture(form, content):
    """The request as a browser writes it; the test client itself would keep a large file open."""
    fields = [(name, one) for name, value in form.items() for one in (value if isinstance(value, list) else [value])]
    lines = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    file = '--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body = "".join([*lines, file]).encode() + content + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


def test_a_picture_is_kept_for_the_whole_series_and_taken_away(editor, client, typed, ports):
    request = with_picture(typed(repeat="weekly"), png())
    assert editor.post("/workbench/sessions/new", **request).status_code == 302
    [key] = {session.picture_key for session in made(ports)}
    with ports.storage.local(key) as file:
        assert file.read_bytes() == png()
    with client.get(f"/media/{key}") as picture:
        assert (picture.status_code, picture.content_type, picture.get_data()) == (200, "image/png", png())
    first = made(ports)[0].public_id
    assert key in editor.get(f"/workbench/sessions/{first}/edit").text
    editor.post(f"/workbench/sessions/{first}/edit", data=typed(no_picture="1"))
    assert [session.picture_key for session in made(ports)] == [None, key, key]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"GIF89a" + bytes(99), "not a whole JPEG or PNG"), (b"\x89PNG" + bytes(3 * 1024**2), "larger than 2 MB")],
)
def test_a_picture_that_cannot_be_used_keeps_what_was_typed(editor, typed, ports, content, said):
    answer = editor.post("/workbench/sessions/new", **with_picture(typed(), content))
    assert (answer.status_code, made(ports)) == (422, [])
    assert said in answer.text
    assert 'value="Winter range"' in answer.text


def test_after_another_mistake_the_picture_is_asked_for_once_more(editor, typed):
    answer = editor.post("/workbench/sessions/new", **with_picture(typed(title=""), png()))
    assert "Please choose the picture once more" in answer.text


def test_the_picture_of_a_session_for_customers_is_theirs(client, editor, person, typed, ports):
    editor.post("/workbench/sessions/new", **with_picture(typed(visibility="customers"), png()))
    [key] = {session.picture_key for session in made(ports)}
    assert client.get(f"/media/{key}").status_code == 404
    assert client.get("/media/sessions/unknown.png").status_code == 404


def test_a_new_form_offers_the_usual(editor, person, ports):
    page = editor.get("/workbench/sessions/new").text
    assert f'value="{NOW + timedelta(days=7):%Y-%m-%d}"' in page
    assert f'value="{person.public_id}" checked' in page
    assert '<option value="Europe/Berlin" selected>' in page
