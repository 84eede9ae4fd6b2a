"""Check an answer against its question: standard library only, whole numbers only, no solver.

The checks run in this order, and the first fault ends them: the question, the form of the answer,
the stages of a published policy, hash of the question, policy and seed as stated, every rule of
every assignment, their order, the value of every stage, counts, grounds, hash of the result, the
certificate, the causes of grounds. If there is no fault, the verdict says which results are proved
and names the others.
"""

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from .grounds import GroundProofs
from .month.labels import unlabel
from .month.month import Month
from .month.read import (
    Fault,
    RefutedError,
    hash_policy,
    hash_problem,
    hash_solution,
    read_problem,
    read_solution,
)
from .month.schema import PUBLISHED_POLICIES, Row
from .replay import Finding, prove_no_answer, refuse_malformed, replay
from .rules.grounds import BY_FILTERS, check_grounds
from .rules.rules import check_rules
from .rules.stages import Aim, Outcome, check_levels
from .stages import list_aims, open_month
from .verdict import ARITHMETIC, Ruling, Unproved, Verdict

__all__ = ["Fault", "check_draw", "judge", "verify"]


def judge(problem: object, solution: object) -> Verdict:
    """Return the verdict on a solution; both arguments are parsed JSON.

    Codes of faults are stable names such as ``capacity`` or ``stage_value``; facts are ids, hashes
    and numbers. A value that breaks the format gives ``broken_input`` with its path.
    """
    known = Verdict(Ruling.REFUTED)
    try:
        month = open_month(read_problem(problem))
        known = _name_question(month)
        stated = read_solution(solution)
        known = replace(known, result_sha256=hash_solution(stated))
        return _judge(known, month, stated)
    except RefutedError as refuted:
        return replace(known, fault=unlabel(refuted.fault))


def verify(problem: object, solution: object) -> Fault | None:
    """Return the first fault of a solution, or None if the check refutes nothing.

    None does not say how much is proved; the verdict of ``judge`` says it.
    """
    return judge(problem, solution).fault


def check_draw(problem: object, draw: object) -> Fault | None:
    """Return a fault unless the seed of the question comes from the draw; None if it comes from it.

    ``draw`` has ``list_sha256``, the hash of the locked list as published before the draw, and
    ``public_value``, the numbers drawn. The seed is the SHA-256 of both with a colon between.
    A draw without these texts gives the fault ``broken_input``.
    """
    if not isinstance(problem, dict) or not isinstance(draw, dict):
        return Fault("broken_input", {"path": "draw", "reason": "not an object"})
    parts = [draw.get(name) for name in ("list_sha256", "public_value")]
    if not all(isinstance(part, str) and part for part in parts):
        return Fault("broken_input", {"path": "draw", "reason": "missing"})
    true = hashlib.sha256(f"{parts[0]}:{parts[1]}".encode()).hexdigest()
    if problem.get("seed") != true:
        return Fault("draw", {"stated": str(problem.get("seed")), "true": true})
    return None


def _name_question(month: Month) -> Verdict:
    policy = month.problem["policy"]
    return Verdict(
        Ruling.REFUTED,
        problem_sha256=hash_problem(month.named),
        policy=f"{policy['name']}/{policy['version']}",
        policy_sha256=hash_policy(policy),
        needs_asked=len(month.needs),
    )


def _judge(known: Verdict, month: Month, stated: Row) -> Verdict:
    _check_policy(month.problem["policy"])
    for name, true in (
        ("problem_sha256", known.problem_sha256),
        ("policy", known.policy),
        ("seed", month.problem["seed"]),
    ):
        if stated[name] != true:
            raise RefutedError(name, stated=stated[name], true=true)
    if stated["status"] in ("infeasible", "failed"):
        return _judge_empty(known, month, stated)
    lines = [month.label_line(line) for line in stated["assignments"]]
    check_rules(month, lines)
    _check_order(stated["assignments"])
    met = frozenset(line["need"] for line in lines)
    outcome = Outcome(month, lines, met)
    aims = list_aims(outcome)
    _check_stages(outcome, aims, stated)
    _check_counts(outcome, stated)
    grounds = [month.label_line(ground) for ground in stated["grounds"]]
    check_grounds(month, met, grounds)
    _check_hash(known, stated)
    counts = Counter(ground["code"] for ground in stated["grounds"])
    known = replace(known, needs_met=len(met), grounds=dict(sorted(counts.items())))
    findings, barred, shown, contested = replay(month, stated, aims)
    stated = {**stated, "assignments": lines, "grounds": grounds}
    proofs = GroundProofs(month, stated, [aim.name for aim in aims], barred, shown)
    unchecked = _prove_grounds(month, stated, proofs)
    known = replace(known, unchecked=unchecked, contested=contested)
    return _weigh(known, findings, stated["status"])


def _prove_grounds(month: Month, stated: Row, proofs: GroundProofs) -> int:
    """Return the number of grounds whose cause is not checked.

    Raises ``RefutedError`` for an unknown stage and, in format 2, for a cause that is not proved.
    """
    stages = {stage["name"] for stage in month.problem["policy"]["stages"]}
    for ground in stated["grounds"]:
        if ground["stage"] and ground["stage"] not in stages:
            raise RefutedError("ground_stage", need=ground["need"], stage=ground["stage"])
    if stated["format"] == 1:
        return sum(ground["code"] not in BY_FILTERS for ground in stated["grounds"])
    with refuse_malformed():
        return proofs.check()


