"""A forger's desk with every answer of a tiny month, and the judge of what a verdict claims.

Brute force knows which answers keep which results. A claim is false if some answer contradicts it.
"""

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from optimizer.checker.check import judge
from optimizer.checker.month.read import hash_certificate, hash_solution, read_solution
from optimizer.checker.program.point import place_answer
from optimizer.checker.rules.stages import Outcome
from optimizer.checker.stages import kind_of, list_aims
from optimizer.checker.verdict import Ruling, Unproved, Verdict
from optimizer.problem import Problem
from tests.optimizer.brute_force import Answer
from tests.optimizer.brute_stages import ticket_of, vector_of
from tests.optimizer.checker.forgeries import Plain
from tests.optimizer.checker.kit import Case, Forgery
from tests.optimizer.checker.test_forgery_sweep import LEVELS, Desk

PATIENCE = 40  # faults that a forger mends before giving up
DEFAULTS = {"person": None, "slot": None, "units": 1}
CLAIMS = (Ruling.PROVED, Ruling.EXCEPT, Ruling.FEASIBLE)


class KitDesk(Desk):
    """The desk with what the forgeries of the kit ask for."""

    def open_case(self, random: Random) -> Case:
        """Return a case with the true question and answer."""
        question, answer = json.loads(json.dumps([self.plain, self.true]))
        return Case(random, self, question, answer)

    def complete(self, lines: list[Plain]) -> list[Plain]:
        """Return the lines with their defaults."""
        return [DEFAULTS | line for line in lines]

    def list_tickets(self) -> list[int]:
        """Return the columns of the needs that have a way, lowest ticket first."""
        return [self.program.met[need] for need in sorted(self.program.met, key=self.place_of)]

    def place_of(self, need: str) -> int:
        """Return the place of a need in the draw."""
        needs = self.problem.needs
        order = sorted(needs, key=lambda n: (ticket_of(self.problem, n), n.id))
        return [n.id for n in order].index(need)

    def list_group(self, stage: str, group: str) -> set[str]:
        """Return the needs of a group of a stage of levels."""
        (row,) = (s for s in self.month.problem["policy"]["stages"] if s["name"] == stage)
        of = {
            need["id"]: need["groups"].get(row["dimension"]) if row["dimension"] else need["id"]
            for need in self.month.problem["needs"]
        }
        return {need for need, held in of.items() if held == group}

    def state_levels(self, answer: Plain, name: str) -> None:
        """State levels that follow from the denominators in the certificate."""
        met = {line["need"] for line in answer["assignments"]}
        (row,) = (s for s in self.month.problem["policy"]["stages"] if s["name"] == name)
        past = {
            h["group"]: h
            for h in self.month.problem["history"]
            if row["dimension"] and h["dimension"] == row["dimension"]
        }
        levels = []
        for group, (event, _) in answer["certificate"]["possible"][name].items():
            old = past.get(group, {"met": 0, "possible": 0})
            got = old["met"] + len(met & self.list_group(name, group))
            if event[1] + old["possible"]:
                level = {"group": group, "numerator": got}
                levels.append(level | {"denominator": event[1] + old["possible"]})
        levels.sort(key=lambda v: (Fraction(v["numerator"], v["denominator"]), v["group"]))
        for result in answer["stages"]:
            if result["name"] == name:
                result["levels"] = levels

    def adapt_case(self, case: Case) -> None:
        """State in every event of a sum or of tickets what the answer of the case gives."""
        point = place_answer(self.columns, self.complete(case.answer["assignments"]))
        weights: list[Any] = []
        for stage in self.month.problem["policy"]["stages"]:
            weights += kind_of(stage).list_sums(self.month, self.program, stage)
        for result, counted, events in zip(case.results, weights, case.events, strict=False):
            for event in events if result["kind"] not in LEVELS else ():
                if event[0] == "sum" and result["kind"] == "lottery":
                    event[1] = int("".join(str(point[j]) for j in event[4]) or "0", 2)
                elif event[0] == "sum":
                    own = event[4] if len(event) > 4 else counted
                    event[1] = sum(counted[j] * point[j] for j in own)

    def list_false_claims(self, answer: Plain, verdict: Verdict) -> Iterator[str]:
        """Yield what a verdict claims of an answer to this question and some answer contradicts."""
        if verdict.ruling is Ruling.NO_ANSWER and verdict.is_settled and self.answers:
            yield "there are answers"
        if verdict.ruling in CLAIMS:
            yield from _Claims(self, answer, verdict).list_false()


