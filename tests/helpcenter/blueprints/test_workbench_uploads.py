"""The upload page and the tus protocol."""

import base64
import fcntl
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpcenter.app import create_app
from helpcenter.models import LiveSession, LiveSessionState, Recording, Source, Upload
from helpcenter.permissions import Role
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from tests.factories import NOW, make_session, make_user

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR)
    return sign_in(person)


def metadata(**values):
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def create(browser, size, **values):
    said = {"Upload-Length": str(size), "Upload-Metadata": metadata(filename="talk.mp4", **values)}
    return browser.post("/workbench/uploads", headers={**TUS, **said})


def send(browser, address, data, offset, **headers):
    return browser.patch(address, data=data, headers={**PIECE, "Upload-Offset": str(offset), **headers})


def recordings(ports):
    with ports.database.reading() as db:
        return db.scalars(select(Recording)).all()


def test_the_server_says_what_it_can(editor, settings):
    answer = editor.options("/workbench/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Extension"] == "creation,expiration,termination"
    assert answer.headers["Tus-Max-Size"] == str(settings.max_upload_bytes)


def test_an_upload_in_two_pieces_becomes_a_recording(editor, ports):
    created = create(editor, 10, title="Our Q&A", language="en")
    assert (created.status_code, created.headers["Upload-Expires"]) == (201, "Mon, 23 Nov 2026 09:00:00 GMT")
    first = send(editor, created.location, b"01234", 0)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "5")
    head = editor.head(created.location, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("5", "10")
    assert head.headers["Cache-Control"] == "no-store"
    assert send(editor, created.location, b"56789", 5).headers["Upload-Offset"] == "10"
    [recording] = recordings(ports)
    assert (recording.title, recording.language) == ("Our Q&A", "en")
    done = editor.get(f"{created.location}/done")
    assert done.location == f"/workbench/recordings/{recording.public_id}"


def test_the_last_piece_sent_twice_makes_one_recording(editor, ports):
    address = create(editor, 5).location
    assert [send(editor, address, b"01234", 0).status_code for _ in range(2)] == [204, 204]
    assert len(recordings(ports)) == 1
    assert editor.head(address, headers=TUS).headers["Upload-Offset"] == "5"


def test_a_crash_between_last_piece_and_recording_is_mended(editor, ports, settings):
    address = create(editor, 5).location
    (settings.uploads / address.rpartition("/")[2]).write_bytes(b"01234")
    assert editor.get(f"{address}/done").location.startswith("/workbench/recordings/")
    assert len(recordings(ports)) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "3"}, 409),
        ({"Upload-Offset": "x"}, 400),
        ({"Content-Type": "text/plain"}, 415),
        ({"Tus-Resumable": "0.2.2"}, 412),
    ],
)
def test_a_piece_that_does_not_fit_is_refused(editor, headers, status):
    assert send(editor, create(editor, 10).location, b"0", 0, **headers).status_code == status


def test_more_than_announced_is_refused(editor):
    assert send(editor, create(editor, 3).location, b"0123", 0).status_code == 413


def test_a_piece_may_be_larger_than_any_form(editor, ports):
    data = b"0" * 3_000_000
    assert send(editor, create(editor, len(data)).location, data, 0).status_code == 204
    assert len(recordings(ports)) == 1


def test_an_upload_that_runs_elsewhere_is_locked(editor, settings):
    address = create(editor, 10).location
    with (settings.uploads / address.rpartition("/")[2]).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = send(editor, address, b"0", 0, Accept="application/json")
    assert answer.status_code == 423
    assert answer.json["detail"] == "This upload is going on in another window."


def test_only_the_owner_goes_on(editor, ports, sign_in):
    address = create(editor, 10).location
    with ports.database.transaction() as db:
        other = make_user(db, Role.ADMIN)
    stranger = sign_in(other)
    assert send(stranger, address, b"0", 0).status_code == 404
    assert stranger.head(address, headers=TUS).status_code == 404
    assert stranger.delete(address, headers=TUS).status_code == 404


def test_an_old_upload_is_gone(editor, clock, ports):
    address = create(editor, 10).location
    clock.advance(hours=11)
    assert send(editor, address, b"0", 0).status_code == 204
    with ports.database.transaction() as db:
        db.scalars(select(Upload)).one().expires_at = clock.now
    assert editor.head(address, headers=TUS).status_code == 404


def test_a_terminated_upload_is_gone(editor, settings):
    address = create(editor, 10).location
    assert editor.delete(address, headers=TUS).status_code == 204
    assert editor.head(address, headers=TUS).status_code == 404
    assert list(settings.uploads.iterdir()) == []


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SUPER_USER])
def test_customers_upload_nothing(ports, sign_in, role):
    with ports.database.transaction() as db:
        customer = make_user(db, role)
    assert create(sign_in(customer), 10).status_code == 403


