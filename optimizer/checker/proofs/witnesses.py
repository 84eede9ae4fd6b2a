"""Witnesses: answers that meet needs left unmet and keep every result before a stage.

The certificate holds each as a change of the stated answer: needs that are taken out, and lines
that are put in.
"""

from collections import defaultdict
from typing import Any

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row
from ..program.point import place_answer
from ..rules.rules import check_rules
from .proof import Proof
from .undecided import name_lines


class Witnesses:
    """The witnesses of a certificate, by the number of results before their stage.

    shown   need -> the stages before which an answer meets it and keeps every result
    """

    def __init__(self, month: Month, stated: Row, certificate: Row, names: list[str]) -> None:
        """Take the stages of all results that the policy asks for, in order."""
        self.shown: dict[str, set[str]] = defaultdict(set)
        self._month, self._stated = month, stated
        self._waiting: dict[int, list[Any]] = defaultdict(list)
        for witness in certificate.get("witnesses", ()):
            self._waiting[count_before(month, names, witness[0])].append(witness)

    def check(self, proof: Proof, kept: int) -> None:
        """Check the witnesses of a stage once all results before it are kept."""
        for stage, needs, gone, added in self._waiting.pop(kept, ()):
            met = self._place(proof, gone, added)
            if met is None or not met.issuperset(needs):
                raise RefutedError("witness", stage=stage, needs=",".join(needs))
            for need in needs:
                self.shown[need].add(stage)

    def check_end(self) -> None:
        """Raise ``RefutedError`` for witnesses that keep results which are not stated as proven."""
        for witnesses in self._waiting.values():
            stage, needs, *_ = witnesses[0]
            raise RefutedError("witness", stage=stage, needs=",".join(needs))

    def add_drawn(self, drawn: dict[str, list[str]]) -> None:
        """Note the needs that the events of a draw show to be undecided before it."""
        for stage, needs in drawn.items():
            for need in needs:
                self.shown[self._month.name_of(need)].add(stage)

    def _place(self, proof: Proof, gone: list[str], added: list[Any]) -> set[str] | None:
        """Return the names of the needs met, None if the answer does not keep every result."""
        kept = [line for line in self._stated["assignments"] if line["need"] not in set(gone)]
        lines = kept + name_lines(added)
        labelled = [self._month.label_line(line) for line in lines]
        check_rules(self._month, labelled)
        try:
            proof.place(place_answer(proof.program.columns, labelled))
        except RefutedError:
            return None
        return {line["need"] for line in lines}


def count_before(month: Month, names: list[str], stage: str) -> int:
    """Return the number of results before a stage of the policy. Raises ``RefutedError``."""
    stages = [row["name"] for row in month.problem["policy"]["stages"]]
    if stage not in stages:
        raise RefutedError("ground_stage", stage=stage)
    before = set(stages[: stages.index(stage)])
    return sum(name in before for name in names)
