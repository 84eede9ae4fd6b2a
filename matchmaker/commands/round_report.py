"""A run in lines of text, for the terminal and for ``make month``."""

from collections.abc import Iterator
from typing import Any

from matchmaker.models import RoundRun
from matchmaker.rounds.pages.figures import Extreme, find_coverage, find_load


def describe_run(run: RoundRun) -> Iterator[str]:
    """Needs asked and met, ends of coverage and load, each stage, hashes, seconds."""
    match_round = run.match_round
    yield f"round {match_round.month:%Y-%m} ({match_round.state.value}), run {run.number}"
    yield f"status         {run.status.value}{', verified' if run.is_verified else ''}"
    if run.figures is None:
        return
    yield from _describe_figures(run.figures)
    for stage in run.figures["stages"]:
        yield _describe_stage(stage)
    yield f"snapshot       {match_round.snapshot.sha256 if match_round.snapshot else '-'}"
    yield f"seed           {match_round.seed}"
    yield f"result         {run.result_sha256}"
    yield f"solved in      {(run.timings or {}).get('total', 0)} seconds"


def _describe_figures(figures: dict[str, Any]) -> Iterator[str]:
    met, asked = figures["met"], figures["asked"]
    yield f"needs          {met} of {asked} met ({100 * met / asked:.1f} %)"
    yield f"people         {figures['residents_helped']} of {figures['residents']} helped"
    yield f"due visits     {figures['due_visits_met']} of {figures['due_visits']} kept"
    coverage, load = find_coverage(figures), find_load(figures)
    if coverage is not None:
        yield f"best coverage  {_describe_extreme(coverage.highest)}"
        yield f"worst coverage {_describe_extreme(coverage.lowest)}"
    if load is not None:
        yield f"busiest        {_describe_extreme(load.highest)}"
        yield f"idlest         {_describe_extreme(load.lowest)}"


def _describe_extreme(extreme: Extreme) -> str:
    return f"{extreme.group} {extreme.part} of {extreme.whole} ({extreme.percent:.1f} %)"


def _describe_stage(stage: dict[str, Any]) -> str:
    value = stage.get("value", "-")
    if "first" in stage:
        ends = (stage["first"], stage["last"])
        value = " … ".join(f"{e['group']} {e['numerator']}/{e['denominator']}" for e in ends)
    told = f"{stage['name']} {stage['key']}".strip()
    return f"  {told:<32} {value!s:<34} {stage['status']}, {stage['proof']}, {stage['engine']}"
