"""``make quarter``: lives months of an invented street, day by day, and adds everything up.

Ends with 1 when a sum does not hold. The same seed, size and months give the same life.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from dataclasses import fields
from datetime import date
from pathlib import Path

from matchmaker.base.clock import parse_month
from optimizer.policy import POLICIES
from tests.quarter.checks import Figures
from tests.quarter.life import Life
from tests.quarter.people import FULL_SIZE
from tests.quarter.town import open_town

USUAL_SIZE = 200
_HEADINGS = {"informed": "told", "fed_back": "fed back"}
FIRST_MONTH = date(2026, 9, 1)


def main() -> int:
    options = _read_options()
    began = time.monotonic()
    with open_town(options.database, options.seed) as town:
        logging.getLogger("matchmaker").setLevel(logging.WARNING)
        life = Life(town, options.size, options.first, options.months, options.policy)
        print(
            f"Seed {options.seed}: {options.months} months of about {options.size} needs from "
            f"{options.first:%Y-%m} on {options.database}, {options.policy or 'usual policy'}.",
            flush=True,
        )
        try:
            life.live()
        finally:
            if options.keep:
                town.keep_database(options.keep)
    print_figures(life)
    print(f"{time.monotonic() - began:.0f} seconds; {len(life.checks.faults)} sums do not hold.")
    return 1 if life.checks.faults else 0


def print_figures(life: Life) -> None:
    """One line a month, then what was searched, refused, and does not hold."""
    names = [field.name for field in fields(Figures)]
    print("month    " + "".join(f"{_HEADINGS.get(name, name):>10}" for name in names))
    for month, row in life.checks.figures.items():
        print(f"{month:%Y-%m}  " + "".join(f"{getattr(row, name):>10}" for name in names))
    checks = life.checks
    print(
        f"{checks.searches} searches for free places, {checks.compared} compared anew; "
        f"{life.town.taken_on_pages} steps on pages."
    )
    for step, count in sorted(Counter(life.town.refused).items()):
        print(f"  refused {count:4} times: {step}")
    for fault in checks.faults:
        print(f"  does not hold: {fault}")


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.quarter", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=3)
    parser.add_argument("--size", type=int, default=USUAL_SIZE, help=f"at most {FULL_SIZE}")
    parser.add_argument("--first", type=parse_month, default=FIRST_MONTH, help="YYYY-MM")
    parser.add_argument("--policy", choices=["", *POLICIES], default="")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--keep", type=Path, help="keep the SQLite database in this file")
    options = parser.parse_args()
    if options.keep and options.database != "sqlite":
        parser.error("--keep copies a SQLite database")
    return options


if __name__ == "__main__":
    sys.exit(main())
