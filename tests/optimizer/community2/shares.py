"""The stages after the draw: how much, by whom, how well (S15 to S17, S7)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.optimizer.community2.answers import Answer, givers_of, measure_of
from tests.optimizer.community2.judge import Judgement, Levels, judge_who, levels_of
from tests.optimizer.community2.month import Month, group_of, is_divisible, pair_of

Cell = tuple[str, str]  # recipient, category


@dataclass
class Outcome:
    """What a month comes to under ``community/2``.

    met     needs      units   of each cell      used   of each (giver, measure): the choices left
    levels  stage -> the choices of levels left; neighbourhoods has one, of the needs met
    """

    judgement: Judgement
    values: list[tuple[str, str, int | None]]
    met: frozenset[str]
    units: dict[Cell, int]
    used: set[tuple[int, ...]]
    levels: dict[str, list[Levels]]
    equal: list[Answer]
    names: dict[Cell, str]  # of cells: the need of the lowest ticket


def judge(month: Month) -> Outcome | None:
    """Return what all stages leave of all feasible answers; None when there is none."""
    who = judge_who(month)
    if who is None:
        return None
    amounts = Amounts(who)
    amounts.share()
    shared = amounts.levels_of_cells()
    amounts.give_odd_units()
    units = dict(zip(amounts.cells, amounts.units_of(amounts.left[0]), strict=True))
    assert all(amounts.units_of(answer) == tuple(units.values()) for answer in amounts.left)
    amounts.spread_burden()
    score = amounts.keep(lambda answer: answer.score)
    values = [("shares", "", None), ("odd-units", "", None), ("burden", "", None)]
    contested = Contested(who)
    return Outcome(
        who,
        [*who.values, *values, ("kindness", "", score)],
        who.names(who.left[0]),
        units,
        {answer.used for answer in amounts.left},
        {
            "neighbourhoods": [levels_of(who, contested.counts(who.left[0]))],
            "shares": shared,
            "burden": amounts.levels_of_givers(),
        },
        amounts.left,
        {cell: amounts.drawn_first(cell) for cell in amounts.cells},
    )


def count_below(below: dict[int, int]) -> Callable[[Answer], int]:
    """The units above these bounds of the givers, negative: fewer are better."""
    return lambda a: -sum(max(0, a.used[k] - units) for k, units in below.items())


class Contested:
    """m_g of every group with a contested need."""

    def __init__(self, who: Judgement) -> None:
        needs = [need for need in who.month.problem.needs if need.id in who.contested]
        self.bits = [who.bits(n for n in needs if group_of(n) == name) for name in who.open]

    def counts(self, met: int) -> tuple[int, ...]:
        return tuple((met & bits).bit_count() for bits in self.bits)


class Amounts:
    """The answers left after the draw, filtered by units, then by load."""

    def __init__(self, who: Judgement) -> None:
        self.month = who.month
        self.left = [answer for answer in who.answers if answer.met == who.left[0]]
        met = who.names(who.left[0])
        self.rows: dict[Cell, list[int]] = {}
        needs = who.month.problem.needs
        divisible = {need.category for need in needs if is_divisible(need)}
        for k, need in enumerate(needs):
            if need.id in met and need.category in divisible:
                self.rows.setdefault(pair_of(need), []).append(k)
        self.cells = sorted(self.rows, key=self.ticket)
        self.givers = givers_of(who.month.problem)
        self.capacity = [self._sum_capacity(*giver) for giver in self.givers]

    def ticket(self, cell: Cell) -> tuple[str, str]:
        """The recipient's ticket, then the lowest of the cell's needs met."""
        lowest = self.month.label("needs", self.drawn_first(cell))
        return self.month.label("recipients", cell[0]), lowest

    def drawn_first(self, cell: Cell) -> str:
        needs = [self.month.problem.needs[k].id for k in self.rows[cell]]
        return self.month.drawn("needs", needs)[0]

    def keep(self, worth: Callable[[Answer], Any]) -> Any:
        best = max(worth(answer) for answer in self.left)
        self.left = [answer for answer in self.left if worth(answer) == best]
        return best

    def units_of(self, answer: Answer) -> tuple[int, ...]:
        return tuple(sum(answer.units[k] for k in self.rows[cell]) for cell in self.cells)

    def share(self) -> None:
        """The ascending vector of units of the cells is lexicographically greatest."""
        self.keep(lambda answer: sorted(self.units_of(answer)))

    def levels_of_cells(self) -> list[Levels]:
        choices = {self.units_of(answer) for answer in self.left}
        return [
            {cell: Fraction(units) for cell, units in zip(self.cells, choice, strict=True)}
            for choice in choices
        ]

    def give_odd_units(self) -> None:
        """Cells by ticket: each as many units as an answer left gives it."""
        for k in range(len(self.cells)):
            most = max(self.units_of(answer)[k] for answer in self.left)
            self.left = [answer for answer in self.left if self.units_of(answer)[k] == most]

    def _sum_capacity(self, giver: str, measure: str) -> int:
        stocks = [s for s in self.month.problem.stocks if s.pledge is not None and s.category]
        return sum(s.capacity for s in stocks if (s.giver, measure_of(s)) == (giver, measure))

    def load_of(self, k: int) -> tuple[int, int]:
        """U_h and C_h."""
        for load in self.month.loads:
            if (load.giver, load.measure) == self.givers[k]:
                return load.carried, load.agreed
        return 0, self.capacity[k]

    def spread_burden(self) -> None:
        """For every rank from the highest down: the fewest units given of this rank or above."""
        counted = [k for k, capacity in enumerate(self.capacity) if capacity]
        top = {k: max(answer.used[k] for answer in self.left) for k in counted}
        ranks = {k: [self._rank(k, unit) for unit in range(1, top[k] + 1)] for k in counted}
        for rank in sorted({r for row in ranks.values() for r in row}, reverse=True):
            below = {k: sum(r < rank for r in row) for k, row in ranks.items()}
            self.keep(count_below(below))

    def _rank(self, k: int, unit: int) -> Fraction:
        (carried, agreed), step = self.load_of(k), -(-self.capacity[k] // 200)
        return Fraction(carried + step * ((unit - 1) // step), agreed)

    def levels_of_givers(self) -> list[Levels]:
        return [dict(self._levels(used)) for used in {answer.used for answer in self.left}]

    def _levels(self, used: tuple[int, ...]) -> Iterable[tuple[tuple[str, str], Fraction]]:
        for k, giver in enumerate(self.givers):
            if self.capacity[k]:
                carried, agreed = self.load_of(k)
                yield giver, Fraction(carried + used[k], agreed)
