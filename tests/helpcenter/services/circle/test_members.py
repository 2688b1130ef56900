import threading

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, Forbidden, InvalidInput, NotFound
from helpcenter.models import AuditRow, HelperState, OutgoingMail, SuggestionState, User
from helpcenter.permissions import Role
from helpcenter.services import circle
from tests.factories import NOW, make_helper, make_question, make_user

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def admin(db):
    return make_user(db, Role.ADMIN, name="Ada")


def test_an_invitation_is_a_mail_and_changes_no_role(db, admin):
    kim = make_user(db, language="de")
    helper = circle.invite(db, kim, by=admin, now=NOW)
    mail = db.scalars(select(OutgoingMail)).one()
    assert (mail.kind, mail.recipient, mail.language) == ("circle_invitation", kim.email, "de")
    assert (helper.state, helper.invited_by_id, kim.role) == (HelperState.INVITED, admin.id, Role.CUSTOMER)


def test_who_says_yes_is_a_super_user_under_the_name_that_he_chose(db, admin):
    kim = make_user(db)
    circle.invite(db, kim, by=admin, now=NOW)
    circle.accept(db, kim, name="  Bike  fox ", now=NOW)
    assert (kim.role, circle.helper_of(db, kim).name) == (Role.SUPER_USER, "Bike fox")
    actions = db.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert actions == ["circle: invited", "circle: active"]


def test_who_says_no_stays_a_customer_and_may_be_asked_again(db, admin):
    kim = make_user(db)
    circle.invite(db, kim, by=admin, now=NOW)
    circle.refuse(db, kim, now=NOW)
    with pytest.raises(Conflict):
        circle.accept(db, kim, name="", now=NOW)
    assert circle.invite(db, kim, by=admin, now=NOW.replace(day=23)).state is HelperState.INVITED
    assert (kim.role, len(db.scalars(select(OutgoingMail)).all())) == (Role.CUSTOMER, 2)


def test_nobody_becomes_one_without_an_invitation(db):
    with pytest.raises(NotFound):
        circle.accept(db, make_user(db), name="", now=NOW)


@pytest.mark.parametrize("role", [Role.SUPER_USER, Role.EXPERT, Role.EDITOR, Role.ADMIN])
def test_only_customers_are_invited(db, admin, role):
    with pytest.raises(Conflict):
        circle.invite(db, make_user(db, role), by=admin, now=NOW)


def test_nobody_is_invited_twice_at_once(db, admin):
    kim = make_user(db)
    circle.invite(db, kim, by=admin, now=NOW)
    with pytest.raises(Conflict):
        circle.invite(db, kim, by=admin, now=NOW)


@pytest.mark.parametrize("name", ["kim@example.org", "x" * 61, "a\u0000b", "ada", "BIKE FOX"])
def test_a_name_is_no_address_and_nobody_elses(db, admin, name):
    make_helper(db, name="Bike fox")
    kim = make_helper(db, name="Kim")
    with pytest.raises(InvalidInput):
        circle.rename(db, kim, name=name)
    assert circle.helper_of(db, kim).name == "Kim"


def test_several_may_have_no_name(db):
    make_helper(db)
    circle.rename(db, make_helper(db, name="Kim"), name="")


@pytest.mark.parametrize("end", ["resign", "withdraw"])
def test_whoever_leaves_or_is_taken_out_loses_all_at_once(db, admin, end):
    kim = make_helper(db, name="Bike fox")
    question = make_question(db, circle=True)
    suggestion = circle.suggest(db, question, helper=kim, body="Charge it.", language="en", now=NOW)
    if end == "resign":
        circle.resign(db, kim, now=NOW)
    else:
        circle.withdraw(db, kim, by=admin, now=NOW)
    db.refresh(suggestion)
    assert (kim.role, circle.helper_of(db, kim).name) == (Role.CUSTOMER, "")
    assert suggestion.state is SuggestionState.WITHDRAWN
    with pytest.raises(Forbidden):
        circle.suggest(db, question, helper=kim, body="Charge it.", language="en", now=NOW)


def test_an_admin_invites_through_the_role_and_ends_through_another_one(db, admin):
    kim = make_user(db)
    circle.change_role(db, kim, Role.SUPER_USER, by=admin, now=NOW)
    assert (kim.role, circle.helper_of(db, kim).state) == (Role.CUSTOMER, HelperState.INVITED)
    circle.accept(db, kim, name="", now=NOW)
    circle.change_role(db, kim, Role.EXPERT, by=admin, now=NOW)
    assert (kim.role, circle.helper_of(db, kim).state) == (Role.EXPERT, HelperState.WITHDRAWN)


def test_an_invitation_that_was_taken_back_cannot_be_accepted(db, admin):
    kim = make_user(db)
    circle.invite(db, kim, by=admin, now=NOW)
    circle.withdraw(db, kim, by=admin, now=NOW)
    with pytest.raises(Conflict):
        circle.accept(db, kim, name="", now=NOW)


def test_whoever_suggests_while_his_rights_are_taken_keeps_neither(each_database, ports):
    with ports.database.transaction() as db:
        kim, admin, question = make_helper(db), make_user(db, Role.ADMIN), make_question(db, circle=True)
    failed = []

    def suggest():
        try:
            with ports.database.transaction() as mine:
                circle.suggest(mine, question, helper=kim, body="Charge it.", language="en", now=NOW)
        except Forbidden:
            failed.append(True)

    late = threading.Thread(target=suggest)
    with ports.database.transaction() as db:
        circle.withdraw(db, db.get_one(User, kim.id), by=admin, now=NOW)
        late.start()
        late.join(0.3)
    late.join()
    assert failed == [True]
