"""Print timings and ratios of this machine: ``python -m optimizer.bench`` or ``make bench``.

Every piece runs in its own process. For every size: a plain max-points solve of the same aggregated
model by HiGHS, and the whole round with stages, proofs, certificate, verification and explanations;
for the smaller sizes also by CBC and CP-SAT, and textbook max-min. Then the targets and whether
they are reached, and what ``make hundred`` measured of many months. With ``--data`` also published
instances against their known values. The other instances are generated.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optimizer.bench.hundred import MONTHS, print_summaries
from optimizer.bench.run import CPSAT, MAX_MIN, POINTS, POINTS_CBC, ROUND
from optimizer.bench.targets import LARGE, bench_gap, print_wanted

SIZES = (167, 1670)
YARDSTICK_SECONDS = {POINTS: 300.0, POINTS_CBC: 60.0, MAX_MIN: 240.0, **dict.fromkeys(CPSAT, 30.0)}
GRACE_SECONDS = 600.0  # beyond the limit of a piece: building, checks, explanations
Figures = dict[str, Any]


def measure(piece: str, needs: int, seed: int, seconds: float) -> Figures:
    """Measure one piece in a child process; the result has no ``seconds`` if this fails."""
    if piece in CPSAT and importlib.util.find_spec("ortools") is None:
        return {"outcome": "not measured: OR-Tools is not installed (make bench does)"}
    words = [piece, str(needs), str(seed), str(seconds)]
    command = [sys.executable, "-m", "optimizer.bench.run", *words]
    try:
        done = subprocess.run(  # noqa: S603 (our own program)
            command, stdout=subprocess.PIPE, text=True, check=False, timeout=seconds + GRACE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return {"outcome": "hung"}
    if done.returncode:
        return {"outcome": f"broke with {done.returncode}"}
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def bench_size(needs: int, seed: int, seconds: float) -> dict[str, Figures]:
    """Measure a generated month of ``needs`` needs and print its tables as results arrive.

    Return the figures, keyed by what was measured. ``seconds`` limits the whole round; the
    yardsticks have limits of their own.
    """
    print(f"\n{needs} needs, seed {seed}\n{'':28} {'seconds':>9} {'MiB':>6}", flush=True)
    pieces = [POINTS, POINTS_CBC, *CPSAT, MAX_MIN] if needs < LARGE else [POINTS]
    found = {}
    for piece in (*pieces, ROUND):
        limit = YARDSTICK_SECONDS.get(piece, seconds)
        found[piece] = measure(piece, needs, seed, limit)
        print_row(piece, found[piece], limit)
    print_round(found[ROUND])
    return found


def print_row(name: str, found: Figures, limit: float) -> None:
    """Print one line: name, seconds, peak memory, outcome."""
    spent, peak = found.get("seconds"), found.get("peak_mib", "")
    seconds = "-" if spent is None else f"{spent:.2f}"
    print(f"{name:28} {seconds:>9} {peak:>6}  {found['outcome']}, limit {limit:.0f} s", flush=True)


def print_round(found: Figures) -> None:
    """Print the time of checking and explaining, and on what the solve spent its time.

    Python's seconds are those outside the engine: building, cuts, exact bounds, checks.
    """
    if "parts" not in found:
        return
    for name in ("verify", "explain"):
        print(f"  {name:26} {found[f'{name}_seconds']:9.2f} {'':6}  {found[f'{name}_outcome']}")
    print(f"  peak of all three          {'':9} {found['peak_of_all_mib']:6}")
    print(f"  {'where the time goes':26} {'wall':>9} {'LPs':>6} {'s':>8} ", end="")
    print(f"{'integer':>7} {'s':>8} {'Python s':>8}  proofs")
    for part in (*found["parts"], {"name": "in all", "outcome": "", **found["whole"]}):
        engine = part["linear_seconds"] + part["integer_seconds"]
        print(
            f"  {part['name']:26} {part['wall']:9.2f} {part['linear_runs']:6} "
            f"{part['linear_seconds']:8.2f} {part['integer_runs']:7} "
            f"{part['integer_seconds']:8.2f} {part['wall'] - engine:8.2f}  {part['outcome']}"
        )


def print_many(file: Path) -> None:
    """Print what was measured of many months: percentiles of time, labels, the check's rulings."""
    print("\nmany months" if file.exists() else "\nmany months: not measured yet (make hundred)")
    for needs in SIZES:
        print_summaries(file, needs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench. Return 1 if a published value was missed, otherwise 0."""
    parser = argparse.ArgumentParser(prog="python -m optimizer.bench", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of published instances")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--large", action="store_true", help=f"also {LARGE} needs")
    parser.add_argument("--months", type=Path, default=MONTHS, help="what `make hundred` wrote")
    parser.add_argument("--time-limit", type=float, default=300.0, metavar="SECONDS")
    parsed = parser.parse_args(arguments)
    sizes = [*parsed.sizes, *([LARGE] if parsed.large else [])]
    found = {needs: bench_size(needs, parsed.seed, parsed.time_limit) for needs in sizes}
    if found:
        print_wanted(found)
    print_many(parsed.months)
    if parsed.data is None:
        return 0
    folder = parsed.data / "gap" if (parsed.data / "gap").is_dir() else parsed.data
    return 1 if bench_gap(folder) else 0


if __name__ == "__main__":
    sys.exit(main())
