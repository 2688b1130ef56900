from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import (
    Clip,
    LiveSession,
    LiveSessionState,
    OutgoingMail,
    Question,
    QuestionState,
    Recording,
    RecordingState,
    Step,
    StepState,
)
from helpcenter.services import clips, live
from tests.clockfilm import all_seen, beeps, seen_at
from tests.factories import make_question
from tests.workers.studio.stage import Encoder, Evening, film, work
from workers.janitor import tidy
from workers.media.live import join
from workers.pipeline.advance import advance

NEAR = 0.25


@pytest.fixture(scope="module")
def minute(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film"), 60)


@pytest.fixture
def evening(ports, clock):
    made = Evening(ports, clock)
    yield made
    made.segmenting.stop()


def media(ports, key):
    return ports.settings.media / key


def test_an_answer_is_a_clip_while_the_session_runs_and_stays_it_afterwards(ports, evening, minute):
    encoder = Encoder(evening, minute, seconds=60)
    encoder.send(6)
    evening.go_live(encoder)
    with evening.session() as (db, session):
        assert session.state is LiveSessionState.LIVE
        question = make_question(db, title="How far does it go?", email="anna@example.org")
        recording_id = session.recording_id
    answering = evening.mark("answering", question=question)
    at = evening.clock() - encoder.take.began
    encoder.send(8)
    clip_id = evening.answered(answering, evening.mark("answered", question=question))
    encoder.send(5)
    work(ports, recording_id)

    with ports.database.reading() as db:
        clip = db.get_one(Clip, clip_id)
        version = clip.recording.version
        assert clip.provisional
        assert clip.media_key
        # The clip's second `start` shows what the film showed a moment before the host pressed.
        in_file = clip.start - clip.media_start
        shown = seen_at(media(ports, clip.media_key), in_file)
        assert shown == pytest.approx(at.total_seconds() - 1.5, abs=NEAR)
        assert version.instant(clip.start) == pytest.approx(
            evening_instant(encoder, shown), abs=timedelta(seconds=NEAR)
        )
        mail = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_answered")).one()
        assert (mail.recipient, mail.params["clip"]) == ("anna@example.org", clip.public_id)
        assert db.get_one(Question, question.id).state is QuestionState.ANSWERED
        address = clip.public_id

    encoder.send(10)
    evening.end()
    encoder.close()
    work(ports, recording_id)
    with ports.database.reading() as db:
        session = db.get_one(LiveSession, evening.session_id)
        recording = db.get_one(Recording, recording_id)
        clip = db.get_one(Clip, clip_id)
        assert session.state is LiveSessionState.PUBLISHED
        assert clip.public_id == address
        assert (clip.provisional, clip.media_mode) == (False, "exact")
        whole = media(ports, recording.version.original_key)
        # The same instant is found in the whole recording.
        again = recording.version.offset(encoder.take.began + at)
        assert seen_at(whole, again) == pytest.approx(at.total_seconds(), abs=NEAR)
        assert clip.start == pytest.approx(again, abs=8)
        offset = recording.version.t0 - encoder.take.began
        sounds = [(beep + offset.total_seconds()) % 1 for beep in beeps(whole)]
        assert max(min(sound, 1 - sound) for sound in sounds) < NEAR
        assert len(db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_answered")).all()) == 1


def test_a_session_that_waits_for_an_editor_mails_nothing_at_done_and_once_when_he_confirms(ports, evening, minute):
    def answers():
        with ports.database.reading() as db:
            mails = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_answered")).all()
            return [(mail.recipient, mail.params["clip"]) for mail in mails], db.get_one(Question, question.id).state

    with evening.session() as (db, session):
        session.answers_at_once = False
        question = make_question(db, title="How far does it go?", email="anna@example.org")
        item = live.take_in(db, session, question, now=evening.clock())
    encoder = Encoder(evening, minute, seconds=60)
    encoder.send(6)
    evening.go_live(encoder)
    evening.press("answer", item)
    encoder.send(8)
    evening.press("done")
    encoder.send(5)
    with evening.session() as (_, session):
        recording_id = session.recording_id
    work(ports, recording_id)
    with ports.database.reading() as db:
        clip = db.scalars(select(Clip)).one()
        assert (clip.media_key is not None, clip.provisional) == (True, True)  # its viewers see it at once all the same
    assert answers() == ([], QuestionState.BEING_ANSWERED)

    evening.end()
    encoder.close()
    work(ports, recording_id)
    assert answers() == ([], QuestionState.BEING_ANSWERED)

    with evening.session() as (db, _):
        row = db.get_one(Clip, clip.id)
        clips.confirm(
            db, row, entry=None, topic=None, title=row.title, start=row.start, end=row.end, language="en", editor=None,
            now=evening.clock(),
        )  # fmt: skip
    work(ports, recording_id)
    assert answers() == ([("anna@example.org", clip.public_id)], QuestionState.ANSWERED)


def evening_instant(encoder, shown):
    return encoder.take.began + timedelta(seconds=shown)


def test_who_comes_back_after_a_broken_line_goes_on_in_the_same_session_and_the_gap_is_known(ports, evening, minute):
    first = Encoder(evening, minute, seconds=60)
    first.send(6)
    evening.go_live(first)
    first.send(6)
    first.close()
    evening.pass_by(20)
    second = Encoder(evening, minute, seconds=60)
    second.send(12)
    evening.end()
    second.close()
    with evening.session() as (_, session):
        recording_id = session.recording_id
    work(ports, recording_id)
    with ports.database.reading() as db:
        version = db.get_one(Recording, recording_id).version
        (gap,) = version.gaps
        assert gap[1] - gap[0] == pytest.approx(
            (second.take.began - first.take.began).total_seconds() - first.sent, abs=2.1
        )
        whole = media(ports, version.original_key)
        for encoder, second_of_film in ((first, 12.0), (second, 7.0)):
            at = version.offset(encoder.take.began + timedelta(seconds=second_of_film))
            assert seen_at(whole, at) == pytest.approx(second_of_film, abs=NEAR)


def test_what_is_off_the_record_is_in_no_file(ports, evening, minute):
    encoder = Encoder(evening, minute, seconds=60)
    encoder.send(6)
    evening.go_live(encoder)
    encoder.send(4)
    evening.mark("off_record")
    hidden_from = (evening.clock() - encoder.take.began).total_seconds()
    encoder.send(7)
    evening.mark("on_record")
    hidden_till = (evening.clock() - encoder.take.began).total_seconds()
    encoder.send(8)
    evening.end()
    encoder.close()
    with evening.session() as (_, session):
        recording_id = session.recording_id
    work(ports, recording_id)
    with ports.database.reading() as db:
        version = db.get_one(Recording, recording_id).version
        whole = media(ports, version.original_key)
        assert [second for second in all_seen(whole) if hidden_from <= second <= hidden_till] == []
        after = hidden_till + 4
        at = version.offset(encoder.take.began + timedelta(seconds=after))
        assert seen_at(whole, at) == pytest.approx(after, abs=NEAR)


def answer(evening, encoder, *, seconds=8):
    """An answer that takes so long; its clip is not cut yet."""
    answering = evening.mark("answering", title="How far does it go?")
    encoder.send(seconds)
    clip_id = evening.answered(answering, evening.mark("answered", title="How far does it go?"))
    encoder.send(5)
    return clip_id


def shown_of_it(ports, key, hidden):
    """The seconds between those two that the file shows."""
    return [second for second in all_seen(media(ports, key)) if hidden[0] <= second < hidden[1]]


def file_of(ports, clip_id):
    with ports.database.reading() as db:
        return db.get_one(Clip, clip_id).media_key


@pytest.fixture
def on_air(evening, minute):
    encoder = Encoder(evening, minute, seconds=60)
    encoder.send(6)
    evening.go_live(encoder)
    return encoder


def test_what_is_put_off_the_record_while_its_clip_is_being_cut_is_not_in_it(ports, evening, on_air, monkeypatch):
    began = on_air.sent
    clip_id = answer(evening, on_air)
    joined = []

    def join_and_press(*args, **kwargs):
        if not joined:
            evening.press("off_record", ago=9)
            evening.press("on_record", ago=7)
        joined.append(join(*args, **kwargs))
        return joined[-1]

    monkeypatch.setattr("workers.steps.live.join", join_and_press)
    with evening.session() as (_, session):
        recording_id = session.recording_id
    work(ports, recording_id)
    hidden = (on_air.sent - 9, on_air.sent - 7)
    assert len(joined) == 2
    assert began < hidden[0]
    assert shown_of_it(ports, file_of(ports, clip_id), hidden) == []


def test_a_clip_that_shows_what_is_put_off_the_record_later_is_shown_to_nobody_until_it_is_cut_anew(
    ports, evening, on_air
):
    clip_id = answer(evening, on_air)
    with evening.session() as (_, session):
        recording_id = session.recording_id
    work(ports, recording_id)
    before = file_of(ports, clip_id)
    hidden = (on_air.sent - 9, on_air.sent - 7)
    assert shown_of_it(ports, before, hidden) != []
    evening.press("off_record", ago=9)
    evening.press("on_record", ago=7)
    assert file_of(ports, clip_id) is None
    work(ports, recording_id)
    assert shown_of_it(ports, file_of(ports, clip_id), hidden) == []
    tidy(ports, every=timedelta(0))
    assert (media(ports, before).exists(), media(ports, file_of(ports, clip_id)).exists()) == (False, True)


def test_what_is_put_off_the_record_when_the_recording_is_there_already_makes_it_anew(ports, evening, on_air):
    clip_id = answer(evening, on_air)
    evening.end()
    on_air.close()
    with evening.session() as (_, session):
        recording_id = session.recording_id
    while not advanced(ports, recording_id, "scan"):
        assert advance(ports, recording_id)
    with ports.database.reading() as db:
        before = db.get_one(Recording, recording_id).version.original_key
    evening.press("off_record", ago=9)
    evening.press("on_record", ago=7)
    hidden = (on_air.sent - 9, on_air.sent - 7)
    work(ports, recording_id)
    with ports.database.reading() as db:
        recording = db.get_one(Recording, recording_id)
        assert (recording.state, db.get_one(LiveSession, evening.session_id).state) == (
            RecordingState.READY,
            LiveSessionState.PUBLISHED,
        )
        after = recording.version.original_key
        assert recording.version.duration < on_air.sent - 2
    for key in (after, file_of(ports, clip_id)):
        assert shown_of_it(ports, key, hidden) == []
    tidy(ports, every=timedelta(0))
    assert (media(ports, before).exists(), media(ports, after).exists()) == (False, True)


def advanced(ports, recording_id, name):
    with ports.database.reading() as db:
        wanted = select(Step.state).where(Step.recording_id == recording_id, Step.name == name)
        return db.scalar(wanted) is StepState.DONE
