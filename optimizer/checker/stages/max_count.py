"""(S1) The most needs met, one class after another."""

from collections import defaultdict
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class MaxCount(Sums):
    """The number of needs met in each class that occurs, most urgent class first."""

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield the number of needs met for each class."""
        for key, needs in _list_classes(outcome.month, stage):
            met = sum(need["id"] in outcome.met for need in needs)
            yield Aim(stage["name"], stage["kind"], key, met)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return, for each class, weight 1 on the ``met`` column of its needs."""
        met, classes = program.met, _list_classes(month, stage)
        return [{met[n["id"]]: 1 for n in needs if n["id"] in met} for _, needs in classes]


def _list_classes(month: Month, stage: Row) -> list[tuple[str, list[Row]]]:
    """Return key and needs of every class that occurs, most urgent class first."""
    found: dict[tuple[int, ...], list[Row]] = defaultdict(list)
    for need in month.problem["needs"]:
        is_asked = stage["by"] != "duty_tier" or need["duty"]
        if is_asked and stage["tier"] in (0, need["tier"]):
            found[_class_of(stage, need)].append(need)
    names = ("tier", "waiting")
    return [
        (",".join(f"{n}={abs(v)}" for n, v in zip(names, key, strict=False)), needs)
        for key, needs in sorted(found.items())
    ]


def _class_of(stage: Row, need: Row) -> tuple[int, ...]:
    if stage["by"] == "all":
        return ()
    if stage["by"] == "tier_waiting":
        return (need["tier"], -min(need["waiting"], stage["longest_wait"]))
    return (need["tier"],)


KIND = MaxCount()
