"""The two shapes of the asking side: demands of alike needs, and scored edges of single needs."""

from dataclasses import dataclass

from optimizer.crews import Source


@dataclass(frozen=True, slots=True)
class Demand:
    """Needs (by position) served alike in one slot (None: delivered) from the same sources."""

    slot: str | None
    sources: tuple[Source, ...]
    needs: tuple[int, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """One need from one source of its demand, with the score its pair adds per unit."""

    need: int
    demand: int
    source: Source
    score: int
