"""What is found about one unmet need: codes and numbers, never sentences, never names.

Needs no engine, so whoever stores or shows explanations can read them. ``explain/explain.py`` finds
them; ``explain_briefly`` is what a solution says of itself when nobody could look further.
"""

from dataclasses import dataclass
from typing import Any

from optimizer import codec
from optimizer.solution import GroundCode, Solution


@dataclass(frozen=True, slots=True)
class NearestMiss:
    """The offer that came furthest: the filter it failed, and what the need or giver lacked.

    missing   skills the person lacks, slots the giver has, areas or statuses the offer is kept for
    """

    filter: str
    stock: str
    person: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One unmet need.

    stage     of an outranked need: the stage that decided
    filters   offers left after each filter, in the order of the filters
    nearest   the offer that came furthest, when none passed all
    ahead     recipients who hold the places; ``ahead_by``: on which ground, how many needs
    circle    needs and places of a closed circle: so many needs hold all the places in reach
    ticket    of the lottery; ``cut_off``: the last ticket among the holders that was drawn
    """

    need: str
    code: GroundCode
    stage: str = ""
    filters: tuple[tuple[str, int], ...] = ()
    nearest: NearestMiss | None = None
    ahead: int = 0
    ahead_by: tuple[tuple[str, int], ...] = ()
    circle: tuple[int, int] | None = None
    ticket: str = ""
    cut_off: str = ""

    @classmethod
    def from_json(cls, value: object) -> "Explanation":
        """Read an explanation. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON that ``from_json`` reads, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain

    def to_numbers(self) -> dict[str, Any]:
        """Plain JSON for a page; empty facts are left out."""
        near = self.nearest
        numbers = {
            "stage": self.stage,
            "filters": dict(self.filters),
            "nearest": near
            and {
                "filter": near.filter,
                "stock": near.stock,
                "person": near.person,
                "missing": list(near.missing),
            },
            "ahead": self.ahead,
            "ahead_by": dict(self.ahead_by),
            "circle": self.circle and {"needs": self.circle[0], "places": self.circle[1]},
            "ticket": self.ticket,
            "cut_off": self.cut_off,
        }
        return {key: value for key, value in numbers.items() if value}


def explain_briefly(solution: Solution) -> tuple[Explanation, ...]:
    """The ground of every unmet need as far as the solution alone is sure of it.

    The solve names the stage it saw first and takes what no stage excluded for drawn by lot. Both
    need a second look; without one the stage is left out and the lottery is not named.
    """
    unsure = GroundCode.LOST_LOTTERY
    return tuple(
        Explanation(ground.need, GroundCode.UNDECIDED if ground.code is unsure else ground.code)
        for ground in solution.grounds
    )
