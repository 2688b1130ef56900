"""Speech to text. Every recogniser runs in a child process, chunk by chunk, and resumes where it was killed."""

from workers.media.transcribe.base import SpeechConfig, Transcriber, Transcript
from workers.media.transcribe.providers import available, choose

__all__ = ["SpeechConfig", "Transcriber", "Transcript", "available", "choose"]
