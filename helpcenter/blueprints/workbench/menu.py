"""The workbench's pages in groups, as its two rows of tabs show them."""

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from helpcenter.errors import N_
from helpcenter.permissions import Action
from helpcenter.web import allowed

# The word for a group, and its pages: endpoint, word, and what somebody must be allowed to do there.
GROUPS: Final = (
    (N_("Today"), (("workbench.today", N_("Today"), Action.ANSWER),)),
    (
        N_("Questions"),
        (
            ("workbench.questions", N_("All questions"), Action.ANSWER),
            ("workbench.suggestions", N_("Suggestions"), Action.ANSWER),
            ("workbench.twins", N_("Asked by several"), Action.MODERATE),
        ),
    ),
    (
        N_("Recordings"),
        (
            ("workbench.home", N_("Proposals"), Action.PUBLISH),
            ("workbench.recordings", N_("All recordings"), Action.UPLOAD),
            ("workbench.upload", N_("Upload"), Action.UPLOAD),
        ),
    ),
    (
        N_("FAQ"),
        (
            ("workbench.entries", N_("Entries"), Action.EDIT_FAQ),
            ("workbench.tasks", N_("To mend"), Action.PUBLISH),
            ("workbench.topics", N_("Topics"), Action.EDIT_FAQ),
        ),
    ),
    (
        N_("Sessions"),
        (
            ("workbench.sessions", N_("Calendar"), Action.SCHEDULE),
            ("workbench.gaps", N_("Gaps"), Action.SEE_FIGURES),
        ),
    ),
    (N_("Rota"), (("workbench.rota", N_("Rota"), Action.PLAN_ROTA),)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the workbench, by its endpoint and word; `here`: it is the one that is open."""

    endpoint: str
    word: str
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together, and which of its pages who asks may open: never none."""

    word: str
    places: list[Place]

    @property
    def here(self) -> bool:
        """Whether one of its pages is open."""
        return any(place.here for place in self.places)


def groups(tab: str) -> list[Group]:
    """The groups that who asks may open; `tab` is the endpoint of the page that is open, or that it belongs to."""
    every = [
        Group(gettext(word), [Place(at, gettext(name), at == tab) for at, name, do in pages if allowed(do, own=True)])
        for word, pages in GROUPS
    ]
    return [group for group in every if group.places]
