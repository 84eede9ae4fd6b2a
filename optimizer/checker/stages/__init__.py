"""The kinds of stages: each module has the name of its kind and holds the kind's object, ``KIND``.

Modules are found in the folder (or in the zip that holds it), so a new kind is a new file.
"""

from importlib import import_module
from pkgutil import iter_modules

from ..month.month import Month
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


def check_kinds(month: Month) -> None:
    """Raise ``BrokenInputError`` for a stage of the policy whose kind is not known."""
    for k, stage in enumerate(month.problem["policy"]["stages"]):
        if stage["kind"] not in KINDS:
            path = f"problem.policy.stages[{k}].kind"
            raise BrokenInputError(path, f"must be one of {', '.join(KINDS)}")


def list_aims(outcome: Outcome) -> list[Aim]:
    """Return every aim of the policy in order with its true value."""
    stages = outcome.month.problem["policy"]["stages"]
    return [aim for stage in stages for aim in kind_of(stage).list_aims(outcome, stage)]


def weighs_pairs(month: Month) -> bool:
    """Return whether scores of single pairs decide in some stage of the policy."""
    return any(kind_of(stage).weighs_pairs(stage) for stage in month.problem["policy"]["stages"])
