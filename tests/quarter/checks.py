"""Looks at the rows after each step, and keeps what is wrong with month and row."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.audit.service import verify_chain
from matchmaker.base.extensions import db
from matchmaker.rounds.publish.closing import count_open
from optimizer.checker.check import judge
from tests.quarter import anew, known, news, pages, remembering, replay, sums
from tests.quarter.giving import list_rows
from tests.quarter.office import get_round
from tests.quarter.receiving import list_informed
from tests.quarter.repairing import Search
from tests.quarter.town import Town


@dataclass(slots=True)
class Figures:
    """One month in numbers: needs asked and met, then promises."""

    asked: int = 0
    met: int = 0
    promised: int = 0
    accepted: int = 0
    informed: int = 0
    confirmed: int = 0
    delivered: int = 0
    failed: int = 0
    replaced: int = 0
    fed_back: int = 0
    closed: int = 0


class Checks:
    """Everything that has to hold while a street is lived."""

    def __init__(self, town: Town, desks: Mapping[m.Role, int]) -> None:
        self.town, self.desks = town, desks
        self.faults: list[str] = []
        self.figures: dict[date, Figures] = {}
        self.searches = self.compared = 0

    def keep(self, month: date | None, faults: Iterable[str]) -> None:
        """Note what is wrong, once."""
        where = f"{month:%Y-%m}" if month else "all months"
        for fault in faults:
            line = f"{where} (seed {self.town.chance.seed}, {self.town.today}): {fault}"
            if not any(kept.endswith(fault) for kept in self.faults):
                self.faults.append(line)
                print(f"  ! {line}", flush=True)

    # A month begins.

    def look_at_question(self, month: date) -> None:
        """The locked list remembers the months before."""
        with self.town.reading():
            self.keep(month, remembering.find_memory_faults(month))

    def look_at_publication(self, month: date) -> None:
        """Everybody has an answer, met needs have promises, and the checker agrees."""
        with self.town.reading():
            run = _get_run(month)
            self.keep(month, _find_answer_faults(run))
            self.keep(month, _find_proof_faults(run))
            query = select(m.NeedOutcome.is_met).where(m.NeedOutcome.round_run_id == run.id)
            met = list(db.session.scalars(query))
            self.figures[month] = Figures(asked=len(met), met=sum(met))

    # It is lived.

    def look_at_promises(self) -> None:
        """Nothing is promised twice in any month."""
        with self.town.reading():
            for match_round in _list_published():
                self.keep(match_round.month, sums.find_twice(match_round.published_run_id or 0))

    def look_at_search(self, search: Search) -> None:
        """A search found what the same question asked anew finds."""
        self.searches += 1
        with self.town.reading():
            repair = db.session.get_one(m.RoundRepair, search.id)
            run, name = repair.run, f"search {search.number}"
            if not repair.is_verified:
                self.keep(search.month, [f"{name} is {repair.status.value}: {repair.findings}"])
                return
            facts = known.read_known(run, self.town.today)
            frozen = json.loads(run.match_round.snapshot.canonical_json)
            question = anew.make_question(facts, frozen["slot_days"])
            found = anew.count_units(
                json.loads(repair.solution_json or "{}").get("assignments", ())
            )
        answer = anew.solve_anew(question)
        self.compared += 1
        self.keep(search.month, _compare(name, found, answer))

    def look_at_kept(self, search: Search, kept: list[int] | None) -> None:
        """What was kept is what was found."""
        with self.town.reading():
            repair = db.session.get_one(m.RoundRepair, search.id)
            if kept is None:
                if repair.is_verified:
                    self.keep(search.month, [f"search {search.number} was not kept"])
                return
            proposed = len((repair.proposal or {}).get("lines", ()))
            if proposed != len(kept):
                self.keep(search.month, [f"{proposed} lines were found, {len(kept)} kept"])
            self.figures[search.month].replaced += len(kept)
        self.look_at_promises()

    # It ends.

    def look_before_close(self, month: date) -> None:
        """The funnel is what people did, and every event is in the chain."""
        with self.town.reading():
            run = _get_run(month)
            walks = replay.walk_all(run.id)
            self.keep(month, replay.find_walk_faults(run, walks))
            self.keep(month, sums.find_funnel_faults(run, walks, self.town.today))
            self.keep(month, news.find_news_faults())
            self.figures[month].closed = count_open(run)

    def look_at_close(self, month: date) -> None:
        """Nothing is open, and states, ledger, board and proof say what was given."""
        with self.town.reading():
            run = _get_run(month)
            walks = replay.walk_all(run.id)
            self.keep(month, replay.find_walk_faults(run, walks))
            self.keep(month, sums.find_funnel_faults(run, walks, self.town.today))
            self.keep(month, sums.find_state_faults(run))
            self.keep(month, sums.find_ledger_faults(run))
            self.keep(month, news.find_news_faults())
            self.keep(month, _find_proof_faults(run))
            self.keep(month, [f"audit chain: {fault}" for fault in verify_chain()])
            self._write_figures(month, run, walks)
            number = run.number
        self.keep(month, pages.find_page_faults(self.town, month, number, self.desks))

    def _write_figures(
        self, month: date, run: m.RoundRun, walks: Mapping[int, replay.Walk]
    ) -> None:
        steps, figures = sums.count_steps(list_rows(run.id), walks), self.figures[month]
        for name in ("promised", "accepted", "confirmed", "delivered", "failed", "fed_back"):
            setattr(figures, name, getattr(steps, name))
        figures.informed = len(list_informed(run.id))


def _get_run(month: date) -> m.RoundRun:
    run = get_round(month).published_run
    assert run is not None, f"{month:%Y-%m} is not published"
    return run


def _list_published() -> list[m.MatchRound]:
    query = select(m.MatchRound).where(m.MatchRound.published_run_id.is_not(None))
    return list(db.session.scalars(query.order_by(m.MatchRound.month)))


def _find_answer_faults(run: m.RoundRun) -> Iterable[str]:
    frozen = json.loads(run.match_round.snapshot.canonical_json)
    units: dict[str, int] = {}
    for row in list_rows(run.id):
        if row.need is not None and row.state is m.PromiseState.AWAITING_GIVER:
            units[row.need.reference] = units.get(row.need.reference, 0) + row.units
    query = select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == run.id)
    outcomes = {row.need.reference: row for row in db.session.scalars(query)}
    for name in {row["reference"] for row in frozen["needs"]} ^ outcomes.keys():
        yield f"{name} has a list without an answer, or an answer without a list"
    for name, outcome in outcomes.items():
        state, received = outcome.need.state, outcome.received_units
        if state not in (m.NeedState.MATCHED, m.NeedState.OPEN):
            continue
        if received != units.get(name, 0):
            yield f"{name} gets {received}, its promises are {units.get(name, 0)}"
        if outcome.is_met is not (state is m.NeedState.MATCHED):
            yield f"{name} is met: {outcome.is_met}, and {state.value}"


def _find_proof_faults(run: m.RoundRun) -> Iterable[str]:
    verdict = judge(json.loads(run.problem_json), json.loads(run.solution_json or "null"))
    if verdict.fault is not None:
        yield f"the checker refuses run {run.number}: {verdict.fault}"


def _compare(name: str, found: Mapping[str, int], answer: anew.Answer) -> Iterable[str]:
    if answer.status != "proven":
        yield f"{name}: asked anew it is {answer.status}"
    elif set(found) != set(answer.units):
        more = sorted(set(found) - set(answer.units))
        less = sorted(set(answer.units) - set(found))
        yield f"{name} serves {more} where it should serve {less}"
    elif sum(found.values()) != sum(answer.units.values()):
        yield f"{name} gives {sum(found.values())} units, anew {sum(answer.units.values())}"
