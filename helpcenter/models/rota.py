"""The duty rota: teams that answer for topics, the half days on which their experts are on duty, and what is planned by."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, PublicContent, PublicId, word
from helpcenter.models.topics import Topic
from helpcenter.worktime import Half


class Team(Base):
    """Experts who share the duty for topics (and all below them); `needed` of them are on duty each half day.

    One that is archived answers for nothing any more; what was is kept.
    """

    __tablename__ = "teams"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    needed: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    members: Mapped[list[User]] = relationship(secondary="team_members", order_by=User.id)
    topics: Mapped[list[Topic]] = relationship(secondary="team_topics", order_by=Topic.id)


class TeamMember(Base):
    """An expert of a team; `since` None: from its beginning. What was before is nobody's debt."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    since: Mapped[date | None]


class TeamTopic(Base):
    """What a team answers for."""

    __tablename__ = "team_topics"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)


class Shift(PublicContent, Base):
    """A half day's duty in a team; `user_id` None: nobody has it yet. `place` counts where a team needs several at once.

    `starts_at` and `ends_at` are the half day's instants, by the working time that held when it was planned.
    `fixed`: a person has set it, so that planning anew leaves it alone. `sequence` counts its changes. While it is open,
    `warn_at` is when planners hear of it; None: they have, or need not.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        UniqueConstraint("team_id", "day", "half", "place"),
        Index("ix_shifts_starts_at_ends_at", "starts_at", "ends_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    day: Mapped[date]
    half: Mapped[Half] = mapped_column(word(Half))
    place: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    fixed: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None] = mapped_column(index=True)

    team: Mapped[Team] = relationship()
    user: Mapped[User | None] = relationship()


class Absence(Base):
    """From which half day to which half day somebody is away, both included; why is nobody's business.

    `note` is what he wants planners to know; nobody else reads it.
    """

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_user_id_last_day", "user_id", "last_day"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    first_half: Mapped[Half] = mapped_column(word(Half))
    last_day: Mapped[date]
    last_half: Mapped[Half] = mapped_column(word(Half))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()

    def covers(self, day: date, half: Half) -> bool:
        """Whether that half day is one of it."""
        order = list(Half)
        first, last = (self.first_day, order.index(self.first_half)), (self.last_day, order.index(self.last_half))
        return first <= (day, order.index(half)) <= last


class WishKind(StrEnum):
    """What somebody wants of a half day; impossible on a weekday is when a part-timer does not work."""

    PREFER = "prefer"
    AVOID = "avoid"
    IMPOSSIBLE = "impossible"


class Wish(Base):
    """What somebody wants of one half day (`slot` is its date, 2026-12-24) or of that of every week (MO … SU)."""

    __tablename__ = "wishes"
    __table_args__ = (UniqueConstraint("user_id", "slot", "half"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    slot: Mapped[str] = mapped_column(String(10))
    half: Mapped[Half] = mapped_column(word(Half))
    kind: Mapped[WishKind] = mapped_column(word(WishKind))


class SwapState(StrEnum):
    """How it stands with an offered shift."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Swap(Base):
    """A shift that its expert offers to one colleague, or to anybody of the team (`to_id` None), against one of his or none."""

    __tablename__ = "swaps"
    __table_args__ = (
        Index(
            "uq_swaps_offered", "shift_id", unique=True,
            sqlite_where=text("state = 'offered'"), postgresql_where=text("state = 'offered'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"), index=True)
    offered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    against_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"), index=True)
    state: Mapped[SwapState] = mapped_column(word(SwapState), default=SwapState.OFFERED)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    shift: Mapped[Shift] = relationship(foreign_keys=[shift_id])
    against: Mapped[Shift | None] = relationship(foreign_keys=[against_id])
    offered_by: Mapped[User] = relationship(foreign_keys=[offered_by_id])
    to: Mapped[User | None] = relationship(foreign_keys=[to_id])


class RotaProposal(Base):
    """A plan that somebody looks at before it counts; `plan` holds ids only, `digest` is what it was made from."""

    __tablename__ = "rota_proposals"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    rules: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    applied_at: Mapped[datetime | None]


class RotaCalendar(Base):
    """How often the secret calendar address of a person or a team was renewed; without a row, never."""

    __tablename__ = "rota_calendars"

    id: Mapped[Id]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), unique=True)
    renewed: Mapped[int] = mapped_column(default=0)
