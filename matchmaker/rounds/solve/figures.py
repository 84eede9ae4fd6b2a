"""A run in numbers: needs asked, possible and met by group, loads of givers, results of stages.

They are computed from the snapshot and the solution only, and hold codes and numbers, no words.
They are stored with the run as plain JSON, which ``find_figures`` reads.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

from matchmaker.base.errors import NotFoundError
from matchmaker.kinds import get_rules
from matchmaker.models import RoundRun
from matchmaker.rounds.memory.ledger import (
    Contest,
    Coverage,
    GiverLoad,
    count_pledges,
    name_measure,
)
from matchmaker.rounds.question.problem import (
    name_contest_stages,
    name_fair_stages,
    raise_tier,
)
from matchmaker.rounds.question.snapshot import FIRST_FORMAT, FrozenNeed, Snapshot
from matchmaker.rounds.question.waits import read_key
from optimizer import codec
from optimizer.solution import GroundCode, Level, Proof, Solution, SolutionStatus, StageResult

LEFT_AT_HOME = "left_at_home"  # the ground of a need whose ask was met by help for another need
TAKEN_BACK_AT_HOME = "taken_back_at_home"  # the same, but that other need got nothing after all
NO_STATUS = "none"  # the group of needs whose resident has no verified status
LONGEST_WAIT = 5  # rounds; longer waits are counted in the same group


@dataclass(frozen=True, slots=True)
class Supply:
    """A category's number of needs, and its units asked (by due visits too), offered and given."""

    needs: int
    asked: int
    offered: int
    given: int


@dataclass(frozen=True, slots=True)
class StageFigures:
    """The result of a stage for tables; of its levels only the worst and the best are kept."""

    name: str
    kind: str
    key: str
    status: SolutionStatus
    proof: Proof
    engine: str
    value: int | None = None
    bound: int | None = None
    first: Level | None = None
    last: Level | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a list shows of a run: counts of needs, of residents with needs, and of due visits."""

    asked: int
    met: int
    residents: int
    residents_helped: int
    due_visits: int
    due_visits_met: int


@dataclass(frozen=True, slots=True)
class Figures(Totals):
    """The numbers that pages, commands and the ledger show of a run.

    by_…         code of the group -> counts of needs; a need with two statuses counts in both
    by_tier      the groups are the urgencies after waiting was added
    by_waiting   the groups are the rounds waited, five or more in one group
    by_ground    code -> number of unmet needs with this ground
    contests     committee -> needs that others competed for
    loads        organisation -> measure -> units; figures of earlier versions have neither
    """

    by_category: Mapping[str, Coverage]
    by_committee: Mapping[str, Coverage]
    by_status: Mapping[str, Coverage]
    by_tier: Mapping[str, Coverage]
    by_waiting: Mapping[str, Coverage]
    by_household: Mapping[str, Coverage]
    by_organisation: Mapping[str, GiverLoad]
    by_ground: Mapping[str, int]
    supply: Mapping[str, Supply]
    stages: tuple[StageFigures, ...]
    contests: Mapping[str, Contest] = field(default_factory=dict)
    loads: Mapping[str, Mapping[str, GiverLoad]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> "Figures":
        """Read plain JSON. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, keys in the order of the fields, without fields at their default."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


def find_totals(run: RoundRun) -> Totals | None:
    """Return only the totals, for lists of runs; None if the run has no result."""
    if run.figures is None:
        return None
    return codec.from_json(Totals, {part.name: run.figures[part.name] for part in fields(Totals)})


# The figures read last, by run, with their JSON: a list of residents asks for them once a row.
_read: dict[int, tuple[Any, Figures]] = {}


def find_figures(run: RoundRun) -> Figures | None:
    """Return the stored figures of a run; None if it has no result."""
    if run.figures is None:
        return None
    known = _read.pop(run.id, None)
    if known is None or (known[0] is not run.figures and known[0] != run.figures):
        known = run.figures, Figures.from_json(run.figures)
    if len(_read) >= 8:  # runs
        _read.clear()
    _read[run.id] = run.figures, known[1]  # the next row of this request is the same object
    return known[1]


