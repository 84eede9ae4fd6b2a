"""How much of an offer with a stock is gone: given, promised, and set aside for a locked month."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, Offer, Promise, RoundRun
from matchmaker.promises.facts import is_published
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES


@dataclass(frozen=True, slots=True)
class Gone:
    """Units of an offer that published months gave, and that they promise and have not given."""

    given: int = 0
    promised: int = 0

    @property
    def units(self) -> int:
        """Given and promised together."""
        return self.given + self.promised


def count_gone(offer: Offer) -> Gone:
    """What published months gave and promise of the offer."""
    return _count_gone([offer.id], None).get(offer.id, Gone())


def count_left(offers: Collection[Offer], month: date) -> dict[int, int]:
    """The units that offers with a stock have left for the month, keyed by id; 0 at least.

    What this month itself promises does not count. A list of another month that is locked and not
    published sets aside all that it may promise. Offers without a stock are left out.
    """
    limited = [row for row in offers if row.stock is not None]
    if not limited:
        return {}
    stocks = {row.id: row.stock or 0 for row in limited}
    gone, aside = _count_gone(stocks, month), _count_aside(limited, month)
    return {
        row_id: max(stock - gone.get(row_id, Gone()).units - aside[row_id], 0)
        for row_id, stock in stocks.items()
    }


def count_aside(offer: Offer) -> int:
    """The units that locked months without a publication may promise of the offer."""
    return _count_aside([offer], None)[offer.id]


def _count_gone(offer_ids: Collection[int], beside: date | None) -> dict[int, Gone]:
    """What is gone of each offer; promises of the month ``beside`` do not count."""
    is_done = Promise.state.in_(DONE_STATES)
    given = case((is_done, func.coalesce(Promise.delivered_units, Promise.units)), else_=0)
    is_open = ~is_done & Promise.state.not_in(FALLEN_STATES)
    promised = case((is_open, Promise.units), else_=0)
    query = (
        select(Promise.offer_id, func.sum(given), func.sum(promised))
        .join(RoundRun, RoundRun.id == Promise.round_run_id)
        .join(MatchRound, MatchRound.id == RoundRun.match_round_id)
        .where(is_published(), Promise.offer_id.in_(offer_ids))
        .group_by(Promise.offer_id)
    )
    if beside is not None:
        query = query.where(MatchRound.month != beside)
    rows = db.session.execute(query)
    return {row_id: Gone(int(done), int(to_come)) for row_id, done, to_come in rows if row_id}


def _count_aside(offers: Collection[Offer], beside: date | None) -> Counter[int]:
    """The monthly amounts of the offers in every list that is locked and not published.

    The list of the month ``beside`` does not count.
    """
    offices = {row.organisation.subdistrict_id for row in offers}
    rounds = select(MatchRound).where(
        MatchRound.subdistrict_id.in_(offices),
        MatchRound.frozen_at.is_not(None),
        MatchRound.published_run_id.is_(None),
    )
    if beside is not None:
        rounds = rounds.where(MatchRound.month != beside)
    amounts = {row.id: row.capacity_per_month for row in offers}
    aside: Counter[int] = Counter()
    for match_round in db.session.scalars(rounds):
        if match_round.snapshot is not None:
            locked = amounts.keys() & set(match_round.snapshot.offer_ids.values())
            aside.update({row_id: amounts[row_id] for row_id in locked})
    return aside
