"""The platform's refusals in the words of the people who have to do something about them."""

from typing import Final

from helpcenter.errors import N_, HelpCenterError, Message
from streaming.errors import Deferred, PlatformError, ReauthNeeded, Rejected, Uncertain

_TITLE: Final = N_("YouTube does not take this title. Shorten it, and leave out the signs < and >.")
_DESCRIPTION: Final = N_("YouTube does not take this description. Shorten it, and leave out the signs < and >.")
_TIME: Final = N_("YouTube does not take this start or end: it has passed, or lies too far ahead. Move the session.")
_LIVE_OFF: Final = N_(
    "Live streaming is not switched on for this channel. Switch it on in YouTube Studio; the first time that takes up to 24 hours."
)
_BLOCKED: Final = N_(
    "YouTube does not let this channel stream at present. Look at the channel's status in YouTube Studio."
)
_TOO_MANY: Final = N_(
    "YouTube lets this channel make no more broadcasts for now. Delete old ones in YouTube Studio, or try again tomorrow."
)
_SHARED: Final = N_("Another broadcast of this channel is live on the same stream. End it first.")
_NO_PICTURE: Final = N_("No picture arrives: start your encoder.")
_STATE: Final = N_(
    "YouTube does not allow this in the state that the broadcast has there. Look at it in YouTube Studio, then try again."
)
_REASONS: Final = {
    **dict.fromkeys(("invalidTitle", "titleRequired"), _TITLE),
    "invalidDescription": _DESCRIPTION,
    **dict.fromkeys(("invalidScheduledStartTime", "invalidScheduledEndTime", "scheduledStartTimeRequired"), _TIME),
    "liveStreamingNotEnabled": _LIVE_OFF,
    **dict.fromkeys(("insufficientLivePermissions", "livePermissionBlocked", "channelSuspended", "channelClosed"), _BLOCKED),
    "userBroadcastsExceedLimit": _TOO_MANY,
    **dict.fromkeys(("concurrentBroadcastsExceedLimit", "sharedIngestionBroadcastsExceedLimit"), _SHARED),
    "errorStreamInactive": _NO_PICTURE,
    **dict.fromkeys(
        (
            "invalidTransition", "redundantTransition", "liveBroadcastBindingNotAllowed", "liveBroadcastDeletionNotAllowed",
            "modificationNotAllowed",
        ),
        _STATE,
    ),
    "liveBroadcastNotFound": N_("The broadcast is no longer on YouTube: it was deleted there."),
    "liveStreamNotFound": N_("The channel's stream is no longer on YouTube: it was deleted there. A new one is made."),
    "youtubeSignupRequired": N_("This Google account has no YouTube channel. Make one there, or connect another account."),
    **dict.fromkeys(
        ("invalidPrivacyStatus", "privacyStatusRequired"),
        N_("YouTube does not let this channel make videos of that visibility. Choose another one."),
    ),
}  # fmt: skip
_THUMBNAIL: Final = N_(
    "YouTube did not take the picture: the channel may not set pictures of its own, or this one does not suit. "
    "The session goes on without it."
)
_OTHER: Final = N_("YouTube refuses this, and gives as its reason: %(reason)s.")
_LATER: Final = N_("YouTube does not answer as it should. It is tried again by itself.")
_UNKNOWN: Final = N_("YouTube's answer was lost. It is found out whether it was done.")
_QUOTA: Final = N_("YouTube's quota for today is used up. It goes on at %(until)s UTC, by itself.")
_REVOKED: Final = N_("The channel is no longer connected. It goes on when an admin has connected it again.")
_KINDS: Final = {ReauthNeeded: _REVOKED, Uncertain: _UNKNOWN}


def refusal(error: PlatformError | HelpCenterError, *, thumbnail: bool = False) -> Message:
    """What went wrong, and what to do, in a sentence."""
    if isinstance(error, HelpCenterError):
        return error.message
    if isinstance(error, Deferred):
        return Message(_QUOTA, {"until": f"{error.until:%Y-%m-%d %H:%M}"})
    if not isinstance(error, Rejected):
        return Message(next((text for kind, text in _KINDS.items() if isinstance(error, kind)), _LATER))
    if not thumbnail and error.reason not in _REASONS:
        return Message(_OTHER, {"reason": error.reason or str(error)[:200]})
    return Message(_THUMBNAIL if thumbnail else _REASONS[error.reason])
