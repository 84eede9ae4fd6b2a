"""What later months need to know of a published run: written at once, and again when help falls."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    Need,
    NeedOutcome,
    NeedState,
    Promise,
    RoundRun,
    Volunteer,
)
from matchmaker.promises.present import PROMISE_REVOKED
from matchmaker.promises.sums import add_up, count_kept, is_decided
from matchmaker.rounds.asks import list_members
from matchmaker.rounds.ledger import (
    Contest,
    Coverage,
    Delivery,
    GiverLoad,
    name_measure,
    write_deliveries,
    write_ledger,
)
from matchmaker.rounds.outcome_numbers import read_numbers
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.solve.figures import Figures, get_figures
from matchmaker.rounds.solve.verdicts import find_verdict
from optimizer.rows import VISITS

_GONE = frozenset({NeedState.WITHDRAWN, NeedState.CLOSED})


def remember(run: RoundRun) -> None:
    """Write what later months need to know of a published run, as its promises are now."""
    outcomes, figures, later = list_outcomes(run), get_figures(run), list_found_later(run)
    changes = _list_changes(outcomes, later)
    homes = [(need.resident.household.reference, number) for need, number in changes]
    places = [(need.committee.code, number) for need, number in changes]
    still_there = {
        row.need.reference
        for row in outcomes
        if row.need.state not in _GONE and row.ground != PROMISE_REVOKED
    }
    write_ledger(
        run.match_round,
        households=_count_again(figures.by_household, homes),
        committees=_count_again(figures.by_committee, places),
        contests=_count_contests(run, figures.contests, still_there, later),
        loads=_leave_out_ended(run, figures.loads, list_assignments(run)) or _sum_loads(figures),
    )


def _list_changes(
    outcomes: Iterable[NeedOutcome], later: Collection[int]
) -> list[tuple[Need, int]]:
    """The needs that lost all that the run found, and those that got something later."""
    rows = [row for row in outcomes if row.need_id in later or row.ground == PROMISE_REVOKED]
    return [(row.need, int(row.is_met) if row.need_id in later else -1) for row in rows]


def list_found_later(run: RoundRun) -> set[int]:
    """The needs for which the run found nothing, and a search for free places something."""
    by_run = func.sum(case((Assignment.round_repair_id.is_(None), 1), else_=0))
    query = (
        select(Promise.need_id)
        .outerjoin(Assignment, Assignment.id == Promise.assignment_id)
        .where(Promise.round_run_id == run.id, Promise.need_id.is_not(None))
        .group_by(Promise.need_id)
        .having(by_run == 0)
    )
    return {need_id for need_id in db.session.scalars(query) if need_id is not None}


def _count_again(
    counts: Mapping[str, Coverage], changes: Iterable[tuple[str, int]]
) -> dict[str, Coverage]:
    """Counts of groups without needs to which nothing came, with those that got help later."""
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
    still_there: Collection[str],
    found: Collection[int],
) -> dict[str, Contest]:
    """Contested asks met: without those that came to nothing, with those that got help later.

    What was open stays open, and no committee had more met than that.
    """
    verdict = find_verdict(run)
    committees = {row.reference: row.committee for row in read_snapshot(run.match_round).needs}
    met, later = _divide_met(run, found)
    change: Counter[str] = Counter()
    for ask in () if verdict is None else verdict.contested:
        served, helped = met.intersection(list_members(ask)), later.intersection(list_members(ask))
        has_help = bool(helped) or not served.isdisjoint(still_there)
        for name in sorted(served | helped)[:1]:
            change[committees[name]] += has_help - bool(served)
    return {
        code: replace(contest, met=min(contest.met + change[code], contest.open))
        for code, contest in contests.items()
    }


def _divide_met(run: RoundRun, found: Collection[int]) -> tuple[set[str], set[str]]:
    """The needs that the run met, and those that got help only later."""
    met, later = set(), set()
    for row in list_outcomes(run):
        if row.need_id in found:
            later.update([row.need.reference] if row.is_met else [])
        elif was_met(row):
            met.add(row.need.reference)
    return met, later


def was_met(outcome: NeedOutcome) -> bool:
    """Whether the run found something for the need, even if its promise was revoked since."""
    return outcome.is_met or outcome.ground == PROMISE_REVOKED


def _leave_out_ended(
    run: RoundRun, loads: Mapping[str, Mapping[str, GiverLoad]], assignments: Iterable[Promise]
) -> dict[str, dict[str, GiverLoad]]:
    """Loads by measure, without what was promised and not given, with promises made since."""
    measures = {row.code: name_measure(row) for row in read_snapshot(run.match_round).categories}
    ended: Counter[tuple[str, str | None]] = Counter()
    for row in assignments:
        if row.offer is None:
            continue
        counted = row.units if is_decided(row) else 0  # of the run's own units
        ended[row.organisation.code, measures[row.offer.category.code]] += counted - count_kept(row)
    return {
        code: {
            measure: replace(load, used=load.used - ended[code, measure])
            for measure, load in of_giver.items()
        }
        for code, of_giver in loads.items()
    }


def _sum_loads(figures: Figures) -> dict[str, dict[str, GiverLoad]]:
    """A month frozen before measures were recorded has one sum for each organisation."""
    return {code: {"": load} for code, load in figures.by_organisation.items()}


def remember_deliveries(run: RoundRun) -> None:
    """Write what each need of a closed month asked, was promised and got, and what each volunteer
    promised and made."""
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
        promised = sum(row.units for row in rows)  # decided or found later: the own word
        given = add_up(rows).given
        volunteers[names[volunteer_id]] = Delivery(VISITS, promised, given)
    write_deliveries(run.match_round, needs=needs, volunteers=volunteers)


def _list_volunteers(ids: Iterable[int]) -> Sequence[Volunteer]:
    return db.session.scalars(select(Volunteer).where(Volunteer.id.in_(list(ids)))).all()


def list_outcomes(run: RoundRun) -> list[NeedOutcome]:
    """What the run found, by need, with the needs."""
    query = (
        select(NeedOutcome)
        .where(NeedOutcome.round_run_id == run.id)
        .options(joinedload(NeedOutcome.need).joinedload(Need.category))
        .order_by(NeedOutcome.need_id)
    )
    return list(db.session.scalars(query))


def list_assignments(run: RoundRun) -> list[Promise]:
    """The promises of the run, oldest first."""
    query = (
        select(Promise)
        .where(Promise.round_run_id == run.id)
        .options(joinedload(Promise.assignment))
        .order_by(Promise.id)
    )
    return list(db.session.scalars(query))
