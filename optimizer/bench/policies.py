"""Measure what the second policy costs beside the first: ``python -m optimizer.bench.policies``.

The same generated months are solved under both. Every month is one line of JSON in a file, so that
a run that was stopped can go on; the table adds up what the file holds. Months are those that
``community/2`` accepts (``instances/fair_months.py``), without a history.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from optimizer.instances.fair_months import under_second_policy
from optimizer.instances.generate import generate
from optimizer.instances.memory import count_groups
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_1, COMMUNITY_2
from optimizer.problem import Problem
from optimizer.search.solve import solve

FILE = Path(__file__).with_name("policies.jsonl")
POLICIES = (COMMUNITY_1, COMMUNITY_2)
SUMS = ("met", "danger_met", "homes", "points")
Row = dict[str, Any]


def compare(needs: int, seed: int, seconds: float) -> Row:
    """Return the size and seed of one month, and its figures under each policy by label."""
    month = under_second_policy(generate(needs, seed))
    found: Row = {"needs": needs, "seed": seed}
    for policy in POLICIES:
        found[policy.label] = measure(replace(month, policy=policy), seconds)
    return found


def measure(problem: Problem, seconds: float) -> Row:
    """Return how many needs, homes and points an answer reaches, and how it treats the worst-off.

    longest_unmet   the longest wait of an unmet need [months]
    worst           needs met / needs asked of the committee where this is smallest, in thousandths
    """
    solution = solve(problem, Limits(seconds=seconds))
    met = {line.need for line in solution.assignments}
    served = [need for need in problem.needs if need.id in met]
    unmet = [need.waiting for need in problem.needs if need.id not in met]
    parts = [Fraction(got, asked) for asked, got in count_groups(problem, met).values()]
    return {
        "status": solution.status.value,
        "asked": len(problem.needs),
        "met": len(served),
        "danger_met": sum(need.tier == 1 for need in served),
        "homes": len({need.recipient for need in served}),
        "points": sum(need.points for need in served),
        "longest_unmet": max(unmet, default=0),
        "worst": int(1000 * min(parts, default=Fraction(1))),
    }


def read_rows(path: Path, needs: int) -> list[Row]:
    """Return the months of a size that the file holds, in order of seed."""
    lines = path.read_text().splitlines() if path.exists() else []
    rows = (json.loads(line) for line in lines)
    return sorted((row for row in rows if row["needs"] == needs), key=lambda row: row["seed"])


def summarise(rows: Iterable[Row]) -> dict[str, Row]:
    """Return, by policy label, the sums over the months; of the worst figures the means."""
    total: dict[str, Row] = {policy.label: defaultdict(int) for policy in POLICIES}
    months = 0
    for row in rows:
        months += 1
        for label, sums in total.items():
            for name in ("asked", *SUMS, "longest_unmet", "worst"):
                sums[name] += row[label][name]
            sums["proven"] += row[label]["status"] == "proven"
    for sums in total.values():
        for name in ("longest_unmet", "worst"):
            sums[name] = round(sums[name] / months, 1) if months else 0
    return {label: dict(sums) for label, sums in total.items()}


def print_table(rows: Sequence[Row]) -> None:
    """Print the sums of both policies, and the change from first to second in per cent."""
    first, second = summarise(rows).values()
    print(f"{len(rows)} months {'':14} {POLICIES[0].label:>12} {POLICIES[1].label:>12} {'':>8}")
    for name in ("asked", "proven", *SUMS, "longest_unmet", "worst"):
        before, after = first.get(name, 0), second.get(name, 0)
        change = f"{100 * (after - before) / before:+.2f} %" if name in SUMS and before else ""
        print(f"{name:24} {before:12} {after:12} {change:>9}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve the months that the file does not hold yet, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m optimizer.bench.policies", description=__doc__)
    parser.add_argument("--months", type=int, default=0, help="seeds 1 to so many")
    parser.add_argument("--needs", type=int, default=400)
    parser.add_argument("--time-limit", type=float, default=600.0, metavar="SECONDS")
    parser.add_argument("--file", type=Path, default=FILE)
    parsed = parser.parse_args(arguments)
    held = {row["seed"] for row in read_rows(parsed.file, parsed.needs)}
    for seed in range(1, parsed.months + 1):
        if seed not in held:
            row = compare(parsed.needs, seed, parsed.time_limit)
            with parsed.file.open("a") as file:
                file.write(json.dumps(row, sort_keys=True) + "\n")
    print_table(read_rows(parsed.file, parsed.needs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
