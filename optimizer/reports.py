"""Commands that report: why each need was met or not, and fairness over many months."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from optimizer.explain import explain
from optimizer.explain_met import explain_met
from optimizer.problem import Problem
from optimizer.simulate import simulate
from optimizer.solution import Solution


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain a solution as JSON: codes and numbers for every unmet and every met need."""
    problem = Problem.from_json(json.loads(arguments.problem.read_bytes()))
    solution = Solution.from_json(json.loads(arguments.solution.read_bytes()))
    told = {
        "unmet": {
            found.need: {"code": found.code, **found.to_numbers()}
            for found in explain(problem, solution, arguments.seconds)
        },
        "met": {
            found.need: {
                "givers": list(found.givers),
                "alternatives": found.alternatives,
                "rank": found.rank,
                "runner_up": found.runner_up,
            }
            for found in explain_met(problem, solution)
        },
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return 0


def run_simulate(arguments: argparse.Namespace) -> int:
    """Run months in a row with memory carried, and report fairness over time."""
    report = simulate(arguments.months, arguments.needs, arguments.seed)
    rows = [f"{'month':>5} {'asked':>6} {'met':>6} {'longest wait of a need met':>27}"]
    rows += [f"{m.number:5} {m.asked:6} {m.met:6} {m.longest_wait:27}" for m in report.months]
    rows += [f"{group} met {float(ratio):.3f} of asked" for group, ratio in report.ratios.items()]
    rows.append(f"gini {report.gini:.4f}  jain {report.jain:.4f}")
    rows.append(f"longest wait of any need {report.longest_wait} rounds")
    sys.stdout.write("\n".join(rows) + "\n")
    return 0 if all(month.is_proven for month in report.months) else 1


def add_reports(commands: Any, add: Any) -> None:
    """Add both commands; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "explain", run_explain)
    command.add_argument("problem", type=Path)
    command.add_argument("solution", type=Path)
    command.add_argument("--seconds", type=float, default=60.0, help="for deciding stages")
    command = add(commands, "simulate", run_simulate)
    command.add_argument("--months", type=int, default=24)
    command.add_argument("--needs", type=int, default=167, help="new needs each month")
    command.add_argument("--seed", type=int, default=1)
