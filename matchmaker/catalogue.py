"""Load the first rows of an installation: the street office, its committees, the catalogue."""

import csv
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from matchmaker.base.config import DEFAULT_SEEDS
from matchmaker.base.extensions import db
from matchmaker.kinds import Unit, check_unit, get_rules
from matchmaker.models import Committee, OfferKind, Qualification, ServiceCategory, Subdistrict

Code = TypeVar("Code", bound=StrEnum)

# The CSV files of ``seeds/``.

SEEDS_DIR = DEFAULT_SEEDS


def read_seed(seeds_dir: Path, name: str) -> list[dict[str, str]]:
    """The rows of ``name``.csv as texts keyed by column; ``ValueError`` for a wrong length."""
    path = seeds_dir / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ValueError(f"{path.name}, line {line}: wrong number of cells")
    return rows


def split_cell(text: str) -> tuple[str, ...]:
    """The values of a cell that separates them by ``;``; an empty cell has none."""
    return tuple(text.split(";")) if text else ()


def load_ground(seeds_dir: Path = SEEDS_DIR) -> Subdistrict:
    """Add what is missing of the street office, its committees and the catalogue.

    Returns the street office. Rows that exist are not changed.
    """
    subdistrict = load_subdistrict(seeds_dir)
    load_committees(subdistrict, seeds_dir)
    load_catalogue(seeds_dir)
    return subdistrict


def load_subdistrict(seeds_dir: Path) -> Subdistrict:
    """Return the street office of subdistrict.csv, which has one row; add it if it is missing."""
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
    """Add the committees of committees.csv that are missing; return how many were added."""
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
    """Add the categories of catalogue.csv that are missing; return how many were added.

    Raises ``ValueError`` naming the file and the category or line if any row of the file is wrong,
    even a row whose category exists already; nothing is added then.
    """
    rows = read_seed(seeds_dir, "catalogue")
    found = {row["code"]: _read_category(row) for row in rows}
    _check_parents(rows)
    by_code = {row.code: row for row in db.session.scalars(select(ServiceCategory))}
    missing = [row for row in rows if row["code"] not in by_code]
    for row in sorted(missing, key=lambda row: row["parent_code"] != ""):
        parent = by_code[row["parent_code"]] if row["parent_code"] else None
        category = ServiceCategory(parent=parent, **found[row["code"]])
        by_code[category.code] = category
        db.session.add(category)
    db.session.flush()
    return len(missing)


def _read_category(row: dict[str, str]) -> dict[str, Any]:
    """The column values of a category, without its heading; ``ValueError`` names the category."""
    try:
        kind = _read_code(OfferKind, row["kind"])
        check_unit(kind, row["unit"])
        proof = row["qualification"]
        return {
            "code": row["code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "kind": kind,
            "unit": row["unit"],
            "usual_minutes": _read_number(row, "usual_minutes") if row["usual_minutes"] else None,
            "people_per_visit": _read_number(row, "people_per_visit"),
            "qualification": _read_code(Qualification, proof) if proof else None,
            "points": _read_number(row, "points"),
            "least_quantity": _read_least(kind, row) if row.get("least_quantity") else None,
            "position": _read_number(row, "position"),
        }
    except ValueError as error:
        raise ValueError(f"catalogue.csv, category {row['code']}: {error}") from error


def _check_parents(rows: list[dict[str, str]]) -> None:
    headings = {row["code"] for row in rows if not row["parent_code"]}
    for row in rows:
        if row["parent_code"] and row["parent_code"] not in headings:
            raise ValueError(
                f"catalogue.csv, category {row['code']}: there is no heading {row['parent_code']}"
            )


def _read_code(enum: type[Code], text: str) -> Code:
    if text not in set(enum):
        raise ValueError(f"{text} is none of {', '.join(enum)}")
    return enum(text)


def _read_least(kind: OfferKind, row: dict[str, str]) -> int:
    """The least quantity in units of the category.

    Raises ``ValueError`` if it is below 1 or needs in this unit have no quantity.
    """
    if get_rules(kind).units[Unit(row["unit"])].limits is None:
        raise ValueError(f"least_quantity is empty where nobody asks how much: {row['unit']}")
    least = _read_number(row, "least_quantity")
    if least < 1:
        raise ValueError("least_quantity is 1 or more")
    return least


def _read_number(row: dict[str, str], column: str) -> int:
    if not row[column].isdecimal():
        raise ValueError(f"{column} is a whole number, not {row[column]}")
    return int(row[column])
