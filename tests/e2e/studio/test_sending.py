"""The host sends from his browser: what arrives is whole and in order, whatever becomes of the line, the page and the devices."""

import json
import shutil
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Broadcast, LiveSessionState, Marker, MarkerKind
from tests.conftest import NOW
from tests.e2e.studio.desk import (
    change,
    check_whole,
    clock_of,
    first_change,
    frame,
    is_green,
    loudness,
    off_record,
    send,
    set_up,
    stop,
    streams,
    strung,
    takes,
    until,
)
from workers.studio.segmenting import Segmenting

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]


@pytest.mark.drill
def test_what_is_sent_arrives_in_order_and_plays(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    page.locator("#studio-start").click()
    began = time.monotonic()
    page.wait_for_timeout(12_000)
    sent = time.monotonic() - began
    path = strung(stop(page, ports), tmp_path)
    assert {kind: codec for kind, (codec, _, _) in streams(path).items()} == {"video": "h264", "audio": "opus"}
    check_whole(path, sent)
    (take,) = takes(ports)
    assert (take.closed, take.label) == (True, "Maria Weber")
    assert loudness(path, 2, 5) > 0.01


def test_what_happens_in_the_studio_is_found_at_its_instant_in_the_segments(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    send(page)
    page.wait_for_timeout(3000)
    changed = ports.clock()
    off_record(page, True)
    page.wait_for_timeout(3000)
    take = stop(page, ports)
    segmenting = Segmenting(ports)
    segmenting.start()
    until(page, lambda: segmenting.step() or take.finished)
    segmenting.stop()
    found = list(take.segments())
    path = tmp_path / "whole.mp4"
    path.write_bytes(b"".join(one.read_bytes() for one in (take.init, *(segment.path for segment in found))))
    seen = found[0].start + timedelta(seconds=first_change(path))
    assert abs((seen - changed).total_seconds()) < 0.5
    assert max(one.duration for one in found) < 4


@pytest.mark.drill
def test_a_take_that_our_side_has_ended_is_begun_anew(open_host, ports):
    page = open_host()
    set_up(page)
    send(page)
    takes(ports)[0].close(now=ports.clock())
    expect(page.locator("#studio-trouble")).to_contain_text("the recording begins anew")
    until(page, lambda: len(takes(ports)) == 2 and takes(ports)[1].count() > 1)
    stop(page, ports)


def test_a_line_that_is_cut_for_five_seconds_loses_nothing(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    began = time.monotonic()
    send(page)
    page.context.set_offline(True)
    expect(page.locator("#studio-line")).to_contain_text("are kept in this browser")
    page.wait_for_timeout(5000)
    page.context.set_offline(False)
    page.wait_for_timeout(2000)
    expect(page.locator("#studio-line")).to_contain_text("Everything arrives.")
    sent = time.monotonic() - began
    check_whole(strung(stop(page, ports), tmp_path), sent)


def test_how_much_waits_is_shown_each_second_and_announced_once(open_host):
    page = open_host()
    set_up(page)
    send(page)
    page.evaluate(
        """() => {
            window.heard = [], window.seen = [];
            for (const place of document.querySelectorAll("#studio [role=status]"))
                new MutationObserver(() => heard.push(place.textContent)).observe(place, { childList: true });
            const line = document.getElementById("studio-line");
            new MutationObserver(() => seen.push(line.textContent)).observe(line, { childList: true });
        }"""
    )
    page.context.set_offline(True)
    page.wait_for_timeout(6000)
    heard, seen = page.evaluate("[heard, seen]")
    assert [text.partition(".")[0] for text in heard] == ["No connection"]
    assert len(seen) > 3


def test_what_the_host_commands_does_not_interrupt_what_he_sends(open_host, ports):
    page = open_host()
    set_up(page)
    send(page)
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Go live").click()
    expect(page.get_by_role("button", name="Not yet, stop waiting")).to_be_visible()
    page.get_by_role("button", name="Not yet, stop waiting").click()
    expect(page.get_by_role("button", name="Go live")).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate("window.same")
    assert len(takes(ports)) == 1


@pytest.mark.drill
def test_a_reload_ends_the_take_whole_and_the_next_one_begins_by_itself(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    send(page)
    # What cannot be sent before the page goes is sent by the page that comes.
    page.route("**/studio/takes/*/*", lambda route: route.abort())
    page.wait_for_timeout(3000)
    held = clock_of(page)
    page.unroute("**/studio/takes/*/*")
    page.reload()
    expect(page.locator("#studio-badge")).to_contain_text("sending 00:00:03")
    stop(page, ports)
    first, second = takes(ports)
    assert (first.closed, second.closed, first.sender == second.sender) == (True, True, False)
    assert first.began < second.began
    for take, seconds in ((first, held), (second, 3)):
        check_whole(strung(take, tmp_path), seconds, tolerance=1.5)  # the clock shows whole seconds, a chunk is one


def test_a_second_tab_waits_and_may_have_the_studio(open_host, ports):
    page = open_host()
    set_up(page)
    send(page)
    other = page.context.new_page()
    other.on("dialog", lambda dialog: dialog.accept())
    other.goto(page.url)
    expect(other.locator("#studio-elsewhere")).to_contain_text("open in another tab")
    expect(other.locator("#studio-here")).to_be_hidden()
    other.locator("#studio-take-here").click()
    expect(other.locator("#studio-badge")).to_contain_text("sending 00:00:02")
    expect(page.locator("#studio-elsewhere")).to_be_visible()
    stop(other, ports)
    assert [take.closed for take in takes(ports)] == [True, True]


@pytest.mark.drill
def test_another_browser_is_told_who_sends_and_may_take_over(open_host, ports):
    first, second = open_host(), open_host()
    for page in (first, second):
        set_up(page)
    send(first)
    second.locator("#studio-start").click()
    expect(second.locator("#studio-busy")).to_contain_text("Maria Weber is sending already, since")
    assert len(takes(ports)) == 1
    second.locator("#studio-take-over").click()
    expect(second.locator("#studio-line")).to_contain_text("Everything arrives.")
    expect(first.locator("#studio-trouble")).to_contain_text("Somebody else has taken over.")
    expect(first.locator("#studio-start")).to_be_visible()
    first.locator("#studio-start").click()
    expect(first.locator("#studio-busy")).to_be_visible()
    first.locator("#studio-give-up").click()
    expect(first.locator("#studio-busy")).to_be_hidden()
    stop(second, ports)
    assert [take.closed for take in takes(ports)] == [True, True]


def test_off_the_record_neither_picture_nor_sound_goes_out(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    send(page)
    off_record(page, True)
    expect(page.locator("#studio-off")).to_be_visible()
    off = clock_of(page) + 1
    page.wait_for_timeout(4000)
    off_record(page, False)
    page.wait_for_timeout(2500)
    path = strung(stop(page, ports), tmp_path)
    assert [is_green(frame(path, at)) for at in (off - 1, off + 2.5, off + 6)] == [True, False, True]
    assert [loudness(path, at, 2) > 0.001 for at in (0, off + 1.2)] == [True, False]


def test_another_operators_mark_takes_the_studio_off_the_record(open_host, ports, session):
    page = open_host()
    set_up(page)
    with ports.database.transaction() as db:
        db.add(Marker(session_id=session.id, kind=MarkerKind.OFF_RECORD, title="", at=NOW))
    expect(page.locator("#studio-off")).to_be_visible()


@pytest.mark.drill
def test_muted_and_without_a_picture_the_name_is_seen_and_nothing_heard(open_host, ports, tmp_path):
    page = open_host()
    set_up(page)
    page.locator("#studio-mute").click()
    page.locator("#studio-hide").click()
    send(page)
    page.wait_for_timeout(1000)
    path = strung(stop(page, ports), tmp_path)
    assert (is_green(frame(path, 2)), loudness(path, 0, 3) < 0.001) == (False, True)
    assert frame(path, 2)[360, 500:780].max() > 200  # the name, in white letters


def test_a_camera_that_is_pulled_out_is_said_and_sending_goes_on(open_host, ports):
    page = open_host(
        init="""
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => (window.given = await ask(wish));
    """
    )
    set_up(page)
    send(page)
    page.evaluate("given.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.locator("#studio-trouble")).to_contain_text("The camera is gone.")
    page.locator("#studio-stand summary").click()
    page.locator("#studio-camera").dispatch_event("change")
    expect(page.locator("#studio-trouble")).to_be_hidden()
    stop(page, ports)
    assert len(takes(ports)) == 1


@pytest.mark.parametrize(
    ("faults", "words", "ready"),
    [
        ({"video": "NotAllowedError", "audio": "NotAllowedError"}, "does not let this page use the camera", False),
        ({"video": "NotFoundError"}, "There is no camera", True),
        ({"audio": "NotFoundError"}, "There is no microphone", True),
        ({"video": "NotReadableError"}, "The camera does not answer", True),
    ],
)
def test_devices_that_are_not_to_be_had_are_said_with_what_to_do(open_host, faults, words, ready):
    page = open_host(
        init=f"""
        const faults = {json.dumps(faults)};
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => {{
            for (const kind of Object.keys(wish)) if (faults[kind]) throw new DOMException("", faults[kind]);
            return ask(wish);
        }};
    """
    )
    page.locator("#studio-setup").click()
    expect(page.locator("#studio-trouble")).to_contain_text(words)
    expect(page.locator("#studio-start")).to_be_visible(visible=ready)
    expect(page.locator("#studio-setup")).to_be_visible(visible=not ready)


@pytest.mark.parametrize(
    ("init", "words"),
    [
        ("delete window.MediaRecorder", "This browser cannot send pictures."),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "only over https"),
    ],
)
def test_a_browser_or_address_that_cannot_do_it_says_so_at_once(open_host, init, words):
    page = open_host(init=init)
    expect(page.locator("#studio-trouble")).to_contain_text(words)
    expect(page.locator("#studio-setup")).to_be_disabled()


def test_the_end_of_the_session_ends_the_sending(open_host, ports, session):
    page = open_host()
    set_up(page)
    send(page)
    change(ports, session, state=LiveSessionState.ENDED)
    expect(page.locator("#studio-trouble")).to_contain_text("The session is over.")
    until(page, lambda: [take.closed for take in takes(ports)] == [True])


def test_a_session_whose_broadcast_is_elsewhere_says_so(open_host, ports):
    page = open_host()
    set_up(page)
    with ports.database.transaction() as db:
        db.scalars(select(Broadcast)).one().remote_id = None
    page.locator("#studio-start").click()
    expect(page.locator("#studio-trouble")).to_contain_text("still being prepared")
    expect(page.locator("#studio-start")).to_be_visible()
