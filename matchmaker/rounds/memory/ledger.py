"""What earlier months asked, received and gave, which later rounds use to be fair."""

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
    """Counts of a group's needs. ``possible``: those that somebody could have met."""

    asked: int
    possible: int
    met: int


@dataclass(frozen=True, slots=True)
class GiverLoad:
    """Units that an organisation pledged for the month and that the run uses, money excluded."""

    pledged: int
    used: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Units that a need or a volunteer was promised or promised, and that were given. ``asked``: of
    a need alone."""

    measure: str
    promised: int
    given: int
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Contest:
    """Needs of a committee that others competed for: the most it could have had met, and met."""

    open: int
    met: int


def freeze_history(
    subdistrict_id: int, month: date, *, contested: bool = False
) -> tuple[CommitteeHistory, ...]:
    """For each committee, what was possible and met in the six months before ``month``.

    ``contested``: only needs that several committees competed for, in the five rounds before.
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
    """What a giver's load is counted in: visits, or the category; None if it is no load."""
    rules = get_rules(category.kind)
    if not rules.is_load:
        return None  # giving money takes nobody's time
    return VISITS if rules.has_volunteers else category.code


def count_pledges(
    offers: Iterable[FrozenOffer], categories: Iterable[FrozenCategory]
) -> Counter[Measure]:
    """Units offered by organisation and measure."""
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
    """What givers of the month (``pledged``) carried in the five rounds before, and agreed to.

    No agreement names amounts, so a giver has agreed to the mean of its pledges of the twelve
    months before, in each of these rounds that it took part in and in this one. Who pledges for the
    first time has no row: it has carried nothing, and agrees to what it pledges now.
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
    """The months of the last published rounds before ``month``, latest first."""
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
    """The lines of a published month: households, committees, organisations by measure."""
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
    """The lines that a closed month has besides: needs and volunteers, by reference."""
    for scope, found in ((LedgerScope.NEED, needs), (LedgerScope.VOLUNTEER, volunteers)):
        for reference, delivery in found.items():
            line = _make_line(match_round, scope, reference)
            line.measure, line.asked = delivery.measure, delivery.asked
            line.pledged, line.given = delivery.promised, delivery.given
            db.session.add(line)
    db.session.flush()


def erase_ledger(match_round: MatchRound) -> None:
    """Delete a withdrawn month's lines; its next publication writes them again."""
    db.session.execute(
        delete(FairnessLedger)
        .where(FairnessLedger.subdistrict_id == match_round.subdistrict_id)
        .where(FairnessLedger.month == match_round.month)
    )


def erase_lines(match_round: MatchRound, scope: LedgerScope, references: Collection[str]) -> None:
    """Delete the lines of some groups of a month, which are written again."""
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
