"""The tree that customers browse."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, PublicContent


class Topic(PublicContent, Base):
    """A node of the tree: product, part or task. `titles` and `descriptions` by language."""

    __tablename__ = "topics"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    titles: Mapped[dict[str, str]]
    descriptions: Mapped[dict[str, str]] = mapped_column(default=dict)

    parent: Mapped["Topic | None"] = relationship(remote_side="Topic.id")

    def title(self, language: str) -> str:
        """The title in the language, else in any other."""
        return self.titles.get(language) or next(iter(self.titles.values()), self.slug)


class TopicExpert(Base):
    """An expert answers for a topic and all below it."""

    __tablename__ = "topic_experts"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


class OwnedProduct(Base):
    """A customer says that he has what the topic is about. He alone sees it; it explains what is recommended to him."""

    __tablename__ = "owned_products"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[datetime]
