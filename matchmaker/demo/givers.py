"""The 55 organisations and 16 enterprises of the demo."""

from datetime import date
from pathlib import Path

from matchmaker.demo.records import GiverRecord
from matchmaker.models import OrganisationKind
from matchmaker.seed_files import read_seed, split_cell

SEED_YEAR = 2026  # the year in which enterprises.csv is up to date


def read_givers(seeds_dir: Path, month: date) -> tuple[GiverRecord, ...]:
    """All 71, the organisations first; agreements moved by whole years to the month's year."""
    organisations = read_seed(seeds_dir, "organisations")
    enterprises = read_seed(seeds_dir, "enterprises")
    years = month.year - SEED_YEAR
    return (
        *(_make_giver(row, row["kind"]) for row in organisations),
        *(_make_giver(row, OrganisationKind.ENTERPRISE, years) for row in enterprises),
    )


def _make_giver(row: dict[str, str], kind: str, years: int | None = None) -> GiverRecord:
    agreement = None
    if years is not None:
        days = [date.fromisoformat(row[name]) for name in ("signed_on", "starts_on", "ends_on")]
        signed_on, starts_on, ends_on = (_move_years(day, years) for day in days)
        scope = f"{row['scope_zh']} / {row['scope_en']}"
        agreement = (signed_on, starts_on, ends_on, row["renewal"] == "automatic", scope)
    return GiverRecord(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        kind=kind,
        programmes=split_cell(row["programmes"]),
        gives=split_cell(row["gives"]),
        agreement=agreement,
    )


def _move_years(day: date, years: int) -> date:
    """The same day ``years`` later; the 29th of February becomes the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last)
