"""The parts of the street that teams and offers serve."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from matchmaker.demo.drawing import draw_share

Districts = Sequence[tuple[str, ...]]  # committee codes of each part
PERCENT_TWO_DISTRICTS = 50


def read_districts(committees: Sequence[dict[str, str]]) -> Districts:
    """The committees of each district, neighbours beside each other."""
    codes: dict[str, list[str]] = defaultdict(list)
    for row in committees:
        codes[row["district"]].append(row["code"])
    return [tuple(codes[district]) for district in sorted(codes)]


def draw_area(random: Random, districts: Districts, percent_everywhere: int) -> tuple[str, ...]:
    """Committees served, sorted: one district or two neighbours; none named means all."""
    if draw_share(random, percent_everywhere):
        return ()
    start = random.randrange(len(districts))
    area = list(districts[start])
    if draw_share(random, PERCENT_TWO_DISTRICTS):
        area += districts[(start + 1) % len(districts)]
    return tuple(sorted(area))