def get_figures(run: RoundRun) -> Figures:
    """Return the stored figures of a run. Raises ``NotFoundError`` if it has no result."""
    figures = find_figures(run)
    if figures is None:
        raise NotFoundError("figures.unknown")
    return figures


def get_figures_of(
    run: RoundRun,
    households: Collection[str],
    committees: Collection[str],
    organisations: Collection[str],
) -> Figures:
    """Return the figures of a run with the ledger's counts of these groups only, without stages.

    Households, committees, contests and loads are cut; other counts stay. Raises ``NotFoundError``
    if the run has no result.
    """
    if run.figures is None:
        raise NotFoundError("figures.unknown")
    plain, has_loads = run.figures, bool(run.figures.get("loads"))
    cut = {
        "by_household": households,
        "by_committee": committees,
        "contests": committees,
        "loads": organisations,
        "by_organisation": () if has_loads else organisations,
    }
    of_groups = {
        name: {key: row for key, row in plain.get(name, {}).items() if key in kept}
        for name, kept in cut.items()
    }
    return Figures.from_json(plain | of_groups | {"stages": []})


def count_units(solution: Solution) -> dict[str, int]:
    """Sum the units (of a visit: persons) that the solution gives to each need that it meets."""
    units: Counter[str] = Counter()
    for row in solution.assignments:
        units[row.need] += row.units
    return dict(units)


def map_grounds(solution: Solution) -> dict[str, GroundCode]:
    """Map the id of each unmet need to its ground."""
    return {row.need: row.code for row in solution.grounds}


def compute_figures(
    snapshot: Snapshot, solution: Solution, left: frozenset[str] = frozenset()
) -> Figures:
    """Compute the figures of a usable solution whose asks were handed back to needs.

    ``left``: the needs in ``HandedBack.left``.
    """
    needs, met = snapshot.needs, frozenset(count_units(solution))
    grounds = map_grounds(solution)
    count = partial(_count_needs, needs, met, grounds)

    return Figures(
        asked=len(needs),
        met=sum(row.reference in met for row in needs),
        residents=len({row.resident for row in needs}),
        residents_helped=len({row.resident for row in needs if row.reference in met}),
        due_visits=len(snapshot.due_visits),
        due_visits_met=sum(visit.id in met for visit in snapshot.due_visits),
        by_category=count(lambda row: [row.category]),
        by_committee=_count_committees(
            snapshot, count(lambda row: [row.committee]), solution.stages
        ),
        by_status=count(lambda row: row.statuses or [NO_STATUS]),
        by_tier=count(lambda row: [str(raise_tier(row.tier, row.waiting, snapshot.policy))]),
        by_waiting=count(lambda row: [str(min(row.waiting, LONGEST_WAIT))]),
        by_household=count(lambda row: [row.household]),
        by_organisation=_count_loads(snapshot, solution),
        by_ground=_count_grounds(needs, grounds, left),
        supply=_count_supply(snapshot, solution),
        stages=tuple(_shorten(stage, snapshot) for stage in solution.stages),
        contests=_count_contests(snapshot, solution.stages),
        loads=_count_loads_by_measure(snapshot, solution),
    )


def _count_needs(
    needs: Iterable[FrozenNeed],
    met: frozenset[str],
    grounds: Mapping[str, GroundCode],
    list_groups: Callable[[FrozenNeed], Iterable[str]],
) -> dict[str, Coverage]:
    asked: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for row in needs:
        for group in list_groups(row):
            asked[group] += 1
            possible[group] += grounds.get(row.reference) is not GroundCode.NO_ELIGIBLE_OFFER
            received[group] += row.reference in met
    return {
        group: Coverage(asked[group], possible[group], received[group]) for group in sorted(asked)
    }


def _count_grounds(
    needs: Iterable[FrozenNeed], grounds: Mapping[str, GroundCode], left: frozenset[str]
) -> dict[str, int]:
    codes = Counter(grounds[row.reference].value for row in needs if row.reference in grounds)
    return dict(codes + Counter({LEFT_AT_HOME: len(left)}))


