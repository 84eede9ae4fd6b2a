"""What each giver offers in the demo month, scarce as it is in life."""

from collections.abc import Sequence
from datetime import date
from random import Random

from matchmaker.clock import add_months
from matchmaker.demo.districts import Districts, draw_area
from matchmaker.demo.drawing import draw_share, make_random, split_total
from matchmaker.demo.hours import COUNTERS, draw_hours
from matchmaker.demo.mix import Mix, MixRow
from matchmaker.demo.records import GiverRecord, NeedRecord, OfferRecord
from matchmaker.models import OfferKind, OfferState

LIFT_FUND_FEN = 75_000_000  # 汇爱加梯, for 67 households
FUNDED_ONCE = frozenset({"lift_subsidy"})
PERCENT_WHOLE_STREET = 60
TITLES = {
    OfferKind.PEOPLE: "志愿服务",
    OfferKind.SERVICE: "专场",
    OfferKind.GOODS: "捐赠",
    OfferKind.FUNDS: "资助",
    OfferKind.PLACE: "开放名额",
}
# Offers outside the month's round: work for the screens. State, count, months until valid.
OTHER_OFFERS = (
    (OfferState.SUBMITTED, 8, 0),
    (OfferState.DRAFT, 5, 0),
    (OfferState.PAUSED, 4, 0),
    (OfferState.RETURNED, 2, 0),
    (OfferState.APPROVED, 3, 1),
    (OfferState.EXPIRED, 2, -8),
    (OfferState.WITHDRAWN, 1, 0),
)


def generate_offers(
    mix: Mix,
    givers: Sequence[GiverRecord],
    needs: Sequence[NeedRecord],
    districts: Districts,
    month: date,
    seed: int,
) -> list[OfferRecord]:
    """One open offer of each giver in each category it gives, sharing the category's supply."""
    random = make_random(seed, "offers")
    offers = []
    for row in mix.rows.values():
        sharing = [giver.code for giver in givers if row.category_code in giver.gives]
        supply = _get_supply(row, needs, len(sharing))
        for code, capacity in zip(
            sharing, split_total(random, supply, len(sharing), _get_step(row)), strict=True
        ):
            offers.append(_make_offer(random, row, code, capacity, districts, month))
    return offers + _make_other_offers(random, offers, month)


def _get_supply(row: MixRow, needs: Sequence[NeedRecord], sharing: int) -> int:
    """Units offered in all, a multiple of the row's step, at least one step a giver."""
    if row.category_code in FUNDED_ONCE:
        return LIFT_FUND_FEN
    asked = sum(need.quantity for need in needs if need.category == row.category_code)
    step = _get_step(row)
    steps = asked * row.people_per_visit * row.supply_percent // (100 * step)
    return max(steps, sharing) * step


def _get_step(row: MixRow) -> int:
    """Units are offered in round sums; visits of two in twos."""
    return row.step_units * row.people_per_visit


def _make_offer(
    random: Random, row: MixRow, giver: str, capacity: int, districts: Districts, month: date
) -> OfferRecord:
    is_money = row.kind is OfferKind.FUNDS
    return OfferRecord(
        giver=giver,
        category=row.category_code,
        title=row.name_zh + TITLES[row.kind],
        capacity_per_month=capacity,
        windows=draw_hours(random, COUNTERS) if row.kind is OfferKind.SERVICE else (),
        committees=draw_area(random, districts, 100 if is_money else PERCENT_WHOLE_STREET),
        statuses=tuple(sorted(row.offer_statuses)),
        valid_from=add_months(month, -random.randint(1, 8)),
        valid_until=add_months(month, random.randint(2, 12)) if draw_share(random, 70) else None,
    )


def _make_other_offers(random: Random, offers: list[OfferRecord], month: date) -> list[OfferRecord]:
    """Copies of some offers, in the states in which they need somebody, or no longer do."""
    models = [offer for offer in offers if offer.category not in FUNDED_ONCE]
    others = []
    for state, count, months in OTHER_OFFERS:
        for model in random.sample(models, count):
            ended = state is OfferState.EXPIRED
            others.append(
                OfferRecord(
                    giver=model.giver,
                    category=model.category,
                    title=model.title + "（加场）",
                    capacity_per_month=model.capacity_per_month,
                    windows=model.windows,
                    committees=model.committees,
                    statuses=model.statuses,
                    valid_from=add_months(month, months),
                    valid_until=add_months(month, -1) if ended else None,
                    state=state,
                    return_reason="请写明可服务的时间。" if state is OfferState.RETURNED else None,
                )
            )
    return others
