"""The stages that settle who is met (S1, S10 to S14), each a filter over all feasible answers."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from optimizer.problem import Need
from tests.optimizer.community2.answers import Answer, feasible_answers
from tests.optimizer.community2.contests import contested_needs
from tests.optimizer.community2.month import DIMENSION, TIERS, Month, group_of, pair_of

Name = TypeVar("Name")
Levels = dict[tuple[str, ...], Fraction]


@dataclass
class Judgement:
    """What every stage found, and the answers that are left.

    values      (stage, key, value) in order; the value is None where a stage has levels or a draw
    undecided   stage -> needs       contested, open  of S13: needs, and open_g of each group
    counts      after S13: every (m_g of each group, in order) that an answer left has
    after       stage -> the sets of needs met that it leaves, as bits
    worths      what is kept, in order
    """

    month: Month
    answers: list[Answer]
    values: list[tuple[str, str, int | None]] = field(default_factory=list)
    undecided: dict[str, frozenset[str]] = field(default_factory=dict)
    always: dict[str, frozenset[str]] = field(default_factory=dict)
    contested: frozenset[str] = frozenset()
    open: dict[str, int] = field(default_factory=dict)
    counts: set[tuple[int, ...]] = field(default_factory=set)
    after: dict[str, list[int]] = field(default_factory=dict)
    levels: dict[str, list[Levels]] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    worths: list[int] = field(default_factory=list)

    def bits(self, needs: Iterable[Need]) -> int:
        wanted = {need.id for need in needs}
        return sum(1 << k for k, need in enumerate(self.month.problem.needs) if need.id in wanted)

    def names(self, met: int) -> frozenset[str]:
        return frozenset(n.id for k, n in enumerate(self.month.problem.needs) if met >> k & 1)

    def keep(self, worth: Callable[[int], int]) -> int:
        """Keep the answers of greatest worth and return it."""
        worths = {met: worth(met) for met in self.left}
        best = max(worths.values())
        self.worths.append(best)
        self.left = [met for met in self.left if worths[met] == best]
        return best

    def aim(self, stage: str, key: str, worth: Callable[[int], int]) -> None:
        self.values.append((stage, key, self.keep(worth)))

    def find_undecided(self, stage: str, needs: Iterable[Need]) -> list[Need]:
        """Needs that some answers left meet and others do not."""
        needs, some, every = list(needs), 0, -1
        for met in self.left:
            some, every = some | met, every & met
        found = [need for need in needs if self.bits([need]) & some & ~every]
        self.undecided[stage] = frozenset(need.id for need in found)
        self.always[stage] = self.names(every) & {need.id for need in needs}
        return found

    def find_contests(self) -> None:
        """Find the contested needs, and the most of each group that an answer left meets."""
        needs = self.month.problem.needs
        undecided = {need.id for need in self.find_undecided("neighbourhoods", needs)}
        always = set(self.always["neighbourhoods"])
        self.contested = contested_needs(self.month, undecided, always)
        self.open = {
            name: max((met & bits).bit_count() for met in self.left)
            for name, bits in self.contested_bits().items()
        }

    def contested_bits(self) -> dict[str, int]:
        """The contested needs of each group, in order."""
        needs = self.month.problem.needs
        rows = by((need for need in needs if need.id in self.contested), group_of)
        return {name: self.bits(rows[name]) for name in sorted(rows)}

    def count_ranks(self, group: str) -> int:
        """How many units of the group have a rank."""
        return self.open[group]


def judge_who(month: Month) -> Judgement | None:
    """Filter stage by stage until who is met is unique; None when nothing is feasible."""
    found = judge_before_draw(month)
    if found is not None:
        judge_draw(found)
        assert len(found.left) == 1, "after the draw it is settled who is met"
    return found


def judge_before_draw(month: Month) -> Judgement | None:
    """Filter by the stages up to the points, which no ticket decides."""
    answers = feasible_answers(month)
    if not answers:
        return None
    found = Judgement(month, answers, left=sorted({answer.met for answer in answers}))
    filter_before_draw(found)
    return found


def filter_before_draw(found: Judgement) -> None:
    """Keep the answers that these stages leave."""
    for tier in TIERS:
        judge_tier(found, tier)
    judge_neighbourhoods(found)
    found.aim("points", "", lambda met: sum_points(found.month, met))
    found.after["points"] = found.left


def sum_points(month: Month, met: int) -> int:
    return sum(need.points for k, need in enumerate(month.problem.needs) if met >> k & 1)


def judge_tier(found: Judgement, tier: int) -> None:
    of_tier = [need for need in found.month.problem.needs if need.tier == tier]
    duties = found.bits(need for need in of_tier if need.duty)
    if duties:
        found.aim(f"duties-{tier}", f"tier={tier}", lambda met: (met & duties).bit_count())
    found.after[f"duties-{tier}"] = found.left
    needs = [need for need in of_tier if not need.duty]
    judge_turns(found, f"first-turns-{tier}", needs, 1)
    found.after[f"first-turns-{tier}"] = found.left
    undecided = found.find_undecided(f"homes-{tier}", needs)
    if needs:
        homes = [found.bits(rows) for rows in by(undecided, lambda n: n.recipient).values()]
        found.aim(f"homes-{tier}", "", lambda met: sum(1 for home in homes if met & home))
    found.after[f"homes-{tier}"] = found.left
    most = max(Counter(map(pair_of, needs)).values(), default=0)
    for turn in range(2, most + 1):
        judge_turns(found, f"later-turns-{tier}", needs, turn)
    found.after[f"later-turns-{tier}"] = found.left


def judge_turns(found: Judgement, stage: str, needs: list[Need], turn: int) -> None:
    """For every wait, the longest first: the most pairs with so many needs met that waited it."""
    for wait in sorted({need.waiting for need in needs}, reverse=True):
        waited = [need for need in needs if need.waiting >= wait]
        pairs = [found.bits(rows) for rows in by(waited, pair_of).values() if len(rows) >= turn]
        if pairs:
            key = f"waiting={wait}" if turn == 1 else f"turn={turn},waiting={wait}"
            found.aim(stage, key, count_turns(pairs, turn))


def count_turns(pairs: list[int], turn: int) -> Callable[[int], int]:
    return lambda met: sum((met & bits).bit_count() >= turn for bits in pairs)


def meets(bits: int) -> Callable[[int], int]:
    return lambda met: int(met & bits > 0)


def by(needs: Iterable[Need], key: Callable[[Need], Name]) -> dict[Name, list[Need]]:
    rows: dict[Name, list[Need]] = {}
    for need in needs:
        rows.setdefault(key(need), []).append(need)
    return rows


def judge_neighbourhoods(found: Judgement) -> None:
    found.find_contests()
    groups = found.contested_bits()
    ranks = {name: ranks_of(found, name) for name in groups}
    for rank in sorted({rank for row in ranks.values() for rank in row}):
        units = {name: sum(r <= rank for r in row) for name, row in ranks.items()}
        found.keep(count_units(groups, units))
    found.values.append(("neighbourhoods", "", None))
    found.counts = {tuple((met & b).bit_count() for b in groups.values()) for met in found.left}
    found.after["neighbourhoods"] = found.left
    found.levels["neighbourhoods"] = [levels_of(found, counts) for counts in found.counts]


def count_units(groups: dict[str, int], units: dict[str, int]) -> Callable[[int], int]:
    """Σ_g min(m_g, units of g up to a rank)."""
    return lambda met: sum(min((met & bits).bit_count(), units[g]) for g, bits in groups.items())


def past_of(found: Judgement, group: str) -> tuple[int, int]:
    """M_g and O_g: contested needs of the group met, and open, in the rounds before."""
    for row in found.month.problem.history:
        if (row.dimension, row.group) == (DIMENSION, group):
            return row.met, row.possible
    return 0, 0


def ranks_of(found: Judgement, group: str) -> list[Fraction]:
    (met, possible), open_ = past_of(found, group), found.open[group]
    return [Fraction(met + j, possible + open_) for j in range(found.count_ranks(group))]


def levels_of(found: Judgement, counts: tuple[int, ...]) -> Levels:
    levels: Levels = {}
    for (group, open_), count in zip(found.open.items(), counts, strict=True):
        met, possible = past_of(found, group)
        levels[group,] = Fraction(met + count, possible + open_)
    return levels


def judge_draw(found: Judgement) -> None:
    """Homes by ticket, each at least one of its undecided needs; then the needs by ticket."""
    undecided = found.find_undecided("draw", found.month.problem.needs)
    homes = by(undecided, lambda need: need.recipient)
    for name in found.month.drawn("recipients", homes):
        found.keep(meets(found.bits(homes[name])))
    rows = {need.id: found.bits([need]) for need in undecided}
    for name in found.month.drawn("needs", rows):
        found.keep(meets(rows[name]))
    found.values.append(("draw", "", None))
