import pytest

from helpcenter.models import ClipState, Visibility
from helpcenter.permissions import Role
from helpcenter.services.recordings import put_asset
from tests.factories import make_answer, make_user, make_watchable


def _get(browser, address, **options):
    """The answer, read to its end and closed as a server does."""
    with browser.get(address, **options) as answer:
        answer.get_data()
        return answer


@pytest.fixture
def stored(ports, tmp_path):
    """`stored(key, content)` puts a file into the storage."""

    def put(key, content=b"0123456789"):
        source = tmp_path / "file"
        source.write_bytes(content)
        ports.storage.put(key, source)
        return key

    return put


@pytest.fixture
def recording(ports, stored):
    with ports.database.transaction() as db:
        recording = make_watchable(db)
        stored(recording.version.play_key)
    return recording


def test_a_file_is_served_whole_and_in_parts(client, recording):
    address = f"/media/{recording.version.play_key}"
    whole = _get(client, address)
    part = _get(client, address, headers={"Range": "bytes=2-4"})
    assert (whole.status_code, whole.data, whole.headers["Content-Type"]) == (200, b"0123456789", "video/mp4")
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Disposition"].startswith("inline")
    assert whole.headers["Cache-Control"] == "private, max-age=3600"
    assert _get(client, address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_what_a_browser_might_run_is_only_downloaded(client, ports, recording, stored):
    with ports.database.transaction() as db:
        found = db.merge(recording)
        found.version.play_key = stored(f"recordings/{recording.public_id}/evil.html", b"<script>")
    answer = _get(client, f"/media/{found.version.play_key}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("visibility", "statuses"),  # for visitors, customers, editors
    [
        (Visibility.PUBLIC, [200, 200, 200]),
        (Visibility.UNLISTED, [200, 200, 200]),
        (Visibility.CUSTOMERS, [404, 200, 200]),
        (Visibility.STAFF, [404, 404, 200]),
    ],
)
def test_a_file_is_for_whom_its_page_is(client, ports, sign_in, recording, visibility, statuses):
    with ports.database.transaction() as db:
        db.merge(recording).visibility = visibility
        people = make_user(db), make_user(db, Role.EDITOR)
    browsers = [client, *(sign_in(person) for person in people)]
    assert [_get(browser, f"/media/{recording.version.play_key}").status_code for browser in browsers] == statuses


@pytest.mark.parametrize("state", [state for state in ClipState if state is not ClipState.CONFIRMED])
def test_the_file_of_a_clip_that_is_not_public_is_the_staffs(client, ports, sign_in, recording, stored, state):
    key = stored(f"recordings/{recording.public_id}/clip-1.mp4")
    with ports.database.transaction() as db:
        clip = make_answer(db, recording=db.merge(recording)).clips[0].clip
        clip.media_key = key
        editor = make_user(db, Role.EDITOR)
    assert _get(client, f"/media/{key}").status_code == 200
    with ports.database.transaction() as db:
        db.merge(clip).state = state
    assert [_get(client, f"/media/{key}").status_code, _get(sign_in(editor), f"/media/{key}").status_code] == [404, 200]


def test_originals_and_the_recognisers_sound_are_the_staffs(client, ports, sign_in, recording, stored):
    folder = f"recordings/{recording.public_id}"
    keys = [stored(f"{folder}/original.mov"), stored(f"{folder}/speech.wav"), stored(f"{folder}/storyboard.jpg")]
    with ports.database.transaction() as db:
        found = db.merge(recording)
        found.version.original_key = keys[0]
        put_asset(db, found, kind="speech", key=keys[1], content_type="audio/wav")
        put_asset(db, found, kind="storyboard.jpg", key=keys[2], content_type="image/jpeg")
        editor = make_user(db, Role.EDITOR)
    browser = sign_in(editor)
    assert [_get(client, f"/media/{key}").status_code for key in keys] == [404, 404, 200]
    assert [_get(browser, f"/media/{key}").status_code for key in keys] == [200, 200, 200]


@pytest.mark.parametrize(
    "key",
    [
        "../secret_key", "..%2fsecret_key", "recordings/../../secret_key", "recordings/%2e%2e/%2e%2e/secret_key", "/etc/passwd",
        "recordings//etc/passwd", "recordings/{id}/../../../secret_key", "recordings/{id}/..%2f..%2f..%2fsecret_key",
        "recordings/{id}/unknown.mp4", "recordings/{id}/", "recordings/{id}", "recordings/nobody/play-1.mp4",
        "recordings/{id}/play-1.mp4%00.jpg", "uploads/x", "helpcenter.db",
    ],
)  # fmt: skip
def test_nothing_else_can_be_reached(client, recording, key):
    answer = _get(client, "/media/" + key.replace("{id}", recording.public_id))
    assert answer.status_code in {404, 308}
    assert b"0123456789" not in answer.data


def test_a_file_that_is_missing_is_not_found(client, ports):
    with ports.database.transaction() as db:
        recording = make_watchable(db)
    assert _get(client, f"/media/{recording.version.play_key}").status_code == 404
