"""The channels that are connected and what their quota is spent on, for admins; the way to the platform's consent and back."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.errors import N_, HelpCenterError, InvalidInput, NotConfigured, Unavailable
from helpcenter.models import Channel
from helpcenter.permissions import Action
from helpcenter.platforms import granted_channel, oauth_client
from helpcenter.services import channels, quota
from helpcenter.web import now, ports, reading, require, say, settings, signed_in_user, transaction
from streaming.errors import Deferred, NotAllowed, NotFound, PlatformError, Rejected, Retryable

bp = Blueprint("channels", __name__, url_prefix="/admin")

_DENIED = N_("The permission was not given at YouTube, so nothing was changed.")
_NO_CHANNEL = N_("This Google account has no YouTube channel. Create one at YouTube, or connect another account.")
_CLIENT = N_(
    "Google does not know our OAuth client. Look at HELPCENTER_YOUTUBE_CLIENT_ID and HELPCENTER_YOUTUBE_CLIENT_SECRET."
)
_ADDRESS = N_("Google does not know our address. Add %(address)s to the redirect addresses of the OAuth client.")
_REFUSED = N_("YouTube refused: %(why)s. Please connect again.")
_SILENT = N_("YouTube did not answer, so nothing was changed. Please connect again.")
_NO_QUOTA = N_("Today's YouTube quota is used up. Connect again after %(until)s UTC.")
_WORDS = {
    "access_denied": _DENIED, "youtubeSignupRequired": _NO_CHANNEL, "channelNotFound": _NO_CHANNEL,
    "invalid_client": _CLIENT, "unauthorized_client": _CLIENT, "redirect_uri_mismatch": _ADDRESS,
}  # fmt: skip


@bp.get("/channels")
@require(Action.MANAGE_CHANNELS)
def index() -> ResponseReturnValue:
    """Every channel with its state; how to set up the Google project where there is none."""
    return _page()


@bp.post("/channels/connect")
@require(Action.MANAGE_CHANNELS)
def connect() -> ResponseReturnValue:
    """Send the admin to the platform's consent page."""
    try:
        begun = oauth_client(settings()).begin(_return_address())
        with transaction() as db:
            channels.begin_connection(
                db, settings(), state=begun.state, verifier=begun.verifier, user=signed_in_user(), now=now()
            )
    except HelpCenterError as error:
        return _page(say(error.message)), error.status
    # A form may lead to our own pages only (form-action, which Chromium applies to redirects too); a refresh is no form.
    response = make_response(render_template("admin/channel_leaving.html", address=begun.url))
    response.headers["Refresh"] = f"0; url={begun.url}"
    return response


@bp.get("/channels/connected")
@require(Action.MANAGE_CHANNELS)
def connected() -> ResponseReturnValue:
    """Where the platform sends the admin back to, with a code or an error."""
    try:
        channel = _finish()
    except HelpCenterError as error:
        return _page(say(error.message)), error.status
    return redirect(url_for("channels.index", connected=channel.public_id))


@bp.post("/channels/<public_id>/disconnect")
@require(Action.MANAGE_CHANNELS)
def disconnect(public_id: str) -> ResponseReturnValue:
    """Give the authorisation back to the platform, and forget it."""
    with reading() as db:
        channel = channels.find(db, public_id)
    revoked = _revoke(channel)
    with transaction() as db:
        channels.disconnect(db, channels.find(db, public_id), actor=signed_in_user(), now=now())
    return redirect(url_for("channels.index", disconnected=public_id, left=None if revoked else "1"))


@bp.get("/quota")
@require(Action.MANAGE_CHANNELS)
def spending() -> ResponseReturnValue:
    """What today's quota was spent on, and whether it will do until the reset."""
    with reading() as db:
        found = quota.overview(db, settings(), now=now())
    return render_template("admin/quota.html", quota=found)


def _page(error: str = "") -> str:
    with reading() as db:
        rows, ahead = channels.all_channels(db), channels.sessions_ahead(db)
    done, left = request.args.get("connected"), request.args.get("disconnected")
    return render_template(
        "admin/channels.html",
        channels=rows,
        ahead=ahead,
        error=error,
        connected=next((row for row in rows if row.public_id == done), None),
        disconnected=next((row for row in rows if row.public_id == left), None),
        configured=bool(settings().youtube_client_id and settings().youtube_client_secret),
        return_address=_return_address(),
    )


def _return_address() -> str:
    return settings().site_url + url_for("channels.connected")


def _finish() -> Channel:
    """The channel, connected. Raises HelpCenterError in words; the round trip is used up in any case."""
    user = signed_in_user()
    with transaction() as db:
        state = request.args.get("state", "")
        verifier = channels.take_connection(db, settings(), state=state, user=user, now=now())
    code = request.args.get("code", "")
    if refused := request.args.get("error") or ("" if code else "invalid_request"):
        raise InvalidInput(_WORDS.get(refused, _REFUSED), why=refused[:100], address=_return_address())
    try:
        grant = oauth_client(settings()).finish(_return_address(), code, verifier)
        channels.check_scopes(grant.scopes)
        remote = granted_channel(ports(), grant)
    except PlatformError as error:
        raise _in_words(error) from error
    with transaction() as db:
        return channels.finish_connection(db, settings(), remote, grant, user=user, now=now())


def _in_words(error: PlatformError) -> HelpCenterError:
    if isinstance(error, Deferred):
        return Unavailable(_NO_QUOTA, until=f"{error.until:%Y-%m-%d %H:%M}")
    if isinstance(error, NotFound):
        return InvalidInput(_NO_CHANNEL)
    if isinstance(error, Rejected | NotAllowed):
        words = _WORDS.get(error.reason, _REFUSED)
        return InvalidInput(words, why=error.reason or str(error), address=_return_address())
    return Unavailable(_SILENT)


def _revoke(channel: Channel) -> bool:
    """Whether the platform has forgotten us too; a token that cannot be opened any more cannot be given back."""
    if not channel.token:
        return True
    try:
        oauth_client(settings()).revoke(channels.token_of(settings(), channel))
    except (Retryable, NotConfigured):
        return False
    return True
