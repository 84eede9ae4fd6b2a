"""Crews, and the sources that they make with the stocks they staff.

A *crew* is a class of persons no rule can tell apart: same stocks, useful skills, areas, slots and
most visits. A person whom a pair, pin or forbid names is a crew of one.
"""

from collections import defaultdict
from dataclasses import dataclass

from optimizer.problem import Person, Problem

Source = tuple[int, int]  # (crew, stock) by position; crew -1: delivered without a person
DELIVERED = -1


@dataclass(frozen=True, slots=True)
class Crew:
    """Interchangeable persons; ``most`` visits in the month each."""

    members: tuple[str, ...]
    stocks: tuple[str, ...]
    skills: frozenset[str]
    areas: tuple[str, ...]
    slots: tuple[str, ...]
    most: int


def gather_crews(problem: Problem) -> tuple[Crew, ...]:
    """Classes of persons in the order of their first member."""
    named = {
        row.person
        for rows in (problem.pairs, problem.pins, problem.forbids)
        for row in rows
        if row.person is not None
    }
    useful = frozenset(skill for need in problem.needs for skill in need.requires)
    classes: dict[tuple[object, ...], list[Person]] = defaultdict(list)
    for person in problem.people:
        if person.most_visits and person.stocks and person.slots:
            alone = person.id if person.id in named else ""
            skills = useful.intersection(person.skills)
            most = min(person.most_visits, len(person.slots))
            key = (alone, person.stocks, skills, person.areas, person.slots, most)
            classes[key].append(person)
    return tuple(
        Crew(
            members=tuple(person.id for person in alike),
            stocks=alike[0].stocks,
            skills=useful.intersection(alike[0].skills),
            areas=alike[0].areas,
            slots=alike[0].slots,
            most=min(alike[0].most_visits, len(alike[0].slots)),
        )
        for alike in classes.values()
    )
