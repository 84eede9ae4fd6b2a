"""What each giver offers in the demo month, somewhat less than is needed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

from matchmaker.base.clock import add_months
from matchmaker.catalogue import read_seed, split_cell
from matchmaker.demo.world.mix import (
    COUNTERS,
    Districts,
    Mix,
    MixRow,
    draw_area,
    draw_hours,
    draw_share,
    make_random,
    split_total,
)
from matchmaker.demo.world.names import FIRST_CONTACT_NUMBER, draw_name, make_phone
from matchmaker.demo.world.records import (
    ContactRecord,
    GiverRecord,
    NeedRecord,
    OfferRecord,
    PlaceRecord,
)
from matchmaker.models import OfferState, OrganisationKind
from matchmaker.words.places import MICRODEGREES

# The 55 organisations and 16 enterprises of the demo.

SEED_YEAR = 2026  # the year that the dates of enterprises.csv are made for


def read_givers(seeds_dir: Path, month: date) -> tuple[GiverRecord, ...]:
    """Return all 71 givers, organisations first.

    Agreements are moved by whole years, so that those of 2026 are of the month's year.
    """
    organisations = read_seed(seeds_dir, "organisations")
    enterprises = read_seed(seeds_dir, "enterprises")
    years = month.year - SEED_YEAR
    addresses = {row["organisation_code"]: row["address"] for row in read_seed(seeds_dir, "places")}
    rows: list[tuple[dict[str, str], str, int | None]] = [
        (row, row["kind"], None) for row in organisations
    ]
    rows += [(row, OrganisationKind.ENTERPRISE, years) for row in enterprises]
    return tuple(
        _make_giver(row, kind, years, _make_contact(row["code"], number, addresses))
        for number, (row, kind, years) in enumerate(rows)
    )


def _make_contact(code: str, number: int, addresses: dict[str, str]) -> ContactRecord:
    random = Random(f"contact:{code}")  # noqa: S311 - leaves the other draws as they are
    surname, _given = draw_name(random, is_woman=True)
    address = f"乐善路{random.randint(100, 399)}号{random.randint(1, 6)}楼"
    return ContactRecord(
        address=addresses.get(code, address),
        name=f"{surname}老师",
        phone=make_phone(FIRST_CONTACT_NUMBER + number),
    )


def read_places(seeds_dir: Path) -> tuple[PlaceRecord, ...]:
    """Return the places of the street office and of organisations."""
    return tuple(
        PlaceRecord(
            code=row["code"],
            giver=row["organisation_code"] or None,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            address=row["address"],
            hours_zh=row["hours_zh"],
            hours_en=row["hours_en"],
            is_step_free=row["is_step_free"] == "yes",
            has_lift=row["has_lift"] == "yes",
            point=(_read_degrees(row["north"]), _read_degrees(row["east"])),
        )
        for row in read_seed(seeds_dir, "places")
    )


def _read_degrees(text: str) -> int:
    return int(Decimal(text) * MICRODEGREES)


def _make_giver(
    row: dict[str, str], kind: str, years: int | None, contact: ContactRecord
) -> GiverRecord:
    agreement = None
    if years is not None:
        days = [date.fromisoformat(row[name]) for name in ("signed_on", "starts_on", "ends_on")]
        signed_on, starts_on, ends_on = (_move_years(day, years) for day in days)
        scope = row["scope_zh"]  # as it was signed
        agreement = (signed_on, starts_on, ends_on, row["renewal"] == "automatic", scope)
    return GiverRecord(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        kind=kind,
        programmes=split_cell(row["programmes"]),
        gives=split_cell(row["gives"]),
        agreement=agreement,
        contact=contact,
    )


def _move_years(day: date, years: int) -> date:
    """Return the same day ``years`` later; the 29th of February becomes the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last)


LIFT_FUND_FEN = 75_000_000  # 汇爱加梯, for 67 households
FUNDED_ONCE = frozenset({"lift_subsidy"})
PERCENT_WHOLE_STREET = 60
# Offers outside the month's round, to fill the pages. State, count, months to the first day.
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
    """Return one open offer of each giver in each category given, then some in other states.

    The open offers of a category share its supply.
    """
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
    """Return the units offered in total, at least one step for each giver.

    They are a multiple of the row's step, except those of the lift fund.
    """
    if row.category_code in FUNDED_ONCE:
        return LIFT_FUND_FEN
    asked = sum(need.quantity for need in needs if need.category == row.category_code)
    step = _get_step(row)
    steps = asked * row.people_per_visit * row.supply_percent // (100 * step)
    return max(steps, sharing) * step


def _get_step(row: MixRow) -> int:
    """Return the step of amounts offered; visits by two people are offered in twos."""
    return row.step_units * row.people_per_visit


def _make_offer(
    random: Random, row: MixRow, giver: str, capacity: int, districts: Districts, month: date
) -> OfferRecord:
    return OfferRecord(
        giver=giver,
        category=row.category_code,
        title=row.name_zh + row.title_suffix_zh,
        capacity_per_month=capacity,
        windows=draw_hours(random, COUNTERS) if row.has_hours else (),
        committees=draw_area(random, districts, 100 if row.is_money else PERCENT_WHOLE_STREET),
        statuses=tuple(sorted(row.offer_statuses)),
        valid_from=add_months(month, -random.randint(1, 8)),
        valid_until=add_months(month, random.randint(2, 12)) if draw_share(random, 70) else None,
    )


def _make_other_offers(random: Random, offers: list[OfferRecord], month: date) -> list[OfferRecord]:
    """Return copies of some offers in other states, such as drafts, paused and expired ones."""
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
