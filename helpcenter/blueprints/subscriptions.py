"""Mail about live sessions: asking for it, saying yes by the link in the first mail, and ending it."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.sessions import check_seen
from helpcenter.errors import HelpCenterError, InvalidInput
from helpcenter.services import pages
from helpcenter.services.sessions import subscriptions
from helpcenter.services.sessions.subscriptions import Target, TargetKind
from helpcenter.web import (
    cached_page,
    current_user,
    language,
    limiter,
    now,
    public,
    reading,
    say,
    settings,
    transaction,
)
from helpcenter.web.csrf import from_anywhere

bp = Blueprint("subscriptions", __name__)


@bp.get("/subscriptions")
@public
@cached_page
def form() -> ResponseReturnValue:
    """The form for the `?target=`."""
    return _form({"target": request.args.get("target", TargetKind.ALL.value)})


@bp.post("/subscriptions")
@public
@limiter.limit("20/hour")
def subscribe() -> ResponseReturnValue:
    """Note the wish; whoever is not signed in confirms his address by mail first."""
    given, user = request.form, current_user()
    try:
        with transaction() as db:
            target = _target(db, given.get("target", "")).kind
            wish = subscriptions.subscribe(
                db, target=given.get("target", ""), email=user.email if user else given.get("email", ""),
                language=language(), user=user, now=now(),
            )  # fmt: skip
            known = user is not None and wish.confirmed_at is not None
    except InvalidInput as error:
        return _form(given, error), error.status
    # Whether the address was known before is not said: somebody else may be asking.
    return redirect(url_for("subscriptions.thanks", told="subscribed" if known else "mailed", kind=target.value), 303)


@bp.get("/subscriptions/thanks")
@public
@cached_page
def thanks() -> ResponseReturnValue:
    """What happens next."""
    return render_template("subscriptions/thanks.html", told=request.args.get("told"), kind=request.args.get("kind"))


@bp.get("/subscriptions/<public_id>")
@public
def subscription(public_id: str) -> ResponseReturnValue:
    """The page of the `?key=` in a subscriber's mails: says yes, and ends this or all mail about live sessions."""
    key = request.args.get("key", "")
    with reading() as db:
        found = subscriptions.find_by_key(db, settings(), public_id, key)
        every = [
            (one, subscriptions.describe(db, one, language=language()))
            for one in subscriptions.of_address(db, found.email)
        ]
    return render_template(
        "subscriptions/subscription.html", subscription=found, every=every, key=key, told=request.args.get("told")
    )


@bp.post("/subscriptions/<public_id>")
@public
@from_anywhere
@limiter.limit("60/hour")
def one_click(public_id: str) -> ResponseReturnValue:
    """End all mail to the address, as mail programs ask for it by themselves. Source: RFC 8058."""
    with transaction() as db:
        found = subscriptions.find_by_key(db, settings(), public_id, request.args.get("key", ""))
        subscriptions.unsubscribe_from_all(db, found.email)
    return redirect(url_for("subscriptions.left"), 303)


@bp.post("/subscriptions/<public_id>/confirm")
@public
@limiter.limit("60/hour")
def confirm(public_id: str) -> ResponseReturnValue:
    """The subscriber of this key may be written to."""
    key = request.form.get("key", "")
    with transaction() as db:
        subscriptions.confirm(db, subscriptions.find_by_key(db, settings(), public_id, key), now=now())
    return redirect(url_for("subscriptions.subscription", public_id=public_id, key=key, told="confirmed"), 303)


@bp.post("/subscriptions/<public_id>/leave")
@public
@limiter.limit("60/hour")
def leave(public_id: str) -> ResponseReturnValue:
    """End one subscription of this key's address (`which`), or all of them."""
    key, which = request.form.get("key", ""), request.form.get("which", "all")
    with transaction() as db:
        found = subscriptions.find_by_key(db, settings(), public_id, key)
        every = subscriptions.of_address(db, found.email)
        for one in every:
            if which in {"all", one.public_id}:
                subscriptions.unsubscribe(db, one)
    if which in {"all", public_id}:
        return redirect(url_for("subscriptions.left"), 303)
    return redirect(url_for("subscriptions.subscription", public_id=public_id, key=key, told="left"), 303)


@bp.get("/subscriptions/left")
@public
@cached_page
def left() -> ResponseReturnValue:
    """No more mail, and how to come back."""
    return render_template("subscriptions/left.html")


def _form(given: Mapping[str, str], error: HelpCenterError | None = None) -> str:
    with reading() as db:
        target = _target(db, given.get("target", ""))
    return render_template(
        "subscriptions/form.html",
        target=given.get("target", ""),
        subject=target,
        form=given,
        error=say(error.message) if error else "",
    )


def _target(db: Session, target: str) -> Target:
    """What is subscribed to, if whoever asks may see it. Raises NotFound."""
    found = subscriptions.read_target(db, target, language=language())
    if found.kind is TargetKind.SESSION:
        check_seen(pages.find_live_session(db, found.name))
    return found
