"""Published assignment instances beside ours: known value or bounds, our value, bound and proof."""

import time
from pathlib import Path

from optimizer.limits import Limits
from optimizer.read_gap import read_gap
from optimizer.solve import solve

GAP_SECONDS = 60.0


def bench_gap(folder: Path) -> int:
    """Print published assignment values against ours; return how many differ."""
    bounds = {
        name: (int(low), int(high))
        for name, low, high in (
            line.split() for line in (folder / "bounds.txt").read_text().splitlines() if line
        )
    }
    print(f"\n{'instance':12} {'sense':5} {'known':>13} {'ours':>8} {'bound':>8} proof   seconds")
    differing = 0
    for path in sorted(folder.glob("*.txt")):
        for sense in ("min", "max"):
            known = bounds.get(f"{path.stem}_{sense.capitalize()}")
            if known is not None:
                differing += _bench_instance(path, sense, known)
    return differing


def _bench_instance(path: Path, sense: str, known: tuple[int, int]) -> bool:
    problem = read_gap(path.stem, path.read_text(), sense)
    began = time.monotonic()
    solution = solve(problem, Limits(seconds=GAP_SECONDS))
    seconds = time.monotonic() - began
    stage = solution.stages[0] if solution.stages else None
    value, bound = (stage.value, stage.bound) if stage else (None, None)
    proof = stage.proof if stage else solution.status
    told = f"{known[0]}" if known[0] == known[1] else f"{known[0]}..{known[1]}"
    print(f"{path.stem:12} {sense:5} {told:>13} {value!s:>8} {bound!s:>8} {proof:7} {seconds:7.1f}")
    return value is None or not known[0] <= value <= known[1]
