"""Load what every installation starts from: the street office, its committees, the catalogue."""

import csv
from pathlib import Path

from sqlalchemy import select

from matchmaker.base.config import DEFAULT_SEEDS
from matchmaker.base.extensions import db
from matchmaker.kinds import check_unit
from matchmaker.models import Committee, OfferKind, Qualification, ServiceCategory, Subdistrict

# The CSV files of ``seeds/``.

SEEDS_DIR = DEFAULT_SEEDS


def read_seed(seeds_dir: Path, name: str) -> list[dict[str, str]]:
    """Rows of ``name``.csv as text. Raises ``ValueError`` for a row of the wrong length."""
    path = seeds_dir / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ValueError(f"{path.name}, line {line}: wrong number of cells")
    return rows


def split_cell(text: str) -> tuple[str, ...]:
    """The values of one cell, separated by ``;``. An empty cell has none."""
    return tuple(text.split(";")) if text else ()


def load_ground(seeds_dir: Path = SEEDS_DIR) -> Subdistrict:
    """Load the street office, its committees and the catalogue; existing rows are kept."""
    subdistrict = load_subdistrict(seeds_dir)
    load_committees(subdistrict, seeds_dir)
    load_catalogue(seeds_dir)
    return subdistrict


def load_subdistrict(seeds_dir: Path) -> Subdistrict:
    """The street office of subdistrict.csv; it is added when it is missing."""
    (row,) = read_seed(seeds_dir, "subdistrict")
    found: Subdistrict | None = db.session.scalar(
        select(Subdistrict).where(Subdistrict.code == row["code"])
    )
    if found is not None:
        return found
    subdistrict = Subdistrict(**row)
    db.session.add(subdistrict)
    db.session.flush()
    return subdistrict


def load_committees(subdistrict: Subdistrict, seeds_dir: Path) -> int:
    """Add the committees of committees.csv that are missing; returns how many."""
    known = set(db.session.scalars(select(Committee.code)))
    missing = [row for row in read_seed(seeds_dir, "committees") if row["code"] not in known]
    for row in missing:
        db.session.add(
            Committee(
                subdistrict_id=subdistrict.id,
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                has_counter=row["has_counter"] == "yes",
            )
        )
    db.session.flush()
    return len(missing)


def load_catalogue(seeds_dir: Path) -> int:
    """Add the categories of catalogue.csv that are missing, headings first; returns how many.

    Raises ``ValueError`` for a kind or unit that ``kinds`` does not know.
    """
    by_code = {row.code: row for row in db.session.scalars(select(ServiceCategory))}
    rows = [row for row in read_seed(seeds_dir, "catalogue") if row["code"] not in by_code]
    for row in sorted(rows, key=lambda row: row["parent_code"] != ""):
        category = _make_category(row, by_code)
        by_code[category.code] = category
        db.session.add(category)
    db.session.flush()
    return len(rows)


def _make_category(row: dict[str, str], by_code: dict[str, ServiceCategory]) -> ServiceCategory:
    kind, unit, qualification = OfferKind(row["kind"]), row["unit"], row["qualification"]
    check_unit(kind, unit)
    return ServiceCategory(
        code=row["code"],
        parent=by_code[row["parent_code"]] if row["parent_code"] else None,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        kind=kind,
        unit=unit,
        usual_minutes=int(row["usual_minutes"]) if row["usual_minutes"] else None,
        people_per_visit=int(row["people_per_visit"]),
        qualification=Qualification(qualification) if qualification else None,
        points=int(row["points"]),
        position=int(row["position"]),
    )
