"""(S13) Contested needs are met first for the groups with the smallest fraction met so far.

The fraction of a group is that of its contested needs that were met, over those that could have
been met, in the months that still count and in this month.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row
from ..program.contests import find_contested
from ..proofs.events import next_event
from ..proofs.forms import Kind
from ..proofs.proof import Event, Gap, Proof, Weights
from ..proofs.ranks import Rank, prove_ranks
from ..proofs.undecided import list_open, place_witness, prove_undecided
from ..rules.stages import Aim, Outcome


@dataclass(frozen=True, slots=True)
class Share:
    """A group's contested needs, by the columns that say whether they are met.

    most         how many of these needs an answer still possible meets at most
    met_before   M of FORMULATION.md: contested needs met in the months that still count
    before       O of FORMULATION.md: contested needs that could have been met in these months
    """

    name: str
    met: tuple[int, ...]
    most: int
    met_before: int
    before: int

    def rank(self, met: int) -> Fraction:
        """Return the fraction that the group has had, with ``met`` of its needs met this month."""
        return Fraction(self.met_before + met, self.before + self.most)


class Ranks(Kind):
    """Maximises for every rank, the lowest first, how many units of this or a lower rank are taken.

    A unit is one met contested need of a group. A need is contested if it is undecided and competes
    for places with undecided needs of another group. The unit's rank is the fraction ``Share.rank``
    that the group has had before this unit.
    """

    is_labelled = True

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result; only the proof says which needs are contested."""
        yield Aim(stage["name"], stage["kind"], "", is_counted=False)

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proofs of what is undecided, what each group can have, and each rank's sum."""
        waiting = deque(events)
        undecided = prove_undecided(proof, month, month.problem["needs"], waiting)
        linked = [n for n in month.problem["needs"] if _is_possible(proof, n["id"])]
        contested = find_contested(proof.program.columns.classes, stage, linked, undecided)
        proof.contested += [need["id"] for needs in contested.values() for need in needs]
        shares = [
            _prove_most(proof, month, stage, group, needs, waiting)
            for group, needs in contested.items()
        ]
        shares = [share for share in shares if share.most]
        _check_levels(proof, shares, result)
        prove_ranks(proof, _add_units(proof, shares), waiting, is_least=False)

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the gap: no need is settled, of all that may be contested."""
        return Gap("needs", "", 0, len(list_open(proof, month.problem["needs"])))


def _is_possible(proof: Proof, need: str) -> bool:
    column = proof.program.met.get(need)
    return column is not None and proof.high[column] > 0


def _prove_most(
    proof: Proof, month: Month, stage: Row, group: str, needs: list[Row], waiting: deque[Event]
) -> Share:
    """Return a group's share once the next event bounds it and a witness reaches the bound.

    Raises ``RefutedError`` otherwise; a bound above the stated number leaves a gap.
    """
    _, named, most, scale, flat, cuts, witness = next_event(proof, waiting, "open")
    met = tuple(proof.program.met[need["id"]] for need in needs)
    values = place_witness(proof, month, witness)
    shown = sum(values[column] for column in met)
    with proof.aside():
        for cut in cuts:
            proof.prepare(cut)
        bound, kind = proof.find_most(dict.fromkeys(met, 1), scale, flat)
    name = month.name_of(group)
    if named != name or shown != most or bound < most:
        raise RefutedError("open", group=name, stated=most, shown=shown, bound=bound)
    if bound > most:
        proof.leave_open(Gap("possible", name, most, bound))
    proof.kinds.add(kind)
    return Share(name, met, most, *_find_past(month, stage, name))


def _find_past(month: Month, stage: Row, name: str) -> tuple[int, int]:
    """Return how many contested needs of a group were met in the months that still count.

    The second number is how many could have been met.
    """
    for row in month.named["history"]:
        if (row["dimension"], row["group"]) == (stage["dimension"], name):
            return row["met"], row["possible"]
    return 0, 0


def _add_units(proof: Proof, shares: list[Share]) -> Iterator[Rank]:
    """Add a column for every unit of every group; return each rank with its column."""
    ranked: list[Rank] = []
    rows: list[dict[int, int]] = []
    for share in shares:
        units = [_add_unit(proof, share.met, before) for before in range(share.most)]
        ranked.extend((share.rank(before), column) for before, column in enumerate(units))
        rows.append({**dict.fromkeys(units, 1), **dict.fromkeys(share.met, -1)})
    for row in rows:
        proof.add_row(row, 0, 0)
    return iter(ranked)


def _add_unit(proof: Proof, met: tuple[int, ...], before: int) -> int:
    return proof.add_column(1, lambda values: int(sum(values[column] for column in met) > before))


def _check_levels(proof: Proof, shares: list[Share], result: Row) -> None:
    """Require the true level of every group with a share, the lowest first, and no value."""
    true = {s.name: s.rank(sum(proof.point[column] for column in s.met)) for s in shares}
    whole = {share.name: share.before + share.most for share in shares}
    ratios = []
    for level in result["levels"]:
        group, up, down = level["group"], level["numerator"], level["denominator"]
        if down != whole.pop(group, None) or Fraction(up, down) != true[group]:
            raise RefutedError("stage_level", group=group, stated=f"{up}/{down}")
        ratios.append(true[group])
    if whole or ratios != sorted(ratios) or result["value"] is not None:
        raise RefutedError("stage_groups", missing=",".join(whole), value=result["value"])


KIND = Ranks()
