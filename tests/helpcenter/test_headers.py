import pytest

PAGES = ["/", "/search?q=x", "/ask", "/sign-in", "/nowhere", "/health"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_framing_inline_scripts_and_sniffing(client, path):
    headers = client.get(path).headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_page_of_somebody_who_is_signed_in_is_kept_by_no_cache(sign_in, ports):
    from tests.factories import make_user

    with ports.database.transaction() as db:
        user = make_user(db)
    assert sign_in(user).get("/").headers["Cache-Control"] == "private, no-store"


def test_a_request_for_another_host_is_refused(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("site", "origin", "status"),
    [
        ("same-origin", None, 401),
        ("none", None, 401),
        ("cross-site", None, 403),
        ("same-site", None, 403),
        (None, "http://localhost", 401),
        (None, "https://evil.example", 403),
        (None, "null", 403),
        (None, None, 403),
    ],
)
def test_a_change_must_come_from_our_own_page(app, site, origin, status):
    given = {"Sec-Fetch-Site": site, "Origin": origin}
    headers = {name: value for name, value in given.items() if value is not None}
    answer = app.test_client().post("/sign-in", data={"email": "kim@example.org", "password": "wrong"}, headers=headers)
    assert answer.status_code == status
