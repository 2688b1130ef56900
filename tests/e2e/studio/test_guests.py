"""Guests come by a link, are seen and heard in what is recorded, and hear everybody but themselves."""

import shutil
import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Guest, LiveSessionState
from tests.e2e.studio.desk import (
    PATIENCE,
    change,
    frame,
    invite,
    is_green,
    knock,
    let_in,
    loudness,
    send,
    set_up,
    stop,
    strung,
    until,
)

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
LOUDEST = """async (milliseconds) => {
    const context = new AudioContext();
    const meter = context.createAnalyser();
    context.createMediaStreamSource(document.getElementById("join-picture").srcObject).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    let loudest = 0;
    for (const end = performance.now() + milliseconds; performance.now() < end; await new Promise((go) => setTimeout(go, 20))) {
        meter.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
    }
    await context.close();
    return loudest;
}"""
TILES = {"host": (250, 80), "first": (250, 720), "second": (620, 420)}
"""A place beside the fake camera's moving figures in each of three tiles: row and column."""


def heard(guest):
    """How loud it gets in two seconds of what the guest is sent."""
    return guest.evaluate(LOUDEST, 2000)


def greens(picture):
    """Whose tile shows a camera."""
    return {
        name: is_green(picture, slice(row, row + 20), slice(column, column + 20))
        for name, (row, column) in TILES.items()
    }


def rounds(ports):
    """How often each guest's connection was made."""
    with ports.database.reading() as db:
        return list(db.scalars(select(Guest.round).order_by(Guest.id)))


@pytest.fixture
def two(open_host, open_page):
    """The host, who neither shows nor says anything, and a guest who is in."""
    page = open_host()
    set_up(page)
    page.locator("#studio-mute").click()
    page.locator("#studio-hide").click()
    return page, come_in(page, open_page(), "Ahmed")


@pytest.fixture
def three(two, open_page):
    """The same, and another guest."""
    return *two, come_in(two[0], open_page(), "Léa")


def come_in(page, guest, name):
    """The guest is invited and let in."""
    knock(guest, invite(page), name)
    let_in(page, guest, name)
    return guest


def test_two_guests_are_seen_and_heard_in_what_is_recorded(three, ports, tmp_path):
    page, *_ = three
    send(page)
    page.wait_for_timeout(3000)
    path = strung(stop(page, ports), tmp_path)
    assert greens(frame(path, 3)) == {"host": False, "first": True, "second": True}
    assert loudness(path, 1, 4) > 0.01


def test_everybody_hears_the_others_and_nobody_himself(three):
    page, ahmed, lea = three
    assert heard(ahmed) > 0.01  # Léa
    lea.locator("#join-mute").click()
    ahmed.wait_for_timeout(800)
    assert heard(ahmed) < 0.002 < heard(lea)
    page.locator("#studio-mute").click()
    assert heard(ahmed) > 0.01  # the host


@pytest.mark.drill
def test_a_guest_sees_what_viewers_see_and_is_told_when_that_begins(three, ports, session):
    _, ahmed, _ = three
    expect(ahmed.locator("#join-state")).to_contain_text("The session has not begun")
    assert ahmed.evaluate("document.getElementById('join-picture').videoWidth") > 0
    change(ports, session, state=LiveSessionState.LIVE)
    expect(ahmed.locator("#join-state")).to_contain_text("You are live: everybody sees and hears you.")


@pytest.mark.drill
def test_a_guest_whose_camera_is_off_is_seen_as_his_name(three, ports, tmp_path):
    page, ahmed, _ = three
    ahmed.locator("#join-hide").click()
    expect(ahmed.locator("#join-hide")).to_have_attribute("aria-pressed", "true")
    send(page)
    page.wait_for_timeout(1000)
    ahmed.locator("#join-hide").click()
    page.wait_for_timeout(3000)
    path = strung(stop(page, ports), tmp_path)
    assert [greens(frame(path, at))["first"] for at in (1.5, 5)] == [False, True]


