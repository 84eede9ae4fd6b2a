"""Six needs and three offers: visits by two volunteers, goods for two of three, money for one."""

import json
from dataclasses import replace
from datetime import date
from functools import cache

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import jobs, runs
from optimizer.limits import Limits
from optimizer.process.work import work, work_out_prices
from optimizer.report import Line, SolveReport
from tests.draws import lock_and_draw, make_draw
from tests.factories import NOW, Factory, opened_at

MONTH = date(2026, 7, 1)
_VISITORS = (m.Window.WEEKDAY_AM.value, m.Window.SATURDAY_AM.value)


class SmallMonth:
    """Rows of one office; the steps of its round in one line each."""

    def __init__(self, make: Factory, order: int = 1, policy: str = "") -> None:
        """``order`` -1 writes the same rows from the last to the first."""
        self.make, self.order, self.policy = make, order, policy
        self.subdistrict = make.subdistrict(code="XJH")
        self.first, self.second, self.auditor, self.stranger = self._hire()
        self.committees = self._write_all(
            lambda k: make.committee(self.subdistrict, code=f"C0{k}"), (1, 2)
        )
        heading = make.category(code="heading", parent_id=None)
        self.visit = make.category(code="elder_visit", points=6, parent_id=heading.id)
        self.goods = self._make_category("rice_oil", m.OfferKind.GOODS, "item", 5)
        self.money = self._make_category("hardship_money", m.OfferKind.FUNDS, "fen", 9)
        self.organisations = self._write_all(
            lambda k: make.organisation(self.subdistrict, code=f"O0{k}"), (1, 2)
        )
        self.offers = self._write_all(self._write_offer, ("visit", "goods", "money"))
        self.volunteers = self._write_all(self._write_volunteer, (1, 2))
        self.residents = self._write_all(self._write_resident, range(1, 7))
        self.needs = self._write_all(self._write_need, range(1, 7))

    def open(self, month: date = MONTH) -> m.MatchRound:
        return freeze_service.open_round(
            month=month, actor=self.one, now=opened_at(month), policy=self.policy
        )

    def freeze(self, month: date = MONTH) -> m.MatchRound:
        match_round = self.open(month)
        lock_and_draw(match_round, first=self.one, second=self.two, now=opened_at(month))
        return match_round

    def lock(self, month: date = MONTH) -> m.MatchRound:
        return self.lock_open(self.open(month))

    def lock_open(self, match_round: m.MatchRound) -> m.MatchRound:
        now = opened_at(match_round.month)
        freeze_service.freeze_round(match_round, draw=make_draw(now), actor=self.one, now=now)
        return match_round

    def start(self, match_round: m.MatchRound | None = None) -> m.RoundRun:
        return runs.start_run(
            match_round or self.freeze(), limit_seconds=60, actor=self.one, now=NOW
        )

    def take(self) -> m.RoundRun:
        """A run whose job a worker holds."""
        run = self.start()
        jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
        return run

    def solve(self, match_round: m.MatchRound | None = None) -> m.RoundRun:
        run = self.start(match_round)
        jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
        runs.finish_run(run, solve_here(run), now=NOW)
        db.session.flush()
        return run

    def publish(self) -> m.RoundRun:
        run = self.solve()
        publication.publish_run(run, actor=self.two, now=NOW)
        db.session.flush()
        return run

    def publish_and_withdraw(self) -> m.MatchRound:
        match_round = self.publish().match_round
        publication.withdraw_publication(match_round, reason="slip", actor=self.one, now=NOW)
        return match_round

    def publish_again(self) -> None:
        """The first run once more, after its publication was withdrawn."""
        run = db.session.query(m.RoundRun).filter_by(number=1).one()
        publication.publish_run(run, actor=self.two, now=NOW)

    @property
    def one(self) -> m.User:
        """The social worker who runs the round, in the present session."""
        return db.session.get_one(m.User, self.first.id)

    @property
    def two(self) -> m.User:
        return db.session.get_one(m.User, self.second.id)

    def _hire(self) -> list[m.User]:
        role, other = m.Role.SOCIAL_WORKER, self.make.subdistrict(code="OTHER")
        return [
            self.make.user(role, subdistrict_id=self.subdistrict.id),
            self.make.user(role, subdistrict_id=self.subdistrict.id),
            self.make.user(m.Role.AUDITOR, subdistrict_id=self.subdistrict.id),
            self.make.user(role, subdistrict_id=other.id),
        ]

    def _write_all(self, write, keys) -> dict:
        return {key: write(key) for key in list(keys)[:: self.order]}

    def _make_category(self, code: str, kind: m.OfferKind, unit: str, points: int):
        parent_id = self.visit.parent_id
        return self.make.category(
            code=code, kind=kind, unit=unit, points=points, parent_id=parent_id
        )

    def _write_offer(self, name: str) -> m.Offer:
        organisation = self.organisations[2 if name == "money" else 1]
        capacity = {"visit": 4, "goods": 2, "money": 100_000}[name]
        return self.make.offer(organisation, getattr(self, name), capacity_per_month=capacity)

    def _write_volunteer(self, number: int) -> m.Volunteer:
        return self.make.volunteer(
            self.organisations[1],
            reference=f"V000{number}",
            visits_per_month=1,
            categories=["elder_visit"],
            windows=list(_VISITORS),
        )

    def _write_resident(self, number: int) -> m.Resident:
        committee = self.committees[1 + number % 2]
        household = self.make.household(committee, reference=f"H0000{number}")
        return self.make.resident(
            household, reference=f"R0000{number}", phone=f"1380000000{number}"
        )

    def _write_need(self, number: int) -> m.Need:
        """1, 2: visits. 3, 4, 5: goods, of which there are two. 6: more money than there is."""
        category = self.visit if number < 3 else self.goods if number < 6 else self.money
        return self.make.need(
            self.residents[number],
            category,
            self.first,
            self.committees[1 + number % 2].id,
            reference=f"N2607-000{number}",
            tier=1 + number % 3,
            quantity=200_000 if category is self.money else 1,
        )


def solve_here(run: m.RoundRun) -> SolveReport:
    """Solve, check, explain and price in this process: no worker is needed to know what a run
    decides. Equal questions are solved once in a process."""
    return _solve(run.problem_json, run.limit_seconds)


@cache
def _solve(problem_json: str, seconds: float) -> SolveReport:
    limits = Limits(seconds=seconds, price_seconds=seconds)
    plain = json.loads(problem_json)
    report = work(plain, limits, _do_nothing)
    return replace(report, prices=work_out_prices(plain, report, limits, _do_nothing))


def _do_nothing(_line: Line, _content: object) -> None:
    pass
