"""``make sweep``: tries each property of ``community/2`` on many months and prints what breaks it.

Ends with 1 when a property is broken more often than it may be.
"""

import argparse
import sys
import time

from tests.optimizer.community2.properties import PROPERTIES
from tests.optimizer.community2.trials import Property, try_property


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.optimizer.community2")
    parser.add_argument("--months", type=int, default=500, help="months that bear on each property")
    parser.add_argument("--seed", type=int, default=100_000, help="the first seed")
    parser.add_argument("--match", default="", help="only properties with this in their names")
    options = parser.parse_args()
    chosen = [property_ for property_ in PROPERTIES if options.match in str(property_)]
    held = [_try(property_, options.months, options.seed) for property_ in chosen]
    return 0 if held and all(held) else 1


def _try(property_: Property, months: int, seed: int) -> bool:
    begun = time.monotonic()
    trials = try_property(property_, months, seed)
    held = len(trials.broken) * 10_000 <= property_.per_myriad * trials.tried and trials.tried > 0
    took = time.monotonic() - begun
    line = f"{trials.tried} of {trials.seen} months, {len(trials.broken)} broken, {took:.0f} s"
    examples = f", seeds {trials.broken[:5]}" if trials.broken else ""
    word = "holds" if held else "BROKEN"
    sys.stdout.write(f"{word}: {property_}: {line}{examples}\n")
    sys.stdout.flush()
    return held


if __name__ == "__main__":
    sys.exit(main())
