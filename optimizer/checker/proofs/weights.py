"""The sums and groups that stages S1 to S8 compare, as weights of the verifier's own columns."""

from ..month.month import Month
from ..month.schema import Row
from ..program.rows import Program
from ..rules.stages import (
    list_classes,
    list_groups,
    list_history,
    list_partial,
    list_pledges,
)
from .levels import Group
from .proof import Weights


def list_sums(month: Month, program: Program, stage: Row) -> list[Weights]:
    """Weights of every aim of a stage of sums, in the order of its results."""
    kind, met = stage["kind"], program.met
    if kind == "max_count":
        classes = list_classes(month, stage)
        return [{met[n["id"]]: 1 for n in needs if n["id"] in met} for _, needs in classes]
    if kind == "max_units":
        units = program.units
        categories = list_partial(month)
        return [{units[n["id"]]: 1 for n in needs if n["id"] in units} for _, needs in categories]
    if kind == "max_recipients":
        return [dict.fromkeys(program.helped.values(), 1)]
    if kind == "max_points":
        return [{column: month.needs[need]["points"] for need, column in met.items()}]
    sign = -1 if kind == "min_cost" else 1
    return [{column: sign * score for column, score in program.scores.items()}]


def list_levels(month: Month, program: Program, stage: Row, result: Row) -> list[Group]:
    """The groups of a stage of levels by name, with what the stated answer gives each."""
    stated = {level["group"]: level for level in result["levels"]}
    if stage["kind"] == "leximax":
        return [
            Group(
                name=pledge,
                weights={program.used[s]: -1 for s in stocks if s in program.used},
                value=-stated[pledge]["numerator"],
                offset=0,
                denominator=whole,
                floor=-whole,
                top=0,
            )
            for pledge, (whole, stocks) in list_pledges(month).items()
        ]
    groups = list_groups(month, stage)
    if stage["outcome"] == "score":
        return [_of_scores(program, g, needs, stated[g]) for g, needs in groups.items()]
    history = list_history(month, stage)
    return [
        _of_needs(program, g, needs, stated[g], history.get(g, (0, 0)))
        for g, needs in groups.items()
        if g in stated
    ]


def _of_needs(
    program: Program, group: str, needs: list[Row], level: Row, past: tuple[int, int]
) -> Group:
    met = program.met
    return Group(
        name=group,
        weights={met[need["id"]]: 1 for need in needs if need["id"] in met},
        value=level["numerator"] - past[0],
        offset=past[0],
        denominator=level["denominator"],
        floor=0,
        top=level["denominator"] - past[1],
    )


def _of_scores(program: Program, group: str, needs: list[Row], level: Row) -> Group:
    weights: dict[int, int] = {}
    for need in needs:
        weights |= program.scores_by_need.get(need["id"], {})
    reach = [score * program.high[column] for column, score in weights.items()]
    return Group(
        name=group,
        weights=weights,
        value=level["numerator"],
        offset=0,
        denominator=1,
        floor=sum(units for units in reach if units < 0),
        top=sum(units for units in reach if units > 0),
    )
