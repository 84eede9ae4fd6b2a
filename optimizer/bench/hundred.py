"""Many generated months under each policy: ``make hundred``.

Every month runs in a process of its own and adds one line of JSON to a file, so the run can be
stopped and resumed. At the end, for each policy: the 50th and 95th percentile of processor seconds,
the count of labels, the peak memory, and how many months have every stage proved.
"""

import argparse
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optimizer.bench.run import read_peak_mib
from optimizer.instances.generate import generate
from optimizer.instances.turns import under_second_policy
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_1, COMMUNITY_2
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Proof

LABELS = (COMMUNITY_1.label, COMMUNITY_2.label)
ARITHMETIC = (Proof.DUAL, Proof.FARKAS, Proof.TREE)
GRACE_SECONDS = 300.0  # of a child beyond its limit, before it counts as broken
Month = dict[str, Any]


def run_month(policy: str, needs: int, seed: int, seconds: float) -> Month:
    """Solve one month in this process and return its figures."""
    solution = solve(_make(policy, needs, seed), Limits(seconds=seconds))
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "policy": policy,
        "needs": needs,
        "seed": seed,
        "status": str(solution.status),
        "met": solution.needs_met,
        "processor_seconds": round(spent.ru_utime + spent.ru_stime, 2),
        "peak_mib": read_peak_mib(),
        "labels": dict(Counter(str(result.proof) for result in solution.stages)),
    }


def _make(policy: str, needs: int, seed: int) -> Problem:
    problem = generate(needs, seed)
    return under_second_policy(problem) if policy == COMMUNITY_2.label else problem


def measure_month(policy: str, needs: int, seed: int, seconds: float) -> Month:
    """Solve one month in a child process; ``status`` says how it broke, if it did."""
    words = ["--child", policy, str(needs), str(seed), str(seconds)]
    command = [sys.executable, "-m", "optimizer.bench.hundred", *words]
    broken: Month = {"policy": policy, "needs": needs, "seed": seed}
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
    """Return one paragraph on the months of one policy; there is at least one."""
    spent = sorted(month["processor_seconds"] for month in months if "labels" in month)
    labels = sum((Counter(month.get("labels", {})) for month in months), Counter[str]())
    proved = sum(_is_proved(month) for month in months)
    peak = max((month.get("peak_mib", 0) for month in months), default=0)
    results = sum(labels.values())
    by_arithmetic = 100 * sum(labels[label] for label in ARITHMETIC) / max(results, 1)
    counts = ", ".join(f"{count} {label}" for label, count in sorted(labels.items()))
    return (
        f"{len(months)} months tried, {len(spent)} ended, {proved} with every stage proved\n"
        f"  processor seconds: p50 {percentile(spent, 50)}, p95 {percentile(spent, 95)}\n"
        f"  peak: {peak} MiB\n"
        f"  {results} results: {counts} ({by_arithmetic:.1f} % by arithmetic)"
    )


def _is_proved(month: Month) -> bool:
    return "labels" in month and set(month["labels"]) <= set(ARITHMETIC)


def percentile(values: Sequence[float], percent: int) -> str:
    """Return the least of the sorted values that so many per cent do not exceed; ``-`` of none."""
    return f"{values[-(-len(values) * percent // 100) - 1]:.1f}" if values else "-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the file does not have yet, then print the summary."""
    parser = argparse.ArgumentParser(prog="python -m optimizer.bench.hundred", description=__doc__)
    parser.add_argument("--child", nargs=4, metavar=("POLICY", "NEEDS", "SEED", "SECONDS"))
    parser.add_argument("--file", type=Path, default=Path("hundred.jsonl"))
    parser.add_argument("--needs", type=int, default=1670)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--last", type=int, default=100, help="last seed")
    parser.add_argument("--policy", choices=LABELS, action="append")
    parser.add_argument("--time-limit", type=float, default=600.0, metavar="SECONDS")
    parsed = parser.parse_args(arguments)
    if parsed.child:
        policy, needs, seed, seconds = parsed.child
        print(json.dumps(run_month(policy, int(needs), int(seed), float(seconds))))
        return 0
    _run_missing(parsed)
    months = read_months(parsed.file, parsed.needs)
    for policy in parsed.policy or LABELS:
        print(f"{policy}: {summarise([of for of in months if of['policy'] == policy])}")
    return 0


def _run_missing(parsed: argparse.Namespace) -> None:
    known = {(of["policy"], of["seed"]) for of in read_months(parsed.file, parsed.needs)}
    for seed in range(parsed.first, parsed.last + 1):
        for policy in parsed.policy or LABELS:
            if (policy, seed) not in known:
                month = measure_month(policy, parsed.needs, seed, parsed.time_limit)
                line = json.dumps(month, sort_keys=True)
                with parsed.file.open("a", encoding="utf-8") as out:
                    out.write(line + "\n")
                print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
