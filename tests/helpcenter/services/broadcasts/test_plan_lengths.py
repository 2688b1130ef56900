from datetime import UTC, datetime, timedelta

import pytest

from helpcenter.models import LiveSession, Visibility
from helpcenter.services.broadcasts.plans import plan_of
from streaming.youtube.block import Fence, room, with_block

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("letter", ["x", "ü", "字", "😀", "<"])
def test_the_longest_description_fits_and_leaves_room_for_chapters(settings, letter):
    session = LiveSession(
        public_id="7F3K2", title=letter * 200, description=letter * 10_000, language="de", zone="Europe/Berlin",
        starts_at=NOW, ends_at=NOW + timedelta(hours=1), visibility=Visibility.PUBLIC,
    )  # fmt: skip
    plan = plan_of(session, marker="qa-7F3K2", settings=settings)
    assert len(plan.title) == 100
    assert plan.description.endswith("\n\nRef: qa-7F3K2")
    assert not {"<", "�"} & set(plan.title + plan.description)
    assert room(with_block("", plan.description, fence=Fence.ABOUT)) > 1000
