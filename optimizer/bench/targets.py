"""Reports of the bench: whether targets are reached, and our values of published instances."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from optimizer.bench.run import MAX_MIN, POINTS, ROUND
from optimizer.instances.gap import read_gap
from optimizer.limits import Limits
from optimizer.search.solve import solve

GAP_SECONDS = 60.0


def bench_gap(folder: Path) -> int:
    """Print published values against ours. Return how many of ours are outside the known bounds.

    A value that was not found counts too.
    """
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
    shown = f"{known[0]}" if known[0] == known[1] else f"{known[0]}..{known[1]}"
    print(
        f"{path.stem:12} {sense:5} {shown:>13} {value!s:>8} {bound!s:>8} {proof:7} {seconds:7.1f}"
    )
    return value is None or not known[0] <= value <= known[1]


MIDDLE, LARGE = 1670, 16_700  # needs of a month now, and of ten estates
MOST_RATIO = 3.0  # whole round to one plain max-points solve
LEAST_GAIN = 25.0  # textbook max-min to whole round
LARGE_SECONDS, LARGE_MIB = 60.0, 2048
EXPLAIN_SECONDS = 10.0
Pieces = Mapping[str, Mapping[str, Any]]
Judged = tuple[bool | None, str]  # None: not decided by this run


def print_wanted(found: Mapping[int, Pieces]) -> None:
    """Print every target with what was measured; ``found``: pieces by number of needs."""
    print("\nwanted")
    for name, needs, judge in WANTED:
        try:
            is_reached, shown = judge(found[needs])
            if not found[needs][ROUND]["outcome"].startswith("proven"):
                is_reached, shown = False, f"{shown}, the round is not proven"
        except KeyError:  # a size that was not run, or a piece that failed
            is_reached, shown = None, "not measured"
        word = {True: "reached", False: "NOT reached", None: "not decided"}[is_reached]
        print(f"{word:12} {name}, {needs} needs: {shown}")


def judge_ratio(pieces: Pieces) -> Judged:
    """Return whether the whole round takes at most ``MOST_RATIO`` plain solves, and the figures."""
    whole, plain = pieces[ROUND]["seconds"], pieces[POINTS]["seconds"]
    return whole <= MOST_RATIO * plain, f"{whole:.1f} s / {plain:.1f} s = {whole / plain:.2f}"


def judge_gain(pieces: Pieces) -> Judged:
    """Return whether textbook max-min takes at least ``LEAST_GAIN`` whole rounds, and the figures.

    If max-min was cut off, its time is only a lower bound and the result may be undecided.
    """
    whole, textbook = pieces[ROUND]["seconds"], pieces[MAX_MIN]["seconds"]
    gain, is_proved = textbook / whole, pieces[MAX_MIN]["outcome"].endswith(", proved")
    shown = f"{textbook:.1f} s / {whole:.1f} s = {gain:.2f}"
    if is_proved:
        return gain >= LEAST_GAIN, shown
    return True if gain >= LEAST_GAIN else None, f"{shown} at least, max-min was cut off"


def judge_large_seconds(pieces: Pieces) -> Judged:
    """Return whether a month of ten estates is solved within its limit, and the seconds."""
    whole = pieces[ROUND]["seconds"]
    return whole <= LARGE_SECONDS, f"{whole:.1f} s"


def judge_large_memory(pieces: Pieces) -> Judged:
    """Return whether a month of ten estates is solved with less memory than its limit."""
    peak = pieces[ROUND]["peak_mib"]
    return peak < LARGE_MIB, f"{peak} MiB"


def judge_verification(pieces: Pieces) -> Judged:
    """Return whether the check proves the answer in less time than the solve, and the figures."""
    whole, check = pieces[ROUND]["seconds"], pieces[ROUND]["verify_seconds"]
    is_proved = pieces[ROUND]["verify_outcome"].startswith("proved")
    return is_proved and check < whole, f"{check:.1f} s / {whole:.1f} s" + (
        "" if is_proved else ", NOT PROVED"
    )


def judge_explanations(pieces: Pieces) -> Judged:
    """Return whether explaining a month takes less than its limit, and the seconds."""
    spent = pieces[ROUND]["explain_seconds"]
    return spent < EXPLAIN_SECONDS, f"{spent:.1f} s"


WANTED: tuple[tuple[str, int, Callable[[Pieces], Judged]], ...] = (
    (f"whole round at most {MOST_RATIO:.0f} plain max-points solves", MIDDLE, judge_ratio),
    (f"textbook max-min at least {LEAST_GAIN:.0f} whole rounds", MIDDLE, judge_gain),
    ("verification shorter than the solve", MIDDLE, judge_verification),
    (f"explanations in less than {EXPLAIN_SECONDS:.0f} s", MIDDLE, judge_explanations),
    (f"whole round in {LARGE_SECONDS:.0f} s", LARGE, judge_large_seconds),
    (f"whole round in less than {LARGE_MIB} MiB", LARGE, judge_large_memory),
    ("verification shorter than the solve", LARGE, judge_verification),
    (f"explanations in less than {EXPLAIN_SECONDS:.0f} s", LARGE, judge_explanations),
)
