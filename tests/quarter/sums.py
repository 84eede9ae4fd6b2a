"""Sums recomputed from rows by plain code: nothing twice, every promise once in the funnel, the
ledger what was given. Each function returns its faults as sentences.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.promises import board
from tests.quarter.giving import list_rows
from tests.quarter.replay import Walk

_S = m.PromiseState
_NOTHING_COMES = {_S.DECLINED, _S.EXPIRED, _S.REVOKED, _S.FAILED}
_GIVEN = {_S.DELIVERED, _S.FED_BACK}


# Nothing twice.


def find_twice(run_id: int) -> Iterator[str]:
    """What is promised twice in a published month, or above what there is."""
    rows = [row for row in list_rows(run_id) if row.state not in _NOTHING_COMES]
    yield from _find_twice_by_person(rows)
    yield from _find_above_offers(rows)
    yield from _find_above_needs(rows, run_id)
    yield from _find_twice_in_sessions(rows)


def _find_twice_by_person(rows: Sequence[m.Promise]) -> Iterator[str]:
    at: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    visits: Counter[int] = Counter()
    for row in rows:
        if row.volunteer is not None:
            at[row.volunteer.person_id, row.slot].append(row.id)
            visits[row.volunteer.person_id] += 1
    for (person, slot), ids in at.items():
        if len(ids) > 1:
            yield f"person {person} comes {len(ids)} times in {slot}: promises {ids}"
    most: dict[int, int] = {}
    for entry in db.session.scalars(select(m.Volunteer).where(m.Volunteer.person_id.in_(visits))):
        most[entry.person_id] = min(most.get(entry.person_id, 99), entry.visits_per_month)
    for person, count in visits.items():
        if count > most[person]:
            yield f"person {person} makes {count} visits, at most {most[person]}"


def _find_above_offers(rows: Sequence[m.Promise]) -> Iterator[str]:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.offer_id or 0] += row.units
    for offer in db.session.scalars(select(m.Offer).where(m.Offer.id.in_(units))):
        if units[offer.id] > offer.capacity_per_month:
            yield f"offer {offer.id} gives {units[offer.id]} of {offer.capacity_per_month}"


def _find_above_needs(rows: Sequence[m.Promise], run_id: int) -> Iterator[str]:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.need_id or 0] += row.units
    for need in db.session.scalars(select(m.Need).where(m.Need.id.in_(units))):
        is_visit = need.category.kind is m.OfferKind.PEOPLE
        most = need.category.people_per_visit if is_visit else need.quantity + need.given_quantity
        if units[need.id] > most:
            yield f"need {need.reference} gets {units[need.id]} of {most}"
    open_here = {row.need_id for row in rows if row.need_id and row.state not in _GIVEN}
    elsewhere = select(m.Promise.id, m.Promise.need_id).where(
        m.Promise.need_id.in_(open_here),
        m.Promise.round_run_id != run_id,
        m.Promise.state.not_in({*_NOTHING_COMES, *_GIVEN, _S.PROPOSED}),
    )
    for promise_id, need_id in db.session.execute(elsewhere):
        yield f"need {need_id} is promised in another month too: promise {promise_id}"


def _find_twice_in_sessions(rows: Sequence[m.Promise]) -> Iterator[str]:
    numbers: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.session_id is not None:
            numbers[row.session_id].append(row.number or 0)
    for session in db.session.scalars(select(m.Session).where(m.Session.id.in_(numbers))):
        found = numbers[session.id]
        if len(set(found)) < len(found):
            yield f"session {session.id} has a number twice: {sorted(found)}"
        if session.most is not None and len(found) > session.most:
            yield f"session {session.id} has {len(found)} of {session.most} numbers"


# The funnel.


@dataclass(frozen=True, slots=True)
class Steps:
    """How many promises of a month reached each step, and where the others were lost."""

    promised: int
    accepted: int
    confirmed: int
    delivered: int
    fed_back: int
    failed: int
    lost_before_yes: int
    lost_before_agreed: int
    lost_after_agreed: int
    open: int


def count_steps(rows: Iterable[m.Promise], walks: Mapping[int, Walk]) -> Steps:
    """The funnel by what people did: the audit events of each promise."""
    count: Counter[str] = Counter()
    for row in rows:
        walk = walks[row.id]
        state = row.state if walk.is_left(row.state) else walk.state
        count["promised"] += 1
        count["accepted"] += walk.accepted
        count["confirmed"] += walk.agreed
        count["delivered"] += state in _GIVEN
        count["fed_back"] += state is _S.FED_BACK
        count["failed"] += state is _S.FAILED
        is_lost = state in _NOTHING_COMES - {_S.FAILED}
        count["lost_before_yes"] += is_lost and not walk.accepted
        count["lost_before_agreed"] += is_lost and walk.accepted and not walk.agreed
        count["lost_after_agreed"] += is_lost and walk.agreed
        count["open"] += state not in _NOTHING_COMES | _GIVEN
    return Steps(**{name: count[name] for name in Steps.__dataclass_fields__})


def find_funnel_faults(run: m.RoundRun, walks: Mapping[int, Walk], today: date) -> Iterator[str]:
    """Where the board differs from what people did, and where a leak is not accounted for."""
    steps, funnel = count_steps(list_rows(run.id), walks), board.count_funnel(run, today)
    for name in ("promised", "accepted", "confirmed", "delivered", "fed_back", "failed", "open"):
        mine, shown = getattr(steps, name), getattr(funnel, name)
        if mine != shown:
            yield f"the board shows {shown} {name}, people did {mine}"
    ended = steps.lost_before_yes + steps.lost_before_agreed + steps.lost_after_agreed
    if ended != funnel.ended:
        yield f"the board shows {funnel.ended} ended, people did {ended}"
    if steps.promised != steps.delivered + steps.failed + ended + steps.open:
        yield f"a promise is lost on the way: {steps}"
    for by in board.Grouping:
        rows = [row.funnel for row in board.list_board(run, by, today)]
        for name in board.Funnel.__dataclass_fields__:
            total = sum(getattr(row, name) for row in rows)
            if total != getattr(funnel, name):
                yield f"{name} by {by}: {total}, together {getattr(funnel, name)}"


# Needs and ledger, once a month is closed.


def find_state_faults(run: m.RoundRun) -> Iterator[str]:
    """Needs whose state is not what was given, and promises that were left open."""
    units: dict[int, list[m.Promise]] = defaultdict(list)
    for row in list_rows(run.id):
        if row.state not in _NOTHING_COMES | _GIVEN:
            yield f"promise {row.id} is open after the close: {row.state.value}"
        if row.need_id is not None:
            units[row.need_id].append(row)
    query = select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == run.id)
    for outcome in db.session.scalars(query):
        need, rows = outcome.need, units.get(outcome.need_id, [])
        yield from _find_state_faults_of(need, rows)
        given = sum(row.units for row in rows if row.state in _GIVEN)
        if (outcome.is_met, outcome.received_units) != (given > 0, given):
            yield f"{need.reference}: the outcome says {outcome.received_units}, given {given}"


def _find_state_faults_of(need: m.Need, rows: Sequence[m.Promise]) -> Iterator[str]:
    given = [row for row in rows if row.state in _GIVEN]
    if not given:
        is_met = need.state in (
            m.NeedState.MATCHED, m.NeedState.SERVED, m.NeedState.PARTLY_SERVED
        )  # fmt: skip
        if is_met and not _has_later(need, rows):
            yield f"{need.reference} got nothing and is {need.state.value}"
        return
    found_by = [row.assignment.round_repair_id or 0 for row in rows]
    decided = sum(
        row.units for row, found in zip(rows, found_by, strict=True) if found == min(found_by)
    )
    came = sum(row.delivered_units or 0 for row in given)
    was_agreed = any(row.code and row.state in _NOTHING_COMES for row in rows)
    allowed = {m.NeedState.CLOSED, m.NeedState.SERVED, m.NeedState.PARTLY_SERVED}
    if is_carried(need, decided - came):
        yield from _find_carry_faults(need, rows)
        return
    if came >= decided:
        allowed.remove(m.NeedState.PARTLY_SERVED)
    elif was_agreed or any((row.delivered_units or 0) < row.units for row in given):
        allowed.remove(m.NeedState.SERVED)
    if need.state not in allowed:
        yield f"{need.reference} got {came} of {decided} and is {need.state.value}"


def _find_carry_faults(need: m.Need, rows: Sequence[m.Promise]) -> Iterator[str]:
    is_over = need.state in (m.NeedState.SERVED, m.NeedState.PARTLY_SERVED)
    if is_over and not _has_later(need, rows):
        yield f"{need.reference} got a part, and nothing waits on"


def is_carried(need: m.Need, missing: int) -> bool:
    """Whether what is missing of a need waits for the next list: a visit whole, else what helps."""
    is_visit = need.category.kind is m.OfferKind.PEOPLE
    return missing > 0 if is_visit else missing >= (need.category.least_quantity or 1)


def _has_later(need: m.Need, rows: Sequence[m.Promise]) -> bool:
    later = select(m.Promise.id).where(
        m.Promise.need_id == need.id, m.Promise.id.not_in([row.id for row in rows])
    )
    return db.session.scalars(later).first() is not None


def find_ledger_faults(run: m.RoundRun) -> Iterator[str]:
    """Lines of the ledger that are not the sum of what was given."""
    match_round = run.match_round
    frozen: dict[str, Any] = _read_frozen(match_round)
    lines = db.session.scalars(
        select(m.FairnessLedger).where(m.FairnessLedger.month == match_round.month)
    ).all()
    rows = list_rows(run.id)
    served = {row.need_id for row in rows if row.state in _GIVEN and row.need_id}
    needs = {
        need.reference: need
        for need in db.session.scalars(
            select(m.Need).where(m.Need.reference.in_([n["reference"] for n in frozen["needs"]]))
        )
    }
    for scope, column in (
        (m.LedgerScope.HOUSEHOLD, "household"),
        (m.LedgerScope.COMMITTEE, "committee"),
    ):
        asked, met = Counter[str](), Counter[str]()
        for row in frozen["needs"]:
            asked[row[column]] += 1
            met[row[column]] += needs[row["reference"]].id in served
        shown = {line.reference: line for line in lines if line.scope is scope}
        for name in asked.keys() | shown.keys():
            line = shown.get(name)
            found = (line.asked, line.received) if line else (0, 0)
            if found != (asked[name], met[name]):
                yield f"{scope.value} {name}: ledger {found}, rows {(asked[name], met[name])}"
    yield from _find_load_faults(frozen, lines, rows)


def _find_load_faults(
    frozen: dict[str, Any], lines: Sequence[m.FairnessLedger], rows: Sequence[m.Promise]
) -> Iterator[str]:
    kinds = {row["code"]: row["kind"] for row in frozen["categories"]}
    given: Counter[tuple[str, str]] = Counter()
    pledged: Counter[tuple[str, str]] = Counter()
    for offer in frozen["offers"]:
        if kinds[offer["category"]] != "funds":
            pledged[offer["organisation"], _name(kinds, offer["category"])] += offer["capacity"]
    for row in rows:
        code = row.asked.category.code
        if row.state in _GIVEN and kinds[code] != "funds":
            given[row.organisation.code, _name(kinds, code)] += row.delivered_units or 0
    shown = {
        (line.reference, line.measure): line
        for line in lines
        if line.scope is m.LedgerScope.ORGANISATION
    }
    for key in given.keys() | shown.keys() | pledged.keys():
        line = shown.get(key)
        found = (line.pledged, line.given) if line else (0, 0)
        if found != (pledged[key], given[key]):
            yield f"{key}: ledger pledged, given {found}, rows {(pledged[key], given[key])}"


def _name(kinds: Mapping[str, str], category: str) -> str:
    return "visits" if kinds[category] == "people" else category


def _read_frozen(match_round: m.MatchRound) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(match_round.snapshot.canonical_json)
    return found
