from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from helpcenter.errors import Message
from helpcenter.models import AuditRow, Step, StepState
from helpcenter.services import steps
from tests.factories import NOW, make_recording, make_user

LEASE = timedelta(seconds=15)
SECOND = timedelta(seconds=1)
WHY = Message("It broke.")


@pytest.fixture
def recording(db):
    recording = make_recording(db)
    steps.add_chain(db, recording.id, now=NOW)
    db.flush()
    return recording


def claim(db, recording, now=NOW):
    return steps.claim(db, recording.id, now=now, lease=LEASE)


def state_of(db, recording, name):
    step = db.scalars(select(Step).where(Step.recording_id == recording.id, Step.name == name)).one()
    db.refresh(step)
    return step.state


def do(db, recording, *names, now=NOW):
    for name in names:
        held = claim(db, recording, now)
        assert held.name == name
        assert steps.finish(db, held, now=now)


def test_steps_are_done_one_after_another_in_the_order_of_the_chain(db, recording):
    do(db, recording, *steps.CHAIN)
    assert claim(db, recording) is None
    assert {step.state for step in steps.of_recording(db, recording.id)} == {StepState.DONE}


def test_a_step_in_work_holds_up_the_ones_after_it(db, recording):
    assert claim(db, recording).name == "fetch"
    assert claim(db, recording) is None
    assert steps.due(db, now=NOW) == []


def test_an_expired_lease_is_taken_over(each_database, db, recording):
    first = claim(db, recording)
    assert claim(db, recording, NOW + LEASE - SECOND) is None
    second = claim(db, recording, NOW + LEASE + SECOND)
    assert (second.name, second.attempt, second.fence) == ("fetch", 2, first.fence + 1)


def test_who_comes_back_with_an_older_fence_changes_nothing(each_database, db, recording):
    late = claim(db, recording)
    newer = claim(db, recording, NOW + LEASE)
    assert not steps.finish(db, late, now=NOW)
    assert not steps.fail(db, late, WHY, now=NOW)
    assert not steps.extend(db, late, until=NOW + LEASE, progress=1)
    assert not steps.release(db, late, due_at=NOW)
    assert steps.finish(db, newer, now=NOW)
    assert not steps.finish(db, newer, now=NOW)


def test_an_extended_lease_is_not_taken_over(db, recording):
    held = claim(db, recording)
    assert steps.extend(db, held, until=NOW + 3 * LEASE, progress=0.4)
    assert claim(db, recording, NOW + 2 * LEASE) is None
    assert steps.of_recording(db, recording.id)[0].progress == 0.4


def test_a_failed_step_is_tried_again_after_5_and_30_seconds_and_then_given_up(db, recording):
    tried_at = []
    now = NOW
    for _ in range(60):
        if held := claim(db, recording, now):
            tried_at.append((now - NOW).total_seconds())
            steps.fail(db, held, WHY, now=now)
        now += SECOND
    assert tried_at == [0, 5, 35]
    assert state_of(db, recording, "fetch") is StepState.QUARANTINED


def test_a_hopeless_step_is_given_up_at_once(db, recording):
    steps.fail(db, claim(db, recording), WHY, now=NOW, hopeless=True)
    assert state_of(db, recording, "fetch") is StepState.QUARANTINED
    assert claim(db, recording, NOW + LEASE) is None


def test_a_step_that_kills_its_worker_three_times_is_given_up_with_a_reason(db, recording):
    for attempt in (1, 2, 3):
        assert claim(db, recording, NOW + attempt * LEASE).attempt == attempt
    assert claim(db, recording, NOW + 4 * LEASE) is None
    step = steps.of_recording(db, recording.id)[0]
    assert (step.state, step.error["text"]) == (StepState.QUARANTINED, steps.INTERRUPTED)


def test_a_step_given_back_does_not_count_as_an_attempt(db, recording):
    for _ in range(5):
        held = claim(db, recording)
        assert held.attempt == 1
        assert steps.release(db, held, due_at=NOW)


