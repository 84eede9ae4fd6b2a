"""Many months: what is written, what is resumed, what is said of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer.bench import hundred
from optimizer.instances.generate import generate
from optimizer.instances.turns import under_second_policy
from optimizer.policy import COMMUNITY_2
from optimizer.problem import Problem


def month(seed: int, spent: float, **labels: int) -> dict[str, Any]:
    return {
        "policy": "community/2",
        "needs": 9,
        "seed": seed,
        "limit": 600.0,
        "status": "proven",
        "ruling": "proved",
        "met": 8,
        "processor_seconds": spent,
        "wall_seconds": spent,
        "peak_mib": 60 + seed,
        "outranked": 3,
        "named": 2,
        "labels": labels,
    }


def test_a_month_is_solved_in_a_process_of_its_own_and_not_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "months.jsonl"
    words = ["--file", str(file), "--needs", "30", "--last", "1"]
    assert hundred.main(words) == 0
    lines = file.read_text().splitlines()
    assert [json.loads(line)["policy"] for line in lines] == ["community/1", "community/2"]
    assert all(json.loads(line)["status"] == "proven" for line in lines)
    capsys.readouterr()
    hundred.main(words)
    assert file.read_text().splitlines() == lines
    said = capsys.readouterr().out
    assert "community/2, 30 needs, 600 s: 1 months tried, 1 ended, 1 with every stage" in said
    assert said.count("the check says: 1 proved") == 2


def test_percentiles_labels_and_what_counts_as_proved() -> None:
    months = [month(seed, float(seed), dual=9) for seed in range(1, 20)]
    months.append(month(20, 500.0, dual=8, search=1))
    said = hundred.summarise([*months, {"policy": "community/2", "status": "hung"}])
    assert "21 months tried, 20 ended, 19 with every stage proved" in said
    assert "p50 10.0, p95 19.0" in said
    assert "peak: 80 MiB" in said
    assert "179 dual, 1 search (99.4 % by arithmetic)" in said
    assert "60 needs outranked, 40 name the deciding stage" in said


def test_a_shorter_limit_is_compared_with_the_finished_month() -> None:
    whole = [month(seed, 9.0, dual=9) for seed in (1, 2, 3)]
    soon = [
        month(1, 1.0, gap=9) | {"limit": 1.0, "met": 8, "wall_seconds": 1.5},
        month(2, 1.0, gap=9) | {"limit": 1.0, "met": 6, "wall_seconds": 2.25},
        {"policy": "community/2", "seed": 3, "limit": 1.0, "status": "hung"},
    ]
    said = hundred.compare(soon, whole)
    assert "least 75.0, p50 75.0 (2 months)" in said
    assert "longest over the limit: 1.2 s" in said


def test_a_generated_month_of_the_second_policy_is_one_and_keeps_its_teams() -> None:
    before = generate(300, 3)
    after = under_second_policy(before)
    assert Problem.from_json(after.to_json()) == after
    assert after.policy == COMMUNITY_2
    two = {need.id for need in before.needs if need.people == 2}
    assert two == {need.id for need in after.needs if need.people == 2}
    assert two == {need.id for need in after.needs if need.category.endswith("_team")}
    divisible = {need.category for need in after.needs if need.is_partial}
    units = [
        sum(need.quantity for need in of.needs if need.category in divisible)
        for of in (before, after)
    ]
    assert divisible
    assert units[0] == units[1]
