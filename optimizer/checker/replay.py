"""Replay the certificate of a solution in whole numbers over the rows that the checker builds.

The replay first proves the most that every group can get alone, then takes the events of each
proved result in order. Multipliers bound a sum; levels are raised one by one; tickets are decided
in blocks, weighted by powers of two. The kind of proof that results (``dual``, ``farkas`` or
``search``) must be the kind that the result states.
"""

from collections.abc import Iterator
from typing import Any

from .month.month import Month
from .month.read import RefutedError, hash_certificate
from .month.schema import Row
from .program.columns import number_columns
from .program.point import place_answer
from .program.rows import build_rows
from .proofs.alone import prove_possible
from .proofs.proof import Proof, Weights
from .stages import kind_of, weighs_pairs

_MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def check_proofs(month: Month, stated: Row) -> None:
    """Raise ``RefutedError`` unless the certificate proves every result that is labelled proven."""
    proven = [result for result in stated["stages"] if result["status"] == "proven"]
    certificate = stated["certificate"]
    if not proven:
        return
    if certificate is None:
        raise RefutedError("certificate_missing")
    try:
        _replay(month, stated, proven, certificate)
    except RefutedError:
        raise
    except _MALFORMED as error:
        raise RefutedError("certificate_malformed", reason=type(error).__name__) from None


def _replay(month: Month, stated: Row, proven: list[Row], certificate: Row) -> None:
    _check_plain(certificate)
    true = hash_certificate(certificate)
    if certificate["sha256"] != true:
        raise RefutedError("certificate_hash", stated=certificate["sha256"], true=true)
    columns = number_columns(month, is_weighed=weighs_pairs(month))
    proof = Proof(build_rows(columns), place_answer(columns, stated["assignments"]))
    proof.check_point()
    results = {result["name"]: result for result in proven}
    alone = {
        stage["name"]: prove_possible(proof, month, groups, results[stage["name"]], certificate)
        for stage in month.problem["policy"]["stages"]
        if stage["name"] in results and (groups := kind_of(stage).list_alone(month, stage))
    }
    aims = _list_aims(proof, month, proven)
    for (stage, result, weights), events in zip(aims, certificate["stages"], strict=True):
        proof.restart(alone.get(stage["name"], ()))
        try:
            kind_of(stage).prove(proof, month, stage, result, weights, events)
            proof.check_point()
        except RefutedError as refuted:
            facts = {"stage": result["name"], "key": result["key"], **refuted.fault.facts}
            raise RefutedError(f"proof_{refuted.fault.code}", **facts) from None
        if result["proof"] != proof.kind:
            facts = {"stage": result["name"], "key": result["key"]}
            raise RefutedError("stage_proof", **facts, stated=result["proof"], true=proof.kind)


def _check_plain(value: Any) -> None:
    """Raise ``TypeError`` unless the value holds whole numbers, names and null only."""
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
