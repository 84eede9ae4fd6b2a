"""A pin, forbid or swap has a price before it is kept, and the next run does what it says."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.publish import hands, pricing
from matchmaker.rounds.solve import jobs, prices, runs
from matchmaker.rounds.solve.prices import PriceFound, read_found
from matchmaker.rounds.solve.worker import Worker
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.prices import describe_found
from optimizer.changes import GroupChange, MovedNeeds, StageChange, Trend
from optimizer.report import Failure, Ruling, Unproved, Verdict
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth
from tests.matchmaker.rounds.test_hands import solve
from tests.pricing import ask_price, finish_here, work_out

PIN, FORBID = m.OverrideKind.PIN, m.OverrideKind.FORBID


def get_need(month: SmallMonth, number: int) -> m.Need:
    return db.session.get_one(m.Need, month.needs[number].id)


def list_met(run: m.RoundRun) -> set[str]:
    rows = db.session.scalars(select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == run.id))
    return {row.need.reference for row in rows if row.is_met}


def find_unmet(month: SmallMonth, run: m.RoundRun) -> m.Need:
    """The one of three needs of goods for which nothing is left."""
    met = list_met(run)
    return next(n for k in (3, 4, 5) if (n := get_need(month, k)).reference not in met)


def check_next_run(month: SmallMonth, before: m.RoundRun, price: m.RoundPrice) -> m.RoundRun:
    """Keep the wish and solve: what was said is what the run does."""
    found = read_found(price)
    pricing.keep_price(price, actor=month.one, now=NOW)
    after = solve(month, before.match_round)
    assert after.result_sha256 == price.result_sha256
    assert after.problem_sha256 == price.problem_sha256
    old, new = list_met(before), list_met(after)
    assert (set(found.needs.lost), set(found.needs.gained)) == (old - new, new - old)
    lines = hands.list_changed_lines(before, after)
    moved = {line.within.need.reference for line in lines if line.is_moved}
    assert set(found.needs.moved) == moved
    return after


@pytest.mark.both_databases
def test_the_price_of_a_pin_is_what_the_next_run_does(context, month):
    run = month.solve()
    need = find_unmet(month, run)
    price = finish_here(ask_price(run.match_round, month.one, kind=PIN, need=need))
    found = read_found(price)
    assert (price.status, found.needs.gained) == (m.RunStatus.PROVEN, (need.reference,))
    assert (found.is_known, found.first.trend, found.unproved) == (True, Trend.WORSE, 0)
    assert len(found.needs.lost) == found.least == 1
    check_next_run(month, run, price)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("seed", range(6))
def test_any_wish_of_a_month_is_priced_as_the_next_run_has_it(month, seed):
    """From scratch: the next run knows nothing of the price."""
    random, run = Random(seed), month.solve()
    need = get_need(month, random.choice(range(1, 6)))
    givers = overrides.list_candidates(run.match_round, need)
    offer_id = random.choice([None, givers.offers[0].id])
    kind = random.choice([PIN, FORBID])
    wish = {"kind": kind, "need": need, "offer_id": offer_id}
    price = finish_here(ask_price(run.match_round, month.one, **wish))
    check_next_run(month, run, price)


@pytest.mark.usefixtures("context")
def test_a_swap_is_a_pin_and_a_forbid_priced_together_and_kept_in_one_step(month):
    run = month.solve()
    lines = db.session.scalars(select(m.Promise).where(m.Promise.round_run_id == run.id))
    line = next(row for row in lines if row.volunteer_id)
    [other] = [v.id for v in month.volunteers.values() if v.id != line.volunteer_id]
    swap = {"volunteer_id": other, "instead_volunteer_id": line.volunteer_id}
    wish = {"kind": PIN, "need": line.need, **swap}
    price = finish_here(ask_price(run.match_round, month.one, **wish))
    assert price.is_swap
    assert line.need.reference in read_found(price).needs.moved
    check_next_run(month, run, price)
    rows = overrides.list_active_overrides(run.match_round)
    assert [(row.kind, row.volunteer_id, row.round_price_id) for row in rows] == [
        (PIN, other, price.id),
        (FORBID, line.volunteer_id, price.id),
    ]
    actions = db.session.scalars(select(m.AuditEvent.action)).all()
    assert actions.count("round.swap") == 1
    assert {"round.pin", "round.forbid"} & set(actions) == set()


@pytest.mark.usefixtures("context")
def test_a_pinned_need_of_a_joined_ask_is_compared_with_what_its_home_had(month):
    """A pin takes the need out of the ask that it was joined with."""
    db.session.get_one(m.ServiceCategory, month.goods.id).least_quantity = 1
    first, home = get_need(month, 3), month.committees[2].id
    goods, worker = month.goods, month.first
    second = month.make.need(month.residents[3], goods, worker, home, tier=first.tier)
    run = month.solve()
    need = db.session.get_one(m.Need, second.id)
    price = finish_here(ask_price(run.match_round, month.one, kind=PIN, need=need))
    joined = "+".join(sorted((first.reference, need.reference)))
    names = prices.read_before(price).names
    assert names == {first.reference: joined, need.reference: joined}
    found = read_found(price)
    assert (found.is_same, found.is_known, found.least) == (False, False, None)
    check_next_run(month, run, price)


@pytest.mark.usefixtures("context")
def test_the_price_that_was_seen_is_part_of_what_is_on_record(month):
    run = month.solve()
    need = find_unmet(month, run)
    wish = {"kind": PIN, "need": need, "has_no_interest": True}
    price = finish_here(ask_price(run.match_round, month.one, **wish))
    pricing.keep_price(price, actor=month.one, now=NOW)
    event = db.session.scalars(select(m.AuditEvent).where(m.AuditEvent.action == "round.pin")).one()
    assert event.details == {
        "price": 1,
        "status": "PROVEN",
        "stage": read_found(price).first.name,
        "lost": 1,
        "gained": 1,
        "otherwise": len(read_found(price).needs.moved),
        "unproved": 0,
        "result_sha256": price.result_sha256,
        "no_interest": True,
    }


@pytest.mark.usefixtures("context")
def test_wishes_that_were_kept_since_the_run_count_with_it(month):
    run = month.solve()
    pins.add_override(
        run.match_round, kind=FORBID, need=get_need(month, 1), reason="x", actor=month.one
    )
    price = finish_here(ask_price(run.match_round, month.one, kind=FORBID, need=get_need(month, 2)))
    found = read_found(price)
    assert found.others == 1
    assert {get_need(month, 1).reference, get_need(month, 2).reference} <= set(found.needs.lost)
    check_next_run(month, run, price)


@pytest.mark.usefixtures("context")
def test_a_wish_is_not_kept_once_its_price_may_be_untrue(month):
    run = month.solve()
    need = find_unmet(month, run)
    price = finish_here(ask_price(run.match_round, month.one, kind=PIN, need=need))
    away = {"kind": FORBID, "need": get_need(month, 1), "reason": "x"}
    other = pins.add_override(run.match_round, actor=month.two, **away)
    with pytest.raises(ConflictError, match=r"^price\.outdated$"):
        keep(month, price)
    solve(month, run.match_round)
    with pytest.raises(ConflictError, match=r"^price\.outdated$"):
        keep(month, price)
    overrides.lift_override(run.match_round, other.id, actor=month.one, now=NOW)
    keep(month, price)  # question and run before are those of the price again


def keep(month, price):
    pricing.keep_price(price, actor=month.one, now=NOW)


@pytest.mark.usefixtures("context")
def test_a_wish_is_kept_once_by_its_own_person_and_when_its_price_is_known(month):
    run = month.solve()
    price = ask_price(run.match_round, month.one, kind=PIN, need=find_unmet(month, run))
    with pytest.raises(ConflictError, match=r"^price\.not_finished$"):
        keep(month, price)
    finish_here(price)
    with pytest.raises(ConflictError, match=r"^price\.of_another$"):
        pricing.keep_price(price, actor=month.two, now=NOW)
    keep(month, price)
    with pytest.raises(ConflictError, match=r"^price\.kept_already$"):
        keep(month, price)
    with pytest.raises(NotFoundError, match=r"^price\.unknown$"):
        prices.get_price(run.match_round, 2)


@pytest.mark.usefixtures("context")
def test_a_wish_with_which_there_is_no_answer_is_not_kept(month):
    run = month.solve()
    price = finish_here(ask_price(run.match_round, month.one, kind=PIN, need=get_need(month, 6)))
    assert (price.status, price.found) == (m.RunStatus.INFEASIBLE, None)
    with pytest.raises(ConflictError, match=r"^price\.no_answer$"):
        keep(month, price)


@pytest.mark.usefixtures("context")
def test_nothing_is_priced_without_a_run_and_one_wish_at_a_time(month):
    match_round = month.freeze()
    with pytest.raises(ConflictError, match=r"^price\.no_run$"):
        ask_price(match_round, month.one, kind=PIN, need=get_need(month, 1))
    month.solve(match_round)
    price = ask_price(match_round, month.one, kind=PIN, need=get_need(month, 1))
    with pytest.raises(ConflictError, match=r"^price\.under_way$"):
        ask_price(match_round, month.one, kind=PIN, need=get_need(month, 2))
    assert ask_price(match_round, month.two, kind=PIN, need=get_need(month, 2)).number == 2
    prices.cancel_price(price, actor=month.one, now=NOW)
    assert prices.get_price_job(price).state is m.JobState.CANCELLED
    assert ask_price(match_round, month.one, kind=PIN, need=get_need(month, 2)).number == 3
    with pytest.raises(ConflictError, match=r"^run\.finished$"):
        prices.cancel_price(price, actor=month.one, now=NOW)


@pytest.mark.usefixtures("context")
def test_a_price_that_fails_or_is_given_up_says_why_and_can_be_kept_unknown(month):
    run = month.solve()
    price = ask_price(run.match_round, month.one, kind=PIN, need=find_unmet(month, run))
    jobs.take_job(prices.get_price_job(price).id, lease_seconds=60, now=NOW)
    report = replace(work_out(price), failure=Failure.HUNG)
    prices.finish_price(price, report, now=NOW)
    job = prices.get_price_job(price)
    assert (price.status, job.error, price.found) == (m.RunStatus.FAILED, Failure.HUNG, None)
    prices.give_up_price(price, now=NOW)  # it is over
    assert job.error == Failure.HUNG
    keep(month, price)
    event = db.session.scalars(select(m.AuditEvent).where(m.AuditEvent.action == "round.pin")).one()
    assert event.details == {"price": 1, "status": "FAILED"}


@pytest.mark.usefixtures("context")
def test_an_answer_to_another_question_is_no_price(month):
    run = month.solve()
    price = ask_price(run.match_round, month.one, kind=PIN, need=find_unmet(month, run))
    jobs.take_job(prices.get_price_job(price).id, lease_seconds=60, now=NOW)
    other = ask_price(run.match_round, month.two, kind=FORBID, need=get_need(month, 1))
    prices.finish_price(price, work_out(other), now=NOW)
    assert prices.get_price_job(price).error == Failure.OTHER_PROBLEM


def test_a_worker_prices_in_a_child_and_gives_up_after_five_tries(app, month):
    with app.app_context():
        run = month.solve()
        wishes = ((month.one, find_unmet(month, run)), (month.two, get_need(month, 1)))
        ids = [
            prices.get_price_job(ask_price(run.match_round, actor, kind=PIN, need=need)).id
            for actor, need in wishes
        ]
        db.session.commit()
    Worker(app).run_job(ids[0])
    with app.app_context():
        price, found = (job := db.session.get_one(m.Job, ids[0])).price, read_found(job.price)
        assert (job.state, price.status) == (m.JobState.DONE, m.RunStatus.PROVEN)
        assert (found.is_known, found.needs.gained) == (True, (price.need.reference,))
        for _try in range(jobs.MOST_JOB_TRIES):
            jobs.take_job(ids[1], lease_seconds=-1, now=NOW)
            jobs.list_overdue_jobs(lease_seconds=-1, now=NOW)
        job = db.session.get_one(m.Job, ids[1])
        assert (job.state, job.error) == (m.JobState.FAILED, runs.TOO_MANY_TRIES)
        assert job.subject.status is m.RunStatus.FAILED


# Words.

NAMES = Names(committees={"C01": "First committee"})
SUM = StageChange("points", Trend.WORSE, before=5, after=1)
LEVELS = StageChange("neighbourhoods", Trend.WORSE, groups=(GroupChange("C01", 2, 1, 4),))
DRAW = StageChange("lottery", Trend.WORSE)
NOBODY = "Nothing would change in who is helped, by whom and when."


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("found", "said"),
    [
        (PriceFound(is_known=True), ["No aim would get worse.", NOBODY]),
        (
            PriceFound(needs=MovedNeeds(("N1", "N2"), ("N3",), ("N4",)), least=1),
            [
                "Which aim would get worse could not be worked out in the time allowed.",
                "Needs that would lose their help: 2. Needs that would get help: 1. "
                "Needs helped otherwise: 1.",
                "If as little as possible changed, 1 would lose. The others follow from the order "
                "of the month.",
            ],
        ),
        (
            PriceFound(is_known=True, stages=(SUM, DRAW), unproved=2, bound="4", others=1),
            [
                "First “The most help” would get worse: 1 point, not 5.",
                "After it 1 more aim would change.",
                NOBODY,
                "This is not proved: 2 aims are open, so the next run may find something better.",
                "It is proved that the first aim that changes is 4 at best.",
                "It counts together with 1 other pin or forbid that changed since run 3.",
            ],
        ),
        (
            PriceFound(is_known=True, stages=(LEVELS,)),
            [
                "First “No neighbourhood left behind” would get worse: "
                "First committee 1 of 4, not 2.",
                NOBODY,
            ],
        ),
        (
            PriceFound(is_known=True, stages=(replace(DRAW, trend=Trend.BETTER),)),
            ["First “The public lottery” would get better.", NOBODY],
        ),
    ],
)
def test_a_price_in_words(found, said):
    assert describe_found(found, 3, NAMES, "community/1") == said


@pytest.mark.usefixtures("context")
def test_what_is_not_proved_is_kept_with_its_bound(month):
    run = month.solve()
    price = ask_price(run.match_round, month.one, kind=PIN, need=find_unmet(month, run))
    jobs.take_job(prices.get_price_job(price).id, lease_seconds=60, now=NOW)
    report = work_out(price)
    first = report.difference.first
    row = Unproved(first.name, first.key, "gap", "sum", "", str(first.after), "9")
    verdict = Verdict(Ruling.EXCEPT, unproved=(row,))
    prices.finish_price(price, replace(report, verdict=verdict), now=NOW)
    assert (read_found(price).unproved, read_found(price).bound) == (1, "9")