def test_a_step_waiting_for_room_is_due_later(db, recording):
    steps.release(db, claim(db, recording), due_at=NOW + steps.WAIT_FOR_ROOM, error=WHY)
    assert claim(db, recording) is None
    assert steps.due(db, now=NOW + steps.WAIT_FOR_ROOM) == [recording.id]


def test_what_is_only_an_improvement_does_not_hold_up_the_rest(db, recording):
    do(db, recording, "fetch", "probe", "scan", "outline", "play")
    steps.fail(db, claim(db, recording), WHY, now=NOW, hopeless=True)
    assert state_of(db, recording, "transcript") is StepState.QUARANTINED
    do(db, recording, "chapters", "clips", "index", "notify")


def test_a_needed_step_that_was_given_up_holds_up_the_rest(db, recording):
    do(db, recording, "fetch")
    steps.fail(db, claim(db, recording), WHY, now=NOW, hopeless=True)
    assert claim(db, recording) is None
    assert steps.due(db, now=NOW + LEASE) == []


def test_a_confirmed_clip_is_cut_while_the_transcript_is_being_made(db, recording):
    do(db, recording, "fetch", "probe", "scan", "outline", "play")
    transcript = claim(db, recording)
    steps.add_cut(db, recording.id, "clip1", now=NOW)
    db.flush()
    cut = claim(db, recording)
    assert (transcript.name, cut.name, cut.subject) == ("transcript", "cut", "clip1")


def test_a_clip_is_cut_again_when_it_was_changed(db, recording):
    do(db, recording, *steps.CHAIN)
    steps.add_cut(db, recording.id, "clip1", now=NOW)
    db.flush()
    do(db, recording, "cut")
    steps.add_cut(db, recording.id, "clip1", now=NOW)
    do(db, recording, "cut")


def test_a_retry_by_hand_starts_with_all_attempts_and_is_noted(db, recording):
    editor = make_user(db)
    steps.fail(db, claim(db, recording), WHY, now=NOW, hopeless=True)
    step = steps.of_recording(db, recording.id)[0]
    db.refresh(step)
    assert steps.retry(db, step, by=editor, now=NOW)
    assert not steps.retry(db, step, by=editor, now=NOW)
    assert claim(db, recording).attempt == 1
    assert [(row.action, row.actor_id) for row in db.scalars(select(AuditRow))] == [("retry step", editor.id)]


def test_steps_can_be_run_again_from_any_of_them(db, recording):
    do(db, recording, *steps.CHAIN)
    steps.rerun(db, recording.id, first="chapters", by=None, now=NOW)
    do(db, recording, "chapters", "clips", "index", "notify")
    assert claim(db, recording) is None


def test_what_is_due_is_rung_for_the_longest_waiting_first(db, recording):
    earlier = make_recording(db)
    steps.add_chain(db, earlier.id, now=NOW - LEASE)
    db.flush()
    assert steps.due(db, now=NOW) == [earlier.id, recording.id]


ACTS = st.lists(st.sampled_from(["claim", "finish", "fail", "release", "extend", "wait", "old finish"]), max_size=30)


@given(acts=ACTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_a_step_has_one_holder_and_is_finished_once(db, acts):
    recording = make_recording(db)
    steps.add_chain(db, recording.id, now=NOW)
    db.flush()
    now, held, old, finished = NOW, None, [], []
    for act in acts:
        now += SECOND
        if act == "wait":
            now += LEASE + steps.BACK_OFF[-1]
        elif act == "claim" and (new := claim(db, recording, now)):
            old += [held] if held else []
            held = new
        elif act == "old finish":
            assert not any(steps.finish(db, late, now=now) for late in old)
        elif held and act == "finish" and steps.finish(db, held, now=now):
            finished.append(held.name)
        elif held and act == "fail":
            steps.fail(db, held, WHY, now=now)
        elif held and act == "release":
            steps.release(db, held, due_at=now)
        elif held and act == "extend":
            steps.extend(db, held, until=now + LEASE, progress=0.5)
    assert len(finished) == len(set(finished))
    done = [
        step.name
        for step in steps.of_recording(db, recording.id)
        if state_of(db, recording, step.name) is StepState.DONE
    ]
    assert sorted(done) == sorted(finished)
