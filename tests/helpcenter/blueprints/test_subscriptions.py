import pytest
from sqlalchemy import select

from helpcenter.models import OutgoingMail, Subscription, Visibility
from helpcenter.services.notifications import links
from tests.factories import make_session, make_subscription, make_topic, make_user

EN = {"Accept-Language": "en"}


def _rows(ports, model=Subscription):
    with ports.database.reading() as db:
        return db.scalars(select(model).order_by(model.id)).all()


@pytest.fixture
def wish(ports):
    """An unconfirmed subscription, the path of its page, and its key."""
    with ports.database.transaction() as db:
        one = make_subscription(db, email="kim@example.org", confirmed=False)
        make_subscription(db, "topic:gone", email="kim@example.org")
        make_subscription(db, email="other@example.org")
    key = links.subscriber_key(ports.settings, one.public_id)
    return one, f"/subscriptions/{one.public_id}", key


def test_a_visitor_is_sent_a_link(client, ports):
    with ports.database.transaction() as db:
        session = make_session(db)
    target = f"session:{session.public_id}"
    answer = client.post("/subscriptions", data={"target": target, "email": "kim@example.org"})
    assert (answer.status_code, answer.location) == (303, "/subscriptions/thanks?told=mailed&kind=session")
    assert "Please look into your mail" in client.get(answer.location, headers=EN).text
    assert [(one.target, one.email, one.confirmed_at) for one in _rows(ports)] == [(target, "kim@example.org", None)]
    assert [mail.kind for mail in _rows(ports, OutgoingMail)] == ["confirm_subscription"]


def test_whoever_is_signed_in_is_subscribed_at_once_by_his_own_address(ports, sign_in):
    with ports.database.transaction() as db:
        customer = make_user(db, email="kim@example.org")
    answer = sign_in(customer).post("/subscriptions", data={"target": "all", "email": "victim@example.org"})
    assert answer.location == "/subscriptions/thanks?told=subscribed&kind=all"
    assert [(one.email, one.user_id, one.confirmed_at) for one in _rows(ports)] == [
        ("kim@example.org", customer.id, ports.clock())
    ]


def test_the_form_says_what_one_subscribes_to(client, ports):
    with ports.database.transaction() as db:
        make_topic(db, slug="battery", titles={"en": "Battery"})
    assert "All live sessions about Battery" in client.get("/subscriptions?target=topic:battery", headers=EN).text
    assert ">All live sessions<" in client.get("/subscriptions", headers=EN).text
    assert client.get("/subscriptions?target=topic:none").status_code == 404


def test_a_mistake_keeps_what_was_typed(client, ports):
    answer = client.post("/subscriptions", data={"target": "all", "email": "nonsense"}, headers=EN)
    assert (answer.status_code, 'value="nonsense"' in answer.text, "not a mail address" in answer.text) == (
        400,
        True,
        True,
    )
    assert _rows(ports) == []


def test_what_one_may_not_see_one_cannot_subscribe_to(client, ports):
    with ports.database.transaction() as db:
        session = make_session(db, visibility=Visibility.CUSTOMERS)
    data = {"target": f"session:{session.public_id}", "email": "kim@example.org"}
    assert client.post("/subscriptions", data=data).status_code == 404
    assert _rows(ports) == []


def test_the_link_in_the_mail_asks_before_it_confirms(client, ports, wish):
    _, path, key = wish
    page = client.get(f"{path}?key={key}", headers=EN)
    assert ["Yes, write to me" in page.text, _rows(ports)[0].confirmed_at] == [True, None]
    answer = client.post(f"{path}/confirm", data={"key": key})
    assert answer.location == f"{path}?key={key}&told=confirmed"
    assert _rows(ports)[0].confirmed_at == ports.clock()
    assert "Yes, write to me" not in client.get(answer.location, headers=EN).text


@pytest.mark.parametrize("key", ["", "0" * 32])
def test_without_the_right_key_nothing_is_shown_or_done(client, ports, wish, key):
    _, path, _ = wish
    statuses = [client.get(f"{path}?key={key}").status_code, client.post(f"{path}?key={key}").status_code]
    statuses += [client.post(f"{path}/{action}", data={"key": key}).status_code for action in ("confirm", "leave")]
    assert (statuses, len(_rows(ports))) == ([404] * 4, 3)


def test_one_subscription_is_ended_or_all_of_the_address(client, ports, wish):
    _, path, key = wish
    other = _rows(ports)[1]
    answer = client.post(f"{path}/leave", data={"key": key, "which": other.public_id})
    assert answer.location == f"{path}?key={key}&told=left"
    assert [row.target for row in _rows(ports)] == ["all", "all"]
    answer = client.post(f"{path}/leave", data={"key": key})
    assert answer.location == "/subscriptions/left"
    assert [row.email for row in _rows(ports)] == ["other@example.org"]
    assert client.get(answer.location).status_code == 200


def test_nobody_ends_the_subscription_of_another_address(client, ports, wish):
    _, path, key = wish
    stranger = _rows(ports)[2]
    client.post(f"{path}/leave", data={"key": key, "which": stranger.public_id})
    assert len(_rows(ports)) == 3


def test_a_mail_program_ends_it_in_one_click_from_anywhere(app, ports, wish):
    _, path, key = wish
    foreign = app.test_client()
    headers = {"Sec-Fetch-Site": "cross-site"}
    data = {"List-Unsubscribe": "One-Click"}
    assert foreign.post(f"{path}/leave", data={"key": key}, headers=headers).status_code == 403
    assert foreign.post(f"{path}?key={key}", data=data).status_code == 303
    assert [row.email for row in _rows(ports)] == ["other@example.org"]
