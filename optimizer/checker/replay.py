"""Replay the certificate of a solution in whole numbers over the rows that the checker builds.

The replay first proves the most that every group can get alone (S2), then takes the events of each
proved result in order. Multipliers bound a sum; levels are raised one by one; tickets are decided
in blocks, weighted by powers of two. Each result must state the kind of proof that the replay
derives (``dual``, ``farkas``, ``tree`` or ``search``). An open sum gets the bound of its
multipliers, or without them the bound that its columns give.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .month.month import Month
from .month.read import RefutedError, hash_certificate
from .month.schema import Row
from .program.columns import Columns, number_columns
from .program.point import place_answer
from .program.rows import build_rows
from .proofs.alone import NOTHING, Alone, prove_possible
from .proofs.proof import Event, Gap, Proof, Weights
from .proofs.witnesses import Witnesses
from .rules.stages import Aim
from .stages import kind_of, list_turn_tiers, weighs_pairs

_MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_EMPTY: Row = {"possible": {}, "stages": []}  # the certificate of an answer that proves nothing


@contextmanager
def refuse_malformed() -> Iterator[None]:
    """Turn the errors that a malformed certificate causes in this context into ``RefutedError``."""
    try:
        yield
    except RefutedError:
        raise
    except _MALFORMED as error:
        raise RefutedError("certificate_malformed", reason=type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the replay derives for one aim: the label of its proof, and its first gap if any."""

    aim: Aim
    label: str
    gap: Gap | None


class Replayed(NamedTuple):
    """What a replay returns: a finding for every aim in order, and what it shows about needs.

    findings    a finding for every aim, in the order of the policy
    barred      need -> number of results kept when it was first proved that no answer meets it
    shown       need -> stages: a witness meets the need and keeps every result before the stage
    contested   names of the contested needs (S13), sorted
    """

    findings: list[Finding]
    barred: dict[str, int]
    shown: dict[str, set[str]]
    contested: tuple[str, ...]


def replay(month: Month, stated: Row, aims: list[Aim]) -> Replayed:
    """Return what the certificate shows. Aims that are not stated as proven are open.

    Raises ``RefutedError`` unless the certificate supports every stated result, bound and label.
    """
    is_needed = any(result["status"] == "proven" for result in stated["stages"])
    certificate = _read_certificate(stated, is_needed=is_needed)
    with refuse_malformed():
        lines = [month.label_line(line) for line in stated["assignments"]]
        proof = _start(number_month(month), lines)
        names = [aim.name for aim in aims] if stated["format"] > 1 else []
        witnesses = Witnesses(month, stated, certificate if names else _EMPTY, names)
        found = _replay(proof, month, stated, certificate, witnesses)
        witnesses.check_end()
        witnesses.add_drawn(proof.drawn)
        if stated["format"] > 1:
            for finding, result in zip(found, stated["stages"], strict=False):
                _check_bound(finding.gap, result)
        found += _leave_open(proof, month, stated, aims, len(found), certificate)
    contested = sorted(map(month.name_of, proof.contested))
    return Replayed(_settle_first(found), proof.barred, witnesses.shown, tuple(contested))


def prove_no_answer(month: Month, stated: Row) -> bool:
    """Return True if a certificate proves that no answer keeps every rule, False without one.

    Its one list of events ends with a ``no`` over the rows of the month. Raises ``RefutedError``
    for a certificate that proves less.
    """
    if stated["certificate"] is None:
        return False
    certificate = _read_certificate(stated, is_needed=True)
    with refuse_malformed():
        columns = number_month(month)
        prove_empty(Proof(build_rows(columns), [0] * len(columns.high)), certificate)
    return True


def prove_empty(proof: Proof, certificate: Row) -> None:
    """Raise ``RefutedError`` unless the certificate proves that the rows admit no answer."""
    ((*cuts, (word, *multipliers, inner)),) = certificate["stages"]
    for cut in cuts:
        proof.prepare(cut)
    if word != "no" or not proof.is_impossible(multipliers, inner):
        raise RefutedError("no_answer_not_proved")


def _read_certificate(stated: Row, *, is_needed: bool) -> Row:
    """Return the certificate; an empty one if there is none and none is needed.

    Raises ``RefutedError`` for one that is missing, malformed or has another hash than it states.
    """
    certificate: Row | None = stated["certificate"]
    if certificate is None:
        if is_needed:
            raise RefutedError("certificate_missing")
        return _EMPTY
    with refuse_malformed():
        _check_plain(certificate)
        true = hash_certificate(certificate)
        if certificate["sha256"] != true:
            raise RefutedError("certificate_hash", stated=certificate["sha256"], true=true)
    return certificate


def number_month(month: Month) -> Columns:
    """Return the numbered columns of a month, with those that its policy needs."""
    return number_columns(month, is_weighed=weighs_pairs(month), tiers=list_turn_tiers(month))


def _start(columns: Columns, lines: list[Row]) -> Proof:
    proof = Proof(build_rows(columns), place_answer(columns, lines))
    proof.check_point()
    return proof