@pytest.mark.parametrize(("limits", "status"), [({"max_upload_bytes": 9}, 413), ({"min_free_bytes": 1 << 60}, 507)])
def test_what_there_is_no_room_for_is_refused_in_words(tmp_path, database_url, clock, limits, status):
    ports = wire(
        Settings(data_root=tmp_path / "data", database_url=database_url, secret_key="a key for tests only", **limits),
        clock=clock,
    )
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR)
    app = create_app(ports)
    browser = app.test_client()
    from helpcenter.services import accounts
    from helpcenter.tokens import fingerprint, signature

    with ports.database.transaction() as db:
        token = accounts.start_sign_in(db, person, browser="test", now=clock.now)
    browser.set_cookie("signin", token, domain="localhost")
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    browser.environ_base["HTTP_X_CSRF_TOKEN"] = signature("a key for tests only", "csrf", fingerprint(token))
    answer = create(browser, 10)
    assert answer.status_code == status
    assert "GB" in answer.text if status == 413 else "not enough room" in answer.text
    ports.database.dispose()


def details(**values):
    return {"name": "talk.mp4", "size": "10", "fingerprint": "talk.mp4|10|1", "title": "Our Q&A", **values}


def test_details_begin_an_upload_that_is_found_again(editor, settings):
    begun = editor.post("/workbench/upload/details", data=details())
    assert begun.status_code == 201
    send(editor, begun.json["url"], b"012", 0)
    page = editor.get("/workbench/upload").text
    assert 'data-fingerprint="talk.mp4|10|1"' in page
    assert f'data-url="{begun.json["url"]}"' in page
    cancelled = editor.post(f"{begun.json['url']}/cancel")
    assert cancelled.location == "/workbench/upload?done=cancelled"
    assert list(settings.uploads.iterdir()) == []


def test_mistakes_in_the_details_are_said_before_anything_is_sent(editor, ports):
    captions = (BytesIO(b"no times here"), "talk.vtt")
    answer = editor.post("/workbench/upload/details", data=details(captions=captions, topic="gone"))
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"captions", "topic"}
    with ports.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Upload)) == 0


def form_with(file, **values):
    """A form as browsers send it; the test client's own way leaves large files open."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in values.items()
    ]
    head = "".join(parts) + '--x\r\nContent-Disposition: form-data; name="file"; filename="talk.mp4"\r\n\r\n'
    return {"data": head.encode() + file + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


def test_without_javascript_a_file_goes_in_one_form(editor, ports, settings):
    data = b"0" * 3_000_000
    answer = editor.post("/workbench/upload", **form_with(data, title="Our Q&A"))
    [recording] = recordings(ports)
    assert answer.location == f"/workbench/recordings/{recording.public_id}"
    with ports.database.reading() as db:
        path = Path(db.get_one(Recording, recording.id).version.pending_path)
    assert path.parent == settings.uploads
    assert path.read_bytes() == data


def test_a_form_without_a_file_keeps_what_was_typed(editor):
    answer = editor.post("/workbench/upload", data={"title": "Our Q&A"})
    assert answer.status_code == 422
    assert "Please choose the file of the recording." in answer.text
    assert 'value="Our Q&amp;A"' in answer.text


def test_the_limit_is_lifted_for_those_who_may_upload_only(client, ports, sign_in):
    with ports.database.transaction() as db:
        customer = make_user(db)
    large = form_with(b"0" * 3_000_000)
    assert client.post("/workbench/upload", **large).status_code == 413
    assert sign_in(customer).post("/workbench/upload", **large).status_code == 403


def held_session(ports, state=LiveSessionState.ENDED):
    with ports.database.transaction() as db:
        return make_session(db, title="Winter range", state=state, starts_at=NOW, live_at=NOW)


def test_a_file_becomes_the_recording_of_its_session(editor, ports, settings):
    session = held_session(ports)
    page = editor.get(f"/workbench/upload?session={session.public_id}").text
    assert ("Winter range" in page, 'name="begins"' in page, 'name="captions"' in page) == (True, True, False)
    wanted = details(title="", session=session.public_id, begins="2026-11-22T09:58:41")
    begun = editor.post("/workbench/upload/details", data=wanted)
    send(editor, begun.json["url"], b"0123456789", 0)
    [recording] = recordings(ports)
    with ports.database.reading() as db:
        assert db.get_one(LiveSession, session.id).recording_id == recording.id
        version = db.get_one(Recording, recording.id).version
    assert (recording.title, recording.source) == ("Winter range", Source.LIVE)
    assert version.t0 == datetime(2026, 11, 22, 8, 58, 41, tzinfo=UTC)
    assert (version.original_name, Path(version.pending_path).parent) == ("talk.mp4", settings.uploads)
    assert editor.get(begun.json["done"]).location == f"/workbench/recordings/{recording.public_id}"


def test_a_file_is_attached_to_sessions_that_were_held(editor, ports):
    ahead = held_session(ports, LiveSessionState.SCHEDULED)
    answer = editor.post("/workbench/upload/details", data=details(session=ahead.public_id))
    assert answer.json["errors"] == {"file": "A file can be attached once the session has ended."}
    ended = held_session(ports)
    answer = editor.post("/workbench/upload/details", data=details(session=ended.public_id, begins="soon"))
    assert answer.json["errors"] == {"begins": "Please write day and time."}
    assert editor.get("/workbench/upload?session=nothing").status_code == 404


def test_experts_attach_files_to_what_they_hosted(ports, sign_in):
    session = held_session(ports)
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
    browser = sign_in(expert)
    assert browser.get(f"/workbench/upload?session={session.public_id}").status_code == 403
    assert browser.post("/workbench/upload/details", data=details(session=session.public_id)).status_code == 403
