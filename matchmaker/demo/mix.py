"""What the demo is made from: the mix, the words and the catalogue of ``seeds/``."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from matchmaker.models import OfferKind, Qualification
from matchmaker.seed_files import read_seed, split_cell

WISHES = "wishes"  # the heading under which micro-wishes stand

TIMED_KINDS = frozenset({OfferKind.PEOPLE, OfferKind.SERVICE})


@dataclass(frozen=True, slots=True)
class MixRow:
    """One category of the demo month: columns of demo_mix.csv and of catalogue.csv."""

    category_code: str
    name_zh: str
    kind: OfferKind
    people_per_visit: int
    qualification: Qualification | None
    is_wish: bool
    is_timed: bool
    needs: int
    audience: str
    tier1_percent: int
    tier2_percent: int
    fewest_units: int
    most_units: int
    step_units: int
    least_percent: int
    supply_percent: int
    offer_statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mix:
    rows: dict[str, MixRow]
    words: dict[str, list[str]]


def read_mix(seeds_dir: Path) -> Mix:
    """The mix by category code, in the order of the file, and the residents' words."""
    catalogue = {row["code"]: row for row in read_seed(seeds_dir, "catalogue")}
    words: dict[str, list[str]] = defaultdict(list)
    for row in read_seed(seeds_dir, "demo_words"):
        words[row["category_code"]].append(row["words_zh"])
    rows = (
        _make_row(row, catalogue[row["category_code"]]) for row in read_seed(seeds_dir, "demo_mix")
    )
    return Mix({row.category_code: row for row in rows}, dict(words))


def _make_row(row: dict[str, str], category: dict[str, str]) -> MixRow:
    qualification = category["qualification"]
    return MixRow(
        category_code=row["category_code"],
        name_zh=category["name_zh"],
        kind=OfferKind(category["kind"]),
        people_per_visit=int(category["people_per_visit"]),
        qualification=Qualification(qualification) if qualification else None,
        is_wish=category["parent_code"] == WISHES,
        is_timed=category["kind"] in TIMED_KINDS or category["unit"] == "session",
        needs=int(row["needs"]),
        audience=row["audience"],
        tier1_percent=int(row["tier1_percent"]),
        tier2_percent=int(row["tier2_percent"]),
        fewest_units=int(row["fewest_units"]),
        most_units=int(row["most_units"]),
        step_units=int(row["step_units"]),
        least_percent=int(row["least_percent"]),
        supply_percent=int(row["supply_percent"]),
        offer_statuses=frozenset(split_cell(row["offer_statuses"])),
    )
