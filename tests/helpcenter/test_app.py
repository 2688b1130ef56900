from helpcenter.web.people import access_of


def test_health_answers(client):
    assert client.get("/health").json == {"status": "ok"}


def test_every_endpoint_is_guarded_or_public(app):
    forgotten = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and access_of(app.view_functions[rule.endpoint]) is None
    ]
    assert forgotten == []


def test_an_unknown_address_is_a_page_in_the_readers_language(client):
    answer = client.get("/nowhere", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is nothing here, or not for you." in answer.text
