"""Check a solution against its problem: standard library only, whole numbers only, no solver.

The checks run in this order, and the first fault ends them: files, hash of the problem, policy and
seed, every rule of every assignment, the value of every stage, proofs against the status, counts,
grounds, hash of the result, the certificate.
"""

from itertools import pairwise

from .month.month import Month, index_month
from .month.read import (
    Fault,
    RefutedError,
    hash_problem,
    hash_solution,
    read_problem,
    read_solution,
)
from .month.schema import Row
from .replay import check_proofs
from .rules.grounds import check_grounds
from .rules.rules import check_rules
from .rules.stages import Aim, Outcome, check_levels
from .stages import check_kinds, list_aims

__all__ = ["Fault", "verify"]


def verify(problem: object, solution: object) -> Fault | None:
    """Return the first fault of a solution, or None when everything holds.

    Both arguments are parsed JSON. Codes are stable names such as ``capacity`` or ``stage_value``;
    facts are ids and numbers. A file that cannot be read gives ``broken_input`` with the JSON path
    of the broken value.
    """
    try:
        _verify(problem, solution)
    except RefutedError as refuted:
        return refuted.fault
    return None


def _verify(problem: object, solution: object) -> None:
    month, stated = index_month(read_problem(problem)), read_solution(solution)
    check_kinds(month)
    _check_header(month, stated)
    if stated["status"] in ("infeasible", "failed"):
        _check_empty(stated)
    else:
        check_rules(month, stated["assignments"])
        _check_order(stated["assignments"])
        outcome = Outcome(
            month, stated["assignments"], frozenset(a["need"] for a in stated["assignments"])
        )
        _check_stages(outcome, stated)
        _check_counts(outcome, stated)
        check_grounds(month, outcome.met, stated["grounds"])
    true = hash_solution(stated)
    if stated["result_sha256"] != true:
        raise RefutedError("result_hash", stated=stated["result_sha256"], true=true)
    check_proofs(month, stated)


def _check_header(month: Month, stated: Row) -> None:
    policy = month.problem["policy"]
    for name, true in (
        ("problem_sha256", hash_problem(month.problem)),
        ("policy", f"{policy['name']}/{policy['version']}"),
        ("seed", month.problem["seed"]),
    ):
        if stated[name] != true:
            raise RefutedError(name, stated=stated[name], true=true)


def _check_empty(stated: Row) -> None:
    for name in ("assignments", "stages", "grounds", "needs_met", "recipients_helped"):
        if stated[name]:
            raise RefutedError("answer_without_status", status=stated["status"], holds=name)


def _check_order(lines: list[Row]) -> None:
    keys = [tuple(line[k] or "" for k in ("need", "stock", "person", "slot")) for line in lines]
    for above, below in pairwise(keys):
        if above > below:
            raise RefutedError("assignments_not_sorted", need=below[0], after=above[0])


def _check_stages(outcome: Outcome, stated: Row) -> None:
    """Require that proven results are the aims of the policy in order, and all later ones open."""
    aims, results = list_aims(outcome), stated["stages"]
    proven = [result for result in results if result["status"] == "proven"]
    if results[: len(proven)] != proven:
        raise RefutedError("stage_after_open", stage=proven[-1]["name"])
    for aim, result in zip(aims, proven, strict=False):
        _check_result(aim, result)
    is_whole = len(results) == len(proven) == len(aims)
    if len(proven) > len(aims) or (stated["status"] == "proven" and not is_whole):
        raise RefutedError("stage_count", stated=len(proven), true=len(aims))
    _check_open(outcome.month, results[len(proven) :])


def _check_open(month: Month, results: list[Row]) -> None:
    """Require that an open result names a stage and states no value, bound or level."""
    kinds = {stage["name"]: stage["kind"] for stage in month.problem["policy"]["stages"]}
    for result in results:
        is_of_policy = result["kind"] == kinds.get(result["name"])
        says = [result[name] for name in ("value", "bound") if result[name] is not None]
        if result["proof"] != "gap" or not is_of_policy or says or result["levels"]:
            raise RefutedError("stage_open", stage=result["name"], proof=result["proof"])


def _check_result(aim: Aim, result: Row) -> None:
    facts = {"stage": aim.name, "key": aim.key}
    for name in ("name", "kind", "key"):
        if result[name] != getattr(aim, name):
            raise RefutedError("stage_expected", **facts, stated=result[name])
    if result["value"] != aim.value:
        raise RefutedError("stage_value", **facts, stated=result["value"], true=aim.value)
    check_levels(aim, result["levels"])
    if result["proof"] == "gap":
        raise RefutedError("stage_proof", **facts, proof="gap", status="proven")
    if result["bound"] != result["value"]:
        raise RefutedError("stage_bound", **facts, value=result["value"], bound=result["bound"])


def _check_counts(outcome: Outcome, stated: Row) -> None:
    needs = outcome.month.needs
    for name, true in (
        ("needs_asked", len(needs)),
        ("needs_met", len(outcome.met)),
        ("recipients_helped", len({needs[need]["recipient"] for need in outcome.met})),
    ):
        if stated[name] != true:
            raise RefutedError("count", of=name, stated=stated[name], true=true)
