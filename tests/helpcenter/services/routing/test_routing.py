"""Proposals from what the database holds, and what each decision teaches."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import (
    ExpertSkills,
    QuestionState,
    RoutingDecision,
    RoutingStep,
    RoutingTerm,
    TopicExpert,
)
from helpcenter.permissions import Role
from helpcenter.services import questions, routing
from helpcenter.services.routing.learning import HALF_LIFE, LANDMARK, aged
from helpcenter.settings import Settings
from tests.factories import NOW, make_clip, make_question, make_recording, make_shift, make_team, make_topic, make_user

YEAR = HALF_LIFE
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def topics(db):
    battery = make_topic(db, slug="battery", titles={"de": "Akku laden", "en": "Charging the battery"})
    return battery, make_topic(db, slug="motor", titles={"de": "Motor", "en": "Motor"})


@pytest.fixture
def people(db, topics):
    """One expert for each topic, and one for none."""
    found = [make_user(db, Role.EXPERT, name=name) for name in ("Anna", "Ben", "Cara")]
    for topic, expert in zip(topics, found, strict=False):
        db.add(TopicExpert(topic_id=topic.id, user_id=expert.id))
    db.flush()
    return found


def _names(db, question, **values):
    return [one.expert.name for one in routing.propose(db, question, now=NOW, **values)]


def _best(db, question, **values):
    return routing.propose(db, question, now=NOW, **values)[0]


def _said(proposal):
    return [str(reason) for reason in proposal.reasons]


def test_the_words_find_the_topic_and_its_expert(db, topics, people):
    best = _best(db, make_question(db, title="Wie lade ich meine Akkus?", language="de"))
    assert (best.expert.name, best.topic.slug, best.clear) == ("Anna", "battery", True)
    assert _said(best) == [
        "Answers for this topic.", "The words “lade” and “Akkus”.", "Has no open question.",
    ]  # fmt: skip


def test_both_languages_lead_to_the_same_topic(db, topics, people):
    english = _best(db, make_question(db, title="Why does the battery not charge?", language="en"))
    assert (english.expert.name, english.topic.slug) == ("Anna", "battery")


def test_a_compound_is_understood(db, topics, people):
    assert _best(db, make_question(db, title="Akkutausch?", language="de")).topic.slug == "battery"


def test_who_is_on_duty_says_until_when(db, topics, people):
    anna = people[0]
    team = make_team(db, anna, about=[topics[0]])
    make_shift(db, team, anna, starts_at=NOW - timedelta(hours=1))
    question = make_question(db, topic_id=topics[0].id)
    calendar = Settings().working_time
    assert "On duty until 13:00." in _said(_best(db, question, calendar=calendar))
    assert "On duty now." in _said(_best(db, question))


def test_load_is_told_and_counts(db, topics, people):
    other = make_user(db, Role.EXPERT, name="Dora")
    db.add(TopicExpert(topic_id=topics[0].id, user_id=other.id))
    for state in (QuestionState.ROUTED, QuestionState.BEING_ANSWERED, QuestionState.CONFIRMED):
        make_question(db, expert_id=people[0].id, state=state)
    first, second, *_ = routing.propose(db, make_question(db, topic_id=topics[0].id), now=NOW)
    assert (first.expert.name, second.expert.name) == ("Dora", "Anna")
    assert "Has 2 open questions." in _said(second)


def test_skills_and_languages_are_respected(db, topics, people):
    anna, _, cara = people
    db.add(ExpertSkills(user_id=anna.id, languages="de", words=""))
    db.add(ExpertSkills(user_id=cara.id, languages="de,en", words="Bluetooth, chargers"))
    db.flush()
    names = _names(db, make_question(db, title="The charger has no Bluetooth", topic_id=topics[0].id, language="en"))
    assert (names[0], names[-1]) == ("Cara", "Anna")


def test_who_is_gone_or_named_to_be_left_out_is_not_proposed(db, topics, people):
    people[2].disabled_at = NOW
    assert _names(db, make_question(db, topic_id=topics[0].id), but={people[0].id}) == ["Ben"]


def test_without_any_expert_there_is_no_proposal(db):
    assert routing.propose(db, make_question(db), now=NOW) == []


def test_without_topics_and_words_the_least_busy_is_proposed_but_not_clear(db):
    for name, many in (("Anna", 2), ("Ben", 0)):
        user = make_user(db, Role.EXPERT, name=name)
        for _ in range(many):
            make_question(db, expert_id=user.id, state=QuestionState.ROUTED)
    best = _best(db, make_question(db))
    assert (best.expert.name, best.clear, best.topic) == ("Ben", False, None)


def test_what_is_accepted_is_learned(db, topics, people):
    cara = people[2]
    for _ in range(3):
        question = make_question(db, title="Flackern im Display", language="de", topic_id=topics[1].id)
        routing.accepted(db, question, cara, NOW)
    again = make_question(db, title="Das Display flackert", language="de")
    assert (_best(db, again).expert.name, _best(db, again).topic.slug) == ("Cara", "motor")


def test_accepting_twice_counts_once(db, topics, people):
    question = make_question(db, topic_id=topics[0].id)
    for _ in range(2):
        routing.accepted(db, question, people[0], NOW)
    (row,) = db.scalars(select(RoutingTerm).where(RoutingTerm.owner == f"expert:{people[0].id}/topic:{topics[0].id}"))
    assert row.good == pytest.approx(aged(NOW))


def test_what_is_passed_on_speaks_against_and_for_whom_it_names(db, topics, people):
    anna, _, cara = people
    for _ in range(3):
        question = make_question(db, title="Akku brennt", language="de", topic_id=topics[0].id)
        routing.passed_on(db, question, anna, cara, None, "Cara knows", NOW)
    question = make_question(db, title="Akku brennt", language="de", topic_id=topics[0].id)
    found = routing.propose(db, question, now=NOW)
    assert found[0].expert.name == "Cara"
    assert "Has passed on questions like this." in _said(next(one for one in found if one.expert.name == "Anna"))


def test_where_only_the_topic_was_wrong_nothing_is_held_against_him_there(db, topics, people):
    battery, motor = topics
    question = make_question(db, title="Es ruckelt", language="de", topic_id=battery.id)
    routing.passed_on(db, question, people[0], None, motor, "", NOW)
    owners = set(db.scalars(select(RoutingTerm.owner).where(RoutingTerm.bad > 0)))
    assert owners == {f"expert:{people[0].id}", f"expert:{people[0].id}/topic:{motor.id}"}
    assert _best(db, make_question(db, title="Es ruckelt", language="de")).topic.slug == "motor"


def test_each_answer_counts_once_and_is_told(db, topics, people):
    clip = make_clip(db, make_recording(db))
    for _ in range(3):
        question = make_question(
            db,
            title="Akku leer",
            language="de",
            topic_id=topics[0].id,
            expert_id=people[0].id,
            state=QuestionState.ROUTED,
        )
        questions.answer(db, question, clip=clip, entry=None, now=NOW)
        assert not questions.answer(db, question, clip=clip, entry=None, now=NOW)
    best = _best(db, make_question(db, title="Akku leer", language="de", topic_id=topics[0].id))
    assert "Has answered 3 like this." in _said(best)


@pytest.mark.parametrize(("good", "step"), [(True, RoutingStep.HELPED), (False, RoutingStep.FAILED)])
def test_what_the_asker_says_counts_for_or_against_who_answered(db, topics, people, good, step):
    question = make_question(db, topic_id=topics[0].id, expert_id=people[0].id, state=QuestionState.ROUTED)
    before = _best(db, question).likely
    routing.outcome(db, question, good, NOW)
    assert (_best(db, question).likely > before) is good
    (row,) = db.scalars(select(RoutingDecision))
    assert (row.step, row.expert_id) == (step, people[0].id)


def test_old_decisions_fade(db, topics, people):
    ben, cara = people[1:]
    for expert, when in ((ben, LANDMARK), (cara, LANDMARK + 8 * YEAR)):
        for _ in range(3):
            question = make_question(db, title="Flackern im Display", language="de", topic_id=topics[0].id)
            routing.accepted(db, question, expert, when)
    asked = make_question(db, title="Flackern im Display", language="de", topic_id=topics[0].id)
    found = {one.expert.name: one.likely for one in routing.propose(db, asked, now=LANDMARK + 8 * YEAR)}
    assert (found["Cara"] > 0.5, found["Ben"] < 0.2) == (True, True)


def test_no_word_is_kept_that_was_only_in_the_private_part(db, topics, people):
    question = make_question(
        db, title="Akku leer", body="I am Rumpelstilz. Ladung?", language="de", topic_id=topics[0].id
    )
    routing.accepted(db, question, people[0], NOW)
    private = make_question(db, title="Hallo", body="Der Akku von Rumpelstilz", language="de", topic_id=topics[0].id)
    routing.accepted(db, private, people[0], NOW)
    terms = set(db.scalars(select(RoutingTerm.term)))
    assert {"akku", "leer"} < terms
    assert not {term for term in terms if term.startswith("rumpel")}


def test_proposals_are_kept_once_for_each_state(db, topics, people):
    question = make_question(db, topic_id=topics[0].id, state_at=NOW)
    proposals = routing.propose(db, question, now=NOW)
    assert [routing.note_proposals(db, question, proposals, now=NOW) for _ in range(2)] == [True, False]
    question.state_at = NOW + timedelta(seconds=1)
    assert routing.note_proposals(db, question, proposals, now=NOW)
    row = db.scalars(select(RoutingDecision)).first()
    assert row.proposals[0]["expert"] == people[0].id
