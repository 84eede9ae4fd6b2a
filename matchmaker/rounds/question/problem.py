"""Turn the snapshot of a month into the optimizer's problem, row by row.

A need keeps its reference. A due visit is named by its pairing and number (``P0007#2``), an offer
by its name in the snapshot, a volunteer by reference. Rows of one human being become one person,
named by the first of their references. See optimizer/problem.py for the fields.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matchmaker.kinds import get_rules
from matchmaker.models import OverrideKind
from matchmaker.rounds.question.asks import join_asks
from matchmaker.rounds.question.lots import give_lots, list_names, name_lots
from matchmaker.rounds.question.snapshot import (
    CommitteeHistory,
    DueVisit,
    FrozenCategory,
    FrozenLoad,
    FrozenNeed,
    FrozenOffer,
    FrozenOverride,
    Snapshot,
)
from matchmaker.rounds.question.visitors import make_people, name_days, name_days_of, name_persons
from matchmaker.rounds.question.waits import counts_half_months
from matchmaker.slots import expand_windows, get_slot_week, list_slots_of_weeks
from optimizer.policy import StageKind, get_policy
from optimizer.problem import (
    Forbid,
    GiverLoad,
    GroupHistory,
    Need,
    Pair,
    Person,
    Pin,
    Problem,
    Stock,
)
from optimizer.solution import Assignment
from optimizer.validity import Validity

RuleName = tuple[str, str | None, str | None]  # need, offer and person of a pin or forbid
COMMITTEE = "committee"  # the dimension whose groups get fair coverage
ROUNDS_PER_TIER = 3  # passed-over rounds after which a need counts one tier more urgent
MOST_URGENT_BY_WAITING = 2  # of the second policy
MISSED_POINTS = 100  # added for a due visit that was missed last month, under the second policy

# Points for each visit that goes to a known giver: the same visitor ranks above the organisation.
SAME_VOLUNTEER_SCORE = 10
SAME_ORGANISATION_SCORE = 4


def make_problem(
    snapshot: Snapshot, seed: str, overrides: Iterable[FrozenOverride] | None = None
) -> Problem:
    """Return the problem of a frozen month.

    ``overrides`` replaces the pins and forbids of the snapshot; None keeps them. Raises
    ``ProblemError`` when the rows contradict each other.
    """
    in_force = tuple(snapshot.overrides if overrides is None else overrides)
    policy, rows = get_policy(snapshot.policy), _make_rows(snapshot)
    needs = rows.needs
    if policy.is_drawn:
        needs = join_asks(needs, _list_least(snapshot), {row.need for row in in_force})
    problem = Problem(
        name=f"{snapshot.subdistrict} {snapshot.month}",
        seed=seed,
        stocks=rows.stocks,
        people=rows.people,
        needs=needs,
        pairs=tuple(_make_pairs(snapshot, rows)),
        pins=_make_pins(in_force, name_persons(snapshot)),
        forbids=_make_forbids(in_force, name_persons(snapshot)),
        history=tuple(_make_history(row) for row in snapshot.history),
        loads=tuple(_make_load(row) for row in snapshot.loads if policy.is_carried),
        policy=policy,
        days=_name_slot_days(snapshot, rows),
    )
    if not policy.is_drawn:
        return problem
    return replace(problem, lots=name_lots(snapshot, list_names(problem)))


def list_common_days(
    snapshot: Snapshot, lines: Iterable[Assignment]
) -> dict[tuple[str, str | None], list[int] | None]:
    """Map each need and slot of ``lines`` to the days of the month on which the need can be served.

    The slot is None for a delivery. On each of these days the need and everything that serves it
    are valid. None instead of days: any day.
    """
    rows, served = _make_rows(snapshot), defaultdict(list)
    for line in lines:
        served[line.need, line.slot].append((line.stock, line.person))
    days = {slot: name_days(found) for slot, found in snapshot.slot_days.items()}
    validity = Validity(Problem("", "0", rows.stocks, rows.people, rows.needs, days=days))
    stocks = {row.id: row for row in rows.stocks}
    people = {row.id: row for row in rows.people}
    needs = {row.id: row for row in rows.needs}
    return {
        (need, slot): _read_days(
            validity.list_common(
                needs[need],
                [(stocks[stock], people[person] if person else None) for stock, person in givers],
                slot,
            )
        )
        for (need, slot), givers in served.items()
    }


def _name_slot_days(snapshot: Snapshot, rows: "_Rows") -> dict[str, tuple[str, ...]]:
    """The days of every slot; empty if everything in the month is valid on all days."""
    is_dated = (
        any(stock.days for stock in rows.stocks)
        or any(person.days or person.skill_days for person in rows.people)
        or any(need.days or need.status_days for need in rows.needs)
    )
    if not is_dated:
        return {}
    return {slot: name_days(days) for slot, days in snapshot.slot_days.items()}


def _read_days(names: Iterable[str]) -> list[int] | None:
    return [int(name) for name in names if name] or None


@dataclass(frozen=True, slots=True)
class _Rows:
    """The givers of a month and its needs, each as it was entered."""

    stocks: tuple[Stock, ...]
    people: tuple[Person, ...]
    needs: tuple[Need, ...]

    @property
    def staffed(self) -> tuple[Stock, ...]:
        return tuple(stock for stock in self.stocks if stock.staffed)


def _make_rows(snapshot: Snapshot) -> _Rows:
    categories = {row.code: row for row in snapshot.categories}
    rows = _Rows(
        stocks=tuple(_make_stock(row, categories, snapshot.slots) for row in snapshot.offers),
        people=(),
        needs=_make_needs(snapshot, categories),
    )
    rows = replace(rows, people=make_people(snapshot, rows.staffed))
    if not get_policy(snapshot.policy).is_drawn:
        return rows
    return _Rows(*give_lots(snapshot, rows.stocks, rows.people, rows.needs))


def name_fair_stages(policy: str) -> frozenset[str]:
    """The stages of a published policy whose levels are met needs / possible needs of a committee.

    The second policy has none: its levels count contested needs (``name_contest_stages``).
    """
    return _name_stages(policy, StageKind.LEXIMIN)


def name_contest_stages(policy: str) -> frozenset[str]:
    """The stages of a published policy whose levels are met / open contested needs."""
    return _name_stages(policy, StageKind.RANKS)


def _name_stages(policy: str, kind: StageKind) -> frozenset[str]:
    stages = get_policy(policy).stages
    fair = (stage for stage in stages if stage.dimension == COMMITTEE and stage.kind is kind)
    return frozenset(stage.name for stage in fair)


def raise_tier(tier: int, waiting: int, policy: str) -> int:
    """Return the tier, made one more urgent for every three rounds that passed the need over.

    Waiting raises a need to tier 1 at most, or to tier 2 under a policy that serves tier after tier
    (``community/2``): there only a need that was entered with tier 1 has it.
    """
    most_urgent = MOST_URGENT_BY_WAITING if get_policy(policy).tiers else 1
    return min(tier, max(most_urgent, tier - waiting // ROUNDS_PER_TIER))


def _make_stock(
    row: FrozenOffer, categories: dict[str, FrozenCategory], slots: Sequence[str]
) -> Stock:
    rules = get_rules(categories[row.category].kind)
    open_slots = expand_windows(row.windows, slots)
    # Empty slots would mean any time, but an offer whose days are all holidays has nothing to give.
    is_closed = bool(row.windows) and not open_slots
    return Stock(
        id=row.name,
        giver=row.organisation,
        category=row.category,
        capacity=0 if is_closed else row.capacity,
        areas=row.committees,
        statuses=row.statuses,
        slots=tuple(open_slots),
        staffed=rules.has_volunteers,
        pledge=row.organisation if rules.is_load else None,
        days=name_days(row.days),
    )


def _make_needs(snapshot: Snapshot, categories: dict[str, FrozenCategory]) -> tuple[Need, ...]:
    steps = 2 if counts_half_months(snapshot) else 1
    return (
        *(_make_need(row, categories, snapshot, steps) for row in snapshot.needs),
        *(_make_duty(row, categories, snapshot) for row in snapshot.due_visits),
    )


def _make_need(
    row: FrozenNeed, categories: dict[str, FrozenCategory], snapshot: Snapshot, steps: int
) -> Need:
    """Return the need of the question. ``steps``: units of wait that a month counts, 1 or 2."""
    category = categories[row.category]
    return Need(
        id=row.reference,
        recipient=row.resident,
        category=row.category,
        area=row.committee,
        statuses=row.statuses,
        requires=_list_requirements(category),
        # Windows with nothing but holidays are kept, since empty would mean any time.
        slots=tuple(expand_windows(row.windows, snapshot.slots)) or row.windows,
        people=category.people,
        quantity=row.quantity,
        least=min(row.quantity, row.least or category.least or row.quantity),
        tier=raise_tier(row.tier, row.waiting, snapshot.policy),
        points=category.points,
        waiting=steps * row.waiting + (row.lost and steps > 1),
        groups={COMMITTEE: row.committee},
        days=name_days(row.days),
        status_days=name_days_of(row.status_days),
    )


def _make_duty(row: DueVisit, categories: dict[str, FrozenCategory], snapshot: Snapshot) -> Need:
    """Return the due visit as a need of the question.

    If it was missed last month, the second policy gives it more points than any that was not; the
    first policy counts it as having waited one month.
    """
    category, slots = categories[row.category], snapshot.slots
    is_drawn = get_policy(snapshot.policy).is_drawn
    return Need(
        id=row.id,
        recipient=row.resident,
        category=row.category,
        area=row.committee,
        statuses=row.statuses,
        requires=_list_requirements(category),
        # Weeks with nothing but holidays keep their slots, since empty would mean any time.
        slots=tuple(slot for slot in slots if get_slot_week(slot) in row.weeks)
        or list_slots_of_weeks(row.weeks),
        people=category.people,
        tier=row.tier,
        points=category.points + (MISSED_POINTS if row.missed and is_drawn else 0),
        waiting=int(row.missed and not is_drawn),
        duty=True,
        days=name_days(row.days),
        status_days=name_days_of(row.status_days),
    )


def _list_least(snapshot: Snapshot) -> dict[str, int]:
    return {row.code: row.least for row in snapshot.categories if row.least is not None}


def _make_load(row: FrozenLoad) -> GiverLoad:
    return GiverLoad(row.organisation, row.measure, row.carried, row.agreed)


def _make_pairs(snapshot: Snapshot, rows: _Rows) -> Iterator[Pair]:
    stocks_of = {person.id: person.stocks for person in rows.people}
    persons = name_persons(snapshot)
    for visit in snapshot.due_visits:
        visitor = persons.get(visit.volunteer or "")
        for stock in rows.staffed:
            if (stock.giver, stock.category) != (visit.organisation, visit.category):
                continue
            yield Pair(visit.id, stock.id, score=SAME_ORGANISATION_SCORE)
            if visitor is not None and stock.id in stocks_of[visitor]:
                yield Pair(visit.id, stock.id, visitor, score=SAME_VOLUNTEER_SCORE)


def _list_requirements(category: FrozenCategory) -> tuple[str, ...]:
    if not get_rules(category.kind).has_volunteers:
        return ()  # only people have skills
    return tuple(filter(None, (category.code, category.qualification)))


def name_rule(row: FrozenOverride, persons: Mapping[str, str]) -> RuleName:
    """Return what a pin or forbid names in the question: need, offer and person."""
    person = persons.get(row.volunteer, row.volunteer) if row.volunteer else None
    return row.need, row.offer, person


def _make_pins(overrides: Iterable[FrozenOverride], persons: Mapping[str, str]) -> tuple[Pin, ...]:
    rows = _list_rules(overrides, OverrideKind.PIN, persons)
    return tuple(Pin(*key, reason) for key, reason in rows.items())


def _make_forbids(
    overrides: Iterable[FrozenOverride], persons: Mapping[str, str]
) -> tuple[Forbid, ...]:
    rows = _list_rules(overrides, OverrideKind.FORBID, persons)
    return tuple(Forbid(*key, reason) for key, reason in rows.items())


def _list_rules(
    overrides: Iterable[FrozenOverride], kind: OverrideKind, persons: Mapping[str, str]
) -> dict[RuleName, str]:
    """Map need, offer and person to the reason; two rows of one human being give one rule."""
    found: dict[RuleName, str] = {}
    for row in overrides:
        if row.kind is kind:
            found.setdefault(name_rule(row, persons), row.reason)
    return found


def _make_history(row: CommitteeHistory) -> GroupHistory:
    return GroupHistory(
        dimension=COMMITTEE,
        group=row.committee,
        possible=max(row.possible, row.received),
        met=row.received,
    )
