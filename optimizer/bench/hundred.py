"""Measure many generated months under each policy: ``make hundred``.

Every month runs in a process of its own and adds one line of JSON to a file, so the run can be
stopped and resumed. At the end it prints for each policy and time limit: the 50th and 95th
percentile of processor seconds, the count of labels as the check derives them, the peak memory, how
many months have every stage proved, and how many outranked needs name the deciding stage. For a
limit other than ``WHOLE`` it adds the least share of the needs met in the finished month, and the
longest time over the limit.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from optimizer.bench.run import read_peak_mib
from optimizer.checker.check import judge
from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.instances.turns import under_second_policy
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_1, COMMUNITY_2
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import GroundCode, Proof, Solution

LABELS = (COMMUNITY_1.label, COMMUNITY_2.label)
ARITHMETIC = (Proof.DUAL, Proof.FARKAS, Proof.TREE)
WHOLE = 600.0  # seconds within which every month should end
GRACE_SECONDS = 300.0  # of a child beyond its limit, before it counts as broken
MONTHS = Path(__file__).with_name("hundred.jsonl")
Month = dict[str, Any]


def run_month(policy: str, needs: int, seed: int, seconds: float) -> Month:
    """Solve one month in this process, check it, and return its figures.

    Wall seconds are of the solve. Processor seconds and peak memory are of the process up to the
    end of the solve. Labels and the ruling are those of the check.
    """
    problem = _make(policy, needs, seed)
    began = time.monotonic()
    solution = solve(problem, Limits(seconds=seconds))
    wall = time.monotonic() - began
    spent = resource.getrusage(resource.RUSAGE_SELF)
    peak = read_peak_mib()
    return {
        "policy": policy,
        "needs": needs,
        "seed": seed,
        "limit": seconds,
        "status": str(solution.status),
        "met": solution.needs_met,
        "processor_seconds": round(spent.ru_utime + spent.ru_stime, 2),
        "wall_seconds": round(wall, 2),
        "peak_mib": peak,
        **_check(problem, solution),
    }


def _check(problem: Problem, solution: Solution) -> Month:
    """Return what the check says of an answer, and how many outranked needs name their stage."""
    verdict = judge(problem.to_json(), json.loads(canonical_bytes(solution.to_json())))
    outranked = [of.stage for of in solution.grounds if of.code is GroundCode.OUTRANKED]
    return {
        "ruling": str(verdict.ruling),
        "fault": str(verdict.fault or ""),
        "labels": dict(verdict.labels),
        "outranked": len(outranked),
        "named": sum(map(bool, outranked)),
        "unchecked": verdict.unchecked,
    }


def _make(policy: str, needs: int, seed: int) -> Problem:
    problem = generate(needs, seed)
    return under_second_policy(problem) if policy == COMMUNITY_2.label else problem


def measure_month(policy: str, needs: int, seed: int, seconds: float) -> Month:
    """Solve one month in a child process; if the child fails, ``status`` says how."""
    words = ["--child", policy, str(needs), str(seed), str(seconds)]
    command = [sys.executable, "-m", "optimizer.bench.hundred", *words]
    broken: Month = {"policy": policy, "needs": needs, "seed": seed, "limit": seconds}
    try:
        done = subprocess.run(  # noqa: S603 (our own program)
            command, stdout=subprocess.PIPE, text=True, check=False, timeout=seconds + GRACE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return broken | {"status": "hung"}
    if done.returncode:
        return broken | {"status": f"broke with {done.returncode}"}
    found: Month = json.loads(done.stdout.splitlines()[-1])
    return found


def read_months(file: Path, needs: int) -> list[Month]:
    """Return the months of this size that an earlier run has left in the file."""
    if not file.exists():
        return []
    months = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [month for month in months if month["needs"] == needs]


def summarise(months: Sequence[Month]) -> str:
    """Return one paragraph on the months of one policy and one limit; the list is not empty."""
    ended = [month for month in months if "labels" in month]
    spent = sorted(month["processor_seconds"] for month in ended)
    labels = sum((Counter(month["labels"]) for month in ended), Counter[str]())
    peak = max((month["peak_mib"] for month in ended), default=0)
    by_arithmetic = 100 * sum(map(labels.get, ARITHMETIC, (0, 0, 0))) / max(labels.total(), 1)
    return (
        f"{len(months)} months tried, {len(ended)} ended, "
        f"{sum(map(_is_proved, ended))} with every stage proved\n"
        f"  the check says: {_count(Counter(month['ruling'] for month in ended))}\n"
        f"  processor seconds: p50 {percentile(spent, 50)}, p95 {percentile(spent, 95)}\n"
        f"  peak: {peak} MiB\n"
        f"  {labels.total()} results: {_count(labels)} ({by_arithmetic:.1f} % by arithmetic)\n"
        f"  {sum(month['outranked'] for month in ended)} needs outranked, "
        f"{sum(month['named'] for month in ended)} name the deciding stage"
    )


def _count(names: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(names.items()))


def compare(months: Sequence[Month], whole: Sequence[Month]) -> str:
    """Return how near months of one limit come to the same months with time to end (``whole``)."""
    met = {month["seed"]: month["met"] for month in whole if "met" in month}
    limited = [month for month in months if "met" in month and met.get(month["seed"])]
    shares = sorted(100 * month["met"] / met[month["seed"]] for month in limited)
    over = max((month["wall_seconds"] - month["limit"] for month in limited), default=0.0)
    return (
        f"  needs met, in per cent of those of the finished month: least "
        f"{percentile(shares, 0)}, p50 {percentile(shares, 50)} ({len(shares)} months)\n"
        f"  longest over the limit: {max(over, 0.0):.1f} s"
    )


def _is_proved(month: Month) -> bool:
    return set(month["labels"]) <= set(ARITHMETIC)


def percentile(values: Sequence[float], percent: int) -> str:
    """Return the least of the sorted values that at least ``percent`` % do not exceed; or ``-``."""
    at = max(-(-len(values) * percent // 100) - 1, 0)
    return f"{values[at]:.1f}" if values else "-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the months that the file does not have yet, then print the summaries."""
    parser = argparse.ArgumentParser(prog="python -m optimizer.bench.hundred", description=__doc__)
    parser.add_argument("--child", nargs=4, metavar=("POLICY", "NEEDS", "SEED", "SECONDS"))
    parser.add_argument("--file", type=Path, default=MONTHS)
    parser.add_argument("--needs", type=int, default=1670)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--last", type=int, default=100, help="last seed")
    parser.add_argument("--policy", choices=LABELS, action="append")
    parser.add_argument("--time-limit", type=float, action="append", metavar="SECONDS")
    parsed = parser.parse_args(arguments)
    if parsed.child:
        policy, needs, seed, seconds = parsed.child
        print(json.dumps(run_month(policy, int(needs), int(seed), float(seconds))))
        return 0
    limits = parsed.time_limit or [WHOLE]
    policies = parsed.policy or LABELS
    _run_missing(parsed, policies, limits)
    print_summaries(parsed.file, parsed.needs)
    return 0


def print_summaries(file: Path, needs: int) -> None:
    """Print one paragraph for each policy and limit with months of this size in the file."""
    months = read_months(file, needs)
    for policy, limit in sorted({(month["policy"], month["limit"]) for month in months}):
        of_policy = [month for month in months if month["policy"] == policy]
        of_limit = [month for month in of_policy if month["limit"] == limit]
        print(f"{policy}, {needs} needs, {limit:g} s: {summarise(of_limit)}")
        if limit != WHOLE:
            print(compare(of_limit, [month for month in of_policy if month["limit"] == WHOLE]))


def _run_missing(
    parsed: argparse.Namespace, policies: Sequence[str], limits: Sequence[float]
) -> None:
    known = {
        (of["policy"], of["seed"], of["limit"]) for of in read_months(parsed.file, parsed.needs)
    }
    for seed in range(parsed.first, parsed.last + 1):
        for policy, limit in product(policies, limits):
            if (policy, seed, limit) not in known:
                month = measure_month(policy, parsed.needs, seed, limit)
                line = json.dumps(month, sort_keys=True)
                with parsed.file.open("a", encoding="utf-8") as out:
                    out.write(line + "\n")
                print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
