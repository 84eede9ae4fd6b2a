"""The kinds of stages: each module has the name of its kind and holds the kind's object, ``KIND``.

Modules are found in this folder (or in the zip that holds it), so a new kind is a new file.
"""

from importlib import import_module
from pkgutil import iter_modules

from ..month.asks import check_asks, check_tiers
from ..month.month import Month, index_month
from ..month.read import BrokenInputError
from ..month.schema import Row
from ..proofs.forms import Kind
from ..rules.stages import Aim, Outcome

KINDS: dict[str, Kind] = {
    name: import_module(f".{name}", __name__).KIND
    for name in sorted(module.name for module in iter_modules(__path__))
}


def kind_of(stage: Row) -> Kind:
    """Return the object for the kind of a stage of the policy."""
    return KINDS[stage["kind"]]


def open_month(problem: Row) -> Month:
    """Index a problem; labels replace names if its policy draws.

    Raises ``BrokenInputError`` for ids that do not fit, for a policy whose stages do not fit
    together, and for needs or stocks that the policy does not allow.
    """
    check_kinds(index_month(problem))
    stages = problem["policy"]["stages"]
    for k, stage in enumerate(stages):
        _check_stage(stages[:k], stage, f"problem.policy.stages[{k}]")
    check_tiers(problem)
    is_drawn = any(kind_of(stage).labels_names for stage in stages)
    for k, stage in enumerate(stages):
        if kind_of(stage).is_labelled not in (None, is_drawn):
            reason = f"must be {'without' if is_drawn else 'with'} a draw"
            raise BrokenInputError(f"problem.policy.stages[{k}].kind", reason)
    if is_drawn:
        check_asks(problem)
    return index_month(problem, is_drawn=is_drawn)


def _check_stage(before: list[Row], stage: Row, path: str) -> None:
    kind = kind_of(stage)
    if kind.needs_tier and not stage["tier"]:
        raise BrokenInputError(f"{path}.tier", "missing")
    followed = {s["kind"] for s in before if not kind.needs_tier or s["tier"] == stage["tier"]}
    if kind.follows and kind.follows not in followed:
        raise BrokenInputError(f"{path}.kind", f"must follow {kind.follows}")


def list_turn_tiers(month: Month) -> list[int]:
    """Return the tiers of the stages that take turns (S10), in the order of the stages."""
    stages = month.problem["policy"]["stages"]
    return [stage["tier"] for stage in stages if kind_of(stage).takes_turns]


def check_kinds(month: Month) -> None:
    """Raise ``BrokenInputError`` for a stage of the policy whose kind is not known."""
    for k, stage in enumerate(month.problem["policy"]["stages"]):
        if stage["kind"] not in KINDS:
            path = f"problem.policy.stages[{k}].kind"
            raise BrokenInputError(path, f"must be one of {', '.join(KINDS)}")


def list_aims(outcome: Outcome) -> list[Aim]:
    """Return every aim in the policy's order, with its true value if it is counted here."""
    stages = outcome.month.problem["policy"]["stages"]
    return [aim for stage in stages for aim in kind_of(stage).list_aims(outcome, stage)]


def weighs_pairs(month: Month) -> bool:
    """Return whether some stage needs a column for each pair (``min_cost``, outcome ``score``)."""
    return any(kind_of(stage).weighs_pairs(stage) for stage in month.problem["policy"]["stages"])
