"""Where the subject changes in a bare transcript.

Two things are weighed: the signs of a change at each sentence (words, turns, pauses, pictures), as log-odds, and how well the
sentences of a stretch hold together, as the length of their summed TF-IDF vectors. Dynamic programming finds the best set.
The weights come from a logistic regression on public recordings, rounded; speakers count for less than there, where they are certain.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workers.media.chapters.language import stems
from workers.media.chapters.talk import Talk, Turn

Floats = NDArray[np.float64]

COHESION = 1.0  # weight of the words against the signs
THRESHOLD = 8.1  # log-odds that a boundary must overcome
UNTOLD = 0.4  # less where speakers are not told apart
SHORTEST = 25.0  # seconds of a chapter
CANDIDATES = 1500  # sentences at which a boundary is tried; bounds time and memory for very long recordings
EVEN = 5.0  # signs at which a boundary is as likely as not
TERMS = 2000
WINDOW = 6  # sentences in which new words count as a new subject
SPREAD = (0.607, 0.135)  # how much of a sentence's words its neighbours get
EDGE = 0.03  # the first and the last part of a recording, where boundaries are likely and unlikely


def boundaries(talk: Talk, *, duration: float, scene_cuts: Sequence[float] = ()) -> list[tuple[int, float]]:
    """The sentences that open a new subject, in order, each with a confidence of 0..1; never the first sentence."""
    count = len(talk.sentences)
    if count < 3:  # noqa: PLR2004 -- no room for a boundary
        return []
    terms = [stems(s.text, turn.language) for s, turn in zip(talk.sentences, talk.turns, strict=True)]
    odds = _odds(talk, terms, scene_cuts, duration)
    at = np.arange(count + 1)
    if count > CANDIDATES:
        best = np.argsort(-odds[1:], kind="stable")[:CANDIDATES] + 1
        at = np.unique(np.concatenate([[0, count], best]))
    starts = np.array([*(s.start for s in talk.sentences), max(duration, talk.sentences[-1].end)])[at]
    scores = np.append(odds, 0.0)[at]
    chosen = _best_path(_sums(terms, at), at, scores=scores, starts=starts)
    signs = scores + _threshold(talk, duration)
    return [(int(at[i]), round(float(1 / (1 + math.exp(EVEN - signs[i]))), 2)) for i in chosen]


def _sign(turn: Turn, before: Sequence[Turn], following: Turn | None) -> float:
    """The log-odds that a sentence opens a subject, from how it is said."""
    last = before[-1]
    value = 0.5 * turn.opening + 1.6 * turn.opening_head + 1.3 * turn.starting
    value += 0.1 * any(t.opening for t in before) + 0.9 * last.closing
    value += 0.4 * (len(before) > 1 and before[0].closing)
    value += 0.7 * turn.new_speaker + 0.3 * turn.long_turn_before + 0.5 * turn.host
    value -= 0.3 * (turn.new_speaker and turn.opening) + 0.3 * (turn.new_speaker and turn.starting)
    value -= 0.4 * last.question
    if not turn.opening_head:
        value -= 0.4 * turn.question + 0.4 * (following is not None and following.question)
    return value - 0.5 * min(1.0, turn.words / 20)


def _threshold(talk: Talk, duration: float) -> float:
    """What a boundary must overcome; a recording of ten minutes has more chapters an hour than one of an hour."""
    short = min(1.2, max(0.0, math.log(3600 / max(1.0, duration)) / 2))
    return THRESHOLD - short - (0.0 if talk.speakers else UNTOLD)


def _odds(talk: Talk, terms: Sequence[Sequence[str]], scene_cuts: Sequence[float], duration: float) -> Floats:
    turns, count = talk.turns, len(talk.turns)
    usual = float(np.median([turn.pause for turn in turns]))
    fresh, spent = _novelty(terms)
    cuts = sorted(scene_cuts)
    # A slide show changes its picture with the subject, a film all the time.
    weight = min(1.5, 60 * max(duration, 60.0) / 3600 / (len(cuts) + 1))
    out = np.full(count, -_threshold(talk, duration))
    for index in range(1, count):
        turn, start = turns[index], talk.sentences[index].start
        out[index] += _sign(turn, turns[max(0, index - 2) : index], turns[index + 1] if index + 1 < count else None)
        out[index] += 0.6 * min(3.0, max(0.0, turn.pause - usual))
        out[index] += 0.5 * min(3.0, fresh[index]) + 0.5 * min(3.0, spent[index])
        out[index] += 0.5 * (index / count < EDGE) - 0.8 * (index / count > 1 - EDGE)
        if bisect_right(cuts, start + 1.0) > bisect_left(cuts, start - 2.5):
            out[index] += weight
    return out


def _novelty(terms: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
    """For each sentence how many subject words begin soon after it, and how many end just before; 1.0 is usual."""
    count = len(terms)
    seen: dict[str, list[int]] = {}
    for index, words in enumerate(terms):
        for word in set(words):
            seen.setdefault(word, []).append(index)
    first, last = np.zeros(count + WINDOW), np.zeros(count + WINDOW)
    for places in seen.values():
        if len(places) >= 3 and places[-1] - places[0] < 0.6 * count:  # noqa: PLR2004 -- said by chance; said throughout
            first[places[0]] += 1
            last[places[-1]] += 1
    fresh = np.convolve(first, np.ones(WINDOW))[WINDOW - 1 :][:count]
    spent = np.concatenate([[0.0], np.convolve(last, np.ones(WINDOW))])[:count]
    return fresh / (fresh.mean() + 0.1), spent / (spent.mean() + 0.1)


def _sums(terms: Sequence[Sequence[str]], at: NDArray[np.int_]) -> Floats:
    """Running sums of the sentences' smoothed unit vectors up to each candidate; shape (candidates, terms)."""
    count = len(terms)
    documents = Counter(word for words in terms for word in set(words))
    common = [word for word, n in documents.most_common() if n > 1][:TERMS]
    columns = {word: column for column, word in enumerate(common)}
    plain = np.zeros((count, max(1, len(common))), dtype=np.float32)
    for row, words in enumerate(terms):
        for word in words:
            if word in columns:
                plain[row, columns[word]] += math.log(1 + count / documents[word])
    smooth = plain.copy()
    for distance, share in enumerate(SPREAD, start=1):
        smooth[distance:] += share * plain[:-distance]
        smooth[:-distance] += share * plain[distance:]
    norms = np.linalg.norm(smooth, axis=1, keepdims=True)
    smooth /= np.where(norms > 0, norms, 1)
    parts = np.add.reduceat(smooth, at[:-1], axis=0).astype(np.float64)
    return np.vstack([np.zeros((1, parts.shape[1])), np.cumsum(parts, axis=0)])


def _best_path(sums: Floats, at: NDArray[np.int_], *, scores: Floats, starts: Floats) -> list[int]:
    """Indices of the chosen candidates: the best total of cohesion and scores with no stretch below SHORTEST."""
    products = sums @ sums.T
    own = np.diag(products)
    count = len(starts)
    best = np.full(count, -np.inf)
    best[0] = 0.0
    back = np.zeros(count, dtype=int)
    for end in range(1, count):
        gains = (own[end] - 2 * products[end, :end] + own[:end]) / (at[end] - at[:end])
        totals = best[:end] + COHESION * gains
        totals[starts[end] - starts[:end] < SHORTEST] = -np.inf
        back[end] = int(np.argmax(totals))
        best[end] = totals[back[end]] + (scores[end] if end < count - 1 else 0.0)
    chosen = []
    end = count - 1
    while end > 0 and np.isfinite(best[end]):
        end = int(back[end])
        chosen.append(end)
    return sorted(index for index in chosen if index > 0)
