"""The figures of a run that people ask for first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Extreme:
    """The group at one end: ``part`` of ``whole``."""

    group: str
    part: int
    whole: int

    @property
    def percent(self) -> float:
        return 100 * self.part / self.whole


@dataclass(frozen=True, slots=True)
class Extremes:
    lowest: Extreme
    highest: Extreme


def find_coverage(figures: Mapping[str, Any]) -> Extremes | None:
    """The committees of least and most coverage: met of possible this month."""
    return _find_extremes(figures["by_committee"], "met", "possible")


def find_load(figures: Mapping[str, Any]) -> Extremes | None:
    """The idlest and the busiest organisation: used of pledged."""
    return _find_extremes(figures["by_organisation"], "used", "pledged")


def _find_extremes(counts: dict[str, dict[str, int]], part: str, whole: str) -> Extremes | None:
    """Ends of part / whole, groups with nothing to share are left out."""
    groups = [Extreme(group, row[part], row[whole]) for group, row in counts.items() if row[whole]]
    if not groups:
        return None
    ordered = sorted(groups, key=lambda row: (row.part / row.whole, row.group))
    return Extremes(ordered[0], ordered[-1])
