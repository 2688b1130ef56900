"""What experts say of themselves: in which languages they answer, and what they know about."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import ExpertSkills, User

LONGEST = 500


def skills_of(db: Session, user: User) -> ExpertSkills:
    """What the person has said; a fresh row, not kept, where he has said nothing: all languages, no words."""
    return db.get(ExpertSkills, user.id) or ExpertSkills(user_id=user.id, languages="", words="")


def set_skills(db: Session, user: User, *, languages: Collection[str], words: str) -> None:
    """Keep what the person says; no language means all of them. Raises InvalidInput where it is too long."""
    words = " ".join(words.split())
    if len(words) > LONGEST or "\0" in words:
        raise InvalidInput(N_("Please say it in at most %(most)s letters."), most=LONGEST)
    skills = skills_of(db, user)
    skills.languages, skills.words = ",".join(sorted(languages)), words
    db.add(skills)
    db.flush()