def _weigh(known: Verdict, findings: list[Finding], status: str) -> Verdict:
    """Return the verdict on an answer that nothing refutes."""
    labels = Counter(finding.label for finding in findings)
    unproved = tuple(_name_unproved(f) for f in findings if f.label not in ARITHMETIC)
    is_sure = [finding.label in ARITHMETIC for finding in findings]
    outright = is_sure.index(False) if unproved else len(findings)
    ruling = _rule(outright, len(unproved), len(findings), is_solved=status == "proven")
    return replace(known, ruling=ruling, labels=dict(labels), outright=outright, unproved=unproved)


def _rule(outright: int, unproved: int, count: int, *, is_solved: bool) -> Ruling:
    """Return the ruling on ``count`` results: ``unproved`` of them are not proved.

    ``outright``: results before the first unproved one; ``is_solved``: the status is ``proven``.
    """
    if count and not unproved:
        return Ruling.PROVED
    is_except = outright and is_solved and 2 * unproved <= count
    return Ruling.EXCEPT if is_except else Ruling.FEASIBLE


def _name_unproved(finding: Finding) -> Unproved:
    aim, gap = finding.aim, finding.gap
    if gap is None:
        raise RefutedError("gap_missing", stage=aim.name, key=aim.key)
    numbers = str(gap.value), str(gap.bound)
    return Unproved(aim.name, aim.key, finding.label, gap.of, gap.group, *numbers)


def _check_policy(policy: Row) -> None:
    """Raise ``RefutedError`` if a published name has an unknown version or other stages."""
    versions = PUBLISHED_POLICIES.get(policy["name"])
    if versions is None:
        return
    published = versions.get(policy["version"])
    if published is None:
        raise RefutedError("policy_never_published", policy=f"{policy['name']}/{policy['version']}")
    true = hash_policy(published)
    if (stated := hash_policy(policy)) != true:
        label = f"{policy['name']}/{policy['version']}"
        raise RefutedError("policy_stages", policy=label, stated=stated, true=true)


def _judge_empty(known: Verdict, month: Month, stated: Row) -> Verdict:
    for name in ("assignments", "stages", "grounds", "needs_met", "recipients_helped"):
        if stated[name]:
            raise RefutedError("answer_without_status", status=stated["status"], holds=name)
    _check_hash(known, stated)
    is_settled = stated["status"] == "infeasible" and prove_no_answer(month, stated)
    return replace(known, ruling=Ruling.NO_ANSWER, is_settled=is_settled)


def _check_hash(known: Verdict, stated: Row) -> None:
    if stated["result_sha256"] != known.result_sha256:
        raise RefutedError("result_hash", stated=stated["result_sha256"], true=known.result_sha256)


def _check_order(lines: list[Row]) -> None:
    keys = [tuple(line[k] or "" for k in ("need", "stock", "person", "slot")) for line in lines]
    for above, below in pairwise(keys):
        if above > below:
            raise RefutedError("assignments_not_sorted", need=below[0], after=above[0])


def _check_stages(outcome: Outcome, aims: list[Aim], stated: Row) -> None:
    """Require that the proven results are the first aims of the policy, and all later ones open."""
    results = stated["stages"]
    proven = [result for result in results if result["status"] == "proven"]
    if results[: len(proven)] != proven:
        raise RefutedError("stage_after_open", stage=proven[-1]["name"])
    for aim, result in zip(aims, proven, strict=False):
        _check_result(aim, result, stated["format"])
    is_whole = len(results) == len(proven) == len(aims)
    if len(proven) > len(aims) or (stated["status"] == "proven" and not is_whole):
        raise RefutedError("stage_count", stated=len(proven), true=len(aims))
    if stated["format"] == 1:
        _check_unnamed(outcome.month, results[len(proven) :])
    else:
        _check_open(aims[len(proven) :], results[len(proven) :])


def _check_unnamed(month: Month, results: list[Row]) -> None:
    """(format 1) Require that each open result names a stage and has no value, bound or level."""
    kinds = {stage["name"]: stage["kind"] for stage in month.problem["policy"]["stages"]}
    for result in results:
        is_of_policy = result["kind"] == kinds.get(result["name"])
        says = [result[name] for name in ("value", "bound") if result[name] is not None]
        if result["proof"] != "gap" or not is_of_policy or says or result["levels"]:
            raise RefutedError("stage_open", stage=result["name"], proof=result["proof"])


def _check_open(aims: list[Aim], results: list[Row]) -> None:
    """(format 2) Require one open result for each of these aims, with the value it reaches."""
    if len(results) != len(aims):
        raise RefutedError("stage_count", stated=len(results), true=len(aims))
    for aim, result in zip(aims, results, strict=True):
        _check_name(aim, result)
        if result["proof"] != "gap":
            raise RefutedError("stage_open", stage=aim.name, proof=result["proof"])
        if result["levels"]:
            check_levels(aim, result["levels"])  # an aim that is not counted has no levels to state


def _check_name(aim: Aim, result: Row) -> None:
    facts = {"stage": aim.name, "key": aim.key}
    for name in ("name", "kind", "key"):
        if result[name] != getattr(aim, name):
            raise RefutedError("stage_expected", **facts, stated=result[name])
    if result["value"] != aim.value and (aim.is_counted or result["proof"] == "gap"):
        raise RefutedError("stage_value", **facts, stated=result["value"], true=aim.value)


def _check_result(aim: Aim, result: Row, stated_format: int) -> None:
    facts = {"stage": aim.name, "key": aim.key}
    _check_name(aim, result)
    if aim.is_counted:
        check_levels(aim, result["levels"])
    if result["proof"] == "gap":
        raise RefutedError("stage_proof", **facts, proof="gap", status="proven")
    is_searched = stated_format > 1 and result["proof"] not in ARITHMETIC
    if result["bound"] != result["value"] and not is_searched:
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