def _replay(
    proof: Proof, month: Month, stated: Row, certificate: Row, witnesses: Witnesses
) -> list[Finding]:
    proven = [result for result in stated["stages"] if result["status"] == "proven"]
    results = {r["name"]: r for r in stated["stages"] if r["status"] == "proven" or r["levels"]}
    alone = {
        stage["name"]: prove_possible(proof, month, groups, results[stage["name"]], certificate)
        for stage in month.problem["policy"]["stages"]
        if stage["name"] in results and (groups := kind_of(stage).list_alone(month, stage))
    }
    aims = _list_aims(proof, month, proven)
    found = []
    for k, (aim, events) in enumerate(zip(aims, certificate["stages"], strict=True)):
        witnesses.check(proof, k)
        found.append(_take(proof, month, aim, (k, events), alone.get(aim[0]["name"], NOTHING)))
    witnesses.check(proof, len(found))
    return found


def _take(
    proof: Proof,
    month: Month,
    of: tuple[Row, Row, Weights],
    numbered: tuple[int, list[Event]],
    alone: Alone,
) -> Finding:
    """Replay the events of one result, check its label, and return the finding."""
    (_, result, _), (k, events) = of, numbered
    names = {"stage": result["name"], "key": result["key"]}
    proof.restart({"search"} if alone.gaps else alone.kinds, alone.gaps)
    try:
        prove_result(proof, month, of, k, events)
    except RefutedError as refuted:
        facts = {**names, **refuted.fault.facts}
        raise RefutedError(f"proof_{refuted.fault.code}", **facts) from None
    if result["proof"] != proof.kind:
        raise RefutedError("stage_proof", **names, stated=result["proof"], true=proof.kind)
    aim = Aim(result["name"], result["kind"], result["key"], result["value"])
    return Finding(aim, proof.kind, next(iter(proof.gaps), None))


def prove_result(
    proof: Proof, month: Month, of: tuple[Row, Row, Weights], k: int, events: list[Event]
) -> None:
    """Raise ``RefutedError`` unless the events prove a result; ``k`` results come before it.

    Events ``none`` at the start name columns that are 0 in every answer that keeps those results.
    """
    stage, result, weights = of
    first = next((i for i, event in enumerate(events) if event[0] != "none"), len(events))
    for event in events[:first]:
        proof.settle(event)
    proof.bar_needs(k)
    kind_of(stage).prove(proof, month, stage, result, weights, events[first:])
    proof.check_point()
    proof.bar_needs(k + 1)


def _leave_open(
    proof: Proof, month: Month, stated: Row, aims: list[Aim], done: int, certificate: Row
) -> Iterator[Finding]:
    """Yield a finding with its gap for every aim after the first ``done``.

    Raises ``RefutedError`` if a result states a tighter bound. Denominators that an open result of
    levels states were proved at the start.
    """
    events = dict(enumerate(certificate.get("open", []), start=done))
    results = dict(enumerate(stated["stages"])) if stated["format"] > 1 else {}
    for k, (stage, aim, weights) in enumerate(_list_all(proof, month, aims)):
        if k < done:
            continue
        levels = results[k]["levels"] if k in results else ()
        known = {level["group"]: (level["denominator"],) * 2 for level in levels}
        aim = replace(aim, bounds=aim.bounds | known)
        gap = kind_of(stage).leave_open(proof, month, stage, aim, weights, events.get(k, []))
        if k in results:
            _check_bound(gap, results[k])
        yield Finding(aim, "gap", gap)


def _settle_first(found: list[Finding]) -> list[Finding]:
    """Label open sums that reach their bounds ``dual``, up to the first gap that stays open.

    Such a bound holds for all answers that keep the proved results, so no answer is better.
    """
    for k, finding in enumerate(found):
        gap = finding.gap
        if gap is None:
            continue
        if finding.label != "gap" or gap.of != "sum" or gap.bound != gap.value:
            break
        found[k] = Finding(finding.aim, "dual", None)
    return found


def _check_bound(gap: Gap | None, result: Row) -> None:
    """Require that a stated bound is no tighter than the proved one; only a sum may state one."""
    stated = result["bound"]
    if stated is None or gap is None:
        return
    is_tighter = stated < gap.bound if gap.bound >= gap.value else stated > gap.bound
    if is_tighter or gap.of != "sum":
        facts = {"stage": result["name"], "key": result["key"]}
        raise RefutedError("bound_not_proved", **facts, stated=stated, proved=gap.bound)


def _check_plain(value: Any) -> None:
    """Raise ``TypeError`` unless the value holds only whole numbers, texts and null."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            if type(item) is not int:
                _check_plain(item)
    elif value is not None and type(value) not in (int, str):
        raise TypeError


def _list_aims(proof: Proof, month: Month, proven: list[Row]) -> Iterator[tuple[Row, Row, Weights]]:
    """Yield stage, result and weights of every proved result; only sums have weights."""
    results = iter(proven)
    for stage in month.problem["policy"]["stages"]:
        for weights in kind_of(stage).list_sums(month, proof.program, stage):
            result = next(results, None)
            if result is None:
                return
            yield stage, result, weights


def _list_all(proof: Proof, month: Month, aims: list[Aim]) -> Iterator[tuple[Row, Aim, Weights]]:
    """Yield stage, aim and weights of every result that the policy asks for."""
    rest = iter(aims)
    for stage in month.problem["policy"]["stages"]:
        for weights in kind_of(stage).list_sums(month, proof.program, stage):
            yield stage, next(rest), weights
