"""Write what later months need to know of a published run, and again when help ends or is found."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    Committee,
    Household,
    LedgerScope,
    Need,
    NeedOutcome,
    NeedState,
    Offer,
    Organisation,
    Promise,
    Resident,
    RoundRun,
    Volunteer,
)
from matchmaker.promises.present import PROMISE_REVOKED
from matchmaker.promises.sums import add_up, count_kept, is_decided
from matchmaker.rounds.memory.ledger import (
    Contest,
    Coverage,
    Delivery,
    GiverLoad,
    erase_lines,
    name_measure,
    write_deliveries,
    write_ledger,
)
from matchmaker.rounds.outcome_numbers import read_numbers
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import list_members
from matchmaker.rounds.solve.figures import Figures, get_figures, get_figures_of
from matchmaker.rounds.solve.verdicts import find_verdict
from optimizer.rows import VISITS

_GONE = frozenset({NeedState.WITHDRAWN, NeedState.CLOSED})


@dataclass(frozen=True, slots=True)
class Groups:
    """The needs of some promises, with the homes, committees and givers whose ledger lines change.

    ``needs`` has ids, the other fields have references or codes.
    """

    needs: frozenset[int]
    households: frozenset[str]
    committees: frozenset[str]
    organisations: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[Promise]) -> "Groups":
        """Return the groups of promises and of their needs."""
        rows = list(rows)
        needs = [row.need for row in rows if row.need is not None]
        return cls(
            needs=frozenset(need.id for need in needs),
            households=frozenset(need.resident.household.reference for need in needs),
            committees=frozenset(need.committee.code for need in needs),
            organisations=frozenset(row.organisation.code for row in rows),
        )

    def select_needs(self) -> Select[int]:
        """Select the ids of all needs of these homes and committees."""
        return (
            select(Need.id)
            .join(Need.committee)
            .join(Need.resident)
            .join(Resident.household)
            .where(Committee.code.in_(self.committees) | Household.reference.in_(self.households))
        )


def remember(run: RoundRun) -> None:
    """Write the ledger of a published run from its promises as they are now.

    The caller has erased the lines that the month had before.
    """
    _remember(run, get_figures(run), list_assignments(run), None)


def remember_ended(run: RoundRun, ended: Collection[Promise]) -> None:
    """Erase and write again the lines of the homes, committees and givers of promises that ended.

    All other lines stay, so that an answer about one promise does not read the whole month.
    """
    groups = Groups.of(ended)
    figures = get_figures_of(run, groups.households, groups.committees, groups.organisations)
    erase_lines(run.match_round, LedgerScope.HOUSEHOLD, groups.households)
    erase_lines(run.match_round, LedgerScope.COMMITTEE, groups.committees)
    erase_lines(run.match_round, LedgerScope.ORGANISATION, groups.organisations)
    own = select(Organisation.id).where(Organisation.code.in_(groups.organisations))
    _remember(run, figures, list_assignments(run, Promise.organisation_id.in_(own)), groups)


def _remember(
    run: RoundRun, figures: Figures, promises: Iterable[Promise], groups: Groups | None
) -> None:
    """Write the lines of ``groups`` from these figures and promises; None: all lines."""
    later = list_found_later(run, groups)
    outcomes = _list_changed(run, later, groups)
    changes = _list_changes(outcomes, later)
    homes = [(need.resident.household.reference, number) for need, number in changes]
    places = [(need.committee.code, number) for need, number in changes]
    write_ledger(
        run.match_round,
        households=_count_again(figures.by_household, homes),
        committees=_count_again(figures.by_committee, places),
        contests=_count_contests(run, figures.contests, outcomes, later),
        loads=_leave_out_ended(run, figures.loads, promises) or _sum_loads(figures),
    )


def _list_changed(
    run: RoundRun, later: Collection[int], groups: Groups | None
) -> Sequence[NeedOutcome]:
    """The outcomes that differ from what the run decided, in order of the need's id.

    Help ended or came later, or the need was withdrawn or closed.
    """
    is_changed = or_(
        Need.state.in_(_GONE),
        NeedOutcome.ground == PROMISE_REVOKED,
        NeedOutcome.need_id.in_(later),
    )
    query = (
        select(NeedOutcome)
        .join(NeedOutcome.need)
        .where(NeedOutcome.round_run_id == run.id, is_changed)
        .options(
            contains_eager(NeedOutcome.need).options(
                joinedload(Need.committee),
                joinedload(Need.resident).joinedload(Resident.household),
            )
        )
        .order_by(NeedOutcome.need_id)
    )
    if groups is not None:
        query = query.where(Need.id.in_(groups.select_needs()))
    return db.session.scalars(query).all()


def _list_changes(
    outcomes: Iterable[NeedOutcome], later: Collection[int]
) -> list[tuple[Need, int]]:
    """Pair needs with the change of their count: -1 if all help ended, 1 if help came later.

    If the later help ended, too, it is 0.
    """
    rows = [row for row in outcomes if row.need_id in later or row.ground == PROMISE_REVOKED]
    return [(row.need, int(row.is_met) if row.need_id in later else -1) for row in rows]


def list_found_later(run: RoundRun, groups: Groups | None = None) -> set[int]:
    """The ids of the needs for which only searches for free places found something, not the run."""
    by_run = func.sum(case((Assignment.round_repair_id.is_(None), 1), else_=0))
    query = (
        select(Promise.need_id)
        .outerjoin(Assignment, Assignment.id == Promise.assignment_id)
        .where(Promise.round_run_id == run.id, Promise.need_id.is_not(None))
        .group_by(Promise.need_id)
        .having(by_run == 0)
    )
    if groups is not None:
        query = query.where(Promise.need_id.in_(groups.select_needs()))
    return {need_id for need_id in db.session.scalars(query) if need_id is not None}


def _count_again(
    counts: Mapping[str, Coverage], changes: Iterable[tuple[str, int]]
) -> dict[str, Coverage]:
    """The counts of each group with the changes of met needs; ``possible`` is at least ``met``."""
    met = Counter[str]()
    for name, number in changes:
        met[name] += number
    return {
        name: replace(
            count, met=count.met + met[name], possible=max(count.possible, count.met + met[name])
        )
        for name, count in counts.items()
    }


def _count_contests(
    run: RoundRun,
    contests: Mapping[str, Contest],
    changed: Collection[NeedOutcome],
    found: Collection[int],
) -> dict[str, Contest]:
    """Contested asks met, without those whose help ended, with those that got help later.

    ``open`` stays as it was, and ``met`` never exceeds it. ``changed``: the outcomes that are not
    as decided. An ask without any of them counts as the run counted it.
    """
    verdict = find_verdict(run)
    if not contests or verdict is None:
        return dict(contests)
    names = {row.need.reference for row in changed}
    asks = [list_members(ask) for ask in verdict.contested]
    change = _count_changes(run, [members for members in asks if names & set(members)], found)
    return {
        code: replace(contest, met=min(contest.met + change[code], contest.open))
        for code, contest in contests.items()
    }


def _count_changes(
    run: RoundRun, asks: Sequence[Sequence[str]], found: Collection[int]
) -> Counter[str]:
    """For each committee, how many more of these contested asks have help now than the run met."""
    outcomes = _list_outcomes_of(run, {name for members in asks for name in members})
    still_there = {
        row.need.reference
        for row in outcomes
        if row.need.state not in _GONE and row.ground != PROMISE_REVOKED
    }
    committees = {row.reference: row.committee for row in read_snapshot(run.match_round).needs}
    met, later = _divide_met(outcomes, found)
    change: Counter[str] = Counter()
    for members in asks:
        served, helped = met.intersection(members), later.intersection(members)
        has_help = bool(helped) or not served.isdisjoint(still_there)
        for name in sorted(served | helped)[:1]:
            change[committees[name]] += has_help - bool(served)
    return change


def _list_outcomes_of(run: RoundRun, references: Collection[str]) -> Sequence[NeedOutcome]:
    query = (
        select(NeedOutcome)
        .join(NeedOutcome.need)
        .where(NeedOutcome.round_run_id == run.id, Need.reference.in_(references))
        .options(contains_eager(NeedOutcome.need))
    )
    return db.session.scalars(query).all() if references else ()


def _divide_met(
    outcomes: Iterable[NeedOutcome], found: Collection[int]
) -> tuple[set[str], set[str]]:
    """The references of the needs that the run met, and of those that have help only from later."""
    met, later = set(), set()
    for row in outcomes:
        if row.need_id in found:
            later.update([row.need.reference] if row.is_met else [])
        elif was_met(row):
            met.add(row.need.reference)
    return met, later


def was_met(outcome: NeedOutcome) -> bool:
    """Whether the run or a later search found something for the need, even if revoked since."""
    return outcome.is_met or outcome.ground == PROMISE_REVOKED


def _leave_out_ended(
    run: RoundRun, loads: Mapping[str, Mapping[str, GiverLoad]], assignments: Iterable[Promise]
) -> dict[str, dict[str, GiverLoad]]:
    """The loads without what was promised and not given, and with what was promised later."""
    measures = {row.code: name_measure(row) for row in read_snapshot(run.match_round).categories}
    ended: Counter[tuple[str, str | None]] = Counter()
    for row in assignments:
        if row.offer is None:
            continue
        counted = row.units if is_decided(row) else 0  # the run counts only what it decided
        ended[row.organisation.code, measures[row.offer.category.code]] += counted - count_kept(row)
    return {
        code: {
            measure: replace(load, used=load.used - ended[code, measure])
            for measure, load in of_giver.items()
        }
        for code, of_giver in loads.items()
    }


def _sum_loads(figures: Figures) -> dict[str, dict[str, GiverLoad]]:
    """One load of each organisation: a month frozen before measures were recorded has no others."""
    return {code: {"": load} for code, load in figures.by_organisation.items()}


def remember_deliveries(run: RoundRun) -> None:
    """Write what each need of a closed month was promised and got, and what each volunteer made."""
    promises = list_assignments(run)
    of_need: defaultdict[int | None, list[Promise]] = defaultdict(list)
    of_volunteer: defaultdict[int, list[Promise]] = defaultdict(list)
    for row in promises:
        of_need[row.need_id].append(row)
        if row.volunteer_id is not None:
            of_volunteer[row.volunteer_id].append(row)
    needs = {}
    for outcome in list_outcomes(run):
        sums = add_up(of_need[outcome.need_id])
        asked = read_numbers(outcome).asked
        measure = outcome.need.category.code
        needs[outcome.need.reference] = Delivery(measure, sums.promised, sums.given, asked)
    names = {row.id: row.reference for row in _list_volunteers(of_volunteer)}
    volunteers = {}
    for volunteer_id, rows in of_volunteer.items():
        promised = sum(row.units for row in rows)  # decided by the run or found later
        given = add_up(rows).given
        volunteers[names[volunteer_id]] = Delivery(VISITS, promised, given)
    write_deliveries(run.match_round, needs=needs, volunteers=volunteers)


def _list_volunteers(ids: Iterable[int]) -> Sequence[Volunteer]:
    return db.session.scalars(select(Volunteer).where(Volunteer.id.in_(list(ids)))).all()


def list_outcomes(run: RoundRun) -> list[NeedOutcome]:
    """What the run found for each need, in order of its id; need and category are loaded."""
    query = (
        select(NeedOutcome)
        .where(NeedOutcome.round_run_id == run.id)
        .options(joinedload(NeedOutcome.need).joinedload(Need.category))
        .order_by(NeedOutcome.need_id)
    )
    return list(db.session.scalars(query))


def list_assignments(run: RoundRun, *conditions: ColumnElement[bool]) -> list[Promise]:
    """The promises of the run that fulfil the conditions, oldest first."""
    query = (
        select(Promise)
        .where(Promise.round_run_id == run.id, *conditions)
        .options(
            joinedload(Promise.assignment),
            joinedload(Promise.organisation),
            joinedload(Promise.offer).joinedload(Offer.category),
        )
        .order_by(Promise.id)
    )
    return list(db.session.scalars(query))