@pytest.mark.drill
def test_the_host_loads_his_page_again_and_guests_come_back_by_themselves(three, ports):
    page, ahmed, lea = three
    page.reload()
    set_up(page)
    until(page, lambda: rounds(ports) == [3, 3])
    for guest in (ahmed, lea):
        expect(guest.locator("#join-state")).to_contain_text("You are in.", timeout=PATIENCE)
    assert heard(ahmed) > 0.01


def test_a_guest_loads_his_page_again_and_need_not_knock_twice(two):
    page, ahmed = two
    ahmed.reload()
    ahmed.locator("#join-setup").click()
    expect(ahmed.locator("#name")).to_have_value("Ahmed")
    ahmed.locator("[name=agreed]").check()
    ahmed.locator("#join-form button").click()
    expect(ahmed.locator("#join-stage")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#studio-guests li", has_text="Ahmed").locator("[data-state]")).to_have_text("taking part")


@pytest.mark.drill
def test_who_leaves_and_who_is_sent_out_is_gone_from_the_picture(three, ports, tmp_path):
    page, ahmed, lea = three
    ahmed.locator("#join-leave").click()
    expect(ahmed.locator("#join-state")).to_have_text("You have left. Load the page again to come back.")
    page.locator("#studio-guests li", has_text="Léa").locator("[data-remove]").click()
    expect(lea.locator("#join-state")).to_have_text("The host has ended your part in this session.")
    send(page)
    assert set(greens(frame(strung(stop(page, ports), tmp_path), 1)).values()) == {False}


@pytest.mark.drill
def test_a_shared_screen_stands_large_beside_the_people(three, ports, tmp_path):
    page, *_ = three
    page.locator("#studio-screen").click()
    expect(page.locator("#studio-screen")).to_have_attribute("aria-pressed", "true")
    send(page)
    page.wait_for_timeout(1500)
    picture = frame(strung(stop(page, ports), tmp_path), 2)
    middle, aside = (slice(350, 370), slice(120, 140)), (slice(380, 400), slice(1020, 1040))
    assert (is_green(picture, *middle), is_green(picture, *aside)) == (True, True)


def test_nobody_gets_to_the_door_without_consent(open_host, open_page):
    page = open_host()
    guest = open_page()
    guest.goto(invite(page))
    guest.locator("#join-setup").click()
    guest.locator("#name").fill("Ahmed")
    guest.locator("#join-form button").click()
    expect(guest.locator("#join-form")).to_be_visible()
    expect(guest.locator("#join-state")).to_be_hidden()
    expect(page.locator("#studio-guests li [data-state]")).to_have_text("has a link")


@pytest.mark.parametrize(
    ("kind", "words", "goes_on"),
    [
        ("video", "does not let this page use the camera", True),
        ("audio", "does not let this page use the microphone", False),
    ],
)
def test_a_guest_who_refuses_a_device_is_told_what_to_do(open_host, open_page, kind, words, goes_on):
    guest = open_page()
    guest.add_init_script(f"""
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => {{
            if (wish.{kind}) throw new DOMException("", "NotAllowedError");
            return ask(wish);
        }};
    """)
    guest.goto(invite(open_host()))
    guest.locator("#join-setup").click()
    expect(guest.locator("#join-trouble")).to_contain_text(words)
    expect(guest.locator("#join-form")).to_be_visible(visible=goes_on)


@pytest.mark.drill
def test_a_second_browser_that_is_set_up_does_not_pull_at_the_guests(three, open_host, ports):
    page, ahmed, _ = three
    send(page)
    set_up(open_host())
    page.wait_for_timeout(4000)
    assert (rounds(ports), heard(ahmed) > 0.01) == ([2, 2], True)


def test_a_link_that_is_opened_twice_counts_once(two):
    _, ahmed = two
    other = ahmed.context.new_page()
    other.goto(ahmed.url)
    # The first window looks how it stands while this one gathers what it offers, and could offer after it.
    for window in (other, ahmed):
        window.route("**/offer", lambda route: (time.sleep(2), route.continue_()))
    other.locator("#join-setup").click()
    other.locator("[name=agreed]").check()
    other.locator("#join-form button").click()
    expect(other.locator("#join-stage")).to_be_visible(timeout=PATIENCE)
    expect(ahmed.locator("#join-state")).to_contain_text("You have joined in another window.")
