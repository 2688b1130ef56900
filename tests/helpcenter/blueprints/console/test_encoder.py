"""Server and key for an encoder such as OBS."""

import pytest
from sqlalchemy import select

from helpcenter.models import Broadcast, Channel, LiveSession
from helpcenter.services.channels import local_channel
from streaming.local.platform import stream_key
from tests.factories import NOW
from tests.helpcenter.blueprints.console.conftest import KEY


def test_the_stream_key_is_in_no_page_before_it_is_asked_for(browser, session):
    address = f"/console/{session.public_id}"
    for page in (address, f"{address}/encoder", f"{address}/now", f"{address}/desk", "/console"):
        assert KEY not in browser.get(page).text
    assert "rtmps://a.example/live2" in browser.get(address).text
    assert browser.get(f"{address}/key").status_code == 405
    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.post(f"{address}/key", headers=headers)
        assert KEY in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_channel_or_a_key_the_page_says_so(browser, session, ports):
    with ports.database.transaction() as db:
        db.scalars(select(Channel)).one().stream_key = None
    assert "stream key is being made" in browser.get(f"/console/{session.public_id}").text
    with ports.database.transaction() as db:
        db.get_one(LiveSession, session.id).channel_id = None
    answer = browser.post(f"/console/{session.public_id}/key")
    assert "No channel broadcasts this session." in answer.text


def on_this_site(ports, session):
    with ports.database.transaction() as db:
        channel = local_channel(db, now=NOW)
        db.get_one(LiveSession, session.id).channel_id = channel.id
        row = db.scalars(select(Broadcast)).one()
        row.channel_id, row.remote_id = channel.id, "local-000001"
    return f"/console/{session.public_id}"


def test_on_this_site_the_key_is_that_of_the_broadcast(browser, session, ports):
    address = on_this_site(ports, session)
    key = stream_key(ports.settings.secret, "local-000001")
    page = browser.get(address).text
    assert (ports.settings.encoder_address in page, key in page) == (True, False)
    shown = browser.post(f"{address}/key", headers={"HX-Request": "true"}).text
    assert (key in shown, "Whoever has this key can send in your place." in shown) == (True, True)


def test_before_the_broadcast_is_made_there_is_no_key(browser, session, ports):
    address = on_this_site(ports, session)
    with ports.database.transaction() as db:
        db.scalars(select(Broadcast)).one().remote_id = None
    assert "stream key is being made" in browser.get(address).text
    assert "stream-key" not in browser.post(f"{address}/key").text


class TestWhereNoEncoderCanSend:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"rtmp_port": 0})

    def test_the_page_says_so(self, browser, session, ports):
        assert "Encoders cannot send to this site" in browser.get(on_this_site(ports, session)).text
