"""Guests: invited, at the door, in, and gone; on both databases where rows decide."""

from datetime import timedelta

import pytest

from helpcenter.errors import Conflict, InvalidInput, NotFound
from helpcenter.models import GuestState, LiveSessionState
from helpcenter.services import guests
from helpcenter.tokens import fingerprint
from tests.factories import NOW, make_session

SECOND = timedelta(seconds=1)
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"


@pytest.fixture
def session(db):
    return make_session(db, state=LiveSessionState.REHEARSING)


@pytest.fixture
def knocking(db, session):
    """`knocking(name)` is somebody at the door."""

    def made(name="Ahmed"):
        guest, _ = guests.invite(db, session, now=NOW)
        guests.knock(db, guest, name=name, agreed=True, now=NOW)
        return guest

    return made


@pytest.fixture
def inside(db, session, knocking):
    guest = knocking()
    guests.admit(db, session, guest, now=NOW)
    return guest


def test_a_link_leads_to_its_guest_and_only_its_fingerprint_is_kept(each_database, db, session):
    guest, token = guests.invite(db, session, now=NOW)
    assert guests.by_token(db, session.public_id, token) is guest
    assert (guest.token_hash, guest.state) == (fingerprint(token), GuestState.INVITED)


def test_a_wrong_secret_and_a_wrong_session_are_the_same(db, session):
    _, token = guests.invite(db, session, now=NOW)
    other = make_session(db)
    for session_id, secret in ((session.public_id, "wrong"), (other.public_id, token), ("", token)):
        with pytest.raises(NotFound, match="leads nowhere"):
            guests.by_token(db, session_id, secret)


@pytest.mark.parametrize("state", [LiveSessionState.ENDED, LiveSessionState.CANCELLED, LiveSessionState.DRAFT])
def test_links_are_made_only_while_the_session_is_open(db, state):
    with pytest.raises(Conflict, match="over"):
        guests.invite(db, make_session(db, state=state), now=NOW)


def test_links_end_with_their_session(db, session, inside):
    session.state = LiveSessionState.ENDED
    for deed in (
        lambda: guests.knock(db, inside, name="Ahmed", agreed=True, now=NOW),
        lambda: guests.offer(db, inside, SDP, after=1, now=NOW),
    ):
        with pytest.raises(Conflict, match="over"):
            deed()


def test_there_are_at_most_twenty_links_and_taking_one_back_makes_room(db, session):
    first, _ = guests.invite(db, session, now=NOW)
    for _ in range(19):
        guests.invite(db, session, now=NOW)
    with pytest.raises(Conflict, match="20 links"):
        guests.invite(db, session, now=NOW)
    guests.remove(db, first)
    guests.invite(db, session, now=NOW)
    assert first not in guests.of_session(db, session)


def test_nobody_comes_to_the_door_without_consent_or_a_name(db, session):
    guest, _ = guests.invite(db, session, now=NOW)
    with pytest.raises(InvalidInput, match="consent"):
        guests.knock(db, guest, name="Ahmed", agreed=False, now=NOW)
    for name in ("", " \t ", "x" * 61, "\u202e"):
        with pytest.raises(InvalidInput, match="name"):
            guests.knock(db, guest, name=name, agreed=True, now=NOW)
    assert (guest.state, guest.agreed_at) == (GuestState.INVITED, None)


def test_consent_and_name_are_kept_with_their_time(each_database, db, session):
    guest, _ = guests.invite(db, session, now=NOW)
    guests.knock(db, guest, name=" Ahmed \n \u202eÖztürk 👩‍🔧 ", agreed=True, now=NOW)
    assert (guest.name, guest.agreed_at, guest.state) == ("Ahmed Öztürk 👩‍🔧", NOW, GuestState.KNOCKING)


def test_three_are_let_in_and_a_fourth_when_one_has_gone(each_database, db, session, knocking):
    people = [knocking(name) for name in ("A", "B", "C", "D")]
    for guest in people[:3]:
        guests.admit(db, session, guest, now=NOW)
    with pytest.raises(Conflict, match="3 guests"):
        guests.admit(db, session, people[3], now=NOW)
    guests.leave(db, people[0])
    guests.admit(db, session, people[3], now=NOW)
    assert [guest.state for guest in people] == [GuestState.LEFT, *[GuestState.ADMITTED] * 3]


def test_whoever_gave_no_sign_of_life_takes_nobodys_place(each_database, db, session, knocking):
    people = [knocking(name) for name in ("A", "B", "C", "D")]
    for guest in people[:3]:
        guests.admit(db, session, guest, now=NOW)
    later = NOW + timedelta(minutes=2)
    for guest in people[1:]:
        guests.hear(guest, now=later)
    guests.admit(db, session, people[3], now=later)
    assert people[0].state is GuestState.LEFT


