import wave
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpcenter.captions import Cue
from workers.media.transcribe.chunks import Chunk, plan
from workers.media.transcribe.pieces import Piece, mean_confidence, to_cues
from workers.media.transcribe.sanity import sane


def said(text, *, start=0.0, length=0.3, gap=0.0):
    return [
        Piece(round(start + index * (length + gap), 3), round(start + index * (length + gap) + length, 3), word)
        for index, word in enumerate(text.split())
    ]


def texts(pieces):
    return " ".join(piece.text for piece in pieces)


@pytest.fixture(scope="module")
def minute(tmp_path_factory):
    """A minute of sound that is quiet at 17 s only."""
    samples = np.full(60 * 16_000, 3_000, dtype="<i2")
    samples[int(16.8 * 16_000) : int(17.2 * 16_000)] = 10
    path = tmp_path_factory.mktemp("sound") / "minute.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        file.writeframes(samples.tobytes())
    return path


def test_speech_is_cut_in_silences_and_else_where_it_is_quietest(minute):
    chunks = list(plan(minute, 30.0, [(4.0, 6.0)], longest=18.0))
    assert chunks[:1] == [Chunk(0.0, 4.25)]
    assert (chunks[1].start, round(chunks[1].end), chunks[2].end) == (5.75, 17, 30.0)


def test_short_pauses_stay_inside_a_chunk_up_to_its_longest(minute):
    assert list(plan(minute, 30.0, [(5.0, 5.6), (10.0, 10.6), (20.0, 20.6)], longest=18.0)) == [
        Chunk(0.0, 10.25),
        Chunk(10.35, 20.25),
        Chunk(20.35, 30.0),
    ]


@settings(deadline=None, max_examples=25)
@given(
    silences=st.lists(
        st.tuples(st.floats(-5, 65), st.floats(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=6
    ),
    longest=st.floats(4, 30),
)
def test_chunks_hold_all_speech_in_order_and_none_is_too_long(minute, silences, longest):
    chunks = list(plan(minute, 60.0, silences, longest=longest))
    assert chunks == list(plan(minute, 60.0, silences, longest=longest))
    assert all(0 <= chunk.start < chunk.end <= 60.0 for chunk in chunks)
    assert all(chunk.end - chunk.start <= longest + 0.01 for chunk in chunks)
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    for moment in np.arange(0.5, 60, 1.0):
        quiet = any(start - 0.1 <= moment <= end + 0.1 for start, end in silences)
        assert quiet or any(chunk.start <= moment <= chunk.end for chunk in chunks)


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        (
            "thank you so much thank you so much thank you so much thank you so much then we go on",
            "thank you so much then we go on",
        ),
        ("no no no that is wrong", "no no no that is wrong"),
        ("well you you you you know that", "well you know that"),
        ("the the the the in the the", ""),
        ("bye bye we meet again soon", "bye bye we meet again soon"),
        ("the in the the the a the", ""),
    ],
)
def test_loops_and_single_words_are_not_speech(heard, kept):
    assert texts(sane(said(heard), start=0.0, end=60.0, silences=[])) == kept


def test_text_on_silence_and_credits_are_dropped():
    pieces = [
        Piece(0.0, 1.0, "real"),
        Piece(2.0, 3.0, "invented"),
        Piece(4.0, 6.0, "Untertitel der Amara.org-Community"),
    ]
    assert texts(sane(pieces, start=0.0, end=10.0, silences=[(1.5, 3.5)])) == "real"


def test_times_never_run_backwards_nor_leave_the_chunk():
    pieces = [Piece(9.5, 10.5, "a"), Piece(10.2, 11.0, "b"), Piece(10.1, 10.4, "lost"), Piece(19.5, 22.0, "c")]
    assert [(piece.start, piece.end, piece.text) for piece in sane(pieces, start=10.0, end=20.0, silences=[])] == [
        (10.0, 10.5, "a"),
        (10.5, 11.0, "b"),
        (19.5, 20.0, "c"),
    ]


def test_cues_end_at_pauses_and_sentences_and_stay_readable():
    words = [*said("one two"), *said("After a pause comes this sentence. And", start=2.0)]
    assert to_cues(words) == [
        Cue(0.0, 0.6, "one two"),
        Cue(2.0, 3.8, "After a pause comes this sentence."),
        Cue(3.8, 4.1, "And"),
    ]
    long = to_cues(said("something " * 60))
    assert all(len(cue.text) <= 84 and cue.end - cue.start <= 7.01 for cue in long)
    assert sum(len(cue.text.split()) for cue in long) == 60


def test_confidence_is_weighed_by_time():
    assert mean_confidence([Piece(0, 3, "a", 0.2), Piece(3, 4, "b", 1.0)]) == 0.4
    assert mean_confidence([]) == 0.0
