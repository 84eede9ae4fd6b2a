"""What shows which stage decides against a need: answers, and proofs that there are none.

A witness is an answer that meets needs that the stated answer does not, and keeps every result
before a stage. The certificate has it as a change of the stated answer: needs whose lines are taken
out, and lines that are put in. Columns are *barred* before a stage if no answer that keeps every
result before it has any of them at 1; unlike events, that fixes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row
from ..program.point import place_answer
from ..rules.rules import check_rules
from .proof import Proof
from .undecided import name_lines


class Witnesses:
    """The witnesses and barred columns of a certificate, checked when their stage is reached.

    shown   need (by name) -> stages: an answer meets the need and keeps every result before them
    """

    def __init__(self, month: Month, stated: Row, certificate: Row, names: list[str]) -> None:
        """Sort what the certificate states; ``names``: the stage of every result, in order."""
        self.shown: dict[str, set[str]] = defaultdict(set)
        self._month, self._stated = month, stated
        self._waiting = _sort(month, names, certificate.get("witnesses", ()))
        self._barred = _sort(month, names, certificate.get("barred", ()))

    def check(self, proof: Proof, kept: int) -> None:
        """Check what is stated before a stage, once the ``kept`` results before it are kept.

        Raises ``RefutedError`` for columns that are not barred, and for a false witness.
        """
        for stage, columns, scale, flat, cuts in self._barred.pop(kept, ()):
            if not proof.excludes(columns, [scale, flat], cuts):
                raise RefutedError("not_barred", stage=stage, columns=len(columns))
            proof.bar(columns, kept)
        for stage, needs, gone, added in self._waiting.pop(kept, ()):
            met = self._place(proof, gone, added)
            if met is None or not met.issuperset(needs):
                raise RefutedError("witness", stage=stage, needs=",".join(needs))
            for need in needs:
                self.shown[need].add(stage)

    def check_end(self) -> None:
        """Raise ``RefutedError`` for anything stated after a result that is not proven."""
        for barred in self._barred.values():
            stage, columns, *_ = barred[0]
            raise RefutedError("not_barred", stage=stage, columns=len(columns))
        for witnesses in self._waiting.values():
            stage, needs, *_ = witnesses[0]
            raise RefutedError("witness", stage=stage, needs=",".join(needs))

    def add_drawn(self, drawn: dict[str, list[str]]) -> None:
        """Note, keyed by draw, the needs that its events show to be undecided before it."""
        for stage, needs in drawn.items():
            for need in needs:
                self.shown[self._month.name_of(need)].add(stage)

    def _place(self, proof: Proof, gone: list[str], added: list[Any]) -> set[str] | None:
        """Return the names of the needs that a witness meets.

        None if it does not keep every result. Raises ``RefutedError`` if it breaks a rule.
        """
        kept = [line for line in self._stated["assignments"] if line["need"] not in set(gone)]
        lines = kept + name_lines(added)
        labelled = [self._month.label_line(line) for line in lines]
        check_rules(self._month, labelled)
        try:
            proof.place(place_answer(proof.program.columns, labelled))
        except RefutedError:
            return None
        return {line["need"] for line in lines}


def _sort(month: Month, names: list[str], stated: Iterable[Any]) -> dict[int, list[Any]]:
    """Return what is stated before stages, keyed by the number of results before the stage."""
    found: dict[int, list[Any]] = defaultdict(list)
    for of in stated:
        found[count_before(month, names, of[0])].append(of)
    return found


def count_before(month: Month, names: list[str], stage: str) -> int:
    """Return the number of results before a stage of the policy; for an empty name, of all results.

    ``names``: the stage of every result. Raises ``RefutedError`` for an unknown stage.
    """
    if not stage:
        return len(names)
    stages = [row["name"] for row in month.problem["policy"]["stages"]]
    if stage not in stages:
        raise RefutedError("ground_stage", stage=stage)
    before = set(stages[: stages.index(stage)])
    return sum(name in before for name in names)
