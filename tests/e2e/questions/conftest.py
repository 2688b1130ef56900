"""Experts who answer in their browsers, which have a camera."""

import pytest

from helpcenter.models import User
from helpcenter.services import accounts
from tests.e2e.conftest import FAKE_CAMERA

DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def chromium_flags():
    return FAKE_CAMERA


@pytest.fixture
def browser_of(open_page, site, ports):
    """`browser_of(user)` is the page of somebody who is signed in."""

    def opened(user: User):
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, user, browser="test", now=ports.clock())
        page = open_page(viewport=DESKTOP)
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        return page

    return opened
