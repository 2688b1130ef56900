"""What `helpcenter doctor` asks of the media tools: ffmpeg, its sandbox, and who can turn speech into text."""

import subprocess

from helpcenter.errors import N_, Message, NotConfigured
from helpcenter.ports import Check
from helpcenter.settings import Settings
from workers.media.ffmpeg import MISSING, Tools, find_tools
from workers.media.transcribe import SpeechConfig, Transcriber, available

LANGUAGES = {"en": N_("English"), "de": N_("German")}
SPEECH = {"en": N_("English speech"), "de": N_("German speech")}
_SECONDS = 20


def media_checks(settings: Settings) -> list[Check]:
    """One check each for ffmpeg and the sandbox, one for each transcriber, and one for each language that nobody can."""
    try:
        tools = find_tools(ffmpeg_binary=settings.ffmpeg_binary or None, sandbox=settings.sandbox)
    except NotConfigured as error:
        return [Check("ffmpeg", ok=False, message=error.message, mend=Message(MISSING)), *_speech(settings, "ffmpeg")]
    return [_ffmpeg(tools), _sandbox(tools, settings), *_speech(settings, tools.ffmpeg)]


def _ffmpeg(tools: Tools) -> Check:
    try:
        said = subprocess.run(  # noqa: S603 -- the program that the settings or the PATH name
            [tools.ffmpeg, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        why = Message(N_("%(path)s does not run: %(reason)s"), {"path": tools.ffmpeg, "reason": str(error)})
        return Check("ffmpeg", ok=False, message=why, mend=Message(MISSING))
    version = said.split("\n", 1)[0].removeprefix("ffmpeg version ").split(" ", 1)[0]
    return Check(
        "ffmpeg",
        ok=True,
        message=Message(N_("%(path)s, version %(version)s"), {"path": tools.ffmpeg, "version": version}),
    )


def _sandbox(tools: Tools, settings: Settings) -> Check:
    # Working without a sandbox is allowed, but an operator should have decided it.
    return Check(
        N_("sandbox"),
        ok=True if tools.sandbox else None if settings.sandbox == "off" else False,
        message=tools.sandbox_state,
    )


def _speech(settings: Settings, ffmpeg: str) -> list[Check]:
    transcribers = available(SpeechConfig(settings.whisper_model, settings.ffmpeg_whisper_model, ffmpeg))
    checks = [_transcriber(transcriber, settings) for transcriber in transcribers]
    for language, name in LANGUAGES.items():
        if all(transcriber.can(language) for transcriber in transcribers):
            nobody = Message(
                N_("Nobody here can turn speech in %(language)s into text; captions can be uploaded."),
                {"language": Message(name)},
            )
            mend = Message(N_("Install the extra “whisper” and set HELPCENTER_WHISPER_MODEL to the folder of a model."))
            checks.append(Check(SPEECH[language], ok=None, message=nobody, mend=mend))
    return checks


def _transcriber(transcriber: Transcriber, settings: Settings) -> Check:
    reasons = {language: transcriber.can(language) for language in LANGUAGES}
    able = [language for language, reason in reasons.items() if reason is None]
    if able:
        draft = N_("ready: %(languages)s (a draft)") if transcriber.draft else N_("ready: %(languages)s")
        return Check(transcriber.name, ok=True, message=Message(draft, {"languages": ", ".join(able)}))
    wanted = {"faster-whisper": settings.whisper_model, "ffmpeg-whisper": settings.ffmpeg_whisper_model}
    reason = next(reason for reason in reasons.values() if reason)
    return Check(transcriber.name, ok=False if wanted.get(transcriber.name) else None, message=reason)
