"""The studio's pieces that decide without drawing, recording or sending anything: form, layout, outbox."""

import shutil

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
OUTBOX = """async (script) => {
    const { Fault, Outbox } = await import("/static/js/studio-outbox.js");
    const sent = [], ended = [], faults = [...script.faults];
    const kept = { left: async () => script.left ?? [], keepTake() {}, keepChunk() {}, dropChunks() {}, dropTake() {} };
    const tell = (what) => {
        const fault = faults[0]?.at === what ? faults.shift() : null;
        sent.push(what);
        if (fault) throw new Fault(fault.kind, fault.kind, fault.expected);
    };
    const line = {
        open: async (take) => (tell(`open${take.takeOver ? " over" : ""}`), take.mime),
        put: async (take, chunk) => tell(`put ${take.mime} ${chunk.number}`),
        close: async (take) => tell(`close ${take.mime}`),
    };
    const outbox = new Outbox({ store: kept, line, ended: (take, fault) => ended.push(`${take.mime} ${fault.kind}`) });
    await outbox.load();
    for (const [mime, chunks] of script.takes) {
        const take = outbox.begin({ mime, startedAt: 0, age: () => 0 });
        for (let number = 0; number < chunks; number++) outbox.add(take, number);
        outbox.end(take);
    }
    await new Promise((go) => setTimeout(go, 600));
    if (script.then) outbox[script.then]();
    await new Promise((go) => setTimeout(go, 300));
    return { sent, ended, waiting: outbox.waiting, trouble: outbox.trouble?.kind ?? null };
}"""


@pytest.fixture
def page(open_page):
    page = open_page()
    page.goto("/ask")
    return page


@pytest.fixture
def outbox(page):
    """`outbox(takes, faults=…)` is what an outbox does with these takes, [name, chunks] each, on a line with these faults."""

    def run(*takes, faults=(), **more):
        return page.evaluate(OUTBOX, {"takes": takes, "faults": list(faults), **more})

    return run


def arrange(page, **wanted):
    return page.evaluate(
        """async (wanted) => (await import("/static/js/studio-layout.js")).arrange(wanted)""",
        {"width": 1280, "height": 720, **wanted},
    )


def test_takes_are_sent_one_after_the_other_and_closed(outbox):
    assert outbox(["a", 2], ["b", 1])["sent"] == ["open", "put a 0", "put a 1", "close a", "open", "put b 0", "close b"]


def test_what_an_earlier_page_left_comes_first(outbox):
    left = [{"id": "x", "mime": "old", "place": "old", "chunks": [{"number": 7, "data": 0}], "count": 8}]
    assert outbox(["a", 1], left=left)["sent"] == ["put old 7", "close old", "open", "put a 0", "close a"]


def test_a_lost_line_sends_the_same_piece_again(outbox):
    said = outbox(["a", 2], faults=[{"at": "put a 0", "kind": "line"}])
    assert said == {
        "sent": ["open", "put a 0", "put a 0", "put a 1", "close a"], "ended": [], "waiting": 0, "trouble": None,
    }  # fmt: skip


def test_what_the_other_side_has_already_is_not_sent_again(outbox):
    said = outbox(["a", 4], faults=[{"at": "put a 1", "kind": "missing", "expected": 3}])
    assert said["sent"] == ["open", "put a 0", "put a 1", "put a 3", "close a"]


def test_a_hole_that_nothing_can_fill_ends_the_take(outbox):
    said = outbox(["a", 3], ["b", 1], faults=[{"at": "put a 1", "kind": "missing", "expected": 0}])
    assert (said["ended"], said["sent"][-2:], said["waiting"]) == (["a lost"], ["put b 0", "close b"], 0)


def test_a_take_that_was_taken_over_is_dropped_and_said(outbox):
    said = outbox(["a", 3], faults=[{"at": "put a 1", "kind": "closed"}])
    assert (said["sent"], said["ended"], said["waiting"]) == (["open", "put a 0", "put a 1"], ["a closed"], 0)


def test_somebody_elses_take_is_waited_for_until_a_person_decides(outbox):
    busy = [{"at": "open", "kind": "busy"}]
    waiting = outbox(["a", 2], faults=busy)
    assert (waiting["sent"], waiting["waiting"], waiting["trouble"]) == (["open"], 2, "busy")
    over = outbox(["a", 2], faults=busy, then="takeOver")
    assert (over["sent"], over["trouble"]) == (["open", "open over", "put a 0", "put a 1", "close a"], None)
    left = outbox(["a", 2], faults=busy, then="giveUp")
    assert (left["sent"], left["waiting"], left["trouble"]) == (["open"], 0, None)


@pytest.mark.parametrize(
    ("supported", "form"),
    [
        (["video/webm;codecs=h264,opus", "video/webm"], "video/webm;codecs=h264,opus"),
        (["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/mp4"], "video/mp4;codecs=avc1.42E01F,mp4a.40.2"),
        (["video/webm;codecs=vp8,opus", "video/webm"], "video/webm;codecs=vp8,opus"),
        ([], None),
    ],
)
def test_the_form_that_costs_our_side_least_is_chosen(page, supported, form):
    chosen = page.evaluate(
        """async (all) => (await import("/static/js/studio-formats.js")).pickForm((one) => all.includes(one))""",
        supported,
    )
    assert chosen == form


def test_one_to_four_people_share_the_picture_without_touching(page):
    assert arrange(page, count=1, screen=False)["people"] == [{"x": 0, "y": 0, "width": 1280, "height": 720}]
    for count in (2, 3, 4):
        people = arrange(page, count=count, screen=False)["people"]
        assert len(people) == count
        assert not [(a, b) for a in people for b in people if a is not b and overlap(a, b)]


def test_a_screen_is_large_and_one_person_stands_in_its_corner(page):
    found = arrange(page, count=1, screen=True)
    assert found["screen"] == {"x": 0, "y": 0, "width": 1280, "height": 720}
    (person,) = found["people"]
    assert (person["x"] > 900, person["y"] > 500, person["x"] + person["width"] < 1280) == (True, True, True)


def test_beside_a_screen_several_people_stand_in_a_strip(page):
    for count in (2, 3, 4):
        found = arrange(page, count=count, screen=True)
        assert not [one for one in found["people"] if overlap(one, found["screen"])]
        assert max(one["y"] + one["height"] for one in found["people"]) <= 720


def overlap(one, other):
    """Whether two rectangles share anything."""
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    return across and one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
