"""Two runs of a month side by side: what each reached, and who is helped by one alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template
from flask_login import current_user

from matchmaker.base.errors import NotFoundError
from matchmaker.models import RoundRun
from matchmaker.rounds import queries
from matchmaker.rounds.pages import figures
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.publish import hands
from matchmaker.rounds.solve.figures import StageFigures, find_figures
from matchmaker.rounds.solve.runs import is_usable, list_runs
from matchmaker.rounds.solve.verdicts import list_stages
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.stages import NOTHING, describe_value
from matchmaker.web.permissions import Permission, requires


@dataclass(frozen=True, slots=True)
class StagePair:
    """One aim in two runs: what each reached, in words; a dash where a run has no such aim."""

    stage: StageFigures
    first: str
    second: str


@bp.get("/<month:month>/runs/<id:number>/beside/<id:other>")
@requires(Permission.ROUND_READ)
def beside(month: date, number: int, other: int) -> str:
    """Show run ``number`` beside run ``other``; both have a checked result."""
    match_round = queries.get_round(month, current_user)
    first, second = (_get_usable(queries.get_run(match_round, n)) for n in (number, other))
    names = figures.read_names(match_round.subdistrict_id)
    pairs = _pair_stages(first, second, names)
    changed = hands.list_changed_lines(first, second)
    return render_template(
        "rounds/beside.html",
        match_round=match_round,
        first=first,
        second=second,
        names=names,
        differing=[pair for pair in pairs if pair.first != pair.second],
        count=len(pairs),
        decided=[line for line in changed if not line.is_moved],
        moved=[line for line in changed if line.is_moved],
        others=[run for run in list_runs(match_round) if is_usable(run)],
    )


def _get_usable(run: RoundRun) -> RoundRun:
    """Return the run. Raises ``NotFoundError`` if it has no checked result to compare."""
    if not is_usable(run):
        raise NotFoundError("figures.unknown")
    return run


def _pair_stages(first: RoundRun, second: RoundRun, names: Names) -> Sequence[StagePair]:
    policy = first.match_round.policy
    rows, others = (
        {(stage.name, stage.key): stage for stage in _list_stages(run)} for run in (first, second)
    )
    keys = dict.fromkeys([*rows, *others])

    def say(stage: StageFigures | None) -> str:
        return NOTHING if stage is None else describe_value(stage, names, policy)

    return [
        StagePair(rows.get(key) or others[key], say(rows.get(key)), say(others.get(key)))
        for key in keys
    ]


def _list_stages(run: RoundRun) -> tuple[StageFigures, ...]:
    found = find_figures(run)
    return () if found is None else list_stages(run, found)
