"""The verifier's own crews: persons whom no rule can tell apart, and what they can give from."""

from collections import defaultdict
from dataclasses import dataclass

from optimizer.verify_month import Month
from optimizer.verify_schema import Row

DELIVERED = -1
Source = tuple[int, str]  # crew by number, stock by id; crew -1: delivered without a person


@dataclass(frozen=True, slots=True)
class Crew:
    """Persons (ids) whom no rule can tell apart, each with at most ``most`` visits.

    first   the row of the first of them; it speaks for all
    """

    first: Row
    people: tuple[str, ...]
    most: int

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.people)


def gather_crews(month: Month) -> list[Crew]:
    """Classes of the persons who can visit at all, in the order of their first ids."""
    problem = month.problem
    named = {row["person"] for table in ("pairs", "pins", "forbids") for row in problem[table]}
    useful = {skill for need in problem["needs"] for skill in need["requires"]}
    alike: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for person in problem["people"]:
        if person["most_visits"] and person["stocks"] and person["slots"]:
            alone = person["id"] if person["id"] in named else None
            lists = [tuple(person[name]) for name in ("stocks", "areas", "slots")]
            skills = frozenset(useful.intersection(person["skills"]))
            alike[alone, skills, _most_of(person), *lists].append(person)
    return [
        Crew(rows[0], tuple(row["id"] for row in rows), _most_of(rows[0]))
        for rows in alike.values()
    ]


def _most_of(person: Row) -> int:
    return min(int(person["most_visits"]), len(person["slots"]))
