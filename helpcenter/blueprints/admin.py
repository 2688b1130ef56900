"""What admins see: people, mail, the state of the system."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.doctor import checks
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.mail.folder import StoredMail, messages
from helpcenter.models import AuditRow, Heartbeat, HelperState, OutgoingMail, User
from helpcenter.permissions import Action, Role
from helpcenter.services import accounts, circle, notifications
from helpcenter.web import language, now, ports, reading, require, say, settings, signed_in_user, transaction

bp = Blueprint("admin", __name__, url_prefix="/admin")

ROLES = [role for role in Role if role is not Role.ANONYMOUS]
PAGE = 100


@bp.get("/people")
@require(Action.MANAGE_USERS)
def people() -> ResponseReturnValue:
    """Everybody with an account."""
    return _people()


@bp.post("/people")
@require(Action.MANAGE_USERS)
def add_person() -> ResponseReturnValue:
    """Make an account and mail its owner a link to sign in."""
    form = request.form
    try:
        with transaction() as db:
            role = Role(form["role"]) if form.get("role") in ROLES else Role.CUSTOMER
            invited = role is Role.SUPER_USER
            user = accounts.create_user(
                db, email=form.get("email", ""), role=Role.CUSTOMER if invited else role, name=form.get("name", ""),
                language=language(), now=now(),
            )  # fmt: skip
            if invited:
                circle.invite(db, user, by=signed_in_user(), now=now())
            db.add(AuditRow(at=now(), actor_id=signed_in_user().id, action="created", kind="user", thing_id=user.id))
            accounts.mail_sign_in_link(db, user, target=url_for("accounts.account"), now=now())
    except HelpCenterError as error:
        return _people(say(error.message), form.to_dict()), error.status
    return redirect(url_for("admin.people"))


@bp.post("/people/<public_id>/role")
@require(Action.MANAGE_USERS)
def change_role(public_id: str) -> ResponseReturnValue:
    """Give somebody another role; a super-user he becomes by his own yes alone, to an invitation."""
    with transaction() as db:
        circle.change_role(db, _person(db, public_id), Role(request.form["role"]), by=signed_in_user(), now=now())
    return redirect(url_for("admin.people"))


@bp.post("/people/<public_id>/circle")
@require(Action.MANAGE_USERS)
def end_circle(public_id: str) -> ResponseReturnValue:
    """Take an invitation into the circle back, or a super-user's rights; they end at once."""
    with transaction() as db:
        circle.withdraw(db, _person(db, public_id), by=signed_in_user(), now=now())
    return redirect(url_for("admin.people"))


@bp.post("/people/<public_id>/disable")
@require(Action.MANAGE_USERS)
def disable(public_id: str) -> ResponseReturnValue:
    """Lock somebody out."""
    with transaction() as db:
        accounts.disable(db, _person(db, public_id), by=signed_in_user(), now=now())
    return redirect(url_for("admin.people"))


@bp.post("/people/<public_id>/enable")
@require(Action.MANAGE_USERS)
def enable(public_id: str) -> ResponseReturnValue:
    """Let somebody in again."""
    with transaction() as db:
        accounts.enable(db, _person(db, public_id), by=signed_in_user(), now=now())
    return redirect(url_for("admin.people"))


@bp.get("/mail")
@require(Action.OPERATE)
def mail() -> ResponseReturnValue:
    """Every mail that the help centre sends, newest first, with what became of it."""
    with reading() as db:
        rows = list(db.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(PAGE)))
    return render_template("admin/mail.html", rows=rows, stored=_stored(), in_folder=not settings().smtp_url)


@bp.get("/mail/<int:mail_id>")
@require(Action.OPERATE)
def message(mail_id: int) -> ResponseReturnValue:
    """One mail as text, while mail goes to a folder."""
    with reading() as db:
        row = db.get(OutgoingMail, mail_id)
    if row is None or settings().smtp_url:
        raise NotFound
    found = _stored().get(row.message_id)
    if found is None:
        raise NotFound
    return render_template("admin/message.html", row=row, message=found)


@bp.post("/mail/<int:mail_id>/again")
@require(Action.OPERATE)
def send_again(mail_id: int) -> ResponseReturnValue:
    """Send a mail once more of which nobody knows whether it arrived."""
    with transaction() as db:
        row = db.get(OutgoingMail, mail_id)
        if row is None:
            raise NotFound
        notifications.send_again(db, row, now=now(), actor=signed_in_user())
    return redirect(url_for("admin.mail"))


@bp.get("/system")
@require(Action.OPERATE)
def system() -> ResponseReturnValue:
    """What `helpcenter doctor` says, as a page."""
    with reading() as db:
        beats = list(db.scalars(select(Heartbeat).order_by(Heartbeat.process, Heartbeat.name)))
    return render_template("admin/system.html", checks=checks(ports()), beats=beats)


def _stored() -> dict[str, StoredMail]:
    if settings().smtp_url:
        return {}
    found = messages(settings().mailbox, 10 * PAGE) if settings().mailbox.is_dir() else []
    return {mail.message_id.strip("<>").partition("@")[0]: mail for mail in found}


def _person(db: Session, public_id: str) -> User:
    user = db.scalar(select(User).where(User.public_id == public_id))
    if user is None:
        raise NotFound
    return user


def _people(error: str = "", form: dict[str, str] | None = None) -> str:
    with reading() as db:
        users = list(db.scalars(select(User).order_by(User.email).limit(1000)))
        invited = {one for one, state in circle.states(db).items() if state is HelperState.INVITED}
    return render_template("admin/people.html", users=users, roles=ROLES, invited=invited, error=error, form=form or {})
