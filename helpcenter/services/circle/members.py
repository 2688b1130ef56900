"""Who is in the circle: invited by an admin, in by his own yes, out by one click or by an admin's word, at once."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import AuditRow, Helper, HelperState, HelperSuggestion, SuggestionState, User, new_public_id
from helpcenter.permissions import Role
from helpcenter.services import accounts
from helpcenter.services.notifications import insert_once, queue_mail

NAME_LENGTH: Final = 60
_S = HelperState
TRANSITIONS: Final[dict[HelperState, frozenset[HelperState]]] = {
    _S.INVITED: frozenset({_S.ACTIVE, _S.REFUSED, _S.WITHDRAWN}),
    _S.ACTIVE: frozenset({_S.WITHDRAWN, _S.RESIGNED}),
    _S.REFUSED: frozenset({_S.INVITED}),
    _S.WITHDRAWN: frozenset({_S.INVITED}),
    _S.RESIGNED: frozenset({_S.INVITED}),
}
_STAFF: Final = (Role.EXPERT, Role.EDITOR, Role.ADMIN)


def helper_of(db: Session, user: User) -> Helper | None:
    """The person's place in the circle, also one that is over; None where he was never asked."""
    return db.scalars(select(Helper).where(Helper.user_id == user.id)).one_or_none()


def states(db: Session) -> dict[int, HelperState]:
    """How everybody who was ever asked stands to the circle, by the ids of the people."""
    return dict(db.execute(select(Helper.user_id, Helper.state)).all())


def invite(db: Session, user: User, *, by: User, now: datetime) -> Helper:
    """Ask a customer, by one mail, whether he wants to help others; until he says yes nothing changes.

    Raises Conflict for whoever is no customer, or has been asked already.
    """
    if user.role is not Role.CUSTOMER or user.disabled_at:
        raise Conflict(N_("Only customers can be invited into the circle of super-users."))
    values = {
        "public_id": new_public_id(), "user_id": user.id, "name": "", "state": _S.INVITED, "invited_by_id": by.id,
        "invited_at": now, "state_at": now,
    }  # fmt: skip
    if insert_once(db, Helper, values) is None:
        _move(db, _must(db, user), _S.INVITED, by=by, now=now, name="", invited_by_id=by.id, invited_at=now)
    else:
        _audit(db, user, _S.INVITED, by=by, now=now)
    helper = _must(db, user)
    queue_mail(
        db, effect_key=f"circle-invitation:{helper.public_id}:{now:%Y%m%dT%H%M%S}", kind="circle_invitation",
        params={}, recipient=user.email, language=user.language, now=now,
    )  # fmt: skip
    return helper


def accept(db: Session, user: User, *, name: str, now: datetime) -> None:
    """He says yes, and how he wants to be called ("" for no name). Raises InvalidInput for the name, Conflict, NotFound."""
    helper = _must(db, user)
    _move(db, helper, _S.ACTIVE, by=user, now=now, name=_free_name(db, user, name))
    if not _change_role(db, user, Role.CUSTOMER, Role.SUPER_USER):
        raise Conflict


def refuse(db: Session, user: User, *, now: datetime) -> None:
    """He says no. Raises Conflict, NotFound."""
    _move(db, _must(db, user), _S.REFUSED, by=user, now=now)


def rename(db: Session, user: User, *, name: str) -> None:
    """From now on he is called so, also beside what he suggested before. Raises InvalidInput, NotFound."""
    helper = _must(db, user)
    if helper.state is not _S.ACTIVE:
        raise NotFound
    helper.name = _free_name(db, user, name)


def resign(db: Session, user: User, *, now: datetime) -> None:
    """He leaves: his rights, his name and what he suggested without an answer are gone at once. Raises Conflict."""
    _end(db, user, _S.RESIGNED, by=user, now=now)


def withdraw(db: Session, user: User, *, by: User, now: datetime) -> None:
    """An admin takes the invitation or the rights back; as `resign`. Raises Conflict."""
    _end(db, user, _S.WITHDRAWN, by=by, now=now)


def change_role(db: Session, user: User, role: Role, *, by: User, now: datetime) -> None:
    """Give somebody another role. Nobody is made a super-user so: he is invited; who was one leaves the circle.

    Raises Forbidden as accounts.set_role, Conflict as `invite`.
    """
    if role is Role.SUPER_USER:
        if user.role is not Role.SUPER_USER:
            invite(db, user, by=by, now=now)
        return
    helper = helper_of(db, user)
    if helper and helper.state in {_S.ACTIVE, _S.INVITED}:
        withdraw(db, user, by=by, now=now)
    if user.role is not role:
        accounts.set_role(db, user, role, by=by, now=now)


def _end(db: Session, user: User, to: HelperState, *, by: User, now: datetime) -> None:
    _move(db, _must(db, user), to, by=by, now=now, name="")
    # The role first: whoever suggests something at this moment holds the row, or finds his rights gone.
    _change_role(db, user, Role.SUPER_USER, Role.CUSTOMER)
    open_ones = update(HelperSuggestion).where(
        HelperSuggestion.helper_id == user.id, HelperSuggestion.state == SuggestionState.PROPOSED
    )
    db.execute(open_ones.values(state=SuggestionState.WITHDRAWN, decided_at=now))


def _must(db: Session, user: User) -> Helper:
    helper = helper_of(db, user)
    if helper is None:
        raise NotFound
    return helper


def _move(db: Session, helper: Helper, to: HelperState, *, by: User, now: datetime, **values: object) -> None:
    """The guarded change, with its audit row. Raises Conflict where the present state does not allow it."""
    db.flush()
    before = [state for state, targets in TRANSITIONS.items() if to in targets]
    guarded = update(Helper).where(Helper.id == helper.id, Helper.state.in_(before))
    if db.execute(guarded.values(state=to, state_at=now, **values).returning(Helper.id)).first() is None:
        raise Conflict
    db.refresh(helper)
    _audit(db, helper.user, to, by=by, now=now)


def _change_role(db: Session, user: User, before: Role, to: Role) -> bool:
    """Whether the person had that role, and has the other one now; his sign-ins go on, since each request reads the role."""
    guarded = update(User).where(User.id == user.id, User.role == before).values(role=to).returning(User.id)
    changed = db.execute(guarded).first() is not None
    db.refresh(user)
    return changed


def _audit(db: Session, user: User, to: HelperState, *, by: User, now: datetime) -> None:
    db.add(AuditRow(at=now, actor_id=by.id, action=f"circle: {to}", kind="user", thing_id=user.id))


def _free_name(db: Session, user: User, name: str) -> str:
    """The name as it is kept; a name is nobody else's, and no address, since everybody reads it."""
    name = " ".join(name.split())
    if len(name) > NAME_LENGTH or "@" in name or not name.isprintable():
        raise InvalidInput(
            N_("Please choose a name of at most %(most)s letters, without a mail address."), most=NAME_LENGTH
        )
    taken = select(Helper.id).where(func.lower(Helper.name) == name.lower(), Helper.user_id != user.id)
    staff = select(User.id).where(func.lower(User.name) == name.lower(), User.role.in_(_STAFF))
    if name and (db.scalar(taken) or db.scalar(staff)):
        raise InvalidInput(N_("Somebody here is called so already. Please choose another name."))
    return name
