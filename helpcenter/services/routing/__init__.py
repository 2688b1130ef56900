"""Who should answer a question, why, and what is learned from each decision. See scoring.py for the method."""

from helpcenter.services.routing.decisions import (
    accepted,
    answered,
    assigned,
    claim_of,
    given,
    has_accepted,
    history,
    note_proposals,
    outcome,
    passed_on,
    retopiced,
    who_passed,
)
from helpcenter.services.routing.proposing import Proposal, propose
from helpcenter.services.routing.skills import set_skills, skills_of

__all__ = [
    "Proposal", "accepted", "answered", "assigned", "claim_of", "given", "has_accepted", "history", "note_proposals", "outcome",
    "passed_on", "propose", "retopiced", "set_skills", "skills_of", "who_passed",
]  # fmt: skip
