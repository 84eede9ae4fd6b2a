"""Commands for what-if questions: price, appeal, conflict, repair, rest.

Exit codes: 0 answered, 1 no answer satisfies the question, 2 broken input, 3 not known in time.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from optimizer.changes import PinPrice, Shortage, StageChange, Trend
from optimizer.cli.solve import ReadJson
from optimizer.codec import ProblemError, canonical_bytes, require
from optimizer.facts import Facts
from optimizer.limits import Limits
from optimizer.problem import Forbid, Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.what_if.conflict import find_conflict
from optimizer.what_if.difference import Before, find_difference
from optimizer.what_if.extra_capacity import MOST_EXTRAS, Help, find_help
from optimizer.what_if.price import price_of_need, price_pins
from optimizer.what_if.repair import Changes, apply_changes, repair
from optimizer.what_if.rest import leave_rest
from optimizer.what_if.shortage import find_shortages

EXIT_CODES = {
    SolutionStatus.PROVEN: 0,
    SolutionStatus.INFEASIBLE: 1,
    SolutionStatus.FEASIBLE: 3,
    SolutionStatus.FAILED: 3,
}


def run_price(arguments: argparse.Namespace) -> int:
    """Show what would change if a need were met, or with added pins and forbids.

    It is shown stage by stage, and which needs would lose.
    """
    if arguments.pin or arguments.forbid:
        return _price_added(arguments)
    if not arguments.need:
        raise ProblemError("$.need", "or --pin or --forbid must be given")
    problem, solution = _read_answer(arguments)
    price = price_of_need(problem, solution, arguments.need, _limits(arguments))
    if price.is_met:
        return _report(arguments, price.to_json(), [f"{price.need} is met already"], price.status)
    lines = [f"{price.need}: {price.status}, first worse: {_name(price.stage, price.key)}"]
    lines += [*_describe_stages(price.stages), *_describe_needs(price.lost, price.gained)]
    return _report(arguments, price.to_json(), lines, price.status)


def _price_added(arguments: argparse.Namespace) -> int:
    """Show how the answer changes if pins and forbids are added."""
    problem, solution = _read_answer(arguments)
    pins = tuple(Pin(*_read_rule(problem, text)) for text in arguments.pin)
    forbids = tuple(Forbid(*_read_rule(problem, text)) for text in arguments.forbid)
    ruled = apply_changes(problem, Changes(pins=pins, forbids=forbids))
    answer = solve(ruled, _limits(arguments))
    lines = [f"with them: {answer.status}"]
    if not answer.is_usable:
        return _report(arguments, {"status": answer.status}, lines, answer.status)
    found = find_difference(ruled, answer, Before(problem, solution), _limits(arguments))
    lines += [
        *_describe_stages(found.stages),
        *_describe_needs(found.needs.lost, found.needs.gained),
    ]
    if found.needs.moved:
        lines.append(f"  met otherwise: {', '.join(found.needs.moved)}")
    if found.least is not None:
        lines.append(f"  by the least change {len(found.least)} of them would lose")
    plain = {"status": answer.status, **found.to_json()}
    return _report(arguments, plain, lines, answer.status)


def _read_rule(problem: Problem, text: str) -> tuple[str, str | None, str | None]:
    """Return need, stock and person of ``NEED`` or ``NEED=GIVER``.

    Raises ``ProblemError`` for a giver that is neither a stock nor a person.
    """
    need, _sign, giver = text.partition("=")
    stocks = {stock.id for stock in problem.stocks}
    if not giver or giver in stocks:
        return need, giver or None, None
    require(giver in {person.id for person in problem.people}, f"$.{giver}", "is not known")
    return need, None, giver


def run_appeal(arguments: argparse.Namespace) -> int:
    """Show which extra capacity would meet more needs.

    First what more of each category would meet with everything else left as it is; then single
    extras, each confirmed by a new solve of the month.
    """
    problem, solution = _read_answer(arguments)
    short = find_shortages(problem, solution)
    found = find_help(problem, solution, arguments.most, _limits(arguments))
    plain = {
        "helps": [one.to_json() for one in found],
        "shortages": [one.to_json() for one in short],
    }
    lines = [_describe_help(one) for one in found] or ["no capacity that is offered binds"]
    lines = [*map(_describe_shortage, short), *lines]
    return _report(arguments, plain, lines, SolutionStatus.PROVEN)


def run_conflict(arguments: argparse.Namespace) -> int:
    """Name pins and least uses that cannot hold together, or the price of each pin and forbid.

    Prices are given if nothing conflicts.
    """
    problem = Problem.from_json(arguments.read(arguments.problem))
    conflict = find_conflict(problem, _limits(arguments))
    if conflict.status is not SolutionStatus.FEASIBLE:
        lines = [f"conflict: {conflict.status}", *map(_describe_pin, conflict.pins)]
        lines += [f"  least use of {stock}" for stock in conflict.stocks]
        return _report(arguments, conflict.to_json(), lines, conflict.status)
    prices = _price_pins(problem, arguments) if problem.pins or problem.forbids else ()
    plain = {**conflict.to_json(), "prices": [price.to_json() for price in prices]}
    priced = (line for price in prices for line in _describe_price(price))
    lines = ["nothing conflicts", *priced]
    return _report(arguments, plain, lines, SolutionStatus.PROVEN)


def run_repair(arguments: argparse.Namespace) -> int:
    """Repair a published answer after declines or new pins with the least change."""
    problem, solution = _read_answer(arguments)
    changes = Changes.from_json(arguments.read(arguments.changes))
    found = repair(problem, solution, changes, _limits(arguments))
    lines = [f"{found.status}: {len(found.undone)} of {len(solution.assignments)} undone"]
    lines += [f"  undone {_describe_assignment(a)}" for a in found.undone]
    lines += [f"  added  {_describe_assignment(a)}" for a in found.added]
    lines += [*_describe_stages(found.stages), *_describe_needs(found.lost, found.gained)]
    return _report(arguments, found.to_json(), lines, found.status)


def run_rest(arguments: argparse.Namespace) -> int:
    """Write the question of what is free in a decided month, with the promises that are kept."""
    problem = Problem.from_json(arguments.read(arguments.problem))
    rest = leave_rest(problem, Facts.from_json(arguments.read(arguments.facts)))
    lines = [f"{len(rest.needs)} of {len(problem.needs)} needs, SHA-256 {rest.sha256}"]
    return _report(arguments, rest.to_json(), lines, SolutionStatus.PROVEN)


def _read_answer(arguments: argparse.Namespace) -> tuple[Problem, Solution]:
    problem = Problem.from_json(arguments.read(arguments.problem))
    return problem, Solution.from_json(arguments.read(arguments.solution))


def _limits(arguments: argparse.Namespace) -> Limits:
    return Limits(seconds=arguments.time_limit)


def _report(
    arguments: argparse.Namespace, plain: Any, lines: Sequence[str], status: SolutionStatus
) -> int:
    """Print the lines, write the JSON file if one is asked for, and return the exit code."""
    if arguments.out is not None:
        arguments.out.write_bytes(canonical_bytes(plain) + b"\n")
    sys.stdout.write("\n".join(lines) + "\n")
    return EXIT_CODES[status]


def _price_pins(problem: Problem, arguments: argparse.Namespace) -> tuple[PinPrice, ...]:
    limits = _limits(arguments)
    if arguments.solution is None:
        solution = solve(problem, limits)
    else:
        solution = Solution.from_json(arguments.read(arguments.solution))
    return price_pins(problem, solution, limits)


def _describe_stages(stages: Iterable[StageChange]) -> Iterator[str]:
    """Yield one line for each aim that differs, followed by the groups whose level changes."""
    for change in stages:
        if change.trend is Trend.SAME:
            continue
        values = "" if change.before is None else f"  {change.before} -> {change.after}"
        yield f"  {_name(change.name, change.key):32} {change.trend:7}{values}"
        for group in change.groups:
            before, after = (f"{n}/{group.denominator}" for n in (group.before, group.after))
            yield f"    {group.group:30} {before} -> {after}"


def _describe_needs(lost: Sequence[str], gained: Sequence[str]) -> list[str]:
    named = (("no longer met", lost), ("newly met", gained))
    return [f"  {word}: {', '.join(needs)}" for word, needs in named if needs]


def _describe_help(found: Help) -> str:
    extra = found.extra
    raised = ", ".join(f"{stock} +{units}" for stock, units in extra.raised.items())
    visit = f" one visit in {extra.slot} by a person like {extra.like}" if extra.slot else ""
    return f"{found.gained:+d} needs ({found.status}): {extra.stock}{visit} {raised}".rstrip()


def _describe_shortage(found: Shortage) -> str:
    when = f" in {found.slot}" if found.slot else ""
    return f"{len(found.needs)} needs beside the answer: {found.units} of {found.category}{when}"


def _describe_price(price: PinPrice) -> list[str]:
    first = f"{price.status}, first better without it: {_name(price.stage, price.key)}"
    word = "forbid" if price.is_forbid else "pin"
    lines = [_describe_pin(price.pin, word), f"    {first}"]
    return [*lines, *_describe_stages(price.stages), *_describe_needs(price.lost, price.gained)]


def _describe_pin(pin: Pin, word: str = "pin") -> str:
    named = " ".join(name for name in (pin.need, pin.stock, pin.person) if name)
    return f"  {word} {named}"


def _describe_assignment(a: Assignment) -> str:
    named = " ".join(name for name in (a.need, a.stock, a.person, a.slot) if name)
    return named if a.person else f"{named} x{a.units}"


def _name(stage: str, key: str) -> str:
    return f"{stage} {key}".strip() or "-"


def add_what_if(commands: Any, add: Any, read: ReadJson) -> None:
    """Add the five commands; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "price", run_price)
    _add_files(command, read, "problem", "solution")
    command.add_argument("need", nargs="?", help="id of a need that is not met")
    for rule in ("pin", "forbid"):
        command.add_argument(
            f"--{rule}",
            action="append",
            default=[],
            metavar="NEED[=GIVER]",
            help=f"price of a {rule} to be added: any giver, a stock or a person",
        )
    command = add(commands, "appeal", run_appeal)
    _add_files(command, read, "problem", "solution")
    command.add_argument("--most", type=int, default=MOST_EXTRAS, help="how many are confirmed")
    command = add(commands, "conflict", run_conflict)
    _add_files(command, read, "problem")
    command.add_argument("solution", type=Path, nargs="?", help="default: solve the problem")
    command = add(commands, "repair", run_repair)
    _add_files(command, read, "problem", "solution", "changes")
    command = add(commands, "rest", run_rest)
    _add_files(command, read, "problem", "facts")


def _add_files(command: argparse.ArgumentParser, read: ReadJson, *names: str) -> None:
    for name in names:
        command.add_argument(name, type=Path)
    command.add_argument("--out", type=Path, metavar="JSON", help="write codes and numbers")
    command.add_argument("--time-limit", type=float, default=600.0, help="seconds of each solve")
    command.set_defaults(read=read)
