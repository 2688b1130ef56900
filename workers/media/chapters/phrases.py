"""How hosts change the subject in German and English: patterns over one sentence each."""

import re


def _said(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")\b", re.IGNORECASE)


def _first(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"^\W*(?:" + "|".join(alternatives) + r")\b", re.IGNORECASE)


_NTH = {
    "de": "(?:(?:erste|zweite|dritte|vierte|nächste|letzte|andere|weitere)[nrs]?)",
    "en": "(?:first|second|third|fourth|fifth|next|last|final|another|following|remaining|other)",
}
_THING = {
    "de": "(?:fragen?|themen?|thema|punkte?|teil|runde|block|abschnitt|beitrag|nachricht|anrufer(?:in)?)",
    "en": "(?:questions?|items?|topics?|points?|piece|one|thing|part|subject|agenda|section|caller)",
}
# A new subject is announced; a sure sign wherever it stands in a sentence.
OPENING = {
    "de": _said(
        rf"{_NTH['de']}\s+(?:[\w-]+\s+){{0,2}}?{_THING['de']}",
        "als n[äa]chstes",
        "zu guter letzt",
        "zum (?:schluss|abschluss|thema)",
        "beim thema",
        "(?:kommen|gehen|wechseln|springen|schauen|schreiten|machen|steigen) wir "
        r"(?:\w+ )?(?:zu[mr]?|weiter|über|mal|jetzt|nun|dann|gleich|direkt|noch|ein)",
        "weiter (?:geht|geht's|gehts|im|mit)",
        "geht(?:'s| es)? weiter",
        "fragt|schreibt|möchte wissen|will wissen|wollte wissen",
        "fragen? (?:kommt |stammt |ist )?(?:von|aus|vom|hier)",
        r"(?:noch|hier ist|haben wir|hätten wir|gibt es|nehmen wir)(?: \w+)? (?:eine|die)(?: \w+)? frage",
        "(?:jetzt|nun|damit|dann) (?:noch |mal |also )?zu[mr]?",
        "herzlich willkommen",
        "auf wiedersehen",
        "auf der (?:agenda|liste|tagesordnung)",
    ),
    "en": _said(
        rf"{_NTH['en']}\s+(?:[\w-]+\s+){{0,3}}?{_THING['en']}",
        "next (?:up|is|we)",
        "(?:mov(?:e|ing)|go(?:ing)?|jump(?:ing)?|carry(?:ing)?|switch(?:ing)?|turn(?:ing)?|skip(?:ping)?) "
        r"(?:right |straight )?(?:on|over|ahead|forward|along|now)?\s?(?:to|with)",
        "mov(?:e|ing) (?:on|forward|along|into)",
        "(?:question|note|mail|message|comment) (?:here )?(?:is |comes? |came )?(?:in )?from",
        "asks|asked us|is asking|wants to know|wonders|writes|is wondering",
        r"(?:we have|there's|there is|here's|got|i have|take) (?:a|an|one|another)(?: \w+)? question",
        "let(?:'?s| us) (?:talk|start|begin|get started|take|turn|dive|do|see what)",
        "wrap(?:ping)? (?:it )?up",
        "welcome",
        "on the agenda",
        "that was (?:our|the) last",
        "good ?bye",
    ),
}
# Words that often stand at a new beginning, and often elsewhere too.
STARTING = {
    "de": _first(
        "okay|ok|so|gut|alles klar|super|prima|sehr gut|ja gut|wunderbar|perfekt|schön",
        "dann|jetzt|nun|und jetzt|kommen|weiter|zunächst|zuerst|als|machen|gehen|und (?:die|zum|dann|als)",
    ),
    "en": _first(
        "okay|ok|'?kay|alright|all right|right|great|awesome|cool|perfect|excellent|wonderful",
        "now|next|so,? (?:next|now|moving|the|we|let)|let(?:'?s| us)|moving|finally|lastly|first|jumping|welcome",
    ),
}
# What was talked about before is closed.
CLOSING = {
    "de": _said(
        "danke|vielen dank|dankeschön|super|alles klar|sehr gut|wunderbar|prima|perfekt|passt|soweit|gute frage",
        "noch (?:fragen|etwas|was)|hoffe,? (?:das|ich)|beantwortet",
    ),
    "en": _said(
        "thank you|thanks|appreciate|awesome|great|perfect|excellent|sounds good|makes sense|cool|that's it|all right",
        "any ?(?:thing|body|one) else|any other|other (?:questions|comments)|good question|hope (?:that|this) helps",
    ),
}
QUESTION_WORD = {
    "de": _first(
        "was|wie|wieso|warum|weshalb|wann|wo|woher|wohin|womit|woran|wofür|welche[nmrs]?|wer|wen|wem|kann|können|darf|dürfen",
        "muss|müssen|soll|sollte|gibt|ist|sind|hat|haben|lohnt|braucht|brauche",
    ),
    "en": _first(
        "what|how|why|when|where|which|who|can|could|should|would|is|are|does|do|did|will|has|have|may",
    ),
}
GREETING = _said(
    "welcome|good (?:morning|afternoon|evening)|hello|hi everyone",
    "willkommen|guten (?:tag|morgen|abend)|hallo|moin|grüß",
)
FAREWELL = _said(
    "good ?bye|bye|see you|next (?:week|session|time)|that was (?:our|the) last",
    "thank(?:s| you) (?:all |everyone |everybody |so much )?for (?:joining|watching|listening|coming)",
    "auf wiedersehen|tschüss|tschau|ciao|bis (?:bald|dann|zum nächsten)|(?:danke|vielen dank), (?:dass|fürs)",
)
