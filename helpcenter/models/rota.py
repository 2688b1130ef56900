"""The duty rota: teams that answer for topics, and the half days on which their experts are on duty."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, PublicId, word
from helpcenter.models.topics import Topic
from helpcenter.worktime import Half


class Team(Base):
    """Experts who share the duty for topics (and all below them); `needed` of them are on duty each half day."""

    __tablename__ = "teams"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    needed: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    members: Mapped[list[User]] = relationship(secondary="team_members", order_by=User.id)
    topics: Mapped[list[Topic]] = relationship(secondary="team_topics", order_by=Topic.id)


class TeamMember(Base):
    """An expert of a team."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


class TeamTopic(Base):
    """What a team answers for."""

    __tablename__ = "team_topics"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)


class Shift(Base):
    """A half day's duty in a team; `user_id` None: nobody has it yet. `place` counts where a team needs several at once.

    `starts_at` and `ends_at` are the half day's instants, by the working time that held when it was planned.
    `fixed`: a person has set it, so that planning anew leaves it alone.
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

    team: Mapped[Team] = relationship()
    user: Mapped[User | None] = relationship()
