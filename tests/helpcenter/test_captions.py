import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpcenter.captions import (
    Cue,
    Sentence,
    guess_language,
    parse_captions,
    sentence_ends,
    sentence_starts,
    sentences,
    to_srt,
    to_vtt,
)
from helpcenter.errors import InvalidInput, TooLarge

VTT = """WEBVTT - The weekly hour
Kind: captions
Language: de-DE

NOTE made by hand

intro
00:01.000 --> 00:00:02.000 align:start
<v.loud Anna>Hi &amp; <i>you</i></v>

STYLE
::cue { color: red }

00:00:03.500 --> 01:00:05.000
two
lines
"""


def read(text, name="talk.vtt", encoding="utf-8"):
    return parse_captions(text.encode(encoding), name=name)


def warnings(file):
    return [str(warning) for warning in file.warnings]


def test_webvtt_gives_cues_speaker_language_and_notes():
    file = read(VTT)
    assert file.cues == (Cue(1.0, 2.0, "Hi & you", "Anna"), Cue(3.5, 3605.0, "two\nlines"))
    assert (file.language, file.notes, file.format, file.warnings) == ("de", ("made by hand",), "vtt", ())


def test_a_cue_with_two_voices_becomes_two_cues():
    file = read("WEBVTT\n\n00:10.000 --> 00:20.000\n<v Ann>Hello</v>\n<v Bob>there</v>\n")
    assert file.cues == (Cue(10.0, 15.0, "Hello", "Ann"), Cue(15.0, 20.0, "there", "Bob"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_end_is_read(encoding, line_end):
    text = "1\n00:00:01,000 --> 00:00:02,000\nÜber die Brücke\n\n2\n00:00:03,000 --> 00:00:04,000\nzurück\n"
    file = read(text.replace("\n", line_end), "talk.srt", encoding)
    assert [cue.text for cue in file.cues] == ["Über die Brücke", "zurück"]
    assert bool(file.warnings) == (encoding in {"utf-16-le", "utf-16-be", "cp1252"})


def test_srt_keeps_text_that_only_looks_like_structure():
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\n<font color='red'>Press</font> A --> B\n\n{\\an8}if 7 < 8 & 9\n"
        "2\n00:00:03,000 --> 00:00:04,000\nin\n2024\n"
    )
    assert [cue.text for cue in read(text, "talk.srt").cues] == ["Press A --> B\nif 7 < 8 & 9", "in\n2024"]


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("00:00:01.500 --> 00:00:02.000", 1.5, 2.0),
        ("00:01,5 --> 0:2", 1.5, 2.0),
        ("1:00:00 --> 1:00:01", 3600.0, 3601.0),
        ("  7 00:00:01:500   -->   00:00:02  ", 1.5, 2.0),
        ("00:00:01.500-->00:00:02.000", 1.5, 2.0),
        ("90:00 --> 90:01", 5400.0, 5401.0),
    ],
)
def test_times_are_read_as_people_write_them(line, start, end):
    assert read(f"{line}\ntext\n", "talk.srt").cues == (Cue(start, end, "text"),)


@pytest.mark.parametrize(
    "line",
    [
        "00:0a:01.000 --> 00:00:02.000",
        "-00:00:01.000 --> 00:00:02.000",
        "25:00:00.000 --> 25:00:02.000",
        "00:61:61.000 --> 00:62:00.000",
        "00:00:01.000 -->",
        "--> 00:00:01.000",
    ],
)
def test_a_cue_with_broken_times_is_left_out_and_its_line_named(line):
    file = read(f"WEBVTT\n\n{line}\nbroken\n\n00:00:05.000 --> 00:00:06.000\nwhole\n")
    assert file.cues == (Cue(5.0, 6.0, "whole"),)
    assert warnings(file) == ["The times in line 3 cannot be read; that caption was left out."]


def test_ten_thousand_broken_lines_give_few_warnings():
    file = read("1:xx --> 2:xx\nbroken\n\n" * 10_000 + "00:01 --> 00:02\nwhole\n", "talk.srt")
    assert len(file.warnings) == 11
    assert warnings(file)[-1] == "The same is true of 9990 more."


