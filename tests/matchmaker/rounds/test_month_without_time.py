"""A month whose time ends at once, from the solve to the public page, under either policy."""

import re

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.solve.verdicts import find_verdict
from matchmaker.rounds.solve.worker import Worker
from matchmaker.rounds.words.rules import FIRST_POLICY, SECOND_POLICY
from optimizer.report import ARITHMETIC, Ruling, Verdict
from tests.browser import Browser
from tests.draws import lock_and_draw_on_pages
from tests.matchmaker.rounds.small_month import MONTH

RUN = {"month": MONTH, "number": 1}
ROOM = "/rounds/2026-07/"
LABEL = "可行，还没证明是最好的"
TICKED = {"accepts_unproved": "y"}
_ROWS = re.compile(r'<ul class="unproved">(.*?)</ul>', re.DOTALL)


def key(number: int) -> dict[str, str]:
    return {"idempotency_key": f"{number:032x}"}


@pytest.fixture(params=[FIRST_POLICY, SECOND_POLICY])
def solved(app, month, request, monkeypatch) -> Verdict:
    """One opens, locks and starts the month, another draws; the worker's child has no time."""
    app.config["POLICY"], app.config["SOLVE_LIMIT_SECONDS"] = request.param, 0
    one, two = (Browser(app).sign_in(user) for user in (month.first, month.second))
    one.submit("rounds.open_round", {**key(1), "month": "2026-07"})
    lock_and_draw_on_pages(one, two, MONTH, key(2), monkeypatch)
    assert one.submit("rounds.solve", key(3), on=ROOM, month=MONTH).status_code == 303
    Worker(app).run_job(1)
    with app.app_context():
        run = db.session.scalars(select(m.RoundRun)).one()
        assert (run.match_round.policy, run.status) == (request.param, m.RunStatus.FEASIBLE)
        return find_verdict(run)


def list_rows(page: str) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", _ROWS.search(page)[1])


def test_what_the_time_left_open_is_published_only_if_two_persons_accept_it(app, month, solved):
    one, two = (Browser(app).sign_in(user) for user in (month.first, month.second))
    assert solved.ruling is Ruling.FEASIBLE
    review = one.get("rounds.review", **RUN).text
    rows = list_rows(review)
    assert LABEL in review
    assert len(rows) == len(solved.unproved) == sum(solved.labels.values()) - solved.outright
    sums = [(text, row) for text, row in zip(rows, solved.unproved, strict=True) if row.of == "sum"]
    assert sums
    for text, row in sums:
        assert f"达到 {row.value}，" in text
        assert row.bound in text or row.bound == row.value
    # The person who started it has not accepted it yet.
    assert two.get("rounds.publish", **RUN).status_code == 409
    assert one.submit("rounds.accept", {}, **RUN).status_code == 422
    assert two.get("rounds.publish", **RUN).status_code == 409
    assert all(text in one.get("rounds.accept", **RUN).text for text in rows)
    assert one.submit("rounds.accept", TICKED, **RUN).status_code == 303
    # The person who publishes it has to accept it, too, and the first may not do both.
    assert one.get("rounds.publish", **RUN).status_code == 409
    assert all(text in two.get("rounds.publish", **RUN).text for text in rows)
    assert two.submit("rounds.publish", key(4), **RUN).status_code == 422
    stranger = Browser(app)
    assert LABEL not in stranger.get("results.show", month=MONTH).text
    assert two.submit("rounds.publish", {**key(4), **TICKED}, **RUN).status_code == 303
    public = stranger.get("results.show", month=MONTH).text
    assert LABEL in public
    assert len(list_rows(public)) == len(rows)


def test_no_aim_is_called_proved_that_is_not(solved):
    left = {label: count for label, count in solved.labels.items() if label not in ARITHMETIC}
    assert sum(left.values()) == len(solved.unproved) > 0
    assert all(row.label == "gap" for row in solved.unproved)
