"""What tests of scheduling begin with: a host, and the details of a session of an hour."""

import pytest

from helpcenter.models import Visibility
from helpcenter.permissions import Role
from helpcenter.services.sessions import SessionDetails
from tests.factories import make_user


def usual(**values):
    """An hour in English for everybody, but for what is named."""
    defaults = {
        "title": "Questions about e-bikes", "description": "Ask Anna.", "language": "en", "zone": "Europe/Berlin",
        "minutes": 60, "visibility": Visibility.PUBLIC, "topics": [], "hosts": [], "channel": None,
    }  # fmt: skip
    return SessionDetails(**{**defaults, **values})


@pytest.fixture
def host(db):
    return make_user(db, Role.EXPERT, name="Anna Beispiel")


@pytest.fixture
def details(host):
    """`details(title="…", …)` is a session of Anna's, but for what is named."""
    return lambda **values: usual(**{"hosts": [host], **values})
