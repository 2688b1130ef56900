"""Cues, and the caption files that they come from and go to."""

from helpcenter.captions.language import guess_language
from helpcenter.captions.model import CaptionFile, Cue, Sentence
from helpcenter.captions.parse import MAX_BYTES, parse_captions
from helpcenter.captions.repair import repair
from helpcenter.captions.sentences import sentence_ends, sentence_starts, sentences
from helpcenter.captions.write import clip_cues, to_srt, to_vtt

__all__ = [
    "MAX_BYTES",
    "CaptionFile",
    "Cue",
    "Sentence",
    "clip_cues",
    "guess_language",
    "parse_captions",
    "repair",
    "sentence_ends",
    "sentence_starts",
    "sentences",
    "to_srt",
    "to_vtt",
]
