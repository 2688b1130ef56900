import pytest

from helpcenter.settings import Settings
from workers.checks import media_checks


def told(**settings):
    return {check.name: check for check in media_checks(Settings(**settings))}


def test_a_usual_machine_has_ffmpeg_and_a_draft_recogniser_for_english():
    checks = told()
    assert checks["ffmpeg"].ok
    assert str(checks["pocketsphinx"].message) == "ready: en (a draft)"
    assert checks["faster-whisper"].ok is None


def test_german_without_a_model_is_said_together_with_what_to_do():
    check = told()["German speech"]
    assert check.ok is None
    assert "HELPCENTER_WHISPER_MODEL" in str(check.mend)


def test_a_missing_ffmpeg_is_an_error_and_says_how_to_mend_it():
    check = told(ffmpeg_binary="no-such-ffmpeg")["ffmpeg"]
    assert check.ok is False
    assert "no-such-ffmpeg" in str(check.message)
    assert "apt install ffmpeg" in str(check.mend)


def test_a_sandbox_that_was_switched_off_is_no_error():
    assert told(sandbox="off")["sandbox"].ok is None


@pytest.mark.parametrize("content", [None, "folder"])
def test_a_model_that_is_set_but_not_there_is_an_error(tmp_path, content):
    if content:
        (tmp_path / "model").mkdir()
    assert told(whisper_model=tmp_path / "model")["faster-whisper"].ok is False
