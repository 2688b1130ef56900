"""One's own page: questions, subscriptions, products, the guide, and what is kept of oneself."""

import json
import tempfile
import zipfile
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, NotFound
from helpcenter.models import Subscription, Topic, User
from helpcenter.permissions import Action
from helpcenter.services import my, pages, privacy
from helpcenter.services.privacy import Fate
from helpcenter.services.sessions import subscriptions
from helpcenter.web import language, limiter, now, ports, reading, require, signed_in_user, transaction, visibilities
from helpcenter.web.people import cookie_name

bp = Blueprint("my", __name__, url_prefix="/my")

IN_MEMORY: Final = 4 * 1024 * 1024
FATES: Final = {
    Fate.DELETED: N_("Deleted"),
    Fate.ANONYMOUS: N_("Stays without you"),
}


@bp.get("")
@require(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """My questions, what I subscribed to, what I have, and who guides me."""
    with reading() as db:
        user = db.get_one(User, signed_in_user().id)
        wished = [
            (one, subscriptions.describe(db, one, language=language()))
            for one in subscriptions.of_address(db, user.email)
            if one.confirmed_at
        ]
        return render_template(
            "my/index.html", questions=my.questions_of(db, user), wished=wished, products=my.products_of(db, user),
            guide=my.find_guide(db, user, now=now()), agreed=user.recommend_since is not None,
            recommended=my.recommend(db, user, language=language(), visibilities=visibilities(), now=now()),
            topics=list(pages.read_tree(db, language=language(), visibilities=visibilities()).listed()),
            told=request.args.get("told"),
        )  # fmt: skip


@bp.post("/products")
@require(Action.OWN_ACCOUNT)
def add_product() -> ResponseReturnValue:
    """I have this."""
    with transaction() as db:
        my.add_product(db, _me(db), _topic(db), now=now())
    return _back("products")


@bp.post("/products/remove")
@require(Action.OWN_ACCOUNT)
def remove_product() -> ResponseReturnValue:
    """I have it no more."""
    with transaction() as db:
        my.remove_product(db, _me(db), _topic(db))
    return _back("products")


@bp.post("/recommendations")
@require(Action.OWN_ACCOUNT)
def set_recommendations() -> ResponseReturnValue:
    """Agree to recommendations, or switch them off."""
    with transaction() as db:
        my.set_recommendations(db, _me(db), since=now() if request.form.get("agree") == "yes" else None)
    return _back("recommended")


@bp.post("/subscriptions/<public_id>/leave")
@require(Action.OWN_ACCOUNT)
def leave(public_id: str) -> ResponseReturnValue:
    """End one of my subscriptions."""
    with transaction() as db:
        found = db.scalar(select(Subscription).where(Subscription.public_id == public_id))
        if found is None or found.email != signed_in_user().email:
            raise NotFound
        subscriptions.unsubscribe(db, found)
    return _back("subscriptions", told="left")


@bp.get("/data")
@require(Action.OWN_ACCOUNT)
def data() -> ResponseReturnValue:
    """What is kept of me, where, and what becomes of it."""
    return _data_page()


@bp.get("/data.zip")
@require(Action.OWN_ACCOUNT)
@limiter.limit("10/hour")
def export() -> ResponseReturnValue:
    """Everything that is kept of me: one JSON file, and my files."""
    with reading() as db:
        made = privacy.export(db, db.get_one(User, signed_in_user().id), now=now())
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the answer closes it when it has been sent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(made.data, ensure_ascii=False, indent=2))
        for name, key in made.files:
            with ports().storage.local(key) as path:
                archive.write(path, f"files/{name}")
    file.seek(0)
    answer = send_file(file, mimetype="application/zip", as_attachment=True, download_name="my-data.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/delete")
@require(Action.OWN_ACCOUNT)
@limiter.limit("10/hour")
def delete() -> ResponseReturnValue:
    """Forget me, at once and for good; whoever typed his own address means it. The answer is the receipt."""
    user = signed_in_user()
    if request.form.get("email", "").strip().lower() != user.email:
        return _data_page(gettext("Please type your own mail address, so that nothing is deleted by mistake.")), 400
    with transaction() as db:
        receipt = privacy.forget(db, db.get_one(User, user.id), now=now())
    page = Response(render_template("my/receipt.html", receipt=receipt, at=now(), user=None, email=user.email))
    page.delete_cookie(cookie_name())
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.app_template_global()
def fate_word(fate: Fate) -> str:
    """What becomes of something, in words."""
    return str(gettext(FATES[fate]))


def _data_page(error: str = "") -> str:
    with reading() as db:
        places = privacy.kept_of(db, privacy.person_of(signed_in_user()))
    return render_template("my/data.html", places=places, error=error)


def _me(db: Session) -> User:
    return db.get_one(User, signed_in_user().id)


def _topic(db: Session) -> Topic:
    """The topic that the form names. Raises NotFound."""
    found = db.scalar(select(Topic).where(Topic.slug == request.form.get("topic", "")))
    if found is None:
        raise NotFound
    return found


def _back(part: str, told: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("my.index", told=told, _anchor=part), 303)
