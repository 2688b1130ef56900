import pytest
from sqlalchemy import select

from helpcenter.models import AuditRow, OutgoingMail, User
from helpcenter.permissions import Role
from tests.factories import make_user


@pytest.fixture
def admin(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.ADMIN, email="ada@example.org")


def test_a_new_person_gets_a_link_by_mail(sign_in, ports, admin):
    sign_in(admin).post("/admin/people", data={"email": "kim@example.org", "role": "editor", "name": "Kim"})
    with ports.database.reading() as db:
        assert db.scalars(select(User.role).where(User.email == "kim@example.org")).one() is Role.EDITOR
        assert db.scalars(select(OutgoingMail.recipient)).all() == ["kim@example.org"]


def test_a_bad_address_is_answered_in_words_and_what_was_typed_stays(sign_in, admin):
    answer = sign_in(admin).post("/admin/people", data={"email": "kim", "role": "editor", "name": "Kim Beispiel"})
    assert answer.status_code == 400
    assert "This is not a mail address." in answer.text
    assert 'value="Kim Beispiel"' in answer.text


def test_changing_a_role_is_noted(sign_in, ports, admin):
    with ports.database.transaction() as db:
        user = make_user(db)
    sign_in(admin).post(f"/admin/people/{user.public_id}/role", data={"role": "expert"})
    with ports.database.reading() as db:
        row = db.scalars(select(AuditRow)).one()
    assert (row.actor_id, row.action, row.thing_id, row.detail) == (
        admin.id,
        "role changed",
        user.id,
        {"from": "customer", "to": "expert"},
    )


@pytest.mark.parametrize("path", ["/admin/people", "/admin/mail", "/admin/system"])
def test_every_page_of_the_administration_opens_when_there_is_nothing_yet(sign_in, admin, path):
    assert sign_in(admin).get(path).status_code == 200
