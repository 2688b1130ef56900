"""transcript: captions that came along, else the first recogniser that can, else none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from helpcenter.captions import CaptionFile, guess_language, parse_captions
from helpcenter.errors import N_, InvalidInput, Message
from helpcenter.models import Recording
from helpcenter.services import recordings
from helpcenter.services.recordings import NewTranscript
from workers.failpoints import reach
from workers.media.probe import SubtitleInfo, extract_subtitles
from workers.media.scan import scan
from workers.media.transcribe import SpeechConfig, Transcript, available, choose
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps.media import ELSEWHERE, Given, given, original
from workers.steps.scan import SPEECH

CAME_ALONG = N_("Captions came along with the recording, so there was nothing to transcribe.")
FROM_YOUTUBE = N_("YouTube's automatic captions were taken, so there was nothing to transcribe.")
IN_THE_FILE = N_("The captions inside the file were taken.")
NO_SOUND = N_("There is no sound, so there is no transcript.")
NOBODY = N_("No speech recognition here knows this language, so there is no transcript yet: %(reason)s")
_LANGUAGES = {"deu": "de", "ger": "de", "eng": "en"}  # ISO 639-2, as media files say it


def work(job: Job) -> Outcome:
    """Find the text."""
    with job.reading() as (db, recording):
        transcript = recordings.main_transcript(db, recording)
        human = transcript is not None and recordings.is_human(db, transcript)
        theirs = transcript is not None and transcript.provider == recordings.PLATFORM
        language = recording.language
    file = given(job)
    if human:
        return _told(job, Message(CAME_ALONG))
    if file is None:
        return Outcome(note=ELSEWHERE)
    if theirs:
        return _told(job, Message(FROM_YOUTUBE))
    inside = _inside(job, file)
    if inside is not None:
        return _told(job, Message(IN_THE_FILE), inside)
    if file.probed.audio is None:
        return _told(job, Message(NO_SOUND))
    return _recognised(job, file, language)


def _recognised(job: Job, file: Given, language: str | None) -> Outcome:
    settings = job.ports.settings
    config = SpeechConfig(settings.whisper_model, settings.ffmpeg_whisper_model, job.tools.ffmpeg)
    transcribers = available(config)
    chosen = choose(transcribers, language)
    if chosen is None:
        reasons = [reason for transcriber in transcribers if (reason := transcriber.can(language))]
        return _told(job, Message(NOBODY, {"reason": reasons}))

    def progress(done: float) -> None:
        reach("transcript.working")
        job.progress(done)

    with _speech(job, file) as speech:
        silences = file.scan.silences if file.scan else []
        text = chosen.transcribe(speech, language=language, silences=silences, work_dir=job.kept, progress=progress)
    if not text.cues:
        return _told(job, text.note)
    return _told(job, _note(text), _new(text, language))


def _new(text: Transcript, language: str | None) -> NewTranscript:
    return NewTranscript(text.cues, text.language or language or "en", text.provider, draft=text.draft)


def _note(text: Transcript) -> Message:
    if text.draft:
        return Message(
            N_("Recognised by %(provider)s: a draft, good for finding, not for reading."), {"provider": text.provider}
        )
    return text.note or Message(N_("Recognised by %(provider)s."), {"provider": text.provider})


def _told(job: Job, note: Message | None, new: NewTranscript | None = None) -> Outcome:
    now = job.ports.clock()

    def store(db: Session, recording: Recording, _: Keys) -> None:
        if new is not None:
            recordings.put_transcript(db, recording, new, now=now)
            recording.language = recording.language or new.language

    return Outcome(note=note, store=store)


def let_go_of_speech(job: Job) -> None:
    """Delete the sound that was kept for the recogniser: an hour of it is 115 MB. The next step does it, in case we die here."""
    with job.reading() as (db, recording):
        key = recordings.asset_key(db, recording, SPEECH)
    if key:
        job.ports.storage.delete_tree(key.rpartition("/")[0] + "/")


def _inside(job: Job, file: Given) -> NewTranscript | None:
    """The first captions inside the file that can be read."""
    for track in file.probed.subtitles:
        captions = _captions(job, file, track)
        if captions is not None:
            text = " ".join(cue.text for cue in captions.cues)
            told = _LANGUAGES.get(track.language or "", (track.language or "")[:2])
            language = told if told in {"de", "en"} else guess_language(text) or "en"
            return NewTranscript(captions.cues, language, recordings.EMBEDDED, human=True)
    return None


def _captions(job: Job, file: Given, track: SubtitleInfo) -> CaptionFile | None:
    try:
        with original(job, file) as path:
            made = extract_subtitles(job.tools, path, track.index, job.folder)
        return parse_captions(made.read_bytes(), name=made.name)
    except InvalidInput:
        return None  # broken or empty captions are no reason to have no transcript at all


@contextmanager
def _speech(job: Job, file: Given) -> Iterator[Path]:
    """The sound that scanning has kept; made once more where it is gone already."""
    with job.reading() as (db, recording):
        key = recordings.asset_key(db, recording, SPEECH)
    if key and job.ports.storage.exists(key):
        with job.ports.storage.local(key) as speech:
            yield speech
        return
    with original(job, file) as path:
        again = scan(job.tools, path, file.probed, job.folder)
    yield job.folder / (again.speech or "")
