"""What a locked list must remember of the months before, recomputed from their promises."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from tests.quarter.giving import list_rows
from tests.quarter.sums import is_carried

_S, _R = m.PromiseState, m.DeclineReason
_LOST = {_S.DECLINED, _S.EXPIRED, _S.REVOKED, _S.FAILED}
_GIVEN = {_S.DELIVERED, _S.FED_BACK}
_OWN = {_R.NO_LONGER_NEEDED, _R.OTHER_HELP, _R.OTHER_GIVER, _R.AWAY}
_MONTHS_BACK, _ROUNDS_BACK, _PLEDGES_BACK = 6, 5, 12


def find_memory_faults(month: date) -> Iterator[str]:
    """Where the frozen list of a month differs from what the months before it say."""
    match_round = db.session.scalars(select(m.MatchRound).where(m.MatchRound.month == month)).one()
    frozen = json.loads(match_round.snapshot.canonical_json)
    yield from _find_wait_faults(frozen, match_round)
    yield from _find_carry_faults(frozen, match_round)
    yield from _find_history_faults(frozen, month)
    yield from _find_load_faults(frozen, month)
    yield from _find_duty_faults(frozen, match_round)


def _find_wait_faults(frozen: dict[str, Any], match_round: m.MatchRound) -> Iterator[str]:
    waits = _count_waits(match_round)
    for row in frozen.get("needs", ()):
        expected = waits.get(row["reference"], 0)
        if row["waiting"] != expected:
            yield f"{row['reference']} waits {row['waiting']} months in the list, rows: {expected}"


def _find_carry_faults(frozen: dict[str, Any], match_round: m.MatchRound) -> Iterator[str]:
    """What the month before gave in part is in the list with the amount that is missing."""
    listed = {row["reference"]: row for row in frozen.get("needs", ())}
    query = select(m.MatchRound).where(
        m.MatchRound.month < match_round.month, m.MatchRound.published_run_id.is_not(None)
    )
    earlier = db.session.scalars(query.order_by(m.MatchRound.month.desc())).first()
    lines = defaultdict(list)
    for row in list_rows(earlier.published_run_id) if earlier else ():
        if row.need is not None:
            lines[row.need].append(row)
    for need, rows in lines.items():
        if any(row.state not in _LOST | _GIVEN for row in rows):
            continue
        found_by = [row.assignment.round_repair_id or 0 for row in rows]
        pairs = zip(rows, found_by, strict=True)
        decided = sum(row.units for row, found in pairs if found == min(found_by))
        came = sum(row.delivered_units or 0 for row in rows if row.state in _GIVEN)
        is_left = need.state not in (m.NeedState.CLOSED, m.NeedState.WITHDRAWN)
        if not came or not is_left or not is_carried(need, decided - came):
            continue
        is_visit = need.category.kind is m.OfferKind.PEOPLE
        missing = 1 if is_visit else decided - came
        shown = listed.get(need.reference, {}).get("quantity")
        if shown != missing:
            yield f"{need.reference}: {missing} missing of {decided}, list {shown}"


def _count_waits(match_round: m.MatchRound) -> dict[str, int]:
    """Of each need that earlier months decided: one more for each that gave it nothing, or a part
    that is carried over. (What got a part and is in the list was carried.)"""
    waits: dict[str, int] = {}
    query = select(m.MatchRound).where(
        m.MatchRound.month < match_round.month, m.MatchRound.published_run_id.is_not(None)
    )
    for earlier in db.session.scalars(query.order_by(m.MatchRound.month)):
        frozen = json.loads(earlier.snapshot.canonical_json)
        lines = defaultdict(list)
        for row in list_rows(earlier.published_run_id):
            if row.need is not None:
                lines[row.need.reference].append(row)
        grounds = {
            row.need.reference: row.ground
            for row in db.session.scalars(
                select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == earlier.published_run_id)
            )
        }
        for row in frozen.get("needs", ()):
            name = row["reference"]
            had_turn = grounds.get(name) == "left_at_home"
            waits[name] = _count_wait(row["waiting"], lines[name], had_turn)
    return waits


def _count_wait(before: int, rows: list[m.Promise], had_turn: bool) -> int:
    if any(row.state in _GIVEN for row in rows):
        return before + 1
    if any(row.state not in _LOST for row in rows):
        return 0
    helps = _list_helps(rows)
    refused = [any(row.decline_reason in _OWN for row in help_) for help_ in helps]
    is_twice = len(refused) > 1 and refused[-1] and refused[-2]
    return 0 if had_turn or is_twice else before + 1


def _list_helps(rows: list[m.Promise]) -> list[list[m.Promise]]:
    """The promises of a need by the search that found them, in order of time."""
    helps: dict[int, list[m.Promise]] = defaultdict(list)
    for row in rows:
        helps[row.assignment.round_repair_id or 0].append(row)
    return [helps[key] for key in sorted(helps)]


def _find_history_faults(frozen: dict[str, Any], month: date) -> Iterator[str]:
    is_drawn = any(row["contested_open"] for row in _list_ledger(month))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    months = sorted({row["month"] for row in _list_ledger(month)}, reverse=True)[:_ROUNDS_BACK]
    for row in _list_ledger(month):
        if row["scope"] != "committee":
            continue
        if frozen["policy"] == "community/1" and row["month"] >= add_months(month, -_MONTHS_BACK):
            counts[row["reference"]][0] += row["possible"]
            counts[row["reference"]][1] += row["received"]
        elif frozen["policy"] != "community/1" and is_drawn and row["month"] in months:
            counts[row["reference"]][0] += row["contested_open"]
            counts[row["reference"]][1] += row["contested_met"]
    if frozen["policy"] != "community/1":
        counts = {name: found for name, found in counts.items() if found[0]}
    shown = {
        row["committee"]: [row["possible"], row["received"]] for row in frozen.get("history", ())
    }
    for name in counts.keys() | shown.keys():
        if counts.get(name) != shown.get(name):
            yield f"committee {name}: list {shown.get(name)}, ledger {counts.get(name)}"


def _find_load_faults(frozen: dict[str, Any], month: date) -> Iterator[str]:
    if frozen["policy"] == "community/1":
        return
    lines: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    months = sorted({row["month"] for row in _list_ledger(month)}, reverse=True)[:_ROUNDS_BACK]
    for row in _list_ledger(month):
        is_recent = row["month"] >= add_months(month, -_PLEDGES_BACK)
        if row["scope"] == "organisation" and row["pledged"] and is_recent:
            lines[row["reference"], row["measure"]].append(row)
    for row in frozen.get("loads", ()):
        found = lines[row["organisation"], row["measure"]]
        recent = [line["given"] for line in found if line["month"] in months]
        total = sum(line["pledged"] for line in found)
        expected = (sum(recent), -(-total * (len(recent) + 1) // len(found)) if found else 0)
        if (row["carried"], row["agreed"]) != expected:
            shown = (row["carried"], row["agreed"])
            yield f"{row['organisation']} {row['measure']}: list {shown}, ledger {expected}"


def _list_ledger(month: date) -> list[dict[str, Any]]:
    query = select(m.FairnessLedger).where(m.FairnessLedger.month < month)
    return [
        {
            "month": row.month, "scope": row.scope.value, "reference": row.reference,
            "measure": row.measure, "possible": row.possible, "received": row.received,
            "given": row.given, "pledged": row.pledged, "contested_open": row.contested_open,
            "contested_met": row.contested_met,
        }
        for row in db.session.scalars(query)
    ]  # fmt: skip


def _find_duty_faults(frozen: dict[str, Any], match_round: m.MatchRound) -> Iterator[str]:
    """Each pairing has a visit for each week, month or third month that is left of it."""
    listed = Counter(row["pairing"] for row in frozen.get("due_visits", ()))
    expected: Counter[str] = Counter()
    month, locked = match_round.month, (match_round.frozen_at or match_round.opened_at).date()
    weeks = {
        min((day - 1) // 7, 3)
        for day in range(1, (add_months(month, 1) - month).days + 1)
        if month.replace(day=day) > locked
    }
    for row in db.session.scalars(select(m.Pairing)):
        agreements = row.organisation.agreements
        if row.ended_on is not None or row.resident.contact_ended_on or agreements:
            expected[row.reference] = listed[row.reference]  # their own days: see test_asked.py
        elif row.frequency is m.VisitFrequency.WEEKLY:
            expected[row.reference] = len(weeks)
        elif row.frequency is m.VisitFrequency.MONTHLY:
            expected[row.reference] = 1
        else:
            expected[row.reference] = int((month.month - row.starts_on.month) % 3 == 0)
    for name in listed.keys() | expected.keys():
        if listed[name] != expected[name]:
            yield f"pairing {name}: {listed[name]} visits in the list, due {expected[name]}"
