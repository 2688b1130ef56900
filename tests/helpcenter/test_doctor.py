import pytest

from helpcenter.doctor import checks
from helpcenter.models import ChannelState
from helpcenter.wiring import wire
from tests.factories import make_channel


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"youtube_client_id": "1-a", "youtube_client_secret": "secret"})


def _channels(ports):
    return next(check for check in checks(ports) if check.name == "channels")


@pytest.mark.parametrize(
    ("states", "ok", "said"),
    [
        ((), None, "No YouTube channel is connected."),
        ((ChannelState.OK, ChannelState.OK), True, "2 connected."),
        ((ChannelState.OK, ChannelState.EXPIRING), True, "The authorisation of Kanal 1 ends within three days."),
        ((ChannelState.REVOKED, ChannelState.EXPIRING), False, "The authorisation of Kanal 0 has ended."),
    ],
)
def test_the_doctor_says_how_the_channels_stand(ports, settings, states, ok, said):
    with ports.database.transaction() as db:
        for number, state in enumerate(states):
            make_channel(db, settings=settings, token="1//x", state=state, title=f"Kanal {number}")
        make_channel(db, state=ChannelState.REVOKED, title="disconnected by hand")
    check = _channels(ports)
    assert (check.ok, str(check.message)) == (ok, said)
    assert str(check.mend or "").startswith("Connect it at http") is (ok is not True)


def test_a_lost_key_is_found_before_the_evening(ports, settings):
    with ports.database.transaction() as db:
        make_channel(db, settings=settings, token="1//x")
    (settings.data_root / "encryption_keys").write_text("other:" + "A" * 43 + "=")
    check = _channels(ports)
    assert (check.ok, "“made” is missing" in str(check.message)) == (False, True)


def test_without_a_google_project_the_doctor_says_what_to_set(settings, queue):
    bare = wire(settings.model_copy(update={"youtube_client_id": ""}), queue=queue)
    check = _channels(bare)
    assert (check.ok, "HELPCENTER_YOUTUBE_CLIENT_ID" in str(check.mend)) == (None, True)


def test_a_root_that_is_no_address_is_found_before_the_evening(settings, queue):
    check = _channels(wire(settings.model_copy(update={"youtube_api_root": "127.0.0.1:9000"}), queue=queue))
    assert (check.ok, "HELPCENTER_YOUTUBE_API_ROOT" in str(check.message)) == (False, True)
