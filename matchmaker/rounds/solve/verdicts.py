"""What the independent check found about a run, and how much of it is not proved.

The verdict is stored with the run. Runs of earlier versions have none: their verdict is read from
the labels of their stages and has no bound for what is not proved.
"""

from collections import Counter
from dataclasses import replace
from itertools import takewhile

from matchmaker.models import RoundRun
from matchmaker.rounds.solve.figures import Figures, StageFigures, find_figures
from optimizer import codec
from optimizer.report import ARITHMETIC, Ruling, Unproved, Verdict

NOT_KNOWN = "–"


def find_verdict(run: RoundRun) -> Verdict | None:
    """Return what the check of a run found; None for a run without a checked result."""
    if run.verdict is not None:
        return codec.from_json(Verdict, run.verdict)
    figures = find_figures(run)
    return None if figures is None or not run.is_verified else _read_labels(figures.stages)


def _read_labels(stages: tuple[StageFigures, ...]) -> Verdict:
    """Return the verdict on a result that was checked before verdicts were stored."""
    labels = [stage.proof.value for stage in stages]
    outright = len(list(takewhile(ARITHMETIC.__contains__, labels)))
    ruling = Ruling.FEASIBLE
    unproved = tuple(_leave_open(stage) for stage in stages if stage.proof not in ARITHMETIC)
    if outright and "gap" not in labels and 2 * len(unproved) <= len(labels):
        ruling = Ruling.EXCEPT if unproved else Ruling.PROVED
    counts = dict(Counter(labels))
    return Verdict(ruling, labels=counts, outright=outright, unproved=unproved)


def _leave_open(stage: StageFigures) -> Unproved:
    value = NOT_KNOWN if stage.value is None else str(stage.value)
    return Unproved(stage.name, stage.key, stage.proof.value, "sum", "", value, NOT_KNOWN)


def list_stages(run: RoundRun, figures: Figures) -> tuple[StageFigures, ...]:
    """The results of the stages; an open sum has the value and bound that the check gives."""
    verdict = find_verdict(run)
    rows = () if verdict is None else verdict.unproved
    sums = {(row.stage, row.key): row for row in rows if row.of == "sum"}
    return tuple(_state_sum(stage, sums.get((stage.name, stage.key))) for stage in figures.stages)


def _state_sum(stage: StageFigures, row: Unproved | None) -> StageFigures:
    if stage.value is not None or row is None or NOT_KNOWN in (row.value, row.bound):
        return stage
    return replace(stage, value=int(row.value), bound=int(row.bound))


def count_unproved(run: RoundRun) -> int:
    """Count the aims of a checked run that are not proved; 0: nothing has to be accepted."""
    verdict = find_verdict(run)
    if verdict is None or verdict.ruling is Ruling.PROVED:
        return 0
    return max(1, len(verdict.unproved))
