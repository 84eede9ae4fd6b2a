"""Signs that nobody sees, each in the middle of a word, and those that stay."""

import unicodedata

import pytest

from matchmaker.words.signs import drop_unseen, has_unseen

# Direction marks, joiners, fillers, tags, controls: what text pasted from elsewhere brings along.
UNSEEN = [
    *"\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064",
    *"\u2066\u2067\u2068\u2069\ufeff\u00ad\u061c\u180e\u206a\u206f\ufff9\U000e0001\U000e0041",
    *"\x00\x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x9f\u034f\u115f\u1160\u2800\u3164\uffa0",
]
SEEN = [
    "王阿婆",
    "古丽·艾比",
    "𠮷",
    "葛\U000e0100",
    "José",
    "两行\n一段",
    "a\tb",
    "　全角",
    "👨‍👩‍👧",
    "☎️ 2",
    "",
]


@pytest.mark.parametrize("sign", UNSEEN, ids=[f"{ord(sign):04x}" for sign in UNSEEN])
def test_a_sign_that_cannot_be_seen_is_taken_out(sign):
    assert drop_unseen(f"王{sign}阿{sign}婆{sign}") == "王阿婆"
    assert has_unseen(sign)


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_stays(text):
    assert drop_unseen(text) == text
    assert not has_unseen(text)


def test_every_sign_that_formats_is_unseen():
    formats = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Cf"]
    assert len(formats) > 150
    assert [sign for sign in formats if drop_unseen(f"a{sign}b") != "ab"] == []
