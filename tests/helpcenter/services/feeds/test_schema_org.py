import json

from helpcenter.models import LiveSessionState, Topic, User
from helpcenter.services.feeds import structured_data
from tests.helpcenter.services.feeds.test_ics import _session


def test_search_engines_read_an_event_and_its_broadcast(settings):
    site = settings.model_copy(update={"site_url": "https://help.example.org"})
    topic = Topic(slug="battery", titles={"en": "Battery"})
    session = _session(hosts=[User(name="Anna")], topics=[topic], picture_key="sessions/a.jpg")
    event, broadcast = structured_data(session, site)["@graph"]
    common = {
        "name": "Questions about e-bikes", "url": "https://help.example.org/sessions/5ession1",
        "startDate": "2026-11-22T10:00:00+01:00", "endDate": "2026-11-22T11:00:00+01:00",
        "eventStatus": "https://schema.org/EventScheduled", "inLanguage": "en", "isAccessibleForFree": True,
    }  # fmt: skip
    assert event == {
        "@type": "Event", "@id": "https://help.example.org/sessions/5ession1#event", **common, "description": "Bring your own.",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": common["url"]},
        "organizer": {"@type": "Organization", "name": "Help Center", "url": "https://help.example.org"},
        "performer": [{"@type": "Person", "name": "Anna"}],
        "about": [{"@type": "Thing", "name": "Battery", "url": "https://help.example.org/topics/battery"}],
        "image": ["https://help.example.org/media/sessions/a.jpg"],
    }  # fmt: skip
    assert broadcast == {
        "@type": "BroadcastEvent", "@id": "https://help.example.org/sessions/5ession1#broadcast", **common,
        "isLiveBroadcast": True, "broadcastOfEvent": {"@id": event["@id"]},
    }  # fmt: skip


def test_what_was_called_off_is_marked(settings):
    data = structured_data(_session(state=LiveSessionState.CANCELLED), settings)
    assert {part["eventStatus"] for part in data["@graph"]} == {"https://schema.org/EventCancelled"}
    assert json.loads(json.dumps(data)) == data
