"""Prices of pins, forbids and swaps before they are kept: finish, cancel, read. Callers commit.

The question is the one that the next run would ask with the wish, so the answer is what that run
gives. It is compared with the answer of the run before, need by need as they were entered.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Job,
    JobState,
    MatchRound,
    OverrideKind,
    RoundOverride,
    RoundPrice,
    RoundRun,
    RunStatus,
    User,
)
from matchmaker.rounds.freeze.overrides import Decision, freeze_overrides
from matchmaker.rounds.matching import AnswerBefore
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import hand_back, list_members
from matchmaker.rounds.question.problem import name_rule
from matchmaker.rounds.question.snapshot import Snapshot
from matchmaker.rounds.question.visitors import name_persons
from matchmaker.rounds.question.waits import read_key
from matchmaker.rounds.solve.runs import TOO_MANY_TRIES
from matchmaker.rounds.solve.verdicts import count_unproved
from matchmaker.rounds.states import JOB_STATES
from matchmaker.states import lock_row
from optimizer import codec
from optimizer.changes import Difference, MovedNeeds, StageChange, compare_needs
from optimizer.report import Failure, Ruling, SolveReport
from optimizer.solution import Assignment, Solution

# The list of a question in which a pin or forbid is.
_RULES: Mapping[OverrideKind, str] = {OverrideKind.PIN: "pins", OverrideKind.FORBID: "forbids"}


@dataclass(frozen=True, slots=True)
class PriceFound:
    """What the next run would change, compared with the run before. Needs are named as entered.

    is_known   whether the aims could be compared
    is_same    whether the two questions are the same but for pins and forbids; if a rule takes a
               need out of its ask they are not, and their aims are not compared
    stages     every aim that would differ, in the policy's order
    needs      the needs that would be served otherwise
    least      how many needs would lose their place if as little as possible changed; None: not
               known, or one of those that lose was joined with others
    unproved   how many aims of the new answer are not proved
    vague      how many aims of the answer of the run before are not proved
    bound      the proved bound of the first aim that differs, if its value is not proved
    others     pins and forbids, besides the wish, that the run before did not have or had more
    """

    is_known: bool = False
    stages: tuple[StageChange, ...] = ()
    needs: MovedNeeds = field(default_factory=MovedNeeds)
    least: int | None = None
    unproved: int = 0
    bound: str = ""
    others: int = 0
    is_same: bool = True
    vague: int = 0

    @property
    def first(self) -> StageChange | None:
        """The first aim that would differ; None if no aim would or it is not known."""
        return next(iter(self.stages), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


def read_found(price: RoundPrice) -> PriceFound | None:
    """Return what a priced wish would change; None without a checked answer."""
    return None if price.found is None else codec.from_json(PriceFound, price.found)


def to_details(price: RoundPrice) -> dict[str, int | str | None]:
    """The price that a person saw, for the audit event of what they kept: numbers and codes."""
    found = read_found(price)
    details: dict[str, int | str | None] = {"price": price.number, "status": price.status.value}
    if found is None:
        return details
    needs, first = found.needs, found.first
    return details | {
        "stage": "" if first is None else first.name,
        "lost": len(needs.lost),
        "gained": len(needs.gained),
        "otherwise": len(needs.moved),
        "unproved": found.unproved,
        "result_sha256": price.result_sha256,
    }


def read_decision(price: RoundPrice) -> Decision:
    """Return the wish that is priced."""
    return Decision(
        kind=price.kind,
        need=price.need,
        reason=price.reason,
        offer_id=price.offer_id,
        volunteer_id=price.volunteer_id,
        instead_offer_id=price.instead_offer_id,
        instead_volunteer_id=price.instead_volunteer_id,
        has_no_interest=price.has_no_interest,
    )


def get_price(match_round: MatchRound, number: int) -> RoundPrice:
    """Return a price of the round. Raises ``NotFoundError`` if there is none."""
    query = select(RoundPrice).where(RoundPrice.match_round_id == match_round.id)
    price: RoundPrice | None = db.session.scalar(query.where(RoundPrice.number == number))
    if price is None:
        raise NotFoundError("price.unknown")
    return price


def get_price_job(price: RoundPrice) -> Job:
    """Return the job of a price; each price has one."""
    return db.session.scalars(select(Job).where(Job.round_price_id == price.id)).one()


def list_seen(overrides: Sequence[RoundOverride]) -> dict[int, RoundPrice]:
    """Map the id of each pin and forbid to the price that was seen before it was kept."""
    ids = {row.round_price_id for row in overrides if row.round_price_id is not None}
    query = select(RoundPrice).where(RoundPrice.id.in_(ids))
    prices = {row.id: row for row in db.session.scalars(query)} if ids else {}
    return {row.id: prices[row.round_price_id] for row in overrides if row.round_price_id}


def count_tried(match_round: MatchRound) -> list[tuple[str, int]]:
    """Who asked how many prices in the round, by name; kept or not."""
    query = (
        select(User.name, func.count(RoundPrice.id))
        .join(RoundPrice, RoundPrice.started_by_id == User.id)
        .where(RoundPrice.match_round_id == match_round.id)
        .group_by(User.id, User.name)
        .order_by(User.name)
    )
    return [(name, count) for name, count in db.session.execute(query)]


def read_before(price: RoundPrice) -> AnswerBefore:
    """The question and answer of the run before, and how it names the needs of the question."""
    run = price.run
    names = _name_before(_list_asks(run.problem_json), _list_asks(price.problem_json))
    return AnswerBefore(run.problem_json, run.solution_json or "null", names)


def _list_asks(problem_json: str) -> list[str]:
    return [need["id"] for need in json.loads(problem_json)["needs"]]


def _name_before(before: Iterable[str], after: Iterable[str]) -> dict[str, str]:
    """Map asks of the question after to the ask before that they are a part of.

    A pinned need is an ask by itself; before, it may have been joined with others of its home.
    """
    asks, names = {part: ask for ask in before for part in list_members(ask)}, {}
    for ask in after:
        found = {asks.get(part, "") for part in list_members(ask)}
        if len(found) == 1 and ask not in found:
            names[ask] = found.pop()
    return names


def finish_price(price: RoundPrice, report: SolveReport, *, now: datetime) -> None:
    """Store what a wish would change, once; a finished price is not changed.

    The price is FAILED if the report has a failure or no answer, or if the answer names the hash of
    another question.
    """
    if price.status is not RunStatus.PENDING:
        return
    failure, solution = report.failure, report.solution
    if solution is not None and failure is None and _is_of_another(price, solution):
        failure = Failure.OTHER_PROBLEM
    price.finished_at = now
    if failure is not None or solution is None:
        _close(price, RunStatus.FAILED, failure, now)
        return
    price.result_sha256 = solution.result_sha256
    if report.is_usable:
        price.found = _find(price, report, solution).to_json()
    _close(price, RunStatus[solution.status.name], None, now)


def _is_of_another(price: RoundPrice, solution: Solution) -> bool:
    return solution.problem_sha256 != price.problem_sha256


def give_up_price(price: RoundPrice, *, now: datetime) -> None:
    """Fail a price whose worker died too often; a finished price is not changed."""
    if price.status is RunStatus.PENDING:
        price.finished_at = now
        _close(price, RunStatus.FAILED, TOO_MANY_TRIES, now)


def cancel_price(price: RoundPrice, *, actor: User, now: datetime) -> None:
    """Stop one's own price that waits or is worked out.

    Raises ``ConflictError`` when it is over or another person's.
    """
    if price.started_by_id != actor.id:
        raise ConflictError("price.of_another")
    job = get_price_job(price)
    lock_row(job)
    JOB_STATES.take(job, JobState.CANCELLED)
    job.finished_at = now
    job.lease_token = job.lease_until = None
    price.status, price.finished_at = RunStatus.FAILED, now
    details = {"number": price.number}
    record_event(actor=actor, action="price.cancel", subject=price, now=now, details=details)


def _find(price: RoundPrice, report: SolveReport, solution: Solution) -> PriceFound:
    snapshot = read_snapshot(price.match_round)
    difference = report.difference or Difference()
    stages = tuple(replace(stage, key=read_key(stage.key, snapshot)) for stage in difference.stages)
    needs = compare_needs(
        _list_lines(snapshot, _read_answer(price.run)), _list_lines(snapshot, solution)
    )
    return PriceFound(
        is_known=difference.is_known,
        stages=stages,
        needs=needs,
        least=_count_least(price, needs, difference.least),
        unproved=_count_unproved(report),
        bound=_find_bound(report, difference.first),
        others=_count_others(price),
        is_same=difference.is_same,
        vague=count_unproved(price.run),
    )


def _count_least(price: RoundPrice, needs: MovedNeeds, least: Collection[str] | None) -> int | None:
    """Count the needs that lose by least change; None if asks and needs cannot be counted alike."""
    if least is None:
        return None
    asks = {part: ask for ask in _list_asks(price.problem_json) for part in list_members(ask)}
    touched = {*least, *(asks.get(need, need) for need in needs.lost)}
    return None if any(len(list_members(ask)) > 1 for ask in touched) else len(least)


def _read_answer(run: RoundRun) -> Solution:
    return Solution.from_json(json.loads(run.solution_json or "null"))


def _list_lines(snapshot: Snapshot, solution: Solution) -> tuple[Assignment, ...]:
    return hand_back(snapshot, solution).solution.assignments


def _count_unproved(report: SolveReport) -> int:
    verdict = report.verdict
    if verdict is None or verdict.ruling is Ruling.PROVED:
        return 0
    return max(1, len(verdict.unproved))


def _find_bound(report: SolveReport, first: StageChange | None) -> str:
    if first is None or report.verdict is None:
        return ""
    rows = (row for row in report.verdict.unproved if row.of == "sum")
    found = (row.bound for row in rows if (row.stage, row.key) == (first.name, first.key))
    return next(found, "")


def _count_others(price: RoundPrice) -> int:
    """Count the pins and forbids in which the two questions differ, without those of the wish."""
    before, after = _list_rules(price.run.problem_json), _list_rules(price.problem_json)
    rows = read_decision(price).make_rows(price.match_round_id)
    persons = name_persons(read_snapshot(price.match_round))
    wished = {
        (_RULES[row.kind], *(part or "" for part in name_rule(row, persons)))
        for row in freeze_overrides(price.match_round, rows)[-len(rows) :]
    }
    return len((before ^ after) - wished)


def _list_rules(problem_json: str) -> set[tuple[str, str, str, str]]:
    problem = json.loads(problem_json)
    return {
        (name, row["need"], row.get("stock") or "", row.get("person") or "")
        for name in ("pins", "forbids")
        for row in problem.get(name, ())
    }


def _close(price: RoundPrice, status: RunStatus, error: str | None, now: datetime) -> None:
    price.status = status
    job = get_price_job(price)
    JOB_STATES.take(job, JobState.FAILED if status is RunStatus.FAILED else JobState.DONE)
    job.error, job.finished_at = error, now
    job.lease_token = job.lease_until = None
    db.session.flush()
    details = {
        "number": price.number,
        "status": status.value,
        "result_sha256": price.result_sha256,
    }
    record_event(actor=None, action="price.finish", subject=price, now=now, details=details)
