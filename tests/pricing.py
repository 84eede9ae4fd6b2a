"""Prices of pins, forbids and swaps, worked out in this process as the worker has them."""

import json
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze.overrides import Decision
from matchmaker.rounds.publish import pricing
from matchmaker.rounds.solve import jobs, prices
from optimizer.limits import Limits
from optimizer.process.work import work, work_out_difference
from optimizer.report import Line, SolveReport
from tests.factories import NOW


def ask_price(match_round: m.MatchRound, actor: m.User, **decided) -> m.RoundPrice:
    """A price that waits for a worker."""
    decision = Decision(**{"reason": "promised", **decided})
    return pricing.start_price(match_round, decision, limit_seconds=60, actor=actor, now=NOW)


def finish_here(price: m.RoundPrice) -> m.RoundPrice:
    """What a worker does with a price."""
    jobs.take_job(prices.get_price_job(price).id, lease_seconds=60, now=NOW)
    prices.finish_price(price, work_out(price), now=NOW)
    db.session.flush()
    return price


def finish_prices(app: Flask) -> None:
    """What a worker does with all that waits."""
    with app.app_context():
        query = select(m.RoundPrice).where(m.RoundPrice.status == m.RunStatus.PENDING)
        for price in db.session.scalars(query).all():
            finish_here(price)
        db.session.commit()


def work_out(price: m.RoundPrice) -> SolveReport:
    """What the child process would report."""
    limits = Limits(seconds=60, explain_seconds=None, price_seconds=60)
    plain = json.loads(price.problem_json)
    report = work(plain, limits, _do_nothing)
    old = prices.read_before(price)
    before = {
        "problem": json.loads(old.problem_json),
        "solution": json.loads(old.solution_json),
        "names": old.names,
    }
    found = work_out_difference(plain, before, report, limits, _do_nothing)
    return replace(report, difference=found)


def _do_nothing(_line: Line, _content: object) -> None:
    pass
