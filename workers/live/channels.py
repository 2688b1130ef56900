"""A look at a channel's authorisation, once a day: whether it still works, what the channel is called now."""

import structlog

from helpcenter.errors import HelpCenterError
from helpcenter.models import Channel
from helpcenter.ports import Ports
from helpcenter.services import channels
from streaming.errors import PlatformError, ReauthNeeded
from streaming.platform import Priority

log = structlog.get_logger(__name__)


def check(ports: Ports, channel_id: int) -> None:
    """Look at the channel if that is due: note that it works, that it will end soon, or that it has ended."""
    with ports.database.transaction() as db:
        channel = channels.claim_check(db, channel_id, now=ports.clock())
        if channel is None:
            return
        channels.warn_of_expiry(db, channel, now=ports.clock())
    try:
        remote = ports.platforms.of(channel_id, priority=Priority.BACKGROUND).channel()
        with ports.database.transaction() as db:
            row = db.get_one(Channel, channel_id)
            channels.mark_checked(db, row, remote, now=ports.clock())
            channels.reseal(ports.settings, row)
    except ReauthNeeded as error:
        with ports.database.transaction() as db:
            row = db.get_one(Channel, channel_id)
            channels.mark_revoked(db, row, why=str(error), now=ports.clock(), connection=channel.connections)
    except (PlatformError, HelpCenterError) as error:
        # Looked at again in an hour; see claim_check.
        log.warning("channel could not be checked", channel=channel.public_id, error=str(error))
