"""Signatures in links and cookies, whatever somebody writes in their place."""

import pytest

from helpcenter.tokens import is_signed, signature
from tests.factories import make_question, make_session, make_user

ANY_SIGNS = ["", "a", "ü", "🚲", "\0", "a" * 10_000]


def test_a_signature_is_known_again_and_counts_for_its_purpose_alone():
    given = signature("secret", "voter", "kim")
    assert [is_signed("secret", purpose, "kim", given) for purpose in ("voter", "csrf")] == [True, False]


@pytest.mark.parametrize("given", ANY_SIGNS)
def test_any_other_signs_are_no_signature(given):
    assert not is_signed("secret", "voter", "kim", given)


def test_signs_beyond_ascii_are_a_wrong_key_a_new_browser_and_an_old_form(app, client, ports, sign_in):
    with ports.database.transaction() as db:
        question, session, user = make_question(db, confirmed=False), make_session(db), make_user(db)
    assert client.get(f"/questions/{question.public_id}?key=ü").status_code == 404
    cookie = {"Cookie": "voter=kim.ü".encode().decode("latin-1")}
    own = app.test_client(use_cookies=False).get(f"/sessions/{session.public_id}/own.json", headers=cookie)
    assert (own.status_code, own.json) == (200, {"voted": [], "asked": []})
    assert sign_in(user).post("/ask", headers={"X-CSRF-Token": "ü"}).status_code == 403