class _Claims:
    """What a verdict claims, result by result, under the denominators that the answer states."""

    def __init__(self, desk: KitDesk, answer: Plain, verdict: Verdict) -> None:
        self.desk, self.answer, self.verdict = desk, answer, verdict
        self.possible = self._read_possible()
        self.worth = [(self._worth_of(other), set(other)) for other in desk.answers]
        self.own = self._worth_of(self._read_answer())
        outcome = Outcome(desk.month, [], frozenset())
        self.aims = [(aim.name, aim.key) for aim in list_aims(outcome)]
        self.unproved = {(row.stage, row.key): row for row in verdict.unproved}
        gaps = [row.label == "gap" for row in verdict.unproved]
        self.done = len(self.aims) - sum(gaps)

    def _read_possible(self) -> Counter:
        possible = Counter(self.desk.possible)
        month = self.desk.month.problem
        past = {(h["dimension"], h["group"]): h["possible"] for h in month["history"]}
        kinds = {stage["name"]: stage for stage in month["policy"]["stages"]}
        for result in self.answer.get("stages", ()):
            stage = kinds[result["name"]]
            if stage["kind"] == "leximin" and stage["outcome"] == "met" and result.get("levels"):
                stated = {v["group"]: v["denominator"] for v in result["levels"]}
                for dimension, group in list(possible):
                    if dimension == stage["dimension"]:
                        old = past.get((dimension, group), 0) if dimension else 0
                        possible[dimension, group] = max(stated.get(group, 0) - old, 0)
        return possible

    def _read_answer(self) -> Answer:
        found: dict[str, list[Any]] = {}
        for line in self.desk.complete(self.answer.get("assignments", [])):
            row = (line["stock"], line["person"], line["slot"], line["units"])
            found.setdefault(line["need"], []).append(row)
        return {need: tuple(rows) for need, rows in found.items()}

    def _worth_of(self, answer: Answer) -> list[Any]:
        vector = vector_of(self.desk.problem, answer, self.possible)
        worth: list[Any] = []
        for stage, entries in zip(self.desk.problem.policy.stages, vector, strict=True):
            is_one = stage.kind in LEVELS or stage.kind == "lottery"
            worth.extend([entries] if is_one else entries)
        return worth

    def list_false(self) -> Iterator[str]:
        for k, (name, key) in enumerate(self.aims):
            row = self.unproved.get((name, key))
            kept = k if row is None else min(k, self.done)
            rivals = [w[k] for w, _ in self.worth if w[:kept] == self.own[:kept]]
            best = max(rivals)
            if row is None and best != self.own[k]:
                yield f"{name} {key} is not the best"
            if row is not None and not self._is_bounded(row, k, best):
                yield f"{name} {key} exceeds its bound: {row}"
        if self.verdict.ruling is Ruling.PROVED and self.verdict.unproved:
            yield "proved, and something is not"
        if self.answer.get("format") == 2:
            yield from self._list_false_grounds()

    def _is_bounded(self, row: Unproved, k: int, best: Any) -> bool:
        bound = Fraction(row.bound)
        if row.of == "sum":
            is_cost = self._kind_of(row.stage) == "min_cost"
            return bool((-bound if is_cost else bound) >= best)
        if row.of == "possible":
            (stage,) = (s for s in self.desk.problem.policy.stages if s.name == row.stage)
            return bool(bound >= self.desk.possible[stage.dimension, row.group])
        if row.of == "tickets" and row.label == "search":
            drawn = sorted(map(self.desk.place_of, self.desk.program.met))
            places = drawn[: int(row.value)]
            return all(best[p] == self.own[k][p] for p in places)
        return True

    def _kind_of(self, name: str) -> str:
        stages = self.desk.month.problem["policy"]["stages"]
        return next(str(stage["kind"]) for stage in stages if stage["name"] == name)

    def _list_false_grounds(self) -> Iterator[str]:
        draws = [k for k, (name, _) in enumerate(self.aims) if self._kind_of(name) == "lottery"]
        drawn = min(draws, default=len(self.aims))
        for ground in self.answer.get("grounds", ()):
            need, code, stage = ground["need"], ground["code"], ground.get("stage", "")
            if code == "outranked" and self._can(need, min(drawn, self.done)):
                yield f"{need} is not outranked"
            if code == "lost_lottery" and not self._can(need, drawn):
                yield f"{need} lost no lottery"
            if stage:
                at = [k for k, (name, _) in enumerate(self.aims) if name == stage]
                if self._can(need, at[-1] + 1) or not self._can(need, at[0]):
                    yield f"{need} is not decided by {stage}"

    def _can(self, need: str, kept: int) -> bool:
        """Return whether an answer that keeps so many results meets the need."""
        return any(need in met and w[:kept] == self.own[:kept] for w, met in self.worth)


