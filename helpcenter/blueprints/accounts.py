"""Signing in and out, and one's own account."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpcenter.errors import N_, InvalidInput, NotFound
from helpcenter.models import SignIn, User
from helpcenter.permissions import Action
from helpcenter.services import accounts
from helpcenter.services.notifications import clean_address
from helpcenter.web import (
    allowed,
    limiter,
    now,
    public,
    reading,
    require,
    safe_next,
    say,
    settings,
    signed_in_user,
    transaction,
)
from helpcenter.web.people import cookie_name, current_sign_in

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form: by password, or by a link that is mailed."""
    return render_template(
        "accounts/sign_in.html", next=safe_next(request.args.get("next")), email="", error="", sent=False
    )


@bp.post("/sign-in")
@public
@limiter.limit("10/minute;50/hour")
def check_password() -> ResponseReturnValue:
    """Sign in by password; says the same of an unknown address and of a wrong password."""
    email, target = request.form.get("email", ""), safe_next(request.form.get("next"))
    with transaction() as db:
        user = accounts.find(db, email)
        if accounts.password_is(user, request.form.get("password", "")) and user:
            return _welcome(user, accounts.start_sign_in(db, user, browser=_browser(), now=now()), target)
    error = gettext("Address and password do not belong together.")
    page = render_template("accounts/sign_in.html", next=target, email=email, error=error, sent=False)
    return page, 401


@bp.post("/sign-in/mail")
@public
@limiter.limit("5/minute;20/hour")
def mail_link() -> ResponseReturnValue:
    """Mail a one-time link; says the same whether the address is known or not."""
    email, target = request.form.get("email", ""), safe_next(request.form.get("next"))
    try:
        clean_address(email)
    except InvalidInput as error:
        page = render_template("accounts/sign_in.html", next=target, email=email, error=say(error.message), sent=False)
        return page, 400
    with transaction() as db:
        if user := accounts.find(db, email):
            accounts.mail_sign_in_link(db, user, target=target, now=now())
    return render_template("accounts/sign_in.html", next=target, email=email, error="", sent=True)


@bp.get("/sign-in/link/<token>")
@public
def by_link(token: str) -> ResponseReturnValue:
    """A page with one button, since mail scanners open every address once."""
    return render_template("accounts/by_link.html", token=token, next=safe_next(request.args.get("next")))


@bp.post("/sign-in/link/<token>")
@public
@limiter.limit("20/minute")
def use_link(token: str) -> ResponseReturnValue:
    """Sign in by a one-time link."""
    with transaction() as db:
        user = accounts.use_mail_link(db, token, now=now())
        if user:
            started = accounts.start_sign_in(db, user, browser=_browser(), now=now())
            return _welcome(user, started, safe_next(request.form.get("next")))
    error = gettext("This link was used already or is too old. Ask for a new one here.")
    page = render_template("accounts/sign_in.html", next=safe_next(None), email="", error=error, sent=False)
    return page, 410


@bp.post("/sign-out")
@require(Action.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in, here and on the server."""
    if this := current_sign_in():
        with transaction() as db:
            accounts.revoke(db, this, now=now())
    response = redirect(url_for("site.start"))
    response.delete_cookie(cookie_name())
    return response


@bp.get("/account")
@require(Action.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """Name, language, password, and where one is signed in."""
    return _account_page()


@bp.post("/account")
@require(Action.OWN_ACCOUNT)
def save_account() -> ResponseReturnValue:
    """Change one's name and language of mails."""
    with transaction() as db:
        user = db.get_one(User, signed_in_user().id)
        user.name = request.form.get("name", "").strip()[: accounts.NAME_LENGTH]
        user.public_name = " ".join(request.form.get("public_name", user.public_name).split())[
            : accounts.PUBLIC_NAME_LENGTH
        ]
        user.language = (
            request.form.get("language", user.language)
            if request.form.get("language") in {"de", "en"}
            else user.language
        )
    return redirect(url_for("accounts.account"))


@bp.post("/account/password")
@require(Action.OWN_ACCOUNT)
@limiter.limit("10/hour")
def save_password() -> ResponseReturnValue:
    """Set a new password; this browser stays signed in, all others are signed out."""
    with transaction() as db:
        user = db.get_one(User, signed_in_user().id)
        if user.password_hash and not accounts.password_is(user, request.form.get("old", "")):
            return _account_page(N_("This is not your present password.")), 400
        try:
            accounts.set_password(db, user, request.form.get("new", ""), now=now())
        except InvalidInput as error:
            db.rollback()
            return _account_page(say(error.message)), 400
        token = accounts.start_sign_in(db, user, browser=_browser(), now=now())
        return _welcome(user, token, url_for("accounts.account"))


@bp.post("/account/sign-ins/<int:sign_in_id>/revoke")
@require(Action.OWN_ACCOUNT)
def revoke(sign_in_id: int) -> ResponseReturnValue:
    """End one of one's own sign-ins elsewhere."""
    with transaction() as db:
        sign_in = db.get(SignIn, sign_in_id)
        if sign_in is None or sign_in.user_id != signed_in_user().id:
            raise NotFound
        accounts.revoke(db, sign_in, now=now())
    return redirect(url_for("accounts.account"))


def _account_page(error: str = "") -> str:
    with reading() as db:
        sign_ins = accounts.living_sign_ins(db, signed_in_user(), now=now())
        return render_template(
            "accounts/account.html", sign_ins=sign_ins, this=current_sign_in(), error=gettext(error) if error else "",
            answers=allowed(Action.ANSWER, own=True),
        )  # fmt: skip


def _welcome(user: User, token: str, target: str) -> Response:
    response = redirect(target)
    secure = settings().site_url.startswith("https://")
    longest = accounts.LONGEST_STAFF if user.role in accounts.STAFF else accounts.LONGEST
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(longest.total_seconds()),
        httponly=True,
        secure=secure,
        samesite="Lax",
        path="/",
    )
    assert isinstance(response, Response)
    return response


def _browser() -> str:
    """What a person calls this browser: "Firefox, Linux"; empty where it does not say."""
    said = request.user_agent.string
    return ", ".join(
        name for names in (_BROWSERS, _SYSTEMS) if (name := next((name for sign, name in names if sign in said), ""))
    )


# The first sign that fits counts: Edge and Opera also say Chrome, and Chrome also says Safari.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"), ("CriOS", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
