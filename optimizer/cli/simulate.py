"""Commands that run months in a row: ``simulate``, and ``newcomers`` against the second policy."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from optimizer.instances.newcomers import Waited, carry, draw_pools, part_met, run_pool
from optimizer.instances.simulate import simulate
from optimizer.policy import COMMUNITY_POLICY, POLICIES, get_policy
from optimizer.search.solve import solve

YEAR = 12  # rounds that givers carry


def run_simulate(arguments: argparse.Namespace) -> int:
    """Run months in a row, with unmet needs and memory carried, and report fairness over time.

    Exit code 1 if a month is not proven.
    """
    policy = get_policy(arguments.policy)
    report = simulate(arguments.months, arguments.needs, arguments.seed, policy=policy)
    rows = [f"{'month':>5} {'asked':>6} {'met':>6} {'longest wait of a need met':>27}"]
    rows += [f"{m.number:5} {m.asked:6} {m.met:6} {m.longest_wait:27}" for m in report.months]
    rows += [f"{group} met {float(ratio):.3f} of asked" for group, ratio in report.ratios.items()]
    rows.append(f"gini {report.gini:.4f}  jain {report.jain:.4f}")
    rows.append(f"longest wait of any need {report.longest_wait} rounds")
    sys.stdout.write("\n".join(rows) + "\n")
    return 0 if all(month.is_proven for month in report.months) else 1


def run_newcomers(arguments: argparse.Namespace) -> int:
    """Let newcomers compete for every place each month; print waits and how even groups are.

    Exit code 1 if a bound that FORMULATION.md states does not hold.
    """
    is_late = _print_waits(arguments)
    widest = max(_widths(arguments))
    print(f"parts met, widest of {arguments.runs} streets  {float(widest):.3f}")
    far, below = _distances(arguments)
    print(f"loads, farthest from the agreement {float(far):.2f}")
    print(f"loads, smallest giver below its part {float(below):.2f}")
    return int(is_late or widest > Fraction(1, 6) or far > 4 or below > 1)


def _print_waits(arguments: argparse.Namespace) -> bool:
    """Print the longest waits by tier and sort. Return whether a need was met too late."""
    waits: dict[tuple[str, str], list[Waited]] = defaultdict(list)
    for k, pool in enumerate(draw_pools(arguments.runs, arguments.seed)):
        beside = "" if pool.newcomers == (pool.tier,) else f" beside {pool.newcomers}"
        found = run_pool(pool, arguments.months, solve, arguments.seed * 1000 + k)
        waits[f"tier {pool.tier}{beside}", pool.sort] += found
    print(f"{'':22} {'':7} {'met':>5} {'longest':>8} {'at entry':>9} {'once risen':>11}")
    is_late = False
    for (tier, sort), rows in sorted(waits.items()):
        above = sum(row.rounds > row.latest for row in rows)
        late = sum(row.rounds > row.raised for row in rows)
        longest = max((row.rounds for row in rows), default=0)
        print(f"{tier:22} {sort:7} {len(rows):5} {longest:8} {above:9} {late:11}")
        is_late = is_late or late > 0
    return is_late


def _widths(arguments: argparse.Namespace) -> Iterator[Fraction]:
    """Yield the greatest difference between the fractions met of committees, once for each run.

    The committees share one stock that could cover the demand of each of them alone.
    """
    random = Random(f"streets {arguments.seed}")  # noqa: S311 - invents data, decides nothing
    for run in range(arguments.runs):
        demand = {name: random.randint(1, 5) for name in "XYZ"[: random.randint(2, 3)]}
        places = random.randint(max(demand.values()), sum(demand.values()))
        parts = part_met(demand, places, arguments.months, solve, arguments.seed * 1000 + run)
        yield max(parts.values()) - min(parts.values())


def _distances(arguments: argparse.Namespace) -> tuple[Fraction, Fraction]:
    """Return the greatest distances of loads from the parts that agreements give.

    The first is of any giver, in either direction; the second is how far a smallest giver is below.
    """
    random = Random(f"givers {arguments.seed}")  # noqa: S311 - invents data, decides nothing
    far, below = Fraction(0), Fraction(0)
    for run in range(arguments.runs):
        agreed = {f"g{k}": random.randint(1, 6) for k in range(random.randint(2, 4))}
        asks = random.randint(1, min(7, sum(agreed.values())))
        loads = carry(agreed, asks, YEAR, solve, arguments.seed * 1000 + run)
        for giver, units in agreed.items():
            missing = Fraction(YEAR * asks * units, sum(agreed.values())) - loads[giver]
            far = max(far, abs(missing))
            if units == min(agreed.values()) and list(agreed.values()).count(units) == 1:
                below = max(below, missing)  # equally small givers take turns by lot
    return far, below


def add_simulations(commands: Any, add: Any) -> None:
    """Add both commands; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "simulate", run_simulate)
    command.add_argument("--months", type=int, default=24)
    command.add_argument("--needs", type=int, default=167, help="new needs each month")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--policy", choices=tuple(POLICIES), default=COMMUNITY_POLICY.label)
    command = add(commands, "newcomers", run_newcomers)
    command.add_argument("--months", type=int, default=36)
    command.add_argument("--runs", type=int, default=3, help="pools, streets and groups of givers")
    command.add_argument("--seed", type=int, default=1)
