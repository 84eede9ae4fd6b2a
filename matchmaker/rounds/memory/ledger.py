"""What earlier months asked, received and gave, from which later rounds are made fair."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Mapped

from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from matchmaker.kinds import get_rules
from matchmaker.models import FairnessLedger, LedgerScope, MatchRound
from matchmaker.rounds.question.snapshot import (
    CommitteeHistory,
    FrozenCategory,
    FrozenLoad,
    FrozenOffer,
)
from optimizer.rows import VISITS

MONTHS_REMEMBERED = 6  # of the first policy
ROUNDS_REMEMBERED = 5  # of the second policy, besides the present one
MONTHS_OF_PLEDGES = 12


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of a group's needs. ``possible``: the needs that somebody could have met."""

    asked: int
    possible: int
    met: int


@dataclass(frozen=True, slots=True)
class GiverLoad:
    """Units that an organisation pledged for the month, and those that the run uses; no money."""

    pledged: int
    used: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Units that were promised to a need, or by a volunteer, and units that were given.

    measure    what the units are counted in: visits, or a category
    promised   units promised
    given      units given
    asked      units that the need asked for; 0 for a volunteer
    """

    measure: str
    promised: int
    given: int
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Contest:
    """Needs of a committee that others competed for.

    ``open``: the most of them that could have been met; ``met``: those that were.
    """

    open: int
    met: int


def freeze_history(
    subdistrict_id: int, month: date, *, contested: bool = False
) -> tuple[CommitteeHistory, ...]:
    """What was possible and met in the six months before ``month``, in order of committee.

    ``contested``: only needs that several committees competed for, in the last five rounds before;
    committees without any are left out.
    """
    line = FairnessLedger
    query = (
        _sum_counts(line.contested_open, line.contested_met)
        .where(line.month.in_(_list_rounds(subdistrict_id, month)))
        .having(func.sum(line.contested_open) > 0)
        if contested
        else _sum_counts(line.possible, line.received)
        .where(line.month >= add_months(month, -MONTHS_REMEMBERED))
        .where(line.month < month)
    )
    found = db.session.execute(query.where(line.subdistrict_id == subdistrict_id))
    rows = [
        CommitteeHistory(reference, int(possible), int(received))
        for reference, possible, received in found
    ]
    return tuple(sorted(rows, key=lambda row: row.committee))


def _sum_counts(possible: Mapped[int], received: Mapped[int]) -> Select[str, int, int]:
    line = FairnessLedger
    query = select(line.reference, func.sum(possible), func.sum(received))
    return query.where(line.scope == LedgerScope.COMMITTEE).group_by(line.reference)


Measure = tuple[str, str]  # code of the organisation; visits, or the code of a category


def name_measure(category: FrozenCategory) -> str | None:
    """Return in what a giver's load is counted: visits, or the category; None if it is no load."""
    rules = get_rules(category.kind)
    if not rules.is_load:
        return None  # giving money takes nobody's time
    return VISITS if rules.has_volunteers else category.code


def count_pledges(
    offers: Iterable[FrozenOffer], categories: Iterable[FrozenCategory]
) -> Counter[Measure]:
    """Sum the units offered by organisation and measure; offers of money do not count."""
    measures = {row.code: name_measure(row) for row in categories}
    pledged: Counter[Measure] = Counter()
    for row in offers:
        measure = measures[row.category]
        if measure is not None:
            pledged[row.organisation, measure] += row.capacity
    return pledged


def freeze_loads(
    subdistrict_id: int, month: date, pledged: Collection[Measure]
) -> tuple[FrozenLoad, ...]:
    """What the givers in ``pledged`` carried in the last five rounds, and what they agreed to.

    No agreement names amounts. A giver has therefore agreed to the mean of its pledges of the
    twelve months before, once for each of these rounds that it took part in and once for this one.
    A giver without a pledge in these months has no row: it has carried nothing, and agrees to what
    it pledges now. Rows are in order of organisation and measure.
    """
    line = FairnessLedger
    query = (
        select(line.reference, line.measure, line.month, line.pledged, line.given)
        .where(line.subdistrict_id == subdistrict_id, line.scope == LedgerScope.ORGANISATION)
        .where(line.month >= add_months(month, -MONTHS_OF_PLEDGES), line.month < month)
        .where(line.pledged > 0)
    )
    months = set(_list_rounds(subdistrict_id, month))
    lines: dict[Measure, list[tuple[date, int, int]]] = defaultdict(list)
    for reference, measure, past, offered, given in db.session.execute(query):
        if (reference, measure) in pledged:
            lines[reference, measure].append((past, offered, given))
    return tuple(_add_up(key, found, months) for key, found in sorted(lines.items()))


