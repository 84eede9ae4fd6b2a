"""Turn the snapshot of a month into the optimizer's problem, row by row.

A need keeps its reference; a due visit is named by its pairing and number (``P0007#2``), an offer
by its name in the snapshot, a volunteer by reference. See optimizer/problem.py for the fields.
"""

from collections.abc import Iterable, Iterator, Sequence

from matchmaker.kinds import get_rules
from matchmaker.models import OverrideKind
from matchmaker.rounds.snapshot import (
    CommitteeHistory,
    DueVisit,
    FrozenCategory,
    FrozenNeed,
    FrozenOffer,
    FrozenOverride,
    FrozenVolunteer,
    Snapshot,
)
from matchmaker.slots import expand_windows, get_slot_week
from optimizer.policy import get_policy
from optimizer.problem import Forbid, GroupHistory, Need, Pair, Person, Pin, Problem, Stock

COMMITTEE = "committee"  # the dimension whose groups get fair coverage
ROUNDS_PER_TIER = 3  # passed-over rounds after which a need counts one tier more urgent

# Points for each visit that goes to a known giver: the same visitor ranks above the organisation.
SAME_VOLUNTEER_SCORE = 10
SAME_ORGANISATION_SCORE = 4


def make_problem(
    snapshot: Snapshot, seed: str, overrides: Iterable[FrozenOverride] | None = None
) -> Problem:
    """The problem of a frozen month; ``overrides`` replaces the snapshot's own.

    Raises ``ProblemError`` when the rows contradict each other.
    """
    in_force = tuple(snapshot.overrides if overrides is None else overrides)
    categories = {row.code: row for row in snapshot.categories}
    stocks = tuple(_make_stock(row, categories, snapshot.slots) for row in snapshot.offers)
    staffed = tuple(stock for stock in stocks if stock.staffed)
    people = tuple(_make_person(row, staffed, snapshot.slots) for row in snapshot.volunteers)
    return Problem(
        name=f"{snapshot.subdistrict} {snapshot.month}",
        seed=seed,
        stocks=stocks,
        people=people,
        needs=_make_needs(snapshot, categories),
        pairs=tuple(_make_pairs(snapshot.due_visits, staffed, people)),
        pins=_make_pins(in_force),
        forbids=_make_forbids(in_force),
        history=tuple(_make_history(row) for row in snapshot.history),
        policy=get_policy(snapshot.policy),
    )


def name_fair_stages(policy: str) -> frozenset[str]:
    """The stages of a published policy that keep coverage fair between committees."""
    stages = get_policy(policy).stages
    return frozenset(stage.name for stage in stages if stage.dimension == COMMITTEE)


def raise_tier(tier: int, waiting: int) -> int:
    """The tier, made one more urgent for every three rounds that passed the need over."""
    return max(1, tier - waiting // ROUNDS_PER_TIER)


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
    )


def _make_person(row: FrozenVolunteer, staffed: Sequence[Stock], slots: Sequence[str]) -> Person:
    return Person(
        id=row.reference,
        giver=row.organisation,
        most_visits=row.visits,
        stocks=tuple(
            stock.id
            for stock in staffed
            if stock.giver == row.organisation and stock.category in row.categories
        ),
        skills=(*row.categories, *row.qualifications),
        areas=row.committees,
        slots=tuple(expand_windows(row.windows, slots)),
    )


def _make_needs(snapshot: Snapshot, categories: dict[str, FrozenCategory]) -> tuple[Need, ...]:
    return (
        *(_make_need(row, categories, snapshot.slots) for row in snapshot.needs),
        *(_make_duty(row, categories, snapshot.slots) for row in snapshot.due_visits),
    )


def _make_need(
    row: FrozenNeed, categories: dict[str, FrozenCategory], slots: Sequence[str]
) -> Need:
    category = categories[row.category]
    return Need(
        id=row.reference,
        recipient=row.resident,
        category=row.category,
        area=row.committee,
        statuses=row.statuses,
        requires=_list_requirements(category),
        # Windows with nothing but holidays are kept, since empty would mean any time.
        slots=tuple(expand_windows(row.windows, slots)) or row.windows,
        people=category.people,
        quantity=row.quantity,
        least=row.least,
        tier=raise_tier(row.tier, row.waiting),
        points=category.points,
        waiting=row.waiting,
        groups={COMMITTEE: row.committee},
    )


def _make_duty(row: DueVisit, categories: dict[str, FrozenCategory], slots: Sequence[str]) -> Need:
    category = categories[row.category]
    return Need(
        id=row.id,
        recipient=row.resident,
        category=row.category,
        area=row.committee,
        statuses=row.statuses,
        requires=_list_requirements(category),
        slots=tuple(slot for slot in slots if get_slot_week(slot) in row.weeks),
        people=category.people,
        tier=row.tier,
        points=category.points,
        duty=True,
    )


def _make_pairs(
    visits: Iterable[DueVisit], staffed: Sequence[Stock], people: Iterable[Person]
) -> Iterator[Pair]:
    stocks_of = {person.id: person.stocks for person in people}
    for visit in visits:
        for stock in staffed:
            if (stock.giver, stock.category) != (visit.organisation, visit.category):
                continue
            yield Pair(visit.id, stock.id, score=SAME_ORGANISATION_SCORE)
            if visit.volunteer is not None and stock.id in stocks_of.get(visit.volunteer, ()):
                yield Pair(visit.id, stock.id, visit.volunteer, score=SAME_VOLUNTEER_SCORE)


def _list_requirements(category: FrozenCategory) -> tuple[str, ...]:
    if not get_rules(category.kind).has_volunteers:
        return ()  # only people have skills
    return tuple(filter(None, (category.code, category.qualification)))


def _make_pins(overrides: Iterable[FrozenOverride]) -> tuple[Pin, ...]:
    return tuple(
        Pin(row.need, row.offer, row.volunteer, row.reason)
        for row in overrides
        if row.kind is OverrideKind.PIN
    )


def _make_forbids(overrides: Iterable[FrozenOverride]) -> tuple[Forbid, ...]:
    return tuple(
        Forbid(row.need, row.offer, row.volunteer, row.reason)
        for row in overrides
        if row.kind is OverrideKind.FORBID
    )


def _make_history(row: CommitteeHistory) -> GroupHistory:
    return GroupHistory(
        dimension=COMMITTEE,
        group=row.committee,
        possible=max(row.possible, row.received),
        met=row.received,
    )
