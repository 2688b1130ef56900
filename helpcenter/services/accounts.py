"""People: accounts, passwords, sign-ins that can be revoked, one-time links."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.models import MailLink, SignIn, User
from helpcenter.permissions import Role
from helpcenter.tokens import fingerprint, new_token

STAFF = {Role.EXPERT, Role.EDITOR, Role.ADMIN}
IDLE, LONGEST, LONGEST_STAFF = timedelta(hours=12), timedelta(days=30), timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)
LINK_LIFE = timedelta(minutes=30)

_hasher = PasswordHasher()


def current_sign_in(db: Session, token: str, *, now: datetime) -> SignIn | None:
    """The living sign-in of this token, with its user; None when it is unknown, old, revoked, or its user disabled."""
    sign_in = db.scalar(select(SignIn).where(SignIn.token_hash == fingerprint(token)))
    if sign_in is None or sign_in.revoked_at or sign_in.expires_at <= now or sign_in.user.disabled_at:
        return None
    if sign_in.user.role in STAFF and now - sign_in.seen_at > IDLE:
        return None
    return sign_in


def note_seen(db: Session, sign_in: SignIn, *, now: datetime) -> None:
    """Remember that this sign-in is in use; callers do so every `SEEN_EVERY` at most."""
    db.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))


def start_sign_in(db: Session, user: User, *, browser: str, now: datetime) -> str:
    """The token of a new sign-in for the cookie; a new one each time, so that none can be planted."""
    token = new_token()
    longest = LONGEST_STAFF if user.role in STAFF else LONGEST
    db.add(
        SignIn(
            token_hash=fingerprint(token),
            user_id=user.id,
            browser=browser[:120],
            created_at=now,
            seen_at=now,
            expires_at=now + longest,
        )
    )
    return token


def new_mail_link(db: Session, user: User, *, now: datetime, life: timedelta = LINK_LIFE) -> str:
    """The token of a new one-time link that signs the user in."""
    token = new_token()
    db.add(MailLink(token_hash=fingerprint(token), user_id=user.id, created_at=now, expires_at=now + life))
    return token


def use_mail_link(db: Session, token: str, *, now: datetime) -> User | None:
    """The user of a link that is used now for the first time; None when it is unknown, old or was used."""
    link = db.scalar(select(MailLink).where(MailLink.token_hash == fingerprint(token)))
    if link is None or link.user.disabled_at:
        return None
    claim = (
        update(MailLink)
        .where(MailLink.id == link.id, MailLink.used_at.is_(None), MailLink.expires_at > now)
        .values(used_at=now)
    )
    return link.user if db.execute(claim.returning(MailLink.id)).first() else None


def hash_password(password: str) -> str:
    """The password as Argon2id keeps it (argon2-cffi's defaults)."""
    return _hasher.hash(password)


def password_is(user: User | None, password: str) -> bool:
    """Whether this is the user's password; takes as long for nobody as for somebody."""
    known = user.password_hash if user and user.password_hash else _nobody()
    try:
        return _hasher.verify(known, password) and bool(user and user.password_hash)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _nobody() -> str:
    if not hasattr(_nobody, "hash"):
        _nobody.hash = _hasher.hash(new_token())  # type: ignore[attr-defined]  # made once, when first needed
    return str(_nobody.hash)  # type: ignore[attr-defined]  # see above
