"""problem.schema.json says what the code reads: same keys, same required ones, same words."""

import dataclasses
import json
from pathlib import Path

import pytest

import optimizer
from optimizer.instances.generate import generate
from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import (
    Forbid,
    GiverLoad,
    GroupHistory,
    Need,
    Pair,
    Person,
    Pin,
    Problem,
    Stock,
)

SCHEMA = json.loads((Path(optimizer.__file__).parent / "problem.schema.json").read_text())
ROWS = (Forbid, GiverLoad, GroupHistory, Need, Pair, Person, Pin, Policy, Stage, Stock)


def required(cls: type) -> set[str]:
    missing = dataclasses.MISSING
    return {
        field.name
        for field in dataclasses.fields(cls)
        if field.default is missing and field.default_factory is missing
    }


@pytest.mark.parametrize("cls", ROWS)
def test_every_row_has_the_fields_of_its_class(cls):
    row = SCHEMA["$defs"][cls.__name__]
    assert set(row["properties"]) == {field.name for field in dataclasses.fields(cls)}
    assert set(row.get("required", ())) == required(cls)
    assert row["additionalProperties"] is False


def test_the_problem_has_the_fields_of_its_class():
    assert set(SCHEMA["properties"]) == {field.name for field in dataclasses.fields(Problem)}
    assert set(SCHEMA["required"]) == required(Problem)


def test_stage_kinds_are_those_of_the_code():
    assert SCHEMA["$defs"]["Stage"]["properties"]["kind"]["enum"] == list(StageKind)


def follow(schema: dict) -> dict:
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return SCHEMA["$defs"][name] if name else schema


def unfit(value: object, schema: dict, path: str = "$") -> list[str]:
    """Paths where a value does not fit, for the few words the schema uses."""
    schema = follow(schema)
    if "enum" in schema:
        return [] if value in schema["enum"] else [path]
    names = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean"}
    if names.get(type(value), "null") not in schema["type"]:
        return [path]
    if isinstance(value, list):
        return [p for k, v in enumerate(value) for p in unfit(v, schema["items"], f"{path}[{k}]")]
    if isinstance(value, dict):
        open_ = schema.get("additionalProperties")
        known = schema.get("properties") or dict.fromkeys(value, open_)
        return [p for k, v in value.items() for p in unfit(v, known[k], f"{path}.{k}")]
    return []


def test_a_generated_month_fits_the_schema():
    assert unfit(generate(80, 3).to_json(), SCHEMA) == []


def test_a_word_where_a_number_belongs_does_not_fit():
    plain = generate(5, 3).to_json()
    plain["needs"][0]["points"] = "many"
    assert unfit(plain, SCHEMA) == ["$.needs[0].points"]
