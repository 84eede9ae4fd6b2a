"""(S15) Equal shares: the cell with the fewest units gets as many as possible, then the next."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Kind
from ..proofs.levels import Group, prove_levels
from ..proofs.proof import Event, Gap, Proof, Weights
from ..rules.stages import Aim, Outcome


class Shares(Kind):
    """The units of each cell: the met needs of one recipient and one divisible category."""

    follows = "draw"

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: the units of every cell."""
        month = outcome.month
        units: Counter[str] = Counter()
        for line in outcome.lines:
            if line["person"] is None:
                units[line["need"]] += line["units"]
        got = {
            month.name_of(cell): sum(units[need["id"]] for need in needs)
            for cell, needs in list_cells(month, outcome.met).items()
        }
        yield Aim(stage["name"], stage["kind"], "", None, got, dict.fromkeys(got, (1, 1)))

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proof of the levels one after another."""
        stated = {level["group"]: level["numerator"] for level in result["levels"]}
        cells = list_cells(month, list_met(proof))
        groups = [
            _of_cell(proof.program, name := month.name_of(cell), needs, stated[name])
            for cell, needs in cells.items()
            if units_of(proof.program, needs)
        ]
        prove_levels(proof, groups, events, is_worst_only=stage["worst_only"])

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the fewest units of a cell; the bound is the least quantity asked by a cell."""
        if not aim.numerators:
            return Gap("level", "", 0, 0)
        worst = min(aim.numerators, key=lambda cell: aim.numerators[cell])
        cells = list_cells(month, list_met(proof)).values()
        most = min(sum(need["quantity"] for need in needs) for needs in cells)
        return Gap("level", worst, aim.numerators[worst], most)


def list_met(proof: Proof) -> frozenset[str]:
    """Return the ids of the needs that the stated answer meets.

    After the draw every answer that is still possible meets the same needs.
    """
    return frozenset(need for need, column in proof.program.met.items() if proof.point[column])


def list_cells(month: Month, met: Container[str]) -> dict[str, list[Row]]:
    """Return the met needs of every cell, keyed by the id of the cell's first need.

    Cells are in the order of recipients, then of first needs: by ticket, because ids are labels.
    """
    needs = month.problem["needs"]
    divisible = {need["category"] for need in needs if need["least"] is not None}
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for need in needs:
        if need["category"] in divisible and need["id"] in met:
            found[need["recipient"], need["category"]].append(need)
    cells = sorted(found.items(), key=lambda cell: (cell[0][0], cell[1][0]["id"]))
    return {rows[0]["id"]: rows for _, rows in cells}


def units_of(program: Program, needs: list[Row]) -> Weights:
    """Return the weights that add up the units delivered to needs; empty if only visits can."""
    given = (_deliver(program, need["id"]) for need in needs)
    return dict(pair for pair in given if pair is not None)


def _deliver(program: Program, need: str) -> tuple[int, int] | None:
    """Return column and weight of the units delivered to a need; None if it has no delivery."""
    columns = program.columns
    for r in columns.classes.ways[need]:
        if columns.classes.demands[r].slot is None:
            return columns.given(need, r)
    return None


def _of_cell(program: Program, cell: str, needs: list[Row], value: int) -> Group:
    able = (need for need in needs if _deliver(program, need["id"]) is not None)
    return Group(
        name=cell,
        weights=units_of(program, needs),
        value=value,
        offset=0,
        denominator=1,
        floor=0,
        top=sum(need["quantity"] for need in able),
    )


KIND = Shares()
