"""Store where the demo's help is given: places, phones of offices, and sessions of the month."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from matchmaker.base.extensions import db
from matchmaker.catalogue import SEEDS_DIR, read_seed
from matchmaker.demo.rows import Ids, Row, insert_named, insert_rows
from matchmaker.demo.world.names import make_counter_phone
from matchmaker.demo.world.records import OfferRecord, World
from matchmaker.kinds import Timing, Unit, get_rules
from matchmaker.models import (
    Committee,
    HandingOver,
    OfferKind,
    OfferState,
    Place,
    Session,
    Subdistrict,
)

_BRING = ("请带身份证，提前十分钟到。", "请带身份证和社保卡。", "")
_PAYMENT = "打到社保卡，不用跑；没有社保卡的，到窗口领。"
_BROUGHT = frozenset({"grab_rail", "walker", "bedding"})
_WEEKS = (7, 14)  # days after the first of the month
_NUMBERS = 12


def store_places(world: World, ids: Ids) -> None:
    """Store the places, and the phones of the street office and its committees."""
    rows = [
        {
            "subdistrict_id": ids.subdistrict,
            "organisation_id": ids.organisations[place.giver] if place.giver else None,
            "name_zh": place.name_zh,
            "name_en": place.name_en,
            "address": place.address,
            "hours_zh": place.hours_zh,
            "hours_en": place.hours_en,
            "is_step_free": place.is_step_free,
            "has_lift": place.has_lift,
            "latitude_microdegrees": place.point[0],
            "longitude_microdegrees": place.point[1],
        }
        for place in world.places
    ]
    ids.places = insert_named(Place, rows, (place.code for place in world.places))
    db.session.get_one(Subdistrict, ids.subdistrict).phone = make_counter_phone(0)
    for number, (_code, key) in enumerate(sorted(ids.committees.items()), start=1):
        db.session.get_one(Committee, key).phone = make_counter_phone(number)
    db.session.flush()


def make_giving(world: World, offer: OfferRecord, ids: Ids, number: int) -> Row:
    """Return the columns of an offer that say where and how it is given.

    The place is one of the giver's own, or if the giver has none, one of the street office's.
    """
    kind, unit = _read_kinds()[offer.category]
    rules, is_brought = get_rules(kind), offer.category in _BROUGHT
    place, bring = None, ""
    if rules.has_place and not is_brought:
        place, bring = _choose_place(world, offer, ids, number), _BRING[number % len(_BRING)]
    how = HandingOver.DOOR if is_brought else HandingOver.PICK_UP
    return {
        "place_id": place,
        "handing_over": how if rules.is_handed_over else None,
        "bring": bring,
        "payment": _PAYMENT if unit.is_money else "",
    }


def _choose_place(world: World, offer: OfferRecord, ids: Ids, number: int) -> int:
    own = [place.code for place in world.places if place.giver == offer.giver]
    codes = own or [place.code for place in world.places if place.giver is None]
    return ids.places[codes[number % len(codes)]]


def store_sessions(
    world: World, months: Sequence[date], keys: Sequence[int], rows: Sequence[Row]
) -> None:
    """Store two sessions in each month of each open offer that is given in sessions.

    ``keys``, ``rows``: id and row of each of ``world.offers``, in that order.
    """
    kinds = _read_kinds()
    insert_rows(
        Session,
        [
            {
                "offer_id": key,
                "place_id": row["place_id"],
                "first_day": first,
                "last_day": first + timedelta(days=2 if row["handing_over"] else 0),
                "starts_minute": 9 * 60,
                "ends_minute": 11 * 60 + 30,
                "most": _NUMBERS,
            }
            for key, offer, row in zip(keys, world.offers, rows, strict=True)
            if offer.state is OfferState.OPEN and _is_in_sessions(*kinds[offer.category])
            for month in months
            for first in _list_days(month, key)
        ],
    )


def _is_in_sessions(kind: OfferKind, unit: Unit) -> bool:
    return get_rules(kind).units[unit].timing is Timing.SESSION


def _list_days(month: date, number: int) -> list[date]:
    """A day of the second week and one of the third; which one differs from offer to offer."""
    return [month + timedelta(days=first + number % 5) for first in _WEEKS]


@lru_cache(maxsize=1)
def _read_kinds() -> dict[str, tuple[OfferKind, Unit]]:
    rows = read_seed(SEEDS_DIR, "catalogue")
    return {row["code"]: (OfferKind(row["kind"]), Unit(row["unit"])) for row in rows}
