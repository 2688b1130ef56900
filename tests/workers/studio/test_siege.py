"""The short form of the drill in tests/torture/test_live.py: everything is killed once."""

import pytest

from helpcenter.models import MarkerKind
from tests.clockfilm import beeps, clock_film, seen_at
from tests.workers.studio.siege import Siege

RIGHT = 0.5
"""Seconds by which an offset may be wrong."""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return clock_film(tmp_path_factory.mktemp("film") / "film.mp4", 120)


def check(siege):
    """Everything that was confirmed is there, plays, and lies at its instant."""
    version, whole, clips = siege.recording()
    titles, kinds, _ = siege.kept()
    assert set(siege.people.asked) <= titles
    assert kinds[MarkerKind.ANSWERING] == kinds[MarkerKind.ANSWERED] == len(siege.answers)
    seen = [title for title, begun, done in siege.answers if siege.has_pictures(version, begun, done)]
    assert [title for title in seen if title not in clips or not clips[title].media_key] == []
    covered = 0
    for title, begun, done in siege.answers:
        for instant in (begun, done):
            if siege.is_covered(version, instant):
                covered += 1
                assert seen_at(whole, version.offset(instant)) == pytest.approx(siege.shown_at(instant), abs=RIGHT), (
                    title
                )
        if title not in seen:
            continue
        clip = clips[title]
        media = siege.site.ports.settings.media / clip.media_key
        assert beeps(media), title
    assert covered >= len(seen) > len(siege.answers) / 2
    assert siege.orphans() == []


@pytest.mark.timeout(300)
def test_whatever_is_killed_in_mid_session_what_was_confirmed_is_there_and_at_its_second(tmp_path, film):
    siege = Siege(tmp_path, film)
    try:
        siege.round(["ffmpeg", "web", "live", "worker", "bells"], seconds=11)
        siege.finish()
        check(siege)
    finally:
        siege.close()
