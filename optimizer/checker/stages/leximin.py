"""(S2) The greatest ratio of the worst-off group, then of the next."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Levels
from ..proofs.levels import Group
from ..rules.stages import Aim, Outcome


class Leximin(Levels):
    """Compares, group by group, the share met of the possible needs, or the sum of scores."""

    is_labelled = False

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: for every group the needs met, past months included, or the scores."""
        count = _count_scores if stage["outcome"] == "score" else _count_needs
        got, bounds = count(outcome, stage)
        name_of = outcome.month.name_of
        got = {name_of(group): units for group, units in got.items()}
        bounds = {name_of(group): of for group, of in bounds.items()}
        yield Aim(stage["name"], stage["kind"], "", None, got, bounds)

    def list_alone(self, month: Month, stage: Row) -> dict[str, tuple[list[Row], int]]:
        """Return, keyed by group, its needs and the number possible in earlier months.

        Empty for scores, which have no denominator to prove.
        """
        if stage["outcome"] == "score":
            return {}
        history = _list_history(month, stage)
        groups = _list_groups(month, stage)
        return {group: (needs, history.get(group, (0, 0))[1]) for group, needs in groups.items()}

    def list_levels(
        self, month: Month, program: Program, stage: Row, levels: dict[str, Row]
    ) -> list[Group]:
        """Return the groups with a stated level; for scores every group has one."""
        groups, history = _list_groups(month, stage), _list_history(month, stage)
        if stage["outcome"] == "score":
            return [
                _of_scores(program, name := month.name_of(g), needs, levels[name])
                for g, needs in groups.items()
            ]
        return [
            _of_needs(program, name, needs, levels[name], history.get(g, (0, 0)))
            for g, needs in groups.items()
            if (name := month.name_of(g)) in levels
        ]


def _list_groups(month: Month, stage: Row) -> dict[str, list[Row]]:
    """Return the needs keyed by group, sorted; without a dimension every need is a group."""
    found: dict[str, list[Row]] = defaultdict(list)
    for need in month.problem["needs"]:
        group = need["groups"].get(stage["dimension"]) if stage["dimension"] else need["id"]
        if group:
            found[group].append(need)
    return dict(sorted(found.items()))


def _list_history(month: Month, stage: Row) -> dict[str, tuple[int, int]]:
    """Map each group to its numbers of met and possible needs in the months that count."""
    return {
        row["group"]: (row["met"], row["possible"])
        for row in month.problem["history"]
        if stage["dimension"] and row["dimension"] == stage["dimension"]
    }


Counts = tuple[dict[str, int], dict[str, tuple[int, int]]]  # numerators, bounds of denominators


def _count_needs(outcome: Outcome, stage: Row) -> Counts:
    history = _list_history(outcome.month, stage)
    got, bounds = {}, {}
    for group, needs in _list_groups(outcome.month, stage).items():
        met, possible = history.get(group, (0, 0))
        now = sum(need["id"] in outcome.met for need in needs)
        got[group], bounds[group] = met + now, (now + possible, len(needs) + possible)
    return got, bounds


def _count_scores(outcome: Outcome, stage: Row) -> Counts:
    groups = _list_groups(outcome.month, stage)
    group_of = {need["id"]: group for group, needs in groups.items() for need in needs}
    scores: Counter[str] = Counter(dict.fromkeys(groups, 0))
    for line in outcome.lines:
        if line["need"] in group_of:
            scores[group_of[line["need"]]] += outcome.score_of(line)
    return dict(scores), dict.fromkeys(groups, (1, 1))


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


KIND = Leximin()
