"""Which sentences each rule of ``_COMMUNITY_1`` and ``_COMMUNITY_2`` has, so that none gets lost.

What they say is for people to judge; that each is translated is checked for the whole site.
"""

from dataclasses import fields

import pytest
from flask_babel.speaklater import LazyString

from matchmaker.rounds.words.counts import show_plain
from matchmaker.rounds.words.policies import get_words
from matchmaker.rounds.words.rules import COST, FIRST_POLICY, SECOND_POLICY
from optimizer.bench.policies import FILE, read_rows, summarise

_FIRST = ("name", "reason")
_BEHIND = (*_FIRST, "behind")
_SAID = {
    FIRST_POLICY: {
        "duties": (*_BEHIND, "counted"),
        "urgency": (*_BEHIND, "counted"),
        "waiting": (*_BEHIND, "counted"),
        "neighbourhoods": _BEHIND,
        "people": (*_BEHIND, "counted"),
        "points": (*_BEHIND, "counted"),
        "fullness": _BEHIND,
        "burden": _BEHIND,
        "kindness": (*_BEHIND, "counted"),
        "lottery": _FIRST,
    },
    SECOND_POLICY: {
        "duties": (*_BEHIND, "counted"),
        "first-turns": (*_BEHIND, "counted"),
        "homes": (*_BEHIND, "counted"),
        "later-turns": (*_BEHIND, "counted"),
        "neighbourhoods": _BEHIND,
        "points": (*_BEHIND, "counted"),
        "draw": (*_BEHIND, "reached"),
        "shares": (*_BEHIND, "reached"),
        "odd-units": (*_BEHIND, "reached"),
        "burden": _BEHIND,
        "kindness": (*_BEHIND, "counted"),
    },
}
_PARTS = {
    FIRST_POLICY: [],
    SECOND_POLICY: [
        "urgency 1",
        "urgency 2",
        "urgency 3",
        "still open",
        "how much",
        "by whom",
    ],
}


def list_said(row) -> tuple[str, ...]:
    """The fields that hold a sentence in the reader's language."""
    said = {f.name: getattr(row, f.name) for f in fields(row)}
    is_counted = said.get("counted", show_plain) is not show_plain
    return tuple(
        name
        for name, value in said.items()
        if isinstance(value, LazyString) or (name == "counted" and is_counted)
    )


@pytest.mark.parametrize("policy", _SAID)
def test_every_rule_and_part_has_its_sentences(policy):
    words = get_words(policy)
    said = {code: list_said(rule) for code, rule in words.rules.items()}
    assert list(said.items()) == list(_SAID[policy].items())
    parts = [(part.code, list_said(part)) for part in words.parts]
    assert parts == [(code, ("title", "gist")) for code in _PARTS[policy]]
    compared = () if policy == FIRST_POLICY else ("cost",)
    assert list_said(words) == ("coverage", "coverage_title", *compared)
    unsaid = [
        getattr(rule, name) for rule in words.rules.values() for name in ("behind", "reached")
    ]
    assert {text for text in unsaid if not isinstance(text, LazyString)} == {""}


def test_the_rules_of_each_urgency_are_those_of_the_first_three_parts():
    words = get_words(SECOND_POLICY)
    assert words.tiered == ("duties", "first-turns", "homes", "later-turns")
    assert [part.stages for part in words.parts[:3]] == [
        tuple(f"{code}-{tier}" for code in words.tiered) for tier in (1, 2, 3)
    ]
    assert [part.stages for part in words.parts[3:]] == [
        ("neighbourhoods", "points", "draw"),
        ("shares", "odd-units"),
        ("burden", "kindness"),
    ]
    assert get_words(FIRST_POLICY).tiered == ()


def test_what_the_second_policy_costs_is_what_was_measured():
    months = read_rows(FILE, needs=200)
    assert len(months) == 100
    first, second = summarise(months).values()
    assert first["proven"] == second["proven"] == len(months)
    less = {"requests": "met", "homes": "homes"}
    found = {name: 1 - second[key] / first[key] for name, key in less.items()}
    found["danger"] = second["danger_met"] / first["danger_met"] - 1
    assert {name: round(1000 * part) for name, part in found.items()} == COST
