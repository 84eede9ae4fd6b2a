"""Describe a run as lines of text, for the terminal and for ``make month``."""

from collections.abc import Iterator
from itertools import groupby

from matchmaker.models import RoundRun
from matchmaker.rounds.pages.figures import Extreme, find_coverage, find_load
from matchmaker.rounds.solve.figures import Figures, StageFigures, find_figures
from matchmaker.rounds.solve.verdicts import find_verdict, list_stages
from matchmaker.rounds.words.stages import PartResults, list_parts

_WAITING = "waiting="


def describe_run(run: RoundRun) -> Iterator[str]:
    """Yield the figures of a run: needs, coverage, load, each stage, hashes, seconds."""
    match_round = run.match_round
    yield f"round {match_round.month:%Y-%m} ({match_round.state.value}), run {run.number}"
    yield f"status         {run.status.value}"
    verdict = find_verdict(run)
    if verdict is not None:
        yield from (f"check          {line}" for line in verdict.list_claims())
    figures = find_figures(run)
    if figures is None:
        return
    yield from _describe_figures(figures)
    for results in list_parts(list_stages(run, figures), match_round.policy):
        yield from _describe_part(results)
    yield f"snapshot       {match_round.snapshot.sha256 if match_round.snapshot else '-'}"
    yield f"seed           {match_round.seed}"
    yield f"result         {run.result_sha256}"
    yield f"solved in      {(run.timings or {}).get('total', 0)} seconds"


def _describe_figures(figures: Figures) -> Iterator[str]:
    met, asked = figures.met, figures.asked
    yield f"needs          {met} of {asked} met ({100 * met / asked:.1f} %)"
    yield f"people         {figures.residents_helped} of {figures.residents} helped"
    yield f"due visits     {figures.due_visits_met} of {figures.due_visits} kept"
    coverage, load = find_coverage(figures), find_load(figures)
    if coverage is not None:
        yield f"best coverage  {_describe_extreme(coverage.highest)}"
        yield f"worst coverage {_describe_extreme(coverage.lowest)}"
    if load is not None:
        yield f"busiest        {_describe_extreme(load.highest)}"
        yield f"idlest         {_describe_extreme(load.lowest)}"


def _describe_extreme(extreme: Extreme) -> str:
    return f"{extreme.group} {extreme.part} of {extreme.whole} ({extreme.percent:.1f} %)"


def _describe_part(results: PartResults) -> Iterator[str]:
    """Yield a heading, then one line for each result; the waits of a turn share a line."""
    if results.part is None:
        yield from map(_describe_stage, results.stages)
        return
    yield f"{results.part.code:<14} {results.proved} of {len(results.stages)} results proved"
    for (name, turn, end), found in groupby(results.stages, key=_name_waits):
        waits = [(stage.key.removeprefix(turn).removeprefix(_WAITING), stage) for stage in found]
        if not waits[0][1].key.startswith(turn + _WAITING):
            yield from (_describe_stage(stage) for _wait, stage in waits)
            continue
        values = ", ".join(f"{wait}: {stage.value}" for wait, stage in waits)
        yield f"  {f'{name} {turn}by wait':<32} {values:<34} {end}"


def _name_waits(stage: StageFigures) -> tuple[str, str, str]:
    """Return the stage, turn and end of line that results share which differ only in the wait."""
    turn, waiting, _wait = stage.key.partition(_WAITING)
    return stage.name, turn if waiting else stage.key, _describe_end(stage)


def _describe_end(stage: StageFigures) -> str:
    return f"{stage.status}, {stage.proof}, {stage.engine}"


def _describe_stage(stage: StageFigures) -> str:
    value = "-" if stage.value is None else str(stage.value)
    if stage.first is not None and stage.last is not None:
        ends = (stage.first, stage.last)
        value = " … ".join(f"{end.group} {end.numerator}/{end.denominator}" for end in ends)
    name = f"{stage.name} {stage.key}".strip()
    return f"  {name:<32} {value:<34} {_describe_end(stage)}"
