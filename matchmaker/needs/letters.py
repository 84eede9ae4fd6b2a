"""The letter of a month: all that its published run found for one resident, request by request.

The resident reads it on one page, as does a family proxy; for those without an account the
committee prints it. Reads only.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select
from sqlalchemy.orm import contains_eager

from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    Household,
    MatchRound,
    Need,
    NeedOutcome,
    NeedState,
    Pairing,
    PairingEnd,
    Promise,
    Resident,
    RevokeReason,
    RoundRun,
    User,
)
from matchmaker.needs.history import (
    Coming,
    RoundResult,
    find_results,
    join_promises,
    load_giving,
)
from matchmaker.notices.paper import hears_on_paper
from matchmaker.promises.falls import is_without_fault
from matchmaker.promises.states import RECIPIENT_REASONS
from matchmaker.scopes import is_in_scope


@dataclass(frozen=True, slots=True)
class PairingVisits:
    """The visits of one pairing in a month.

    coming       empty if all promises of it ended
    is_unwanted  whether they all ended through a wish, refusal or absence of the resident, or with
                 the pairing
    was_refused  whether the resident said no to one of them
    end          why the pairing ended, if promises ended with it; None: nobody said, or it did not
    """

    pairing: Pairing
    coming: list[Coming]
    is_unwanted: bool
    was_refused: bool
    end: PairingEnd | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What the published run of ``month`` found for a resident.

    results   of requests that were not withdrawn, in order of reference
    visits    of the resident's pairings, in order of reference
    """

    resident: Resident
    month: date
    results: list[RoundResult]
    visits: list[PairingVisits]

    @property
    def committee(self) -> Committee:
        """The resident's committee."""
        return self.resident.household.committee

    @property
    def waits_for_recipient(self) -> bool:
        """Whether the resident is asked about help for any request of the letter."""
        return any(row.waits_for_recipient for row in self.results)


def read_letter(resident: Resident, month: date | None = None) -> tuple[Letter | None, list[date]]:
    """The resident's letter of a month, by default of the latest, and all months that have one.

    The letter is None if no published run of the month found anything to say. Months are latest
    first.
    """
    query = (
        select(RoundRun)
        .join(RoundRun.match_round)
        .where(RoundRun.id.in_(_select_runs(Resident.id == resident.id)))
        .options(contains_eager(RoundRun.match_round))
        .order_by(MatchRound.month.desc())
    )
    runs = {run.match_round.month: run for run in db.session.scalars(query)}
    run = runs.get(month or next(iter(runs), date.min))
    return (None if run is None else _write(run, [resident])[0]), list(runs)


def find_latest_month(actor: User) -> date | None:
    """The latest published month with a letter for a resident in the actor's scope."""
    runs = _select_runs(is_in_scope(Resident, actor))
    query = select(func.max(MatchRound.month)).where(MatchRound.published_run_id.in_(runs))
    return db.session.scalar(query)


def list_letters(actor: User, committee: Committee, month: date) -> list[Letter]:
    """The letters of a month for the committee's residents who hear on paper, in order of name."""
    query = select(RoundRun).join(MatchRound, MatchRound.published_run_id == RoundRun.id)
    of_office = MatchRound.subdistrict_id == committee.subdistrict_id
    run = db.session.scalar(query.where(MatchRound.month == month, of_office))
    if run is None:
        return []
    residents = (
        select(Resident)
        .join(Resident.household)
        .where(Resident.id.in_(_select_answered(RoundRun.id == run.id)))
        .where(is_in_scope(Resident, actor), hears_on_paper())
        .where(Household.committee_id == committee.id)
        .options(contains_eager(Resident.household).joinedload(Household.committee))
        .order_by(Resident.sort_key, Resident.id)
    )
    return _write(run, db.session.scalars(residents).all())


def count_letters(actor: User, month: date) -> Mapping[int, int]:
    """How many letters ``list_letters`` has, keyed by committee id; only committees with some."""
    published = select(MatchRound.published_run_id).where(MatchRound.month == month)
    counts = (
        select(Household.committee_id, func.count(Resident.id))
        .join(Resident, Resident.household_id == Household.id)
        .where(Resident.id.in_(_select_answered(RoundRun.id.in_(published))))
        .where(is_in_scope(Resident, actor), hears_on_paper())
        .group_by(Household.committee_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counts)}


