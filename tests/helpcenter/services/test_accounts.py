import pytest

from helpcenter.errors import Conflict, Forbidden, InvalidInput
from helpcenter.models import OutgoingMail
from helpcenter.permissions import Role
from helpcenter.services import accounts
from tests.factories import make_user

GOOD = "a rather long pedal"


def test_an_address_has_one_account(db, clock):
    accounts.create_user(db, email=" Kim@Example.org", role=Role.CUSTOMER, now=clock.now)
    with pytest.raises(Conflict):
        accounts.create_user(db, email="kim@example.org", role=Role.EDITOR, now=clock.now)


@pytest.mark.parametrize(
    "text", ["", "kim", "kim@", "a@b.org,c@d.org", "Kim <kim@example.org>", "kim@example.org\nBcc: x@example.org"]
)
def test_what_is_no_address_makes_no_account(db, clock, text):
    with pytest.raises(InvalidInput):
        accounts.create_user(db, email=text, role=Role.CUSTOMER, now=clock.now)


def test_only_the_right_password_opens(db, clock):
    user = make_user(db)
    accounts.set_password(db, user, GOOD, now=clock.now)
    assert accounts.password_is(user, GOOD)
    assert not accounts.password_is(user, GOOD + " ")
    assert not accounts.password_is(None, GOOD)
    assert not accounts.password_is(make_user(db), "")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "x" * 500])
def test_weak_and_endless_passwords_are_refused(db, clock, password):
    with pytest.raises(InvalidInput):
        accounts.set_password(db, make_user(db), password, now=clock.now)


def test_a_sign_in_ends_when_it_is_revoked(db, clock):
    user = make_user(db)
    token = accounts.start_sign_in(db, user, browser="Firefox", now=clock.now)
    db.flush()
    sign_in = accounts.current_sign_in(db, token, now=clock.now)
    assert sign_in.user is user
    accounts.revoke(db, sign_in, now=clock.now)
    db.expire_all()
    assert accounts.current_sign_in(db, token, now=clock.now) is None


def test_staff_is_signed_out_after_twelve_hours_and_customers_after_thirty_days(db, clock):
    tokens = {
        role: accounts.start_sign_in(db, make_user(db, role), browser="", now=clock.now)
        for role in (Role.EDITOR, Role.CUSTOMER)
    }
    db.flush()

    def signed_in():
        return [role for role, token in tokens.items() if accounts.current_sign_in(db, token, now=clock.now)]

    assert signed_in() == [Role.EDITOR, Role.CUSTOMER]
    clock.advance(hours=13)
    assert signed_in() == [Role.CUSTOMER]
    clock.advance(days=30)
    assert signed_in() == []


def test_a_new_password_ends_every_sign_in(db, clock):
    user = make_user(db)
    token = accounts.start_sign_in(db, user, browser="", now=clock.now)
    db.flush()
    accounts.set_password(db, user, GOOD, now=clock.now)
    db.expire_all()
    assert accounts.current_sign_in(db, token, now=clock.now) is None


def test_a_mailed_link_works_once_and_for_half_an_hour(db, clock):
    user = make_user(db)
    _, used = accounts.new_mail_link(db, user, now=clock.now)
    _, late = accounts.new_mail_link(db, user, now=clock.now)
    db.flush()
    assert accounts.use_mail_link(db, used, now=clock.now) is user
    assert accounts.use_mail_link(db, used, now=clock.now) is None
    clock.advance(minutes=31)
    assert accounts.use_mail_link(db, late, now=clock.now) is None


def test_a_sign_in_link_is_one_mail(db, clock):
    user = make_user(db)
    accounts.mail_sign_in_link(db, user, target="/account", now=clock.now)
    mail = db.query(OutgoingMail).one()
    assert (mail.kind, mail.recipient, mail.language) == ("sign_in", user.email, user.language)


def test_a_new_role_counts_at_once(db, clock):
    admin, user = make_user(db, Role.ADMIN), make_user(db)
    token = accounts.start_sign_in(db, user, browser="", now=clock.now)
    db.flush()
    accounts.set_role(db, user, Role.EDITOR, by=admin, now=clock.now)
    db.expire_all()
    assert user.role is Role.EDITOR
    assert accounts.current_sign_in(db, token, now=clock.now) is None


def test_nobody_changes_the_own_role_and_one_admin_stays(db, clock):
    admin, other = make_user(db, Role.ADMIN), make_user(db, Role.ADMIN)
    with pytest.raises(Forbidden):
        accounts.set_role(db, admin, Role.CUSTOMER, by=admin, now=clock.now)
    accounts.disable(db, other, by=admin, now=clock.now)
    with pytest.raises(Forbidden):
        accounts.set_role(db, admin, Role.EDITOR, by=other, now=clock.now)


def test_whoever_is_locked_out_is_out_at_once(db, clock):
    admin, user = make_user(db, Role.ADMIN), make_user(db)
    _, link = accounts.new_mail_link(db, user, now=clock.now)
    db.flush()
    accounts.disable(db, user, by=admin, now=clock.now)
    assert accounts.use_mail_link(db, link, now=clock.now) is None
    assert accounts.find(db, user.email) is None
