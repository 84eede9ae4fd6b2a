"""What is known about one unmet need, as codes and numbers: no sentences and no names.

This module needs no engine, so that code which stores or shows explanations can import it.
``explain/explain.py`` finds explanations; ``explain_briefly`` derives them from the solution alone.
"""

from dataclasses import dataclass
from typing import Any

from optimizer import codec
from optimizer.solution import GroundCode, Solution


@dataclass(frozen=True, slots=True)
class NearestMiss:
    """The offer that passes the most filters, the first filter that it fails, and what is missing.

    filter    the first filter that the offer fails
    stock     the offer
    person    the person of the offer who passes the most filters; None if it has no person
    missing   what fails: skills that the person lacks, or the slots, areas or statuses that the
              giver serves
    """

    filter: str
    stock: str
    person: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A filter, and the values that would each let more offers serve an unmet need.

    filter   area, status or slot
    free     the values with which the answer still had enough units or visits free for the need
    """

    filter: str
    values: tuple[str, ...]
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one need is unmet.

    need      the need
    code      the ground
    stage     the stage that decided against an outranked need
    filters   each filter, in its order, with the number of offers that pass it and all before it
    nearest   the offer that passes the most filters, if no offer passes all
    ahead     number of recipients served from the same capacity
    ahead_by  reason why their needs come first, such as ``more_urgent``, -> number of these needs
    openings  for each filter, what would let more offers serve the need
    circle    numbers of needs and places of a Hall set: these needs compete for these places only
    ticket    the ticket of the need
    cut_off   the last ticket before it of a need that is served from the same capacity
    home_ticket    the ticket of the recipient, if the policy draws homes before needs
    home_cut_off   the last ticket before it of a recipient who is served from the same capacity
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
    home_ticket: str = ""
    home_cut_off: str = ""
    openings: tuple[Opening, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> "Explanation":
        """Read an explanation from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON that ``from_json`` reads, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain

    def to_numbers(self) -> dict[str, Any]:
        """Return plain JSON for a page: no need, no code, no free values, nothing that is empty."""
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
            "home_ticket": self.home_ticket,
            "home_cut_off": self.home_cut_off,
            "openings": {row.filter: list(row.values) for row in self.openings},
        }
        return {key: value for key, value in numbers.items() if value}


def explain_briefly(solution: Solution) -> tuple[Explanation, ...]:
    """Return an explanation of every unmet need that has only what the solution itself proves.

    A solution of format 2 names only what its certificate proves. An older one names the first
    stage that the solve saw exclude a need, and the lottery if no stage did. Here such a stage is
    left out, and the lottery becomes ``UNDECIDED``.
    """
    if solution.format > 1:
        return tuple(
            Explanation(ground.need, ground.code, stage=ground.stage) for ground in solution.grounds
        )
    unsure = GroundCode.LOST_LOTTERY
    return tuple(
        Explanation(ground.need, GroundCode.UNDECIDED if ground.code is unsure else ground.code)
        for ground in solution.grounds
    )
