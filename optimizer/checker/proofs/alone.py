"""(S2) What every group can get if only it counts: an upper bound and an answer that reaches it."""

from dataclasses import dataclass
from operator import or_

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row
from .proof import Event, Gap, Proof
from .undecided import Witness, read_witness


@dataclass(frozen=True, slots=True)
class Alone:
    """The kinds of proof of a result's denominators, and gaps for those that are not proved."""

    kinds: frozenset[str] = frozenset()
    gaps: tuple[Gap, ...] = ()


NOTHING = Alone()
Groups = dict[str, tuple[list[Row], int]]  # needs, and needs possible in earlier months


def prove_possible(
    proof: Proof, month: Month, groups: Groups, result: Row, certificate: Row
) -> Alone:
    """Check the denominators of a result; return their kinds of proof and their gaps.

    A bound above the stated number leaves a gap. Raises ``RefutedError`` with code ``possible`` if
    the bound is below it, or if event or witness have another number.
    """
    stated = {level["group"]: level["denominator"] for level in result["levels"]}
    kinds, gaps = set(), []
    for group, (needs, past) in groups.items():
        name = month.name_of(group)
        event, witness = certificate["possible"][result["name"]][name]
        most = stated.get(name, 0) - past
        names = {need["id"] for need in needs}
        total, kind = _bound_alone(proof, month, names, event)
        kinds.add(kind)
        shown = _count_met(month, names, witness)
        if event[1] != most or shown != most or total < most:
            raise RefutedError(
                "possible", stage=result["name"], group=name, stated=most, shown=shown, bound=total
            )
        if total > most:
            gaps.append(Gap("possible", name, most, total))
    return Alone(frozenset(kinds), tuple(gaps))


def _bound_alone(proof: Proof, month: Month, names: set[str], event: Event) -> tuple[int, str]:
    """Return an upper bound on how many needs of a group are met, and its kind of proof.

    Only these needs count; others stay unmet, unless a rule may require them. ``names``: the ids of
    the group's needs.
    """
    _, _, scale, flat, cuts = event
    met = proof.program.met
    with proof.aside():
        for need in met.keys() - names - _list_required(month):
            proof.decide(met[need], 0)
        for cut in cuts:
            proof.prepare(cut)
        weights = {met[need]: 1 for need in names if need in met}
        return proof.find_most(weights, scale, flat)


def _list_required(month: Month) -> set[str]:
    """Return the needs that a rule may require: pinned, or of a category with a least use.

    Leaving all other needs unmet breaks no rule, so no group can get less without them.
    """
    is_asked = {
        name: max(stock["least"], stock["least_if_used"]) > 0
        for name, stock in month.stocks.items()
    }
    is_bound = month.ancestors.fold(is_asked, or_)
    categories = {stock["category"] for name, stock in month.stocks.items() if is_bound[name]}
    pinned = {pin["need"] for pin in month.problem["pins"]}
    return pinned | {n["id"] for n in month.problem["needs"] if n["category"] in categories}


def _count_met(month: Month, names: set[str], witness: Witness) -> int:
    return len(names.intersection(line["need"] for line in read_witness(month, witness)))
