"""People, their sign-ins, and the links that are mailed to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, Language, PublicId, word
from helpcenter.permissions import Role


class User(Base):
    """A person with an account; `email` is kept in lower case. `public_name` is what the public reads of him, "" for nothing.

    `recommend_since` is since when he agrees to recommendations for his products; None: he does not.
    """

    __tablename__ = "users"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    public_name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    role: Mapped[Role] = mapped_column(word(Role), default=Role.CUSTOMER)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[Language] = mapped_column(default="en")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    recommend_since: Mapped[datetime | None]


class SignIn(Base):
    """One browser's sign-in; the cookie holds the token, the row its fingerprint."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined")


class MailLink(Base):
    """A one-time link: signing in by mail; the row holds the token's fingerprint."""

    __tablename__ = "mail_links"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined")
