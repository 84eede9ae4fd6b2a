"""What happened after an answer was published: declines, absences, a person's decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from optimizer import codec
from optimizer.checks import require
from optimizer.problem import Forbid, Pin, Problem

Row = TypeVar("Row", bound=Pin)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a month whose rows all stay: they take answers away, and ask nothing of the gone.

    forbids   a declined assignment names need, stock and person; a need alone is withdrawn
    pins      what a person has decided since
    people    who has no free slot any more      stocks   what gives nothing any more
    """

    forbids: tuple[Forbid, ...] = ()
    pins: tuple[Pin, ...] = ()
    people: tuple[str, ...] = ()
    stocks: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> "Changes":
        """Read changes. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)


def apply_changes(problem: Problem, changes: Changes) -> Problem:
    """The month after the changes. Raises ``ProblemError`` for names that are not known."""
    _require_known(changes.people, [person.id for person in problem.people], "$.people")
    _require_known(changes.stocks, [stock.id for stock in problem.stocks], "$.stocks")
    return replace(
        problem,
        people=tuple(
            replace(person, slots=()) if person.id in changes.people else person
            for person in problem.people
        ),
        stocks=tuple(
            replace(stock, capacity=0, least=0) if stock.id in changes.stocks else stock
            for stock in problem.stocks
        ),
        forbids=_join(problem.forbids, changes.forbids),
        pins=_join(problem.pins, changes.pins),
    )


def _require_known(names: Sequence[str], known: Sequence[str], path: str) -> None:
    for k, name in enumerate(names):
        require(name in known, f"{path}[{k}]", "is not known")


def _join(old: tuple[Row, ...], new: tuple[Row, ...]) -> tuple[Row, ...]:
    """Both, a rule that stands already once only."""
    rows = {(row.need, row.stock, row.person): row for row in (*new, *old)}
    return tuple(rows.values())
