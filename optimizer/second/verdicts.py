"""The second engine's verdicts: on one value, and on a solution."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from optimizer.second.cbc import Answer


class Verdict(StrEnum):
    """The second engine's verdict on one value, or on a solution."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    UNKNOWN = "unknown"


_OF_BETTER = {
    Answer.NONE: Verdict.AGREED,
    Answer.FOUND: Verdict.DISAGREED,
    Answer.OPEN: Verdict.UNKNOWN,
}
_OF_POINT = {**_OF_BETTER, Answer.NONE: Verdict.DISAGREED, Answer.FOUND: Verdict.AGREED}


@dataclass(frozen=True, slots=True)
class Opinion:
    """The verdict on one value, named by ``stage`` and ``of``; no stage: on the whole answer."""

    stage: str
    of: str
    verdict: Verdict


def on_better(stage: str, of: str, answer: Answer) -> Opinion:
    """Return the verdict on a value; ``answer`` says whether CBC found a better one."""
    return Opinion(stage, of.strip(), _OF_BETTER[answer])


def on_point(stage: str, of: str, answer: Answer) -> Opinion:
    """Return the verdict on a value; ``answer`` says whether CBC found a point that reaches it."""
    return Opinion(stage, of.strip(), _OF_POINT[answer])


def refute(stage: str, of: str) -> Opinion:
    """Return the verdict ``disagreed`` on a statement that is wrong without asking CBC."""
    return Opinion(stage, of, Verdict.DISAGREED)


def judge(opinions: Iterable[Opinion]) -> Verdict:
    """Return the verdict on all values: disagreed if any opinion disagrees.

    If not, it is unknown if any opinion is unknown or there are none; otherwise agreed.
    """
    verdicts = {opinion.verdict for opinion in opinions} or {Verdict.UNKNOWN}
    for verdict in (Verdict.DISAGREED, Verdict.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return Verdict.AGREED