_IS_KEPT = Need.state != NeedState.WITHDRAWN


def _select_answered(runs: ColumnElement[bool]) -> Select[int]:
    """The ids of residents with a request, not withdrawn, or a visit of a pairing in the runs."""
    of_needs = (
        select(Need.resident_id)
        .join(NeedOutcome, NeedOutcome.need_id == Need.id)
        .join(RoundRun, RoundRun.id == NeedOutcome.round_run_id)
    )
    of_pairings = (
        select(Pairing.resident_id)
        .join(Promise, Promise.pairing_id == Pairing.id)
        .join(RoundRun, RoundRun.id == Promise.round_run_id)
    )
    both = of_needs.where(runs, _IS_KEPT).union(of_pairings.where(runs)).subquery()
    return select(both.c.resident_id)


def _select_runs(residents: ColumnElement[bool]) -> CompoundSelect[int]:
    """The ids of the published runs with something in the letter of any of the residents."""
    is_published = RoundRun.id.in_(select(MatchRound.published_run_id))
    chosen = select(Resident.id).where(residents)
    of_needs = (
        select(NeedOutcome.round_run_id)
        .join(Need, Need.id == NeedOutcome.need_id)
        .join(RoundRun, RoundRun.id == NeedOutcome.round_run_id)
        .where(Need.resident_id.in_(chosen), _IS_KEPT, is_published)
    )
    of_pairings = (
        select(Promise.round_run_id)
        .join(Pairing, Pairing.id == Promise.pairing_id)
        .join(RoundRun, RoundRun.id == Promise.round_run_id)
        .where(Pairing.resident_id.in_(chosen), is_published)
    )
    return of_needs.union(of_pairings)


def _write(run: RoundRun, residents: Sequence[Resident]) -> list[Letter]:
    ids = [row.id for row in residents]
    results, visits = _find_results(run, ids), _find_visits(run, ids)
    month = run.match_round.month
    return [Letter(row, month, results[row.id], visits[row.id]) for row in residents]


def _find_results(run: RoundRun, ids: Collection[int]) -> Mapping[int, list[RoundResult]]:
    asked = (
        select(Need.id)
        .join(NeedOutcome, NeedOutcome.need_id == Need.id)
        .where(NeedOutcome.round_run_id == run.id, Need.resident_id.in_(ids), _IS_KEPT)
    )
    found: dict[int, list[RoundResult]] = defaultdict(list)
    for row in find_results(run, db.session.scalars(asked).all()):
        found[row.outcome.need.resident_id].append(row)
    return found


def _find_visits(run: RoundRun, ids: Collection[int]) -> Mapping[int, list[PairingVisits]]:
    query = (
        select(Promise)
        .join(Promise.pairing)
        .where(Promise.round_run_id == run.id, Pairing.resident_id.in_(ids))
        .options(contains_eager(Promise.pairing).joinedload(Pairing.category), *load_giving())
        .order_by(Pairing.reference, Promise.slot, Promise.id)
    )
    by_pairing: dict[Pairing, list[Promise]] = defaultdict(list)
    for row in db.session.scalars(query):
        if row.pairing is not None:
            by_pairing[row.pairing].append(row)
    return _group(_join(key, rows) for key, rows in by_pairing.items())


def _join(pairing: Pairing, rows: Sequence[Promise]) -> PairingVisits:
    has_ended = any(row.revoked_reason is RevokeReason.PAIRING_ENDED for row in rows)
    return PairingVisits(
        pairing,
        join_promises(rows),
        is_unwanted=not any(is_without_fault(row) for row in rows),
        was_refused=any(row.decline_reason in RECIPIENT_REASONS for row in rows),
        end=pairing.end_reason if has_ended else None,
    )


def _group(visits: Iterable[PairingVisits]) -> Mapping[int, list[PairingVisits]]:
    found: dict[int, list[PairingVisits]] = defaultdict(list)
    for row in visits:
        found[row.pairing.resident_id].append(row)
    return found