def test_out_of_order_and_overlapping_cues_are_mended():
    file = read("00:05 --> 00:09\nlast\n\n00:01 --> 00:06\nfirst\n\n00:12 --> 00:11\nbackwards\n", "a.srt")
    assert file.cues == (Cue(1.0, 5.0, "first"), Cue(5.0, 9.0, "last"), Cue(12.0, 12.6, "backwards"))
    assert warnings(file) == [
        "The captions were not in the order of their times and have been sorted.",
        "Captions that ended before they began: 1. Their end has been estimated.",
        "Captions that overlapped the next one: 1. They have been shortened.",
    ]


def test_speakers_of_the_same_moment_share_it():
    file = read("WEBVTT\n\n00:01.0 --> 00:03.0\n<v Ann>one\n\n00:01.0 --> 00:03.0\n<v Bob>two\n")
    assert file.cues == (Cue(1.0, 2.0, "one", "Ann"), Cue(2.0, 3.0, "two", "Bob"))


def test_rolling_captions_lose_their_doubled_lines():
    rolling = "WEBVTT\n\n" + "".join(
        f"00:0{second}.000 --> 00:0{second + 1}.000\nline {second}\nline {second + 1}\n\n" for second in range(1, 6)
    )
    assert [cue.text for cue in read(rolling).cues] == ["line 1\nline 2", "line 3", "line 4", "line 5", "line 6"]


def test_sbv_and_substation_are_read():
    assert read("0:00:01.000,0:00:03.000\nhello\n\n", "a.sbv").cues == (Cue(1.0, 3.0, "hello"),)
    ass = (
        "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name\n\n[Events]\nFormat: Layer, Start, End, "
        "Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:0x.00,0:00:02.00,Default,Bob,0,0,0,,broken\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Bob,0,0,0,,{\\i1}Hi{\\i0}\\Nthere\n"
    )
    assert read(ass, "a.ass").cues == (Cue(1.0, 2.0, "Hi\nthere", "Bob"),)
    assert warnings(read(ass, "a.ass")) == ["The times in line 9 cannot be read; that caption was left out."]


@pytest.mark.parametrize(
    "text",
    [
        '[{"start": "00:00:01.5", "start_ms": 1500, "end_ms": 2000, "speaker": "3", "voice": "Eva", "text": "Hallo."}]',
        '{"segments": [{"startTime": 1.5, "endTime": 2, "speaker": "Eva", "body": "Hallo."}]}',
        '{"language": "de", "segments": [{"start": 1.5, "end": 2.0, "speaker": "Eva", "text": " Hallo."}, {"start": -1}]}',
    ],
)
def test_json_transcripts_are_read(text):
    assert read(text, "talk.de.json").cues == (Cue(1.5, 2.0, "Hallo.", "Eva"),)
    assert read(text, "talk.de.json").language == "de"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"\xef\xbb\xbf \n ", "is empty"),
        (b"Dear all, here are the minutes.", "no captions"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n \n", "no captions"),
        (b'{"segments": [' + b"9" * 4000 + b"]}", "no captions"),
        (b'[{"start": ' + b"9" * 4000 + b', "end": 1, "text": "x"}]', "no captions"),
        (b"[" * 100_000, "no captions"),
        (b"\x00\x00\x00\x20ftypisom\x00\x01\x02\x03" * 50, "not a text file"),
    ],
)
def test_what_holds_no_captions_is_refused_in_words(data, words):
    with pytest.raises(InvalidInput, match=words):
        parse_captions(data, name="talk.vtt")


def test_more_than_five_megabytes_are_refused():
    with pytest.raises(TooLarge, match="5 MB"):
        parse_captions(b"x" * 5_000_001, name="talk.vtt")


@pytest.mark.parametrize(
    "data",
    [
        b"00:01.000 --> 00:02.000\n" + b"<v " + b" " * 1_000_000,
        b"00:01.000 --> 00:02.000\n" + b"<" * 1_000_000,
        b"00:01.000 --> 00:02.000\n" + b"&#" * 500_000,
        b"00:01.000 --> 00:02.000\n" + b"\n" * 1_000_000 + b"1",
        b"1:" * 500_000 + b" --> " + b"1:" * 500_000,
        b"[Script Info]\n[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00," + b"{\\" * 500_000,
    ],
    ids=["voice", "angle", "entity", "blank", "times", "braces"],
)
def test_hostile_files_take_linear_time(data):
    begun = time.process_time()
    try:
        file = parse_captions(data, name="hostile.srt")
        to_vtt(file.cues)
    except InvalidInput:
        pass
    assert time.process_time() - begun < 5


