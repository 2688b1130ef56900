"""What people read: of refusals, of what arrives, and on the platform."""

from datetime import UTC, datetime, timedelta

import pytest

from helpcenter.errors import NotConfigured
from helpcenter.models import Visibility
from helpcenter.services.broadcasts.health import arriving, in_words, kept
from helpcenter.services.broadcasts.plans import fingerprint_of, not_past, plan_of
from helpcenter.services.broadcasts.words import refusal
from streaming.errors import Deferred, NotAllowed, ReauthNeeded, Rejected, Retryable, Uncertain
from streaming.platform import Health, HealthIssue, Privacy, StreamHealth, StreamStatus
from streaming.youtube.block import holds_marker
from tests.factories import NOW, make_session, make_topic, make_user

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (Rejected(reason="invalidTitle"), "YouTube does not take this title."),
        (Rejected(reason="invalidScheduledStartTime"), "YouTube does not take this start or end"),
        (NotAllowed(reason="liveStreamingNotEnabled"), "Live streaming is not switched on"),
        (NotAllowed(reason="insufficientLivePermissions"), "YouTube does not let this channel stream"),
        (Rejected(reason="userBroadcastsExceedLimit"), "YouTube lets this channel make no more broadcasts"),
        (Rejected(reason="errorStreamInactive"), "No picture arrives"),
        (Rejected(reason="somethingNew"), "YouTube refuses this, and gives as its reason: somethingNew."),
        (Rejected("418: a teapot"), "YouTube refuses this, and gives as its reason: 418: a teapot."),
        (Retryable(), "YouTube does not answer as it should."),
        (Uncertain(), "YouTube's answer was lost."),
        (ReauthNeeded(), "The channel is no longer connected."),
        (Deferred(until=datetime(2026, 11, 23, 8, tzinfo=UTC)), "YouTube's quota for today is used up. It goes on at 2026-11-23 08:"),
        (NotConfigured("Set this."), "Set this."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(error, wanted):
    assert str(refusal(error)).startswith(wanted)


def seen(status=StreamStatus.ACTIVE, health=Health.GOOD, *issues):
    issues = [HealthIssue(kind, "error", "Something.") for kind in issues]
    return arriving(kept(StreamHealth(status, health, tuple(issues)), None, now=NOW))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, ["Nothing is known yet"]),
        (seen(StreamStatus.INACTIVE, Health.NO_DATA), ["No picture arrives"]),
        (seen(StreamStatus.ACTIVE, Health.BAD, "noVideoStream"), ["No picture arrives"]),
        (seen(StreamStatus.ACTIVE, Health.BAD, "noAudioStream"), ["No sound arrives"]),
        (seen(), ["Picture and sound arrive well."]),
        (seen(StreamStatus.ACTIVE, Health.OK), ["Picture and sound arrive well."]),
        (seen(StreamStatus.ACTIVE, Health.BAD), ["The picture arrives badly."]),
        (seen(StreamStatus.ACTIVE, Health.BAD, "videoIngestionStarved"), ["Your line is too slow"]),
        (seen(StreamStatus.ACTIVE, Health.OK, "gopSizeLong", "openGop"), ["Set the distance of keyframes"]),
        (seen(StreamStatus.ACTIVE, Health.OK, "brandNew"), ["YouTube says: Something."]),
    ],
)
def test_what_arrives_in_plain_words(given, wanted):
    assert [str(message)[: len(start)] for message, start in zip(in_words(given), wanted, strict=True)] == wanted


def test_what_arrives_keeps_since_when_it_is_so():
    inactive = StreamHealth(StreamStatus.INACTIVE, Health.NO_DATA)
    first = kept(inactive, None, now=NOW)
    assert arriving(kept(inactive, first, now=NOW + HOUR)).since == NOW
    active = kept(StreamHealth(StreamStatus.ACTIVE, Health.GOOD), first, now=NOW + HOUR)
    assert arriving(active).since == NOW + HOUR


def test_a_plan_says_when_what_who_and_where(db, settings):
    session = make_session(db, language="de", description="Kommen Sie vorbei.", visibility=Visibility.CUSTOMERS)
    session.topics = [make_topic(db, titles={"de": "Reifen", "en": "Tyres"})]
    session.hosts = [make_user(db, name="Kim Beispiel")]
    plan = plan_of(session, marker="qa-1", settings=settings)
    assert plan.privacy is Privacy.UNLISTED
    assert holds_marker(plan.description, "qa-1")
    assert plan.description.split("\n") == [
        "Kommen Sie vorbei.",
        "",
        "Montag, 23. November 2026, 18:00 – 19:00 (Berlin, Mitteleuropäische Normalzeit)",
        "Themen: Reifen",
        "Ihre Expertinnen und Experten: Kim Beispiel",
        f"Fragen stellen und jede Antwort auf die Sekunde finden: http://127.0.0.1:8000/sessions/{session.public_id}",
        "",
        "Ref: qa-1",
    ]


def test_a_plan_keeps_to_the_limits_of_the_platform(db, settings):
    session = make_session(db, title="<" * 300, description="ü" * 10_000)
    plan = plan_of(session, marker="qa-1", settings=settings)
    assert len(plan.title) == 100
    assert not {"<", ">"} & set(plan.title + plan.description)
    assert holds_marker(plan.description, "qa-1")
    assert len(plan.description) < 3500


def test_a_plan_for_a_session_that_should_have_begun_starts_soon(db, settings):
    plan = plan_of(make_session(db), marker="qa-1", settings=settings)
    late = not_past(plan, now=plan.ends_at + HOUR)
    assert (late.starts_at > plan.ends_at + HOUR, late.ends_at > late.starts_at) == (True, True)
    assert not_past(plan, now=NOW) == plan
    assert fingerprint_of(late) != fingerprint_of(plan)
