"""What later months need to know of a published run: written at once, and again when help falls."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import NeedOutcome, NeedState, Promise, RoundRun
from matchmaker.promises.present import PROMISE_REVOKED
from matchmaker.promises.states import FALLEN_STATES
from matchmaker.rounds.asks import list_members
from matchmaker.rounds.ledger import Contest, Coverage, GiverLoad, name_measure, write_ledger
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.solve.figures import Figures, get_figures
from matchmaker.rounds.solve.verdicts import find_verdict

_GONE = frozenset({NeedState.WITHDRAWN, NeedState.CLOSED})


def remember(run: RoundRun) -> None:
    """Write what later months need to know of a published run, as its promises are now."""
    outcomes, figures = list_outcomes(run), get_figures(run)
    lost = [row.need for row in outcomes if row.ground == PROMISE_REVOKED]
    still_there = {
        row.need.reference
        for row in outcomes
        if row.need.state not in _GONE and row.ground != PROMISE_REVOKED
    }
    homes = Counter(need.resident.household.reference for need in lost)
    write_ledger(
        run.match_round,
        households=_leave_out_lost(figures.by_household, homes),
        committees=_leave_out_lost(
            figures.by_committee, Counter(need.committee.code for need in lost)
        ),
        contests=_leave_out_fallen(run, figures.contests, still_there),
        loads=_leave_out_ended(run, figures.loads, list_assignments(run)) or _sum_loads(figures),
    )


def _leave_out_lost(counts: Mapping[str, Coverage], lost: Counter[str]) -> dict[str, Coverage]:
    """Counts of groups without needs whose help was revoked: nothing came."""
    return {name: replace(count, met=count.met - lost[name]) for name, count in counts.items()}


def _leave_out_fallen(
    run: RoundRun, contests: Mapping[str, Contest], still_there: Collection[str]
) -> dict[str, Contest]:
    """Contested asks met, without those that came to nothing since. What was open stays open."""
    verdict = find_verdict(run)
    committees = {row.reference: row.committee for row in read_snapshot(run.match_round).needs}
    met = {row.need.reference for row in list_outcomes(run) if was_met(row)}
    fallen: Counter[str] = Counter()
    for ask in () if verdict is None else verdict.contested:
        served = met.intersection(list_members(ask))
        if served and served.isdisjoint(still_there):
            fallen[committees[min(served)]] += 1
    return {
        code: replace(contest, met=contest.met - fallen[code]) for code, contest in contests.items()
    }


def was_met(outcome: NeedOutcome) -> bool:
    """Whether the run found something for the need, even if its promise was revoked since."""
    return outcome.is_met or outcome.ground == PROMISE_REVOKED


def _leave_out_ended(
    run: RoundRun, loads: Mapping[str, Mapping[str, GiverLoad]], assignments: Iterable[Promise]
) -> dict[str, dict[str, GiverLoad]]:
    """Loads by measure, without promises that ended without help: they cost no work."""
    measures = {row.code: name_measure(row) for row in read_snapshot(run.match_round).categories}
    ended: Counter[tuple[str, str | None]] = Counter()
    for row in assignments:
        if row.state in FALLEN_STATES and row.offer is not None:
            ended[row.organisation.code, measures[row.offer.category.code]] += row.units
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


def list_outcomes(run: RoundRun) -> list[NeedOutcome]:
    """What the run found, by need, with the needs."""
    query = (
        select(NeedOutcome)
        .where(NeedOutcome.round_run_id == run.id)
        .options(joinedload(NeedOutcome.need))
        .order_by(NeedOutcome.need_id)
    )
    return list(db.session.scalars(query))


def list_assignments(run: RoundRun) -> list[Promise]:
    """The promises of the run, oldest first."""
    query = select(Promise).where(Promise.round_run_id == run.id).order_by(Promise.id)
    return list(db.session.scalars(query))