TEXTS = st.text(min_size=1, max_size=40)
NAMES = st.none() | st.text(alphabet="Aä &<>é.-", min_size=1, max_size=9)


@st.composite
def cue_lists(draw, speakers):
    moment, cues = 0, []
    for text, speaker in draw(st.lists(st.tuples(TEXTS, speakers), max_size=6)):
        start = moment + draw(st.integers(0, 5_000))
        moment = start + draw(st.integers(1, 5_000))
        cues.append(Cue(start / 1000, moment / 1000, text, speaker))
    return cues


def shown(cues):
    """The cues as a player shows them: text tidied, without cues that show nothing."""
    from helpcenter.captions.text import tidy

    tidied = [
        Cue(cue.start, cue.end, tidy(cue.text), " ".join(tidy(cue.speaker or "").split()) or None) for cue in cues
    ]
    return tuple(cue for cue in tidied if cue.text)


@settings(deadline=None)
@given(cue_lists(NAMES))
def test_webvtt_round_trips(cues):
    expected = shown(cues)
    text = to_vtt(cues, language="de", notes=["a --> note"])
    if expected:
        file = read(text)
        assert sorted(file.cues, key=lambda cue: cue.start) == list(expected) or rolls(expected)
        assert (file.language, file.notes) == ("de", ("a -> note",))
    else:
        with pytest.raises(InvalidInput):
            read(text)


@settings(deadline=None)
@given(cue_lists(st.none()))
def test_srt_round_trips(cues):
    expected = shown(cues)
    if expected:
        assert read(to_srt(cues), "talk.srt").cues == expected or rolls(expected)


def rolls(cues):
    lines = [cue.text.split("\n") for cue in cues]
    return any(before[-1] == after[0] for before, after in pairwise(lines))


def test_the_captions_of_a_clip_begin_at_zero_and_are_cut_at_its_edges():
    cues = [Cue(0, 4, "before"), Cue(4, 8, "in"), Cue(8, 12, "out"), Cue(12, 14, "after")]
    assert read(to_vtt(cues, offset=4.0, until=10.0)).cues == (Cue(0.0, 4.0, "in"), Cue(4.0, 6.0, "out"))


def test_sentences_are_joined_and_split_with_interpolated_times():
    cues = [Cue(0, 10, "One two. Three"), Cue(10, 14, "four? Five", "Bob"), Cue(20, 21, "six.", "Bob")]
    assert sentences(cues) == [
        Sentence(0.0, 5.714, "One two."),
        Sentence(6.429, 10.0, "Three"),
        Sentence(10.0, 12.0, "four?", "Bob"),
        Sentence(12.4, 14.0, "Five", "Bob"),
        Sentence(20.0, 21.0, "six.", "Bob"),
    ]
    assert sentence_starts(cues) == [0.0, 6.429, 10.0, 12.4, 20.0]
    assert sentence_ends(cues) == [5.714, 10.0, 12.0, 14.0, 21.0]


@pytest.mark.parametrize(
    "text",
    [
        "Das kostet ca. 20 Euro, z. B. am 3. Mai, d. h. bald.",
        "Fragen Sie Dr. Müller bzw. Frau Kurz.",
        "Use a charger, e.g. the one from Mr. Jones.",
        "It is 2.5 volts approx. and no more...",
        "„Wirklich?“ fragte niemand in dem Film „Nr. 5“.",
    ],
)
def test_abbreviations_ordinals_and_numbers_do_not_end_a_sentence(text):
    found = [sentence.text for sentence in sentences([Cue(0, 5, text), Cue(5, 6, "Und weiter.")])]
    assert found[-2:] == [text.removeprefix("„Wirklich?“ "), "Und weiter."]


def test_text_without_punctuation_falls_back_to_its_cues():
    cues = [Cue(second, second + 1, "some words that were recognised " * 4) for second in range(6)]
    assert [(sentence.start, sentence.end) for sentence in sentences(cues)] == [(cue.start, cue.end) for cue in cues]
    assert sentences([]) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie lange hält der Akku, wenn es kalt ist und ich viel fahre?", "de"),
        ("How long does the battery last when it is cold?", "en"),
        ("E-Bike, Akku, Motor", None),
        ("", None),
    ],
)
def test_the_language_is_told_by_function_words(text, language):
    assert guess_language(text) == language