def _count_committees(
    snapshot: Snapshot, counts: dict[str, Coverage], stages: Iterable[StageResult]
) -> dict[str, Coverage]:
    """For each committee, count the needs asked, met, and possible if the committee were alone.

    Changes ``counts`` and returns it. If no stage of committees was reached, every need that
    somebody could serve counts as possible.
    """
    earlier = {row.committee: row.possible for row in snapshot.history}
    for level in _find_levels(stages, name_fair_stages(snapshot.policy)):
        if level.group in counts:
            count = counts[level.group]
            possible = level.denominator - earlier.get(level.group, 0)
            counts[level.group] = replace(count, possible=max(possible, count.met))
    return counts


def _count_contests(snapshot: Snapshot, stages: Iterable[StageResult]) -> dict[str, Contest]:
    """The contested needs of each committee, open and met, without those of earlier rounds."""
    earlier = {row.committee: row for row in snapshot.history}
    contests = {}
    for level in _find_levels(stages, name_contest_stages(snapshot.policy)):
        past = earlier.get(level.group)
        open_ = level.denominator - (past.possible if past else 0)
        contests[level.group] = Contest(open_, level.numerator - (past.received if past else 0))
    return contests


def _find_levels(stages: Iterable[StageResult], names: frozenset[str]) -> tuple[Level, ...]:
    return next((stage.levels for stage in stages if stage.name in names), ())


def _count_loads_by_measure(
    snapshot: Snapshot, solution: Solution
) -> dict[str, dict[str, GiverLoad]]:
    """For each organisation and measure, the units pledged and used.

    It is empty for months of the first format, which have no measures.
    """
    if snapshot.format == FIRST_FORMAT:
        return {}
    measures = {row.code: name_measure(row) for row in snapshot.categories}
    measure_of = {row.name: (row.organisation, measures[row.category]) for row in snapshot.offers}
    used: Counter[tuple[str, str | None]] = Counter()
    for line in solution.assignments:
        used[measure_of[line.stock]] += line.units
    loads: dict[str, dict[str, GiverLoad]] = defaultdict(dict)
    for key, pledged in sorted(count_pledges(snapshot.offers, snapshot.categories).items()):
        loads[key[0]][key[1]] = GiverLoad(pledged, used[key])
    return dict(loads)


def _count_loads(snapshot: Snapshot, solution: Solution) -> dict[str, GiverLoad]:
    """For each organisation, the units pledged and used, without money."""
    loads = {row.code for row in snapshot.categories if get_rules(row.kind).is_load}
    counted = [row for row in snapshot.offers if row.category in loads]
    giver_of = {row.name: row.organisation for row in counted}
    pledged: Counter[str] = Counter()
    for offer in counted:
        pledged[offer.organisation] += offer.capacity
    used: Counter[str] = Counter()
    for row in solution.assignments:
        if row.stock in giver_of:
            used[giver_of[row.stock]] += row.units
    return {code: GiverLoad(pledged[code], used[code]) for code in sorted(pledged)}


def _count_supply(snapshot: Snapshot, solution: Solution) -> dict[str, Supply]:
    """For each category, the units asked (by due visits, too), offered and given."""
    categories = {row.code: row for row in snapshot.categories}
    category_of = {row.name: row.category for row in snapshot.offers}
    supply: dict[str, Counter[str]] = defaultdict(Counter)
    for row in snapshot.needs:
        category = categories[row.category]
        is_visit = get_rules(category.kind).has_volunteers
        supply[row.category]["needs"] += 1
        supply[row.category]["asked"] += category.people if is_visit else row.quantity
    for visit in snapshot.due_visits:
        supply[visit.category]["asked"] += categories[visit.category].people
    for offer in snapshot.offers:
        supply[offer.category]["offered"] += offer.capacity
    for given in solution.assignments:
        supply[category_of[given.stock]]["given"] += given.units
    return {
        code: Supply(count["needs"], count["asked"], count["offered"], count["given"])
        for code, count in sorted(supply.items())
    }


def _shorten(stage: StageResult, snapshot: Snapshot) -> StageFigures:
    first, last = (stage.levels[0], stage.levels[-1]) if stage.levels else (None, None)
    return StageFigures(
        name=stage.name,
        kind=stage.kind,
        key=read_key(stage.key, snapshot),
        status=stage.status,
        proof=stage.proof,
        engine=stage.engine,
        value=stage.value,
        bound=stage.bound,
        first=first,
        last=last,
    )
