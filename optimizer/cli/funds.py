"""The command ``divide``: divide a fund or check a division."""

import argparse
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from optimizer.checker.funds.check import verify_division
from optimizer.cli.solve import BROKEN, DONE, REFUTED, ReadJson
from optimizer.codec import canonical_bytes
from optimizer.funds.divide import divide
from optimizer.funds.fund import Division, Fund
from optimizer.solution import SolutionStatus


def run_divide(arguments: argparse.Namespace) -> int:
    """Divide a fund among its claims, or with --check report the first fault of a division.

    Exit codes: 0 proven or without fault, 1 not proven or refuted, 2 broken input.
    """
    value = arguments.read(arguments.fund)
    if arguments.check:
        return check(value, arguments.read(arguments.check))
    fund = Fund.from_json(value)
    division = divide(fund)
    if arguments.out:
        arguments.out.write_bytes(canonical_bytes(division.to_json()) + b"\n")
    sys.stdout.write(describe(fund, division))
    return DONE if division.status is SolutionStatus.PROVEN else REFUTED


def check(fund: Any, division: Any) -> int:
    """Print the first fault of a division, or that there is none. Return the exit code."""
    fault = verify_division(fund, division)
    if fault is None:
        sys.stdout.write("verified: every grant, payment, fraction and hash holds\n")
        if division["status"] == SolutionStatus.FEASIBLE:
            sys.stdout.write("feasible only: another set of claims may do better\n")
        return DONE
    sys.stderr.write(f"refuted: {fault}\n")
    return BROKEN if fault.code == "broken_input" else REFUTED


def describe(fund: Fund, division: Division) -> str:
    """Return a heading, one line for each claim, and a line of totals [fen]."""
    lines = [f"{'claim':24} {'granted':>15} {'asked':>15} {'funded':>8} {'stop':>12}"]
    funded = []
    for claim, grant in zip(fund.claims, division.grants, strict=True):
        funded.append(Fraction(grant.fen, claim.asked_fen))
        share = f"{float(100 * funded[-1]):.2f}%"
        row = f"{claim.id:24} {grant.fen:15} {claim.asked_fen:15} {share:>8} {grant.stop:>12}"
        lines.append(row)
    lines.append(
        f"{division.status}: {division.granted_claims} of {len(fund.claims)} claims granted, "
        f"{division.spent_fen} of {fund.total_fen} fen spent, "
        f"least funded {float(100 * min(funded, default=Fraction(1))):.4f}%"
    )
    return "\n".join(lines) + "\n"


def add_divide(commands: Any, add: Any, read: ReadJson) -> None:
    """Add the command; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "divide", run_divide)
    command.add_argument("fund", type=Path)
    command.add_argument("--out", type=Path, metavar="DIVISION")
    command.add_argument("--check", type=Path, metavar="DIVISION", help="check this one instead")
    command.set_defaults(read=read)
