"""What must be true after a siege: whatever was confirmed is there, plays, and lies at its second."""

import subprocess
from collections import Counter
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import pytest
from sqlalchemy import select

from helpcenter.models import LiveSession, Marker, OutgoingMail, Question, QuestionVote, SessionQuestion
from tests.clockfilm import beeps, seen_at

RIGHT = 0.5
"""Seconds by which an offset may be wrong."""
TOGETHER = 0.25
"""Seconds between a beep and the picture that belongs to it."""


def check(siege, *, nothing_missing):
    """All of it. `nothing_missing`: the encoder keeps what it could not send, so the recording has no gap."""
    check_rows(siege)
    check_presses(siege)
    check_mails(siege)
    check_recording(siege, nothing_missing=nothing_missing)
    check_clips(siege)
    assert siege.viewer.broken == []
    assert siege.site.stop() == []
    assert siege.site.half_files() == []


def check_rows(siege):
    """Every question and every vote that was confirmed is there, and each vote once."""
    with siege.ports.database.reading() as db:
        titles = Counter(db.scalars(select(Question.title).join(SessionQuestion)))
        votes = Counter(
            db.scalars(select(Question.public_id).join(QuestionVote, QuestionVote.question_id == Question.id))
        )
        told = dict(db.execute(select(Question.public_id, SessionQuestion.votes).join(SessionQuestion)).all())
    assert {title: titles[title] for title in siege.crowd.asked} == dict.fromkeys(siege.crowd.asked, 1)
    confirmed = Counter(question for _, question in siege.crowd.voted)
    tried = Counter(question for _, question in siege.crowd.tried)
    assert len(confirmed) > 1
    assert {one: confirmed[one] <= votes[one] <= tried[one] for one in tried} == dict.fromkeys(tried, True)
    assert {one: told[one] for one in votes} == dict(votes)


def check_presses(siege):
    """Every press that was confirmed is a mark at its instant, and no other mark is there."""
    with siege.ports.database.reading() as db:
        marks = {mark.key: mark.at for mark in db.scalars(select(Marker).where(Marker.session_id == siege.id))}
    assert marks.keys() == siege.host.presses.keys()
    late = {key: (marks[key] - at).total_seconds() for key, at in siege.host.presses.items()}
    assert late == pytest.approx(dict.fromkeys(late, 0.0), abs=RIGHT)


def check_mails(siege):
    """Each asker who was answered got one mail, nobody got two."""
    with siege.ports.database.reading() as db:
        kinds = select(OutgoingMail.recipient).where(OutgoingMail.kind == "question_answered")
        noted = Counter(db.scalars(kinds))
    folder = siege.ports.settings.data_root / "mail"
    sent = Counter(str(message_from_bytes(path.read_bytes(), policy=default)["To"]) for path in folder.glob("*.eml"))
    answered = [answer.asker for answer in siege.answers if answer.title in siege.result().clips]
    assert noted == Counter(answered)
    assert {asker: sum(count for to, count in sent.items() if asker in to) for asker in answered} == dict.fromkeys(
        answered, 1
    )


def check_recording(siege, *, nothing_missing):
    """It plays from end to end, and shows at each mark what was shown at that instant."""
    result = siege.result()
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", result.film, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (decoded.returncode, decoded.stderr) == (0, "")
    if nothing_missing:
        assert (result.version.gaps, len(siege.archive.takes())) == ([], 1)
        assert result.version.instant(result.version.duration) > siege.session().ended_at
    covered = [at for at in siege.host.presses.values() if result.covers(at)]
    shown = [seen_at(result.film, result.version.offset(at)) for at in covered]
    assert shown == pytest.approx([siege.encoder.shown_at(at) for at in covered], abs=RIGHT)
    assert len(covered) == len(siege.host.presses) if nothing_missing else covered
    check_sound(result.film)


def check_sound(film):
    """Each beep is heard while the picture shows a whole second, and hardly any is missing."""
    heard = [beep for beep in beeps(film) if beep > 0.3]
    shown = [seen_at(film, beep + 0.05) for beep in heard[:: max(1, len(heard) // 12)]]
    assert [abs(second - round(second)) < TOGETHER for second in shown] == [True] * len(shown)
    usual = [after - before for before, after in pairwise(heard) if after - before < 1.5]
    assert len(usual) >= 0.7 * (len(heard) - 1)


def check_clips(siege):
    """Each answer of which anything was recorded is a clip that plays, and shows what was shown then."""
    result = siege.result()
    wanted = {}
    for answer in siege.answers:
        begun, done = (siege.host.presses[key] for key in (answer.begun, answer.done))
        if moments := result.moments(begun, done):
            wanted[answer.title] = moments
    assert wanted.keys() <= result.clips.keys()
    assert len(wanted) > len(siege.answers) / 2
    for title, moments in wanted.items():
        clip = result.clips[title]
        assert (clip.provisional, clip.media_mode) == (False, "exact"), title
        film, middle = result.media / clip.media_key, moments[len(moments) // 2]
        if clip.start + 0.6 < (at := result.version.offset(middle)) < clip.end - 0.6:
            assert seen_at(film, at - clip.media_start) == pytest.approx(siege.encoder.shown_at(middle), abs=RIGHT), (
                title
            )
        check_sound(film)
    with siege.ports.database.reading() as db:
        assert db.get_one(LiveSession, siege.id).state.value == "published"
