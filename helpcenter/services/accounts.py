"""People: accounts, passwords, sign-ins that can be revoked, one-time links."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Forbidden, InvalidInput
from helpcenter.models import AuditRow, MailLink, SignIn, User
from helpcenter.permissions import Role
from helpcenter.services.notifications import clean_address, queue_mail
from helpcenter.tokens import fingerprint, new_token

STAFF = {Role.EXPERT, Role.EDITOR, Role.ADMIN}
IDLE, LONGEST, LONGEST_STAFF = timedelta(hours=12), timedelta(days=30), timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)
LINK_LIFE = timedelta(minutes=30)
NAME_LENGTH = 120
PUBLIC_NAME_LENGTH = 60
PASSWORD_LENGTH, PASSWORD_LONGEST, PASSWORD_VARIETY = 10, 200, 5


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


def new_mail_link(db: Session, user: User, *, now: datetime, life: timedelta = LINK_LIFE) -> tuple[MailLink, str]:
    """A new one-time link that signs the user in, and its token."""
    token = new_token()
    link = MailLink(token_hash=fingerprint(token), user_id=user.id, created_at=now, expires_at=now + life)
    db.add(link)
    return link, token


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


def mail_sign_in_link(db: Session, user: User, *, target: str, now: datetime, life: timedelta = LINK_LIFE) -> None:
    """Mail the user a one-time link that signs him in and leads to the path `target`."""
    link, token = new_mail_link(db, user, now=now, life=life)
    queue_mail(
        db, effect_key=f"sign-in:{link.token_hash}", kind="sign_in", params={"token": token, "next": target},
        recipient=user.email, language=user.language, now=now,
    )  # fmt: skip


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


def find(db: Session, email: str) -> User | None:
    """The user with this address, if there is one who may sign in."""
    return db.scalar(select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))


def create_user(db: Session, *, email: str, role: Role, name: str = "", language: str = "en", now: datetime) -> User:
    """A new user without a password: he signs in by mail until he sets one. Raises InvalidInput or Conflict."""
    address = clean_address(email)
    if role is Role.ANONYMOUS:
        raise InvalidInput(N_("Nobody can be given this role."))
    if db.scalar(select(User.id).where(User.email == address)):
        raise Conflict(N_("There is already an account for %(email)s."), email=address)
    user = User(email=address, role=role, name=name.strip()[:NAME_LENGTH], language=language, created_at=now)
    db.add(user)
    db.flush()
    return user


def set_password(db: Session, user: User, password: str, *, now: datetime) -> None:
    """Give the user a new password; every sign-in that he has elsewhere ends. Raises InvalidInput when it is too weak."""
    if len(password) < PASSWORD_LENGTH:
        raise InvalidInput(N_("A password needs at least %(count)d characters."), count=PASSWORD_LENGTH)
    if len(password) > PASSWORD_LONGEST:
        raise InvalidInput(N_("A password may have at most %(count)d characters."), count=PASSWORD_LONGEST)
    if len(set(password)) < PASSWORD_VARIETY or password.lower() in user.email:
        raise InvalidInput(N_("This password is too easy to guess."))
    user.password_hash = hash_password(password)
    revoke_all(db, user, now=now)


def set_role(db: Session, user: User, role: Role, *, by: User, now: datetime) -> None:
    """Change somebody's role; it counts from his next request. Raises Forbidden for oneself and for the last admin."""
    if user.id == by.id:
        raise Forbidden(N_("Nobody changes their own role. Ask another admin."))
    if user.role is Role.ADMIN and role is not Role.ADMIN:
        _keep_one_admin(db)
    old, user.role = user.role, role
    db.add(
        AuditRow(
            at=now,
            actor_id=by.id,
            action="role changed",
            kind="user",
            thing_id=user.id,
            detail={"from": old.value, "to": role.value},
        )
    )
    revoke_all(db, user, now=now)


def disable(db: Session, user: User, *, by: User, now: datetime) -> None:
    """Lock somebody out at once. Raises Forbidden for oneself and for the last admin."""
    if user.id == by.id:
        raise Forbidden(N_("Nobody locks themselves out. Ask another admin."))
    if user.role is Role.ADMIN:
        _keep_one_admin(db)
    user.disabled_at = now
    db.add(AuditRow(at=now, actor_id=by.id, action="disabled", kind="user", thing_id=user.id))
    revoke_all(db, user, now=now)


def enable(db: Session, user: User, *, by: User, now: datetime) -> None:
    """Let somebody in again."""
    user.disabled_at = None
    db.add(AuditRow(at=now, actor_id=by.id, action="enabled", kind="user", thing_id=user.id))


def revoke(db: Session, sign_in: SignIn, *, now: datetime) -> None:
    """End one sign-in."""
    db.execute(update(SignIn).where(SignIn.id == sign_in.id, SignIn.revoked_at.is_(None)).values(revoked_at=now))


def revoke_all(db: Session, user: User, *, now: datetime) -> None:
    """End every sign-in of the user."""
    db.execute(update(SignIn).where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None)).values(revoked_at=now))


def living_sign_ins(db: Session, user: User, *, now: datetime) -> list[SignIn]:
    """The user's sign-ins that count, newest first."""
    wanted = (SignIn.user_id == user.id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
    return list(db.scalars(select(SignIn).where(*wanted).order_by(SignIn.seen_at.desc())))


def _keep_one_admin(db: Session) -> None:
    admins = db.scalar(select(func.count()).where(User.role == Role.ADMIN, User.disabled_at.is_(None)))
    if admins == 1:
        raise Forbidden(N_("This is the last admin. Make somebody else an admin first."))
