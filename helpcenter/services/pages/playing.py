"""One clip, to be played wherever it is offered."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Clip, ClipState, FaqClip, FaqEntry, Recording, Visibility
from helpcenter.services.pages.addresses import entry_address, recording_address
from helpcenter.services.pages.choice import given, published, visible, watchable
from helpcenter.services.pages.entry import CLIPS, ClipView
from helpcenter.services.pages.media import Text, read_text

_CLIP = CLIPS.where(
    Clip.public_id == bindparam("clip"), Clip.state == ClipState.CONFIRMED, visible(Recording.visibility)
)
_ENTRY = (
    select(FaqEntry.slug)
    .join(FaqClip, FaqClip.entry_id == FaqEntry.id)
    .where(FaqClip.clip_id == bindparam("clip"), published(), visible(FaqEntry.visibility))
    .order_by(FaqClip.best.desc(), FaqEntry.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Playing:
    """A clip with its text, and the entry that shows it, None where none does."""

    clip: ClipView
    text: Text
    slug: str | None

    @property
    def address(self) -> str:
        """The page that shows it, a path of this site."""
        if self.slug:
            return entry_address(self.slug, self.clip.public_id)
        return recording_address(self.clip.recording, self.clip.start)


def find_playing(db: Session, public_id: str, *, visibilities: Collection[Visibility]) -> Playing:
    """The confirmed clip with this public id, if people of these visibilities may watch it. Raises NotFound."""
    reader = db.connection()
    seen = given(watchable(visibilities))
    row = reader.execute(_CLIP, {"clip": public_id, **seen}).one_or_none()
    if row is None:
        raise NotFound
    clip = ClipView._make(row)
    slug = reader.execute(_ENTRY, {"clip": clip.id, **seen}).scalar()
    return Playing(clip, read_text(reader, clip.recording_id, clip.recording_language, clip.start, clip.end), slug)
