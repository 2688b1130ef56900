import os
import signal
import subprocess
import sys
import wave
from pathlib import Path
from types import SimpleNamespace

import jiwer
import numpy as np
import psutil
import pytest

from helpcenter.errors import Unavailable, UnusableMedia
from workers.media.ffmpeg import find_tools
from workers.media.transcribe import SpeechConfig, available, choose
from workers.media.transcribe.chunks import plan
from workers.media.transcribe.ffmpeg_whisper import graph_of, has_filter
from workers.media.transcribe.job import Job
from workers.media.transcribe.pieces import Piece
from workers.media.transcribe.process import Limit, recognise
from workers.media.transcribe.providers import PocketSphinx
from workers.media.transcribe.whisper import believable, words_of

DATA = Path(__file__).parents[2] / "data"
WHOLE = [(3.18, 5.065), (7.238, 9.14)]  # its silences
SILENCES = [(0.0, 0.265), (2.438, 4.34)]  # of its last two sentences, which are enough for most tests


def recognisers():
    """The recognisers that this process has started and that still run."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if any("transcribe" in word for word in child.cmdline())]


class Stopped(Exception):
    pass


def write_wav(path, samples, rate=16_000):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return path


def decode(path, *, start):
    ffmpeg = find_tools(sandbox="off").ffmpeg
    arguments = ["-v", "error", "-ss", str(start), "-i", DATA / "speech-en.flac", "-c:a", "pcm_s16le", path]
    subprocess.run([ffmpeg, *arguments], check=True)
    return path


@pytest.fixture
def speech(tmp_path):
    return decode(tmp_path / "speech.wav", start=4.8)


def transcribe(speech, tmp_path, *, language="en", silences=SILENCES, progress=lambda done: None):
    return PocketSphinx().transcribe(
        speech, language=language, silences=silences, work_dir=tmp_path / "work", progress=progress
    )


def identities(tmp_path):
    """What tells a rewritten chunk from one that was left alone."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "work").glob("chunk-*.json")
    }


def test_english_speech_becomes_a_draft_with_times(tmp_path):
    seen = []
    speech = decode(tmp_path / "whole.wav", start=0)
    transcript = transcribe(speech, tmp_path, language=None, silences=WHOLE, progress=seen.append)
    heard = " ".join(cue.text for cue in transcript.cues).lower()
    spoken = (DATA / "speech-en.txt").read_text().lower().replace(".", "").split()
    assert jiwer.wer(" ".join(spoken), heard) < 0.4
    assert (transcript.language, transcript.provider, transcript.draft, transcript.note) == (
        "en",
        "pocketsphinx",
        True,
        None,
    )
    assert [round(cue.start) for cue in transcript.cues] == [0, 5, 9]
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert [language for _, _, language in transcript.chunk_languages] == ["en", "en", "en"]


def test_work_that_was_stopped_goes_on_after_its_last_chunk(speech, tmp_path):
    def stop(done):
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        transcribe(speech, tmp_path, progress=stop)
    assert recognisers() == []
    before = identities(tmp_path)
    assert before
    assert len(transcribe(speech, tmp_path).cues) == 2
    assert before.items() <= identities(tmp_path).items()


@pytest.mark.kill
def test_a_killed_recogniser_is_started_again_and_goes_on(speech, tmp_path):
    killed = []

    def kill_once(done):
        if done and not killed:
            (child,) = recognisers()
            killed.append(identities(tmp_path))
            child.kill()

    assert len(transcribe(speech, tmp_path, progress=kill_once).cues) == 2
    assert killed[0].items() <= identities(tmp_path).items()