def _add_up(key: Measure, lines: list[tuple[date, int, int]], months: set[date]) -> FrozenLoad:
    total = sum(offered for _month, offered, _given in lines)
    recent = [given for past, _offered, given in lines if past in months]
    agreed = -(-total * (len(recent) + 1) // len(lines))  # rounded up: never nothing
    return FrozenLoad(*key, carried=sum(recent), agreed=agreed)


def _list_rounds(subdistrict_id: int, month: date) -> list[date]:
    """The last five months before ``month`` with lines in the ledger, latest first."""
    query = (
        select(FairnessLedger.month)
        .where(FairnessLedger.subdistrict_id == subdistrict_id, FairnessLedger.month < month)
        .distinct()
        .order_by(FairnessLedger.month.desc())
    )
    return list(db.session.scalars(query.limit(ROUNDS_REMEMBERED)))


def write_ledger(
    match_round: MatchRound,
    *,
    households: Mapping[str, Coverage],
    committees: Mapping[str, Coverage],
    contests: Mapping[str, Contest],
    loads: Mapping[str, Mapping[str, GiverLoad]],
) -> None:
    """Write the lines of a published month: households, committees, organisations by measure.

    Adds rows only; the caller has erased the lines that these replace.
    """
    nothing, no_contest = Coverage(0, 0, 0), Contest(0, 0)
    named = {
        reference: committees.get(reference, nothing) for reference in (*committees, *contests)
    }
    for scope, counts in ((LedgerScope.HOUSEHOLD, households), (LedgerScope.COMMITTEE, named)):
        for reference, count in counts.items():
            line = _make_line(match_round, scope, reference)
            line.asked, line.possible, line.received = count.asked, count.possible, count.met
            if scope is LedgerScope.COMMITTEE:
                contest = contests.get(reference, no_contest)
                line.contested_open, line.contested_met = contest.open, contest.met
            db.session.add(line)
    for reference, by_measure in loads.items():
        for measure, load in by_measure.items():
            line = _make_line(match_round, LedgerScope.ORGANISATION, reference)
            line.measure, line.pledged, line.given = measure, load.pledged, load.used
            db.session.add(line)
    db.session.flush()


def write_deliveries(
    match_round: MatchRound, *, needs: Mapping[str, Delivery], volunteers: Mapping[str, Delivery]
) -> None:
    """Write the further lines of a closed month: its needs and volunteers, keyed by reference."""
    for scope, found in ((LedgerScope.NEED, needs), (LedgerScope.VOLUNTEER, volunteers)):
        for reference, delivery in found.items():
            line = _make_line(match_round, scope, reference)
            line.measure, line.asked = delivery.measure, delivery.asked
            line.pledged, line.given = delivery.promised, delivery.given
            db.session.add(line)
    db.session.flush()


def erase_ledger(match_round: MatchRound) -> None:
    """Delete all lines of a month, because it is withdrawn or they are written again."""
    db.session.execute(
        delete(FairnessLedger)
        .where(FairnessLedger.subdistrict_id == match_round.subdistrict_id)
        .where(FairnessLedger.month == match_round.month)
    )


def erase_lines(match_round: MatchRound, scope: LedgerScope, references: Collection[str]) -> None:
    """Delete the lines of some groups of a month, before they are written again."""
    line = FairnessLedger
    db.session.execute(
        delete(line)
        .where(line.subdistrict_id == match_round.subdistrict_id, line.month == match_round.month)
        .where(line.scope == scope, line.reference.in_(references))
    )


def _make_line(match_round: MatchRound, scope: LedgerScope, reference: str) -> FairnessLedger:
    return FairnessLedger(
        subdistrict_id=match_round.subdistrict_id,
        month=match_round.month,
        scope=scope,
        reference=reference,
    )
