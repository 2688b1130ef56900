import pytest
from sqlalchemy import select

from helpcenter.models import LiveSession, SessionKind
from helpcenter.permissions import Role
from tests.factories import make_session, make_topic, make_user

NOW_OPEN = {"minutes": "30", "language": "en"}


@pytest.fixture
def expert(ports, sign_in):
    with ports.database.transaction() as db:
        user = make_user(db, Role.EXPERT, name="Maria Weber")
        make_topic(db, slug="brakes", titles={"en": "Brakes"})
    return sign_in(user)


def test_one_click_opens_the_desk_and_leads_to_the_hosts_page(ports, expert, client):
    page = expert.get("/desk").text
    assert "Open the desk now" in page
    answer = expert.post("/desk", data={**NOW_OPEN, "topics": ["brakes"]})
    with ports.database.reading() as db:
        opened = db.scalars(select(LiveSession)).one()
    assert (answer.status_code, answer.location) == (303, f"/console/{opened.public_id}")
    assert (opened.kind, opened.title) == (SessionKind.OFFICE_HOURS, "Office hours: Brakes")
    assert "the desk is open" in client.get("/sessions").text


def test_what_cannot_be_is_told_beside_what_was_typed(ports, expert):
    assert expert.post("/desk", data={**NOW_OPEN, "minutes": "7"}).status_code == 422
    with ports.database.transaction() as db:
        host = db.scalars(select(LiveSession)).all()
        assert host == []


def test_who_is_in_a_session_is_told_which(ports, sign_in):
    with ports.database.transaction() as db:
        user = make_user(db, Role.EXPERT)
        make_session(db, hosts=[user], title="The big evening", starts_at=ports.clock())
    answer = sign_in(user).post("/desk", data=NOW_OPEN)
    assert answer.status_code == 409
    assert "The big evening" in answer.text


def test_customers_have_no_desk(ports, sign_in, client):
    with ports.database.transaction() as db:
        customer = make_user(db, Role.CUSTOMER)
    assert sign_in(customer).get("/desk").status_code == 403
    assert client.get("/desk").status_code in {302, 303, 401}
