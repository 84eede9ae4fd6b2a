"""The last line of a stage: one objective for all steps that it optimises in turn.

A stage optimises steps A_1, A_2, ... in this order. Its file maximises 10^a A_1 + 10^b A_2 + ...,
with exponents so great that no step can make up for one before it; the value has those of the steps
in its digits. A_k <= v_k is proved under the assumptions A_1 >= v_1, A_2 >= v_2, ... Each of these
is discharged against A_k <= v_k - 1, where the objective is smaller anyway.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.vipr.book import Book, Part
from optimizer.vipr.lines import ExportError, ProofLine, Term, Weights, combine
from optimizer.vipr.trace import Assumptions

_MOST_DIGITS = 4000  # Python reads and writes no whole number of more than 4,300 digits


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The last line of a file and what it is about.

    objective  the sum of all steps of the stage, each with its factor
    value      the value of the objective in the answer
    last       the line that bounds the objective
    factors    the power of ten of each step, in the order of the steps
    """

    objective: Weights
    value: int
    last: ProofLine
    factors: tuple[int, ...]

    @property
    def bound(self) -> int:
        """The proved upper bound of the objective."""
        return self.last.right


def list_proved(steps: list[Part], *, is_bound_wanted: bool) -> list[Part]:
    """Return the steps that a file can state: all, or those up to the first that is not proved.

    That first one is left out if no line bounds it. Raises ``ExportError`` if a step is not proved
    and ``is_bound_wanted`` is False, or if no step remains.
    """
    first = next((k for k, part in enumerate(steps) if not part.is_proved), None)
    if first is None:
        return steps
    part, name = steps[first], f"step {first + 1} of {len(steps)}"
    if not part.weights and part.bound.kind == "open":
        name, kept = f"{name} has no bound in lines", steps[:first]
    else:
        kept = steps[: first + 1]
        name = f"{name} has the value {part.value} and the proved bound {part.bound.right}"
    if not is_bound_wanted:
        raise ExportError(f"{name}; the rest is the word of an engine (--bound writes the bound)")
    if not kept:
        raise ExportError(name)
    return kept


def conclude(book: Book, steps: list[Part], stage: int) -> Conclusion:
    """Return the objective of the steps and the line that bounds it without assumptions.

    Raises ``ExportError`` if the lines rest on each other or the objective has too many digits.
    """
    ends = [_find_ends(book, part.weights) for part in steps]
    factors = _choose_factors(ends)
    objective: dict[int, int] = {}
    for factor, part in zip(factors, steps, strict=True):
        for column, weight in part.weights.items():
            objective[column] = objective.get(column, 0) + factor * weight
    value = sum(factor * part.value for factor, part in zip(factors, steps, strict=True))
    bounds = [Term(part.bound, f) for part, f in zip(steps, factors, strict=True)]
    most = [Term(end.line, f) for end, f in zip(ends, factors, strict=True)]
    last = steps[0].bound if steps else _add_up({}, [])
    if len(steps) > 1:
        last = _discharge(objective, steps, bounds, most, stage)
    if Assumptions(stage).of(last):
        raise ExportError("its parts rest on each other")
    return Conclusion(last.weights, value, last, tuple(factors))


def _discharge(
    objective: Weights, steps: list[Part], bounds: list[Term], most: list[Term], stage: int
) -> ProofLine:
    """Return the bound of the objective, without the assumptions that steps reach their values.

    ``bounds``: the proved bounds of the steps; ``most``: those that only their columns give.
    """
    last = _add_up(objective, bounds)
    assumptions = Assumptions(stage)
    for k in reversed(range(len(steps) - 1)):
        least = steps[k].least
        if least in assumptions.of(last):
            less = ProofLine(least.weights, "L", steps[k].value - 1, "asm")
            smaller = _add_up(objective, [*bounds[:k], Term(less, bounds[k].times), *most[k + 1 :]])
            terms = tuple(Term(line, 1) for line in (last, least, smaller, less))
            last = ProofLine(objective, "L", last.right, "uns", terms)
    return last


def _add_up(objective: Weights, terms: list[Term]) -> ProofLine:
    right = sum(term.line.right * term.times for term in terms)
    return combine(objective, right, terms, kind="lin")


@dataclass(frozen=True, slots=True)
class _Ends:
    """The least that a sum can be by the bounds of its columns, and the line of the most."""

    least: int
    line: ProofLine

    @property
    def most(self) -> int:
        return self.line.right


def _find_ends(book: Book, weights: Weights) -> _Ends:
    pairs = [(weight, *book.bounds_of(column)) for column, weight in weights.items() if weight]
    least = sum(weight * (low if weight > 0 else high).right for weight, low, high in pairs)
    terms = [Term(high if weight > 0 else low, weight) for weight, low, high in pairs]
    most = sum(term.line.right * term.times for term in terms)
    return _Ends(least, combine(weights, most, terms, kind="lin"))


def _choose_factors(ends: Iterable[_Ends]) -> list[int]:
    """Return powers of ten, each above all that the later steps can change the objective by.

    Raises ``ExportError`` if one has more than ``_MOST_DIGITS`` digits.
    """
    factors: list[int] = []
    reach = 0
    for end in reversed(list(ends)):
        digits = len(str(reach)) if reach else 0
        factors.append(10**digits)
        reach += factors[-1] * (end.most - end.least)
        if digits > _MOST_DIGITS:
            raise ExportError(f"its objective has more than {_MOST_DIGITS} digits")
    return factors[::-1]