def test_only_who_knocks_is_let_in(db, session):
    guest, _ = guests.invite(db, session, now=NOW)
    with pytest.raises(Conflict, match="come or gone"):
        guests.admit(db, session, guest, now=NOW)


def test_loading_the_page_again_keeps_one_in_but_a_long_absence_does_not(db, inside):
    guests.knock(db, inside, name="Ahmed", agreed=True, now=NOW + 30 * SECOND)
    assert inside.state is GuestState.ADMITTED
    guests.knock(db, inside, name="Ahmed", agreed=True, now=NOW + 91 * SECOND)
    assert inside.state is GuestState.KNOCKING


def test_who_wants_another_name_is_let_in_anew(db, inside):
    guests.knock(db, inside, name="The managing director", agreed=True, now=NOW)
    assert inside.state is GuestState.KNOCKING


def test_who_left_may_knock_again_and_who_was_sent_out_may_not(db, inside):
    guests.leave(db, inside)
    guests.knock(db, inside, name="Ahmed", agreed=True, now=NOW)
    assert inside.state is GuestState.KNOCKING
    guests.remove(db, inside)
    with pytest.raises(Conflict, match="has ended your part"):
        guests.knock(db, inside, name="Ahmed", agreed=True, now=NOW)


def test_a_handshake_goes_round_by_round(each_database, db, inside):
    assert guests.offer(db, inside, SDP, after=1, now=NOW) == 2
    guests.answer(db, inside, SDP + "a", number=2)
    assert (inside.offer, inside.answer) == (None, SDP + "a")
    assert guests.offer(db, inside, SDP + "b", after=2, now=NOW) == 3
    with pytest.raises(Conflict, match="connects anew"):
        guests.answer(db, inside, SDP, number=2)
    assert (inside.offer, inside.answer, inside.round) == (SDP + "b", None, 3)


def test_the_window_in_which_he_knocked_last_connects_and_no_other(each_database, db, inside):
    guests.offer(db, inside, SDP, after=1, now=NOW)
    guests.knock(db, inside, name="Ahmed", agreed=True, now=NOW)
    with pytest.raises(Conflict, match="another window"):
        guests.offer(db, inside, SDP, after=2, now=NOW)
    assert guests.offer(db, inside, SDP + "b", after=3, now=NOW) == 4
    assert inside.offer == SDP + "b"


def test_only_who_is_in_offers_and_only_what_a_browser_would(db, knocking, inside):
    with pytest.raises(Conflict, match="not let you in"):
        guests.offer(db, knocking("Léa"), SDP, after=1, now=NOW)
    for sdp in ("", "hello", "v=0" + "x" * 70_000, "v=0\0"):
        with pytest.raises(InvalidInput):
            guests.offer(db, inside, sdp, after=1, now=NOW)


def test_addresses_in_handshakes_go_with_the_guest_and_with_the_session(each_database, db, session, inside, knocking):
    guests.offer(db, inside, SDP, after=1, now=NOW)
    guests.leave(db, inside)
    assert (inside.offer, inside.answer) == (None, None)
    second = knocking("Léa")
    guests.admit(db, session, second, now=NOW)
    guests.offer(db, second, SDP, after=1, now=NOW)
    assert guests.sweep(db) == 0
    session.state = LiveSessionState.ENDED
    assert guests.sweep(db) == 1
    db.refresh(second)
    assert (second.offer, second.agreed_at) == (None, NOW)


def test_a_host_who_lost_a_guest_asks_for_another_round(db, inside):
    guests.offer(db, inside, SDP, after=1, now=NOW)
    guests.answer(db, inside, SDP, number=2)
    guests.ask_again(inside)
    assert (inside.offer, inside.answer) == (None, None)


def test_signs_of_life_are_noted_every_few_seconds(inside):
    guests.hear(inside, now=NOW + SECOND)
    assert inside.seen_at == NOW
    guests.hear(inside, now=NOW + 6 * SECOND)
    assert inside.seen_at == NOW + 6 * SECOND


def test_turn_passwords_are_those_of_coturn(settings):
    assert guests.ice_servers(settings, NOW) == []
    given = settings.model_copy(
        update={"stun_url": "stun:stun.example:3478", "turn_url": "turn:turn.example:3478", "turn_secret": "north"}
    )
    assert guests.ice_servers(given, NOW) == [
        {"urls": "stun:stun.example:3478"},
        # printf 1795424400 | openssl dgst -binary -sha1 -hmac north | base64
        {"urls": "turn:turn.example:3478", "username": "1795424400", "credential": "F4W5JbtFmYrnG5vAzNVqaoIiw9w="},
    ]
