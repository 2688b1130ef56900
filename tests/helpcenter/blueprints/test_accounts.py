import pytest
from sqlalchemy import select

from helpcenter.models import MailState, OutgoingMail, SignIn, User
from helpcenter.permissions import Role
from helpcenter.services import accounts
from tests.factories import make_user

PASSWORD = "a rather long pedal"


@pytest.fixture
def kim(ports):
    with ports.database.transaction() as db:
        user = make_user(db, email="kim@example.org")
        accounts.set_password(db, user, PASSWORD, now=ports.clock())
    return user


def test_the_right_password_signs_in(client, kim):
    answer = client.post("/sign-in", data={"email": "Kim@example.org", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.location) == (302, "/account")
    assert client.get("/account").status_code == 200


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(client, kim):
    answers = [
        client.post("/sign-in", data={"email": email, "password": "wrong"})
        for email in ("kim@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text.replace("kim@", "nobody@") == answers[1].text


def test_a_link_by_mail_is_promised_to_everybody_and_sent_to_whom_it_belongs(client, ports, kim):
    answers = [
        client.post("/sign-in/mail", data={"email": email}).text for email in ("kim@example.org", "nobody@example.org")
    ]
    assert answers[0].replace("kim@", "nobody@") == answers[1]
    with ports.database.reading() as db:
        assert [(mail.recipient, mail.state) for mail in db.scalars(select(OutgoingMail))] == [
            ("kim@example.org", MailState.NEW)
        ]


def test_opening_a_link_changes_nothing_and_its_button_signs_in_once(client, ports, kim):
    with ports.database.transaction() as db:
        _, token = accounts.new_mail_link(db, kim, now=ports.clock())
    assert client.get(f"/sign-in/link/{token}").status_code == 200
    assert client.post(f"/sign-in/link/{token}").status_code == 302
    assert client.get("/account").status_code == 200
    assert client.post(f"/sign-in/link/{token}", headers={"X-CSRF-Token": "?"}).status_code in {403, 410}


def test_signing_out_ends_it_on_the_server(sign_in, ports, kim):
    browser = sign_in(kim)
    assert browser.post("/sign-out").status_code == 302
    with ports.database.reading() as db:
        assert db.scalars(select(SignIn.revoked_at)).all() == [ports.clock()]


def test_a_change_without_the_token_of_ones_sign_in_is_refused(sign_in, ports, kim):
    browser = sign_in(kim)
    del browser.environ_base["HTTP_X_CSRF_TOKEN"]
    assert browser.post("/account", data={"name": "Somebody else"}).status_code == 403
    with ports.database.reading() as db:
        assert db.scalars(select(User.name)).one() == kim.name


def test_nobody_ends_the_sign_in_of_somebody_else(sign_in, ports, kim):
    with ports.database.transaction() as db:
        other = make_user(db)
        accounts.start_sign_in(db, other, browser="", now=ports.clock())
        db.flush()
        sign_in_id = db.scalars(select(SignIn.id).where(SignIn.user_id == other.id)).one()
    assert sign_in(kim).post(f"/account/sign-ins/{sign_in_id}/revoke").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "///evil",
        "javascript:alert(1)",
        "/a\nb",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(client, kim, address):
    answer = client.post("/sign-in", data={"email": "kim@example.org", "password": PASSWORD, "next": address})
    assert (answer.status_code, answer.location) == (302, "/")


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client):
    answer = client.get("/account")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account")


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ANONYMOUS, Role.ADMIN}])
@pytest.mark.parametrize("path", ["/admin/people", "/admin/mail", "/admin/system"])
def test_only_admins_see_the_administration(sign_in, ports, role, path):
    with ports.database.transaction() as db:
        user = make_user(db, role)
    assert sign_in(user).get(path).status_code == 403


def test_guessing_passwords_is_slowed_down(client, kim):
    answers = [
        client.post("/sign-in", data={"email": "kim@example.org", "password": "wrong"}).status_code for _ in range(11)
    ]
    assert answers == [401] * 10 + [429]
