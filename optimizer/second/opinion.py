"""A second opinion on a solution: can CBC find anything better than a value stated as proven?

The stages are tested in order, with the earlier ones kept as rows at their stated values. Each
verdict is agreed, disagreed or unknown. ``verify`` checks rules and sums; the last question is
whether one answer can have all stated values.

Turns, homes, contests, ranks, shares and steps (S10 to S17) are written again here and in
``ladders.py`` and ``undecided.py`` from FORMULATION.md. They use the solver's model (rows C1 to C15
and its columns) and its counts of the assignments, but nothing that its certificate says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from optimizer.model.constraints import given
from optimizer.model.variables import Terms, Variable
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.second.in_order import StatedSum, question_in_order
from optimizer.second.ladders import (
    list_givers,
    make_rank_group,
    question_ladder,
    question_open,
)
from optimizer.second.levels import StatedGroup
from optimizer.second.questioner import Questioner
from optimizer.second.undecided import Settled, list_contests, settle
from optimizer.second.verdicts import Opinion, Verdict, judge, on_better, refute
from optimizer.solution import Solution
from optimizer.stages.kind import Cells, Homes, Ladder, Levels, Measure, PublicDraw, Sums
from optimizer.stages.turns import Turns

__all__ = ["Opinion", "Verdict", "judge", "second_opinion"]

Asked = tuple[int, int]  # a need, by position, and the months that it has waited


class FairQuestioner(Questioner):
    """Tests in the order of the policy whether CBC finds a better value than a stage states.

    It tests the kinds of every policy: ``Questioner`` has the sums, levels and the lottery (S1 to
    S9), this class adds those of ``community/2`` (S10 to S17).
    """

    def ask_sums(self, kind: Sums, stage: Stage) -> Iterator[Opinion]:
        """Yield the verdict on each sum; for turns (S10, S12) the columns are made here."""
        if not isinstance(kind, Turns):
            yield from super().ask_sums(kind, stage)
            return
        pairs, is_first = self._list_pairs(stage), kind.takes(1)
        for turn, wait in _list_turns([[w for _, w in pair] for pair in pairs], is_first):
            key = f"waiting={wait}" if is_first else f"turn={turn},waiting={wait}"
            yield self.question_sum(stage, key, self._count_turns(pairs, turn, wait))

    def _count_turns(self, pairs: Sequence[Sequence[Asked]], turn: int, wait: int) -> Terms:
        """Return the sum that counts the pairs that have ``turn`` met needs or more.

        Only needs that have waited ``wait`` months or longer count.
        """
        mets = self.columns.met
        able = ([d for d, own in pair if own >= wait and d in mets] for pair in pairs)
        return {self._turn(needs, turn): 1 for needs in able if len(needs) >= turn}

    def _list_pairs(self, stage: Stage) -> list[list[Asked]]:
        """Return needs with waits, for each recipient and category of the tier, without duties."""
        found = defaultdict[tuple[str, str], list[Asked]](list)
        for d, need in enumerate(self.problem.needs):
            if need.tier == stage.tier and not need.duty:
                found[need.recipient, need.category].append((d, need.waiting))
        return list(found.values())

    def _turn(self, needs: Sequence[int], turn: int) -> Variable:
        """Return a column that is 1 only if ``turn`` of these needs or more are met."""
        mets = [self.columns.met[d] for d in needs]
        if len(mets) == 1:
            return mets[0]
        own, engine = self.engine.switch(), self.engine
        ones = dict.fromkeys(mets, 1)
        if turn == 1:
            engine.keep([engine.at_least({**ones, own: -1}, 0)])
            return own
        rest = [engine.switch() for _ in range(len(mets) - turn)]
        firsts = [engine.switch() for _ in range(turn - 1)]
        turns = [*firsts, own, *rest]  # each of them at least the next, so that none is skipped
        engine.keep([engine.equal({**ones, **dict.fromkeys(turns, -1)}, 0)])
        engine.keep([engine.at_least({one: 1, more: -1}, 0) for one, more in pairwise(turns)])
        return own

    def ask_homes(self, kind: Homes, stage: Stage) -> Iterator[Opinion]:
        """Find the undecided needs of the tier; yield whether one home more can be served (S11)."""
        needs = enumerate(self.problem.needs)
        of_tier = [d for d, need in needs if need.tier == stage.tier and not need.duty]
        if of_tier:
            mets = self.columns.met
            undecided = self._settle({d: mets[d] for d in of_tier if d in mets}).undecided
            homes = self._homes(undecided)
            yield self.question_sum(stage, "", dict.fromkeys(homes.values(), 1))

    def _settle(self, mets: Mapping[int, Variable]) -> Settled:
        return settle(self.engine, mets, self.met)

    def _homes(self, undecided: Iterable[int]) -> dict[str, Variable]:
        """Return, for every recipient in order of ticket, a column: 1 only if a need is met.

        ``undecided``: the needs that count, by position.
        """
        needs_of = defaultdict[str, list[int]](list)
        for d in undecided:
            needs_of[self.problem.needs[d].recipient].append(d)
        return {recipient: self._turn(needs_of[recipient], 1) for recipient in sorted(needs_of)}

    def ask_public_draw(self, kind: PublicDraw, stage: Stage) -> Iterator[Opinion]:
        """Yield, group after group, whether a home that lost, then a need that lost, can win (S14).

        For the questions after these the engine fixes which needs are met.
        """
        if (stage.name, "") not in self.results:
            yield refute(stage.name, "not stated")
            return
        undecided, needs = self._settle(self.columns.met).undecided, self.problem.needs
        served = {needs[d].recipient for d in self.met.intersection(undecided)}
        homes = [StatedSum({v: 1}, int(h in served)) for h, v in self._homes(undecided).items()]
        drawn = [StatedSum({self.columns.met[d]: 1}, int(d in self.met)) for d in sorted(undecided)]
        for word, sums in (("homes", homes), ("needs", drawn)):
            for run, answer in question_in_order(self.engine, sums):
                yield on_better(stage.name, f"{word} {run}", answer)
        self.keep_met()

    def ask_levels(self, kind: Levels, stage: Stage) -> Iterator[Opinion]:
        """Yield the verdict on each level; for shares (S15) the cells are listed here."""
        if not kind.is_among_met:
            yield from super().ask_levels(kind, stage)
            return
        cells = self._list_cells()
        counted = {self._name_cell(cell): self._count_units(cell) for cell in cells}
        if not self._is_stated(stage, {name: (n, 1) for name, n in counted.items()}):
            yield refute(stage.name, "cells and units")
            return
        groups = []
        for cell in cells:
            if terms := self._units_of(cell):
                name, most = self._name_cell(cell), self._most_units(cell)
                groups.append(StatedGroup(Measure(name, {}, 0, 1, 0, most), terms, counted[name]))
        yield from self.question_groups(stage, groups)

    def _is_stated(self, stage: Stage, counted: Mapping[str, tuple[int, int]]) -> bool:
        """Return whether the stated levels are those counted: group -> numerator, denominator."""
        result = self.results.get((stage.name, ""))
        if result is None:
            return False
        stated = {level.group: (level.numerator, level.denominator) for level in result.levels}
        return stated == counted and len(stated) == len(result.levels)

    def ask_cells(self, kind: Cells, stage: Stage) -> Iterator[Opinion]:
        """Yield, group after group of cells by ticket, whether one can have a unit more (S16)."""
        if (stage.name, "") not in self.results:
            yield refute(stage.name, "not stated")
            return
        sums = [
            StatedSum(terms, self._count_units(cell), high=self._most_units(cell))
            for cell in self._list_cells()
            if (terms := self._units_of(cell))
        ]
        for run, answer in question_in_order(self.engine, sums):
            yield on_better(stage.name, f"cells {run}", answer)

    def _list_cells(self) -> list[list[int]]:
        """Return the met needs, by position, of every cell in the order of S16.

        A cell is a recipient and a category that can be divided.
        """
        needs = self.problem.needs
        divisible = {need.category for need in needs if need.least_units < need.quantity}
        cells = defaultdict[tuple[str, str], list[int]](list)
        for d in sorted(self.met):
            if needs[d].category in divisible:
                cells[needs[d].recipient, needs[d].category].append(d)
        return sorted(cells.values(), key=lambda cell: (needs[cell[0]].recipient, cell[0]))

    def _name_cell(self, cell: Sequence[int]) -> str:
        return self.name(self.problem.needs[cell[0]].id)

    def _delivered(self, cell: Sequence[int]) -> list[tuple[int, int]]:
        """Return the needs of a cell to which units can be delivered, each with its demand."""
        network = self.columns.network
        ways = ((d, r) for d in cell for r in network.demands_of[d])
        return [(d, r) for d, r in ways if not network.is_visit(r)]

    def _units_of(self, cell: Sequence[int]) -> Terms:
        return dict(given(self.columns, d, r) for d, r in self._delivered(cell))

    def _most_units(self, cell: Sequence[int]) -> int:
        return sum(self.problem.needs[d].quantity for d, _ in self._delivered(cell))

    def _count_units(self, cell: Sequence[int]) -> int:
        return sum(self.tally.units[self.problem.needs[d].id] for d in cell)

    def ask_ladder(self, kind: Ladder, stage: Stage) -> Iterator[Opinion]:
        """Yield, group after group of ranks, whether one can be better (S13, S17).

        Better is to meet more needs (S13) or to use fewer units (S17).
        """
        if (stage.name, "") not in self.results:
            yield refute(stage.name, "not stated")
        elif kind.climbs_contests(stage):
            yield from self._ask_ranks(stage)
        else:
            yield from self._ask_carrying(stage)

    def _ask_ranks(self, stage: Stage) -> Iterator[Opinion]:
        settled = self._settle(self.columns.met)
        contests = list_contests(self.columns, settled, stage.dimension)
        rows = {level.group: level for level in self.results[stage.name, ""].levels}
        if set(rows) != {self.name(group) for group in contests}:
            yield refute(stage.name, "groups with a contested need")
            return
        groups = []
        for label, needs in contests.items():
            mets = {self.columns.met[d]: 1 for d in needs}
            past, count = self._past_of(stage, label), len(self.met.intersection(needs))
            group = make_rank_group(self.name(label), mets, count, rows[self.name(label)], past)
            if group is None:
                yield refute(stage.name, f"level of {self.name(label)}")
                return
            groups.append(group)
        for of, answer in question_open(self.engine, groups, settled.points):
            yield on_better(stage.name, of, answer)
        for run, answer in question_ladder(self.engine, groups, 1):
            yield on_better(stage.name, f"ranks {run}", answer)

    def _past_of(self, stage: Stage, label: str) -> tuple[int, int]:
        """Return how many contested needs of a group were met, and how many could have been.

        Only the rounds that still count are read.
        """
        for row in self.problem.history:
            if (row.dimension, row.group) == (stage.dimension, label):
                return row.met, row.possible
        return 0, 0

    def _ask_carrying(self, stage: Stage) -> Iterator[Opinion]:
        groups = list_givers(self.problem, self.columns, self.tally, self.name)
        if not self._is_stated(stage, {of.name: of.level for of in groups}):
            yield refute(stage.name, "givers and loads")
            return
        for run, answer in question_ladder(self.engine, groups, -1):
            yield on_better(stage.name, f"ranks {run}", answer)


def _list_turns(pairs: Sequence[Sequence[int]], is_first: bool) -> Iterator[tuple[int, int]]:
    """Yield turn and wait of every sum in order; ``pairs``: the waits of each pair's needs."""
    waits = sorted({wait for pair in pairs for wait in pair}, reverse=True)
    if is_first:
        yield from ((1, wait) for wait in waits)
        return
    for turn in range(2, max(map(len, pairs), default=0) + 1):
        for wait in waits:
            if any(sum(own >= wait for own in pair) >= turn for pair in pairs):
                yield turn, wait


def second_opinion(
    problem: Problem,
    solution: Solution,
    seconds: float,
    on_opinion: Callable[[Opinion], None] | None = None,
) -> list[Opinion]:
    """Return the opinions on the proven stages, in policy order, up to the first disagreement.

    The last one is on all values together. An infeasible solution has one opinion, that there is no
    answer. There are none for a failed solution, and none if a sum of the first stages is open.

    seconds      time limit of one question to the engine; after it the answer is unknown
    on_opinion   called with each opinion as soon as it is formed
    """
    found = []
    for opinion in FairQuestioner(problem, solution, seconds).question():
        found.append(opinion)
        if on_opinion is not None:
            on_opinion(opinion)
    return found
