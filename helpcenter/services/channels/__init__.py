"""The channels on a live platform that are connected: how they are connected, how they stand, and their secrets."""

from helpcenter.services.channels.connecting import begin_connection, check_scopes, finish_connection, take_connection
from helpcenter.services.channels.finding import all_channels, find, only_channel, sessions_ahead
from helpcenter.services.channels.local import LOCAL, is_local, local_channel
from helpcenter.services.channels.secrets import keep_stream, reseal, stream_key, token_of
from helpcenter.services.channels.states import (
    claim_check,
    disconnect,
    due_checks,
    mark_checked,
    mark_revoked,
    wake,
    warn_of_expiry,
)

__all__ = [
    "LOCAL",
    "all_channels",
    "begin_connection",
    "check_scopes",
    "claim_check",
    "disconnect",
    "due_checks",
    "find",
    "finish_connection",
    "is_local",
    "keep_stream",
    "local_channel",
    "mark_checked",
    "mark_revoked",
    "only_channel",
    "reseal",
    "sessions_ahead",
    "stream_key",
    "take_connection",
    "token_of",
    "wake",
    "warn_of_expiry",
]