@pytest.mark.kill
def test_the_recogniser_dies_with_its_parent_and_the_next_one_goes_on(speech, tmp_path):
    program = (
        "import sys; from pathlib import Path; import psutil\n"
        "from workers.media.transcribe.providers import PocketSphinx\n"
        "def say(done): print(psutil.Process().children()[0].pid, flush=True); sys.stdin.read()\n"
        f"PocketSphinx().transcribe(Path(sys.argv[1]), language='en', silences={SILENCES},\n"
        "    work_dir=Path(sys.argv[2]), progress=say)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, speech, tmp_path / "work"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    with parent:
        child = psutil.Process(int(parent.stdout.readline()))
        before = identities(tmp_path)
        os.kill(parent.pid, signal.SIGKILL)
        child.wait(timeout=20)
    assert len(transcribe(speech, tmp_path).cues) == 2
    assert before.items() <= identities(tmp_path).items()


def test_a_chunk_that_was_cut_short_on_disk_is_made_again(speech, tmp_path):
    expected = transcribe(speech, tmp_path)
    first = min((tmp_path / "work").glob("chunk-*.json"))
    first.write_bytes(first.read_bytes()[:20])
    assert transcribe(speech, tmp_path) == expected


def test_chunks_of_another_recording_are_not_taken(speech, tmp_path):
    transcribe(speech, tmp_path)
    silent = write_wav(speech, np.zeros(16_000 * 6))
    assert transcribe(silent, tmp_path).cues == ()


NO_SOUND = "There is no sound in this recording, so there is no transcript."
NO_SPEECH = "No speech was found in this recording."
TONES = 6_000 * np.sin(np.arange(72_000) * 0.17) * np.sign(np.sin(np.arange(72_000) / 2_000))


@pytest.mark.parametrize(
    ("samples", "note"),
    [
        ([], NO_SOUND),
        (np.zeros(1_000), NO_SOUND),
        (np.zeros(48_000), NO_SPEECH),
        (np.random.default_rng(1).normal(0, 800, 96_000), NO_SPEECH),
        (TONES, NO_SPEECH),
    ],
    ids=["empty", "click", "silence", "noise", "tones"],
)
def test_nothing_said_is_a_result_with_a_note(samples, note, tmp_path):
    transcript = transcribe(write_wav(tmp_path / "speech.wav", samples), tmp_path, language=None, silences=[])
    assert (transcript.cues, str(transcript.note)) == ((), note)


def test_an_empty_file_has_no_sound_and_a_wrong_one_is_refused(tmp_path):
    empty = tmp_path / "empty.wav"
    empty.touch()
    assert "no sound" in str(transcribe(empty, tmp_path).note)
    with pytest.raises(UnusableMedia, match="16 kHz"):
        transcribe(write_wav(tmp_path / "slow.wav", np.zeros(8_000), rate=8_000), tmp_path)
    (tmp_path / "text.wav").write_text("not a sound")
    with pytest.raises(UnusableMedia, match="cannot be read"):
        transcribe(tmp_path / "text.wav", tmp_path)


def test_a_recogniser_that_takes_too_long_is_stopped(speech, tmp_path):
    job = Job("pocketsphinx", str(speech), 6.0, "en", (), 18.0)
    with pytest.raises(Unavailable, match="stopped after"):
        recognise(job, work_dir=tmp_path / "work", limit=Limit(0.0, 0.01), progress=lambda done: None)
    assert recognisers() == []


def test_a_chunk_that_crashes_the_recogniser_twice_is_left_out(tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_text("not a sound")
    job = Job("pocketsphinx", str(broken), 5.0, "en", (), 18.0)
    ((_, result),) = recognise(job, work_dir=tmp_path / "work", limit=Limit(60.0, 1.0), progress=lambda done: None)
    assert (result.pieces, result.crashed) == ((), True)


def test_a_recogniser_that_crashes_everywhere_is_given_up_in_words(tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_text("not a sound")
    job = Job("pocketsphinx", str(broken), 9.0, "en", ((4.0, 6.0),), 18.0)
    with pytest.raises(Unavailable, match=r"ended unexpectedly \(wave.Error: file does not start with RIFF id\)"):
        recognise(job, work_dir=tmp_path / "work", limit=Limit(60.0, 1.0), progress=lambda done: None)


def test_a_model_that_cannot_be_loaded_is_said_in_words(speech, tmp_path):
    pytest.importorskip("faster_whisper", reason="the optional extra")
    from helpcenter.errors import NotConfigured

    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"no model")
    (transcriber, *_) = available(SpeechConfig(whisper_model=folder))
    assert transcriber.can("de") is None
    with pytest.raises(NotConfigured, match="cannot be loaded"):
        transcriber.transcribe(speech, language="de", silences=[], work_dir=tmp_path / "w", progress=lambda done: None)


def test_the_first_transcriber_that_can_is_chosen():
    transcribers = available(SpeechConfig())
    assert [transcriber.name for transcriber in transcribers] == ["faster-whisper", "ffmpeg-whisper", "pocketsphinx"]
    assert choose(transcribers, "en").name == "pocketsphinx"
    assert choose(transcribers, None).name == "pocketsphinx"
    assert choose(transcribers, "de") is None
    assert "English only" in str(transcribers[2].can("de"))


def test_what_is_missing_for_whisper_is_said_in_words(tmp_path):
    def reasons(**settings):
        return [str(transcriber.can("de")) for transcriber in available(SpeechConfig(**settings))[:2]]

    assert ["is set" in reason for reason in reasons()] == [True, True]
    missing = reasons(whisper_model=tmp_path / "no", ffmpeg_whisper_model=tmp_path / "no.bin")
    assert "not installed" in missing[0] or "does not exist" in missing[0]
    assert "does not exist" in missing[1]
    (tmp_path / "ggml.bin").touch()
    there = reasons(whisper_model=tmp_path, ffmpeg_whisper_model=tmp_path / "ggml.bin")
    assert "not installed" in there[0] or "no model.bin" in there[0]
    assert "no whisper filter" in there[1] or there[1] == "None"


def test_a_missing_ffmpeg_has_no_filter():
    assert not has_filter("/nowhere/ffmpeg")


def test_the_filter_names_no_path_of_the_machine(speech):
    (chunk, *_) = plan(speech, 6.0, SILENCES, longest=300.0)
    arguments = graph_of(chunk, "de")
    assert arguments[arguments.index("-i") + 1] == "file:in0"
    graph = arguments[arguments.index("-filter_complex") + 1]
    assert "whisper=destination=out/speech.srt:format=srt:language=de:model=in1:queue=20" in graph


def segment(**changes):
    """A segment as faster-whisper gives it."""
    usual = {"start": 1.0, "end": 2.0, "text": " Hallo.", "words": None, "no_speech_prob": 0.1, "avg_logprob": -0.3}
    return SimpleNamespace(**{**usual, "compression_ratio": 1.2, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"no_speech_prob": 0.9}, True),
        ({"no_speech_prob": 0.9, "avg_logprob": -1.5}, False),
        ({"compression_ratio": 3.0}, False),
        ({"text": " Untertitel der Amara.org-Community"}, False),
    ],
)
def test_what_whisper_invents_is_not_believed(changes, expected):
    assert believable(segment(**changes)) is expected


def test_tokens_of_whisper_are_joined_to_words():
    tokens = [(" Das", 0.0, 0.2, 0.9), (" E", 0.2, 0.4, 0.8), ("-Bike.", 0.4, 0.9, 0.7)]
    words = [SimpleNamespace(word=word, start=start, end=end, probability=sure) for word, start, end, sure in tokens]
    assert words_of(segment(words=words), 10.0) == [Piece(10.0, 10.2, "Das", 0.9), Piece(10.2, 10.9, "E-Bike.", 0.7)]
    assert words_of(segment(), 10.0) == [Piece(11.0, 12.0, "Hallo.")]
