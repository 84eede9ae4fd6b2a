"""Reading the CSV files of ``seeds/``."""

import csv
from pathlib import Path

from matchmaker.config import ROOT

SEEDS_DIR = ROOT / "seeds"


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
    """The values of one cell, which stand apart by ``;``; none in an empty cell."""
    return tuple(text.split(";")) if text else ()
