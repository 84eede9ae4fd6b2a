"""What the rows of a published month say today, read by code of its own: who keeps what, who waits.

Each end of a promise takes away what the rules of a month say, in one table.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from tests.quarter.giving import last_day_of

Row = dict[str, Any]
Line = tuple[str, str, str | None, str | None]  # need, stock, person, slot
_D, _F, _V = m.DeclineReason, m.FailReason, m.RevokeReason

# What each end of a promise takes away, in the words of the month's rules.
UNITS, PERSON, COUPLE, GIVER, WISH, NOTHING = (
    "units and time", "the person", "these two", "the giver for this home", "the wish", "nothing",
)  # fmt: skip
_SAID: Mapping[Any, str] = {
    _D.NO_CAPACITY: UNITS, _D.PERSON_ILL: PERSON, _D.UNSUITABLE: COUPLE, _D.UNSAFE: GIVER,
    _D.OTHER_GIVER: GIVER, _D.AWAY: WISH, _D.NO_LONGER_NEEDED: WISH, _D.OTHER_HELP: WISH,
    _F.GIVER_ABSENT: UNITS, _F.WRONG_THING: UNITS, _F.UNSAFE: GIVER,
    _F.RECIPIENT_ABSENT: NOTHING, _F.WEATHER: NOTHING,
    _V.REST_TOO_LITTLE: NOTHING, _V.NEED_WITHDRAWN: WISH, _V.PAIRING_ENDED: WISH,
    _V.CONTACT_ENDED: WISH,
}  # fmt: skip


_TO_COME = {
    m.PromiseState.AWAITING_GIVER,
    m.PromiseState.AWAITING_RECIPIENT,
    m.PromiseState.CONFIRMED,
}


@dataclass(slots=True)
class Known:
    """What rows say of a published month. Lines are (need, stock, person, slot) -> units."""

    question: Row
    today: date
    month: date
    held: Counter[Line] = field(default_factory=Counter)
    fallen: list[tuple[Line, int, str, bool]] = field(default_factory=list)  # and: is it nobody's
    wanted: Counter[str] = field(default_factory=Counter)  # by ask of the question
    away: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # person -> days
    shut: set[str] = field(default_factory=set)  # stocks that give nothing now

    @property
    def is_drawn(self) -> bool:
        """Whether the month is decided by turns and a draw."""
        return any(stage["kind"] == "draw" for stage in self.question["policy"]["stages"])

    @property
    def days_left(self) -> set[str]:
        """The days of the month after today, as the question names them."""
        first = max(self.today + timedelta(days=1), self.month)
        return (
            {f"{day:02d}" for day in range(first.day, last_day_of(self.month).day + 1)}
            if (first <= last_day_of(self.month))
            else set()
        )


def read_known(run: m.RoundRun, today: date) -> Known:
    """What the rows of a published run say today."""
    match_round = run.match_round
    known = Known(json.loads(run.problem_json), today, match_round.month)
    frozen = json.loads(match_round.snapshot.canonical_json)
    stocks = {row_id: name for name, row_id in match_round.snapshot.offer_ids.items()}
    persons = {
        row["reference"]: row.get("person") or row["reference"] for row in frozen["volunteers"]
    }
    asks = {part: row["id"] for row in known.question["needs"] for part in row["id"].split("+")}
    query = select(m.Promise).where(m.Promise.round_run_id == run.id).order_by(m.Promise.id)
    rows = list(db.session.scalars(query))
    for row in rows:
        need = asks[row.need.reference] if row.need else _find_visit(known, row)
        person = persons[row.volunteer.reference] if row.volunteer else None
        line = (need, stocks[row.offer_id], person, row.slot)
        if _is_over(row):
            said = _name_end(row)
            known.fallen.append((line, row.units, said, _is_nobodys_fault(row, said)))
        else:
            known.held[line] += row.units
    _count_wanted(known, run, rows, frozen, asks)
    _read_givers(known, stocks, persons)
    return known


def _find_visit(known: Known, row: m.Promise) -> str:
    week = (row.slot or "").partition("-")[0]
    return next(
        need["id"]
        for need in known.question["needs"]
        if need["id"].startswith(f"{row.pairing.reference}#")
        and any(slot.partition("-")[0] == week for slot in need["slots"])
    )


def _is_over(row: m.Promise) -> bool:
    return row.state in (m.PromiseState.EXPIRED, m.PromiseState.REVOKED) or bool(row.freed_at)


def _name_end(row: m.Promise) -> str:
    if row.state is m.PromiseState.REVOKED:
        return _SAID.get(row.revoked_reason, COUPLE)
    if row.state is m.PromiseState.FAILED:
        return _SAID[row.fail_reason]
    if row.state is m.PromiseState.EXPIRED:
        return WISH if row.answered_at else UNITS
    return _SAID.get(row.decline_reason, UNITS)


def _is_nobodys_fault(row: m.Promise, said: str) -> bool:
    own = row.decline_reason is _D.OTHER_GIVER or row.fail_reason is _F.RECIPIENT_ABSENT
    return said != WISH and not own


# Who waits.


def _count_wanted(
    known: Known, run: m.RoundRun, rows: list[m.Promise], frozen: Row, asks: Mapping[str, str]
) -> None:
    held = {line[0] for line in known.held}
    out = {line[0] for line, _units, said, _ in known.fallen if said == WISH}
    had_turn = set(
        db.session.scalars(
            select(m.Need.reference)
            .join(m.NeedOutcome, m.NeedOutcome.need_id == m.Need.id)
            .where(m.NeedOutcome.round_run_id == run.id, m.NeedOutcome.ground == "left_at_home")
        )
    )
    # What is missing of a part that came waits for the next list.
    done = (m.PromiseState.DELIVERED, m.PromiseState.FED_BACK)
    had_turn |= {row.need.reference for row in rows if row.need and row.state in done}
    quantities = {row["reference"]: row["quantity"] for row in frozen["needs"]}
    query = select(m.Need).where(m.Need.reference.in_(quantities))
    for need in db.session.scalars(query):
        name = need.reference
        if asks[name] in out:
            continue
        if need.state is m.NeedState.OPEN and name not in had_turn:
            known.wanted[asks[name]] += min(need.quantity, quantities[name])
        elif need.state is m.NeedState.MATCHED:
            known.wanted[asks[name]] += max(0, _count_missing(need, rows))
    for row in known.question["needs"]:
        if row.get("duty") and row["id"] not in held | out and _is_due(known, row):
            known.wanted[row["id"]] = 1
    known.wanted = +known.wanted


def _count_missing(need: m.Need, rows: list[m.Promise]) -> int:
    own = [row for row in rows if row.need_id == need.id]
    decided = sum(row.units for row in own if row.assignment.round_repair_id is None)
    left = sum(row.units for row in own if not _is_over(row))
    if not any(row.state in _TO_COME for row in own):
        return 0  # the next list has it
    return decided - left if left else 0


def _is_due(known: Known, visit: Row) -> bool:
    """Whether a day of one of its weeks is still to come, while the pairing lasts."""
    reference = visit["id"].partition("#")[0]
    pairing = db.session.scalars(select(m.Pairing).where(m.Pairing.reference == reference)).one()
    weeks = {slot.partition("-")[0] for slot in visit["slots"]}
    left = {f"W{min((int(day) - 1) // 7, 3) + 1}" for day in known.days_left}
    ended = pairing.ended_on is not None or pairing.resident.contact_ended_on is not None
    return not ended and bool(weeks & left)


# Who gives.


def _read_givers(known: Known, stocks: Mapping[int, str], persons: Mapping[str, str]) -> None:
    for away in db.session.scalars(select(m.VolunteerAbsence)):
        for name in filter(None, [persons.get(away.volunteer.reference)]):
            day = away.first_day
            while day <= away.last_day:
                if (day.year, day.month) == (known.month.year, known.month.month):
                    known.away[name].add(f"{day.day:02d}")
                day += timedelta(days=1)
    query = select(m.Offer).where(m.Offer.id.in_(stocks), m.Offer.state != m.OfferState.OPEN)
    known.shut = {stocks[row.id] for row in db.session.scalars(query)}
