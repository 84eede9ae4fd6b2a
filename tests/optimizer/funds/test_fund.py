"""What a fund refuses, and that fund.schema.json says what the code reads."""

import dataclasses
import json
from pathlib import Path

import pytest

import optimizer
from optimizer.codec import ProblemError
from optimizer.funds.fund import Claim, Fund, Purse

SCHEMA = json.loads((Path(optimizer.__file__).parent / "fund.schema.json").read_text())


def plain(**changes) -> dict:
    fund = {
        "name": "f",
        "seed": "00",
        "purses": [{"id": "m1", "fen": 9}],
        "claims": [{"id": "a", "asked_fen": 5, "least_fen": 2, "purses": ["m1"]}],
    }
    return {**fund, **changes}


def claim(**changes) -> dict:
    return plain(claims=[{"id": "a", "asked_fen": 5, **changes}])


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (plain(seed="XY"), "$.seed"),
        (plain(seed=""), "$.seed"),
        (plain(purses=[{"id": "m1", "fen": -1}]), "$.purses[0].fen"),
        (plain(purses=[{"id": "", "fen": 1}]), "$.purses[0].id"),
        (plain(purses=[{"id": "m1", "fen": 1}] * 2), "$.purses[1].id"),
        (plain(claims=[{"id": "a", "asked_fen": 5}] * 2), "$.claims[1].id"),
        (claim(asked_fen=0), "$.claims[0].asked_fen"),
        (claim(asked_fen=10**12 + 1), "$.claims[0].asked_fen"),
        (claim(least_fen=0), "$.claims[0].least_fen"),
        (claim(least_fen=6), "$.claims[0].least_fen"),
        (claim(instalment_fen=0), "$.claims[0].instalment_fen"),
        (claim(purses=["m2"]), "$.claims[0].purses[0]"),
        (claim(least_fen=1.5), "$.claims[0].least_fen"),
        (plain(bogus=1), "$.bogus"),
    ],
)
def test_a_broken_fund_is_refused_with_its_place(value, path):
    with pytest.raises(ProblemError) as refused:
        Fund.from_json(value)
    assert refused.value.path == path


def test_a_whole_fund_is_read():
    assert Fund.from_json(plain()).claims[0].floor_fen == 2


def test_a_least_grant_of_all_that_is_asked_is_all_or_nothing():
    assert Claim("a", 5, 5) == Claim("a", 5)


@pytest.mark.parametrize("cls", [Fund, Purse, Claim])
def test_the_schema_has_the_fields_of_every_class(cls):
    row = SCHEMA if cls is Fund else SCHEMA["$defs"][cls.__name__]
    fields = dataclasses.fields(cls)
    assert set(row["properties"]) == {field.name for field in fields}
    needed = {field.name for field in fields if field.default is dataclasses.MISSING}
    assert set(row["required"]) == needed
    assert row["additionalProperties"] is False