def try_forgeries(desk: KitDesk, random: Random, *forgeries: Forgery) -> tuple[Case, Verdict]:
    """Apply forgeries one after another, mend what is refused by its label, and return the end."""
    case = desk.open_case(random)
    for forge in forgeries:
        try:
            forge(case)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            break  # an earlier forgery took away what this one changes
    verdict = judge_mended(case)
    return case, verdict


def judge_mended(case: Case) -> Verdict:
    """Seal the answer and judge it; mend what is refused by its label, and judge it again."""
    verdict = judge(case.question, seal(case.answer))
    for _ in range(PATIENCE):
        if verdict.fault is None or not _mend(case, verdict):
            break
        verdict = judge(case.question, seal(case.answer))
    return verdict


def seal(answer: Plain) -> Plain:
    """Fit both hashes to what the file now says, if it can be read at all."""
    try:
        certificate = answer["certificate"]
        certificate["sha256"] = hash_certificate(certificate)
        answer["result_sha256"] = hash_solution(read_solution(answer))
    except (LookupError, TypeError, ValueError, AttributeError):
        pass
    return answer


def _mend(case: Case, verdict: Verdict) -> bool:
    """Change what the fault names, as a careful forger would; return whether there was a way."""
    assert verdict.fault is not None
    code, facts = verdict.fault.code, verdict.fault.facts
    named = facts.get("stage"), facts.get("key")
    results = [r for r in case.results if (r["name"], r["key"]) == named]
    if code.startswith("proof_"):
        return _mend_events(case, code, facts)
    if code == "stage_proof" and "true" in facts:
        _relabel(results, facts["true"])
    elif code == "bound_not_proved":
        for result in results:
            result["bound"] = facts["proved"]
    elif code == "ground_not_proved":
        for ground in (g for g in case.answer["grounds"] if g["need"] == facts["need"]):
            ground |= {"code": "undecided", "stage": ""}
    elif code in ("witness", "excluded"):
        case.certificate.update(witnesses=[], excluded={})
    else:
        return False
    return True


def _mend_events(case: Case, code: str, facts: Any) -> bool:
    """Give the replay the event that it asks for, without a proof."""
    named = facts.get("stage"), facts.get("key")
    places = [k for k, r in enumerate(case.results) if (r["name"], r["key"]) == named]
    wanted: dict[str, list[Any]] = {"no": ["no"], "switch": ["switch"], "sum": ["sum", 1, 1, []]}
    events = case.events[places[0]]
    if code == "proof_event_missing" and facts.get("wanted") in wanted:
        events.append(list(wanted[facts["wanted"]]))
    elif code == "proof_event_left":
        events.pop()
    elif code == "proof_level_count":
        last = [event for event in events if event[0] == "sum"][-1]
        last[1] += facts["true"] - facts["stated"]
    else:
        return False
    return True


def _relabel(results: list[Plain], label: str) -> None:
    for result in results:
        result["proof"] = label
        result.pop("bound", None)
        if label != "search" and result.get("value") is not None:
            result["bound"] = result["value"]


def open_desk(question: Plain) -> KitDesk:
    """Return a desk for a question that was changed."""
    return KitDesk(Problem.from_json(question))
