"""The verdict of a check: it claims no more than was replayed, and says so in words and exit codes.

A result is *proved* when whole-number arithmetic shows that no answer is better among those that
keep the results before it. It is then the best that the policy allows if all earlier results are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .month.read import Fault, on_one_line

ARITHMETIC = ("dual", "farkas", "tree")  # labels of results that are proved in whole numbers


class Ruling(StrEnum):
    """The kinds of verdicts. The words are stored and published, so they never change."""

    PROVED = "proved"
    EXCEPT = "proved_except"  # proved if the named results, at most half of all, are the best
    FEASIBLE = "feasible"  # every rule holds; results are open, or nothing is proved
    NO_ANSWER = "no_answer"
    REFUTED = "refuted"
    TOO_LARGE = "too_large"  # the check ended at its limits: nothing is known


EXIT_CODES: Mapping[Ruling, int] = {
    Ruling.PROVED: 0,
    Ruling.REFUTED: 1,
    Ruling.NO_ANSWER: 3,
    Ruling.EXCEPT: 4,
    Ruling.FEASIBLE: 5,
    Ruling.TOO_LARGE: 6,
}
BROKEN = 2  # wrong usage, or a file that cannot be read
PROVED_NONE = 7  # no answer, and a proof that there is none
EXIT_HELP = (
    "Exit codes: 0 proved, 1 refuted, 2 wrong usage or a file that cannot be read, 3 no answer "
    "(not proved that there is none), 4 proved except for the named results, 5 feasible but not "
    "proved, 6 too large to check, 7 proved that there is no answer."
)


@dataclass(frozen=True, slots=True)
class Unproved:
    """One result that arithmetic does not settle: what is reached, and the bound that is proved.

    stage    the stage of the result
    key      its class within the stage
    label    ``search``: it rests on an engine's unchecked claim; ``gap``: it is open
    of       what the two numbers count; ``Gap`` in ``proofs/proof.py`` lists the words. A need is
             settled if it is known whether all, none or some of the remaining answers meet it
    group    the group, rank or cell that the numbers are about
    value    what the answer reaches, as a whole number or fraction in text
    bound    the bound that is proved, in the same form
    """

    stage: str
    key: str
    label: str
    of: str
    group: str
    value: str
    bound: str

    def __str__(self) -> str:
        name = f"{self.stage} {self.key}".strip()
        if self.of in ("tickets", "needs"):
            return f"{name}: {self.value} of {self.bound} {self.of} settled ({self.label})"
        what = "" if self.of == "sum" else f"{self.of} {self.group}".strip() + " "
        return f"{name}: {what}{self.value} reached, bound {self.bound} proved ({self.label})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    labels       kind of proof -> number of results, as the replay derived them
    outright     number of results before the first one that is not proved
    unproved     the results that are not proved, in the order of the policy
    is_settled   if there is no answer: whether it is proved that there is none
    grounds      code -> number of unmet needs; ``unchecked``: those whose cause was not checked
    contested    ids of the contested needs (S13), met or not, sorted
    """

    ruling: Ruling
    fault: Fault | None = None
    problem_sha256: str = ""
    policy: str = ""
    policy_sha256: str = ""
    result_sha256: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)
    outright: int = 0
    unproved: tuple[Unproved, ...] = ()
    is_settled: bool = False
    needs_asked: int = 0
    needs_met: int = 0
    grounds: Mapping[str, int] = field(default_factory=dict)
    unchecked: int = 0
    contested: tuple[str, ...] = ()

    @property
    def results(self) -> int:
        """The number of results that the policy asks for; 0 if the check did not weigh them."""
        return sum(self.labels.values())

    @property
    def exit_code(self) -> int:
        """The exit code with which a command that checks ends."""
        if self.fault is not None and self.fault.code == "broken_input":
            return BROKEN
        return PROVED_NONE if self.is_settled else EXIT_CODES[self.ruling]

    def __str__(self) -> str:
        return "\n".join(self.list_lines())

    def list_claims(self) -> Iterator[str]:
        """Yield the sentence of the verdict, then every result that is not proved."""
        yield _SENTENCES[self.ruling](self)
        yield from (f"  {on_one_line(str(row))}" for row in self.unproved)

    def list_lines(self) -> Iterator[str]:
        """Yield the sentence of the verdict, then what is not proved, hashes and counts."""
        yield from self.list_claims()
        if self.problem_sha256:
            yield f"question  {self.problem_sha256}"
            yield f"policy    {self.policy_sha256}  {on_one_line(self.policy)}"
        if self.result_sha256:
            yield f"answer    {self.result_sha256}"
        if self.ruling in (Ruling.PROVED, Ruling.EXCEPT, Ruling.FEASIBLE):
            counts = ", ".join(f"{count} {label}" for label, count in self.labels.items())
            yield f"labels    {counts or 'none'}"
            yield f"needs     {self.needs_met} of {self.needs_asked} met"
            yield from self._list_grounds()

    def _list_grounds(self) -> Iterator[str]:
        counts = ", ".join(f"{count} {code}" for code, count in self.grounds.items())
        tail = f"; {self.unchecked} as stated, not checked" if self.unchecked else ""
        if counts:
            yield f"grounds   {counts}{tail}"


def _say_proved(verdict: Verdict) -> str:
    return (
        f"proved: all {verdict.results} results are the best that the policy allows, "
        "replayed in whole numbers"
    )


def _say_except(verdict: Verdict) -> str:
    count = len(verdict.unproved)
    names, these = ("results", "these are") if count > 1 else ("result", "it is")
    rest = f"the other {verdict.results - count} are proved to be the best if {these}"
    return f"proved except {count} named {names}: {rest}"


def _say_feasible(verdict: Verdict) -> str:
    start = "feasible: the answer keeps every rule; "
    if not verdict.results:
        return start + "nothing proved: the policy has no stages"
    if not verdict.outright:
        return start + "nothing proved to be the best"
    return start + f"{verdict.outright} of {verdict.results} results proved, the rest not"


def _say_no_answer(verdict: Verdict) -> str:
    if verdict.is_settled:
        return "no answer: proved that none keeps every rule"
    return "no answer (not proved that there is none)"


def _say_refuted(verdict: Verdict) -> str:
    return f"refuted at {verdict.fault}"


def _say_too_large(verdict: Verdict) -> str:
    return f"too large to check, so nothing is known: {verdict.fault}"


_SENTENCES = {
    Ruling.PROVED: _say_proved,
    Ruling.EXCEPT: _say_except,
    Ruling.FEASIBLE: _say_feasible,
    Ruling.NO_ANSWER: _say_no_answer,
    Ruling.REFUTED: _say_refuted,
    Ruling.TOO_LARGE: _say_too_large,
}
