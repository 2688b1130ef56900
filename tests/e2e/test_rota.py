"""The rota in a real browser: an editor plans four weeks, an expert is ill tomorrow, another takes the open shift."""

import shutil

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import OutgoingMail, Shift
from helpcenter.permissions import Role
from helpcenter.services import accounts
from tests.factories import make_topic, make_user
from tests.helpcenter.services.rota.conftest import NOW

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]


@pytest.fixture
def as_(open_page, site, ports):
    """`as_(user)` is a page of that person's browser."""

    def opened(user, **options):
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, user, browser="test", now=ports.clock())
        page = open_page(**options)
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        return page

    return opened


def test_a_rota_is_planned_somebody_is_ill_and_another_takes_over(as_, ports, clock):
    clock.now = NOW
    with ports.database.transaction() as db:
        make_topic(db, titles={"en": "Battery"}, slug="battery")
        people = [make_user(db, Role.EXPERT, name=name) for name in ("Ada", "Ben", "Cem")]
        edith = make_user(db, Role.EDITOR, name="Edith")
    page = as_(edith, viewport={"width": 1280, "height": 800})
    page.goto("/workbench/rota")
    page.get_by_role("link", name="Make a team").click()
    page.get_by_label("Name").fill("Batteries")
    page.get_by_role("button", name="Add").click()
    for one in people:
        page.get_by_role("checkbox", name=one.name).check()
    page.get_by_role("checkbox", name="Battery").check()
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_label("Weeks").fill("4")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_role("heading", name="The plan before it counts")).to_be_visible()
    expect(page.get_by_text("Largest distance from a fair share")).to_be_visible()
    page.get_by_role("button", name="Let this plan count").click()
    expect(page.get_by_role("status").first).to_contain_text("The plan counts.")
    with ports.database.reading() as db:
        shifts = db.scalars(select(Shift).order_by(Shift.starts_at)).all()
        ill = next(one for one in people if one.id == shifts[0].user_id)
    assert len(shifts) == 38

    phone = as_(ill)
    phone.goto("/workbench/rota/mine")
    phone.get_by_label("From", exact=True).fill(shifts[0].day.isoformat())
    phone.get_by_label("Until", exact=True).fill(shifts[0].day.isoformat())
    phone.get_by_role("button", name="Enter the absence").click()
    expect(phone.get_by_role("status").first).to_contain_text("are open now")
    with ports.database.reading() as db:
        asked = db.scalars(select(OutgoingMail.recipient).where(OutgoingMail.kind == "shifts_open")).all()
    assert set(asked) == {one.email for one in people if one is not ill}

    other = next(one for one in people if one is not ill)
    colleague = as_(other)
    colleague.goto(f"/workbench/rota?day={shifts[0].day}")
    colleague.get_by_role("button", name="Take:").first.click()
    expect(colleague.get_by_role("status").first).to_contain_text("The shift is yours.")
    with ports.database.reading() as db:
        assert db.get_one(Shift, shifts[0].id).user_id == other.id
