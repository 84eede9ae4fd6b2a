"""Room and review offer of a run under review what its services would do, and say why not."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.pages.room import RunSteps, list_run_steps
from matchmaker.rounds.publish import publication
from matchmaker.rounds.publish.pricing import choose_run
from matchmaker.rounds.solve import jobs, runs
from optimizer import codec
from optimizer.report import Failure, Ruling, SolveReport, Verdict
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, solve_here

RUN = {"month": MONTH, "number": 1}
ACCEPT, PUBLISH = "/rounds/2026-07/runs/1/accept", "/rounds/2026-07/runs/1/publish"
HAS_TO_ACCEPT = "the person who started it has to accept what is not proved"
NEEDS_ANOTHER = "You started run 1, so somebody else must publish it."
OUTDATED = "Pins or forbids changed after this run. Solve again, then publish the new run."
NEEDS_PLAIN = "Pins or forbids are in force. Solve once without them"
SENTENCES = (HAS_TO_ACCEPT, NEEDS_ANOTHER, OUTDATED, NEEDS_PLAIN)


def leave_open(month) -> None:
    """The run is under review and not proved."""
    month.solve().verdict = codec.to_json(Verdict(Ruling.FEASIBLE, labels={"search": 1}))


def accept(month) -> None:
    leave_open(month)
    publication.accept_unproved(get_run(), actor=month.one, now=NOW)


def set_override(
    month, kind: m.OverrideKind, need: m.Need, reason: str = "away in <July>"
) -> m.RoundOverride:
    return pins.add_override(
        db.session.scalars(select(m.MatchRound)).one(),
        kind=kind,
        need=db.session.get_one(m.Need, need.id),
        offer_id=None,
        volunteer_id=None,
        reason=reason,
        actor=month.one,
        now=NOW,
    )


def forbid(month) -> m.RoundOverride:
    return set_override(month, m.OverrideKind.FORBID, month.needs[1])


def solve_and_forbid(month) -> None:
    month.solve()
    forbid(month)


def forbid_and_solve(month) -> None:
    match_round = month.freeze()
    forbid(month)
    month.solve(match_round)


def forbid_and_lift(month) -> None:
    month.solve()
    match_round = get_run().match_round
    overrides.lift_override(match_round, forbid(month).id, actor=month.one, now=NOW)


def solve_with_a_forbid_and_lift_it(month) -> None:
    month.solve()
    override = forbid(month)
    month.solve(get_run().match_round)
    overrides.lift_override(get_run().match_round, override.id, actor=month.one, now=NOW)


def get_run(number: int = 1) -> m.RoundRun:
    return db.session.scalars(select(m.RoundRun).where(m.RoundRun.number == number)).one()


STEPS = {
    "proved": (lambda month: month.solve(), {"needs_another"}, {"can_publish"}),
    "open": (leave_open, {"can_accept"}, {"waits_for_starter"}),
    "accepted": (accept, {"needs_another"}, {"can_publish"}),
    "forbidden since": (solve_and_forbid, {"is_outdated"}, {"is_outdated"}),
    "forbidden before": (forbid_and_solve, {"needs_plain"}, {"needs_plain"}),
    "forbidden and lifted since": (forbid_and_lift, {"needs_another"}, {"can_publish"}),
    "being solved": (lambda month: month.start(), set(), set()),
    "published": (lambda month: month.publish(), set(), set()),
}
OFFERED = {
    "needs_another": (NEEDS_ANOTHER, None),
    "can_publish": (None, PUBLISH),
    "can_accept": (HAS_TO_ACCEPT, ACCEPT),
    "waits_for_starter": (HAS_TO_ACCEPT, None),
    "is_outdated": (OUTDATED, None),
    "needs_plain": (NEEDS_PLAIN, None),
}


@pytest.mark.parametrize("case", STEPS)
def test_room_and_review_offer_each_person_what_the_service_would_do(app, month, one, two, case):
    prepare, *expected = STEPS[case]
    with app.app_context():
        prepare(month)
        db.session.commit()
        for actor, names in zip((month.one, month.two), expected, strict=True):
            assert list_run_steps(get_run(), actor) == RunSteps(**dict.fromkeys(names, True))
    for browser, names in zip((one, two), expected, strict=True):
        sentence, link = OFFERED[next(iter(names))] if names else (None, None)
        for endpoint, address in (("rounds.show", {"month": MONTH}), ("rounds.review", RUN)):
            page = browser.get(endpoint, **address).text
            assert [said for said in SENTENCES if said in page] == ([sentence] if sentence else [])
            assert [url for url in (ACCEPT, PUBLISH) if url in page] == ([link] if link else [])
        if link:
            assert browser.client.get(link).status_code == 200


def test_a_run_of_a_forbid_that_was_lifted_is_outdated(app, month):
    with app.app_context():
        solve_with_a_forbid_and_lift_it(month)
        assert list_run_steps(get_run(2), month.two).is_outdated
        assert list_run_steps(get_run(1), month.two).can_publish


def solve_again_with_less_proof(month) -> None:
    """The second run of the same question came to its time limit."""
    run = month.solve(month.solve().match_round)
    run.verdict = codec.to_json(Verdict(Ruling.FEASIBLE, labels={"search": 1}))


@pytest.mark.parametrize(
    ("prepare", "number"),
    [
        (lambda month: month.solve(month.solve().match_round), 2),
        (solve_again_with_less_proof, 1),
        (solve_with_a_forbid_and_lift_it, 1),
        (leave_open, 1),
        (solve_and_forbid, 1),
    ],
)
def test_the_room_goes_on_with_the_run_that_is_asked_now_and_proved(
    app, month, two, prepare, number
):
    with app.app_context():
        prepare(month)
        db.session.commit()
        found = choose_run(runs.list_runs(get_run().match_round))
        assert found.number == number
    page = two.get("rounds.show", month=MONTH).text
    assert re.findall(r"Review run (\d+)", page) == [str(number)]


def solve_plain_beside_a_forbid(month) -> None:
    """A forbid, a run with it, and the run without it that the publication asks for."""
    match_round = month.freeze()
    forbid(month)
    for minute, is_plain in enumerate((False, True), start=1):
        later = NOW + timedelta(minutes=minute)
        run = runs.start_run(
            match_round, limit_seconds=60, actor=month.one, now=later, is_plain=is_plain
        )
        jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=later)
        runs.finish_run(run, solve_here(run), now=later)


def test_the_room_goes_on_with_the_run_of_the_pins_and_not_with_the_one_to_compare(app, month, two):
    with app.app_context():
        solve_plain_beside_a_forbid(month)
        db.session.commit()
        assert choose_run(runs.list_runs(get_run().match_round)).number == 1
        assert list_run_steps(get_run(1), month.two).can_publish
        assert list_run_steps(get_run(2), month.two) == RunSteps(is_comparison=True)
        with pytest.raises(ConflictError, match=r"^run\.without_overrides$"):
            publication.publish_run(get_run(2), actor=month.two, now=NOW)
    assert "to compare with" in two.get("rounds.review", month=MONTH, number=2).text
    assert "Publish run 1" in two.get("rounds.show", month=MONTH).text
    assert two.get("rounds.publish", month=MONTH, number=1).status_code == 200


@pytest.mark.parametrize(("step", "is_plain"), [("solve", False), ("solve_plain", True)])
def test_a_run_is_started_from_the_room_with_the_pins_or_without(app, month, one, step, is_plain):
    with app.app_context():
        solve_and_forbid(month)
        db.session.commit()
    sent, room = {"idempotency_key": "0" * 32}, one.get_url("rounds.show", month=MONTH)
    answer = one.submit(f"rounds.{step}", sent, on=room, month=MONTH)
    assert (answer.status_code, answer.location) == (303, room)
    with app.app_context():
        found = runs.list_runs(get_run().match_round)
        assert {run.number: run.is_plain for run in found}[2] is is_plain


def test_a_question_is_made_again_only_if_a_pin_or_forbid_was_touched(app, month, monkeypatch):
    with app.app_context():
        month.solve()
        made: list[m.MatchRound] = []
        make = publication.make_present_problem
        monkeypatch.setattr(
            publication, "make_present_problem", lambda row: made.append(row) or make(row)
        )
        assert publication.list_present_runs([get_run()]) == [get_run()]
        assert publication.list_present_runs([]) == made == []
        override = forbid(month)
        assert (publication.list_present_runs([get_run()]), len(made)) == ([], 1)
        get_run().is_plain = False  # a run of the forbid, which was made before
        override.made_at = get_run().created_at - timedelta(seconds=1)
        assert publication.list_present_runs([get_run()]) == [get_run()]
        assert len(made) == 1


def test_nobody_accepts_a_run_that_can_no_longer_be_published(app, month, one):
    with app.app_context():
        leave_open(month)
        forbid(month)
        db.session.commit()
        with pytest.raises(ConflictError, match=r"^run\.overrides_changed$"):
            publication.accept_unproved(get_run(), actor=month.one, now=NOW)
    refused = one.get("rounds.accept", **RUN)
    assert (refused.status_code, OUTDATED in refused.text) == (409, True)


def fail(month, match_round: m.MatchRound) -> None:
    runs.finish_run(month.start(match_round), SolveReport(failure=Failure.HUNG), now=NOW)


def cancel(month, match_round: m.MatchRound) -> None:
    runs.cancel_run(month.start(match_round), actor=month.one, now=NOW)


def pin_too_much(month, match_round: m.MatchRound) -> None:
    """A pin of more money than there is, solved and lifted."""
    override = set_override(month, m.OverrideKind.PIN, month.needs[6])
    month.solve(match_round)
    overrides.lift_override(match_round, override.id, actor=month.one, now=NOW)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (fail, "The solver did not end in time and was stopped."),
        (cancel, "The last run was cancelled."),
        (
            pin_too_much,
            "No answer keeps every pin. The page of the run names those that cannot hold",
        ),
    ],
)
def test_the_room_says_why_the_last_run_has_no_result_and_offers_the_one_before(
    app, month, one, two, end, why
):
    with app.app_context():
        end(month, month.solve().match_round)
        db.session.commit()
    for browser, offered in ((one, NEEDS_ANOTHER), (two, PUBLISH)):
        page = browser.get("rounds.show", month=MONTH).text
        assert [word for word in (why, "Review run 1", offered) if word not in page] == []


def test_who_publishes_reads_the_pins_and_forbids_of_the_run(app, month, two):
    with app.app_context():
        match_round = month.freeze()
        lifted = set_override(month, m.OverrideKind.PIN, month.needs[2], reason="lifted before")
        overrides.lift_override(match_round, lifted.id, actor=month.one, now=NOW)
        month.solve(match_round)
        db.session.commit()
    assert "Pins and forbids in this run" not in two.get("rounds.publish", **RUN).text
    with app.app_context():
        forbid(month)
        month.solve(get_run().match_round)
        db.session.commit()
    page = two.get("rounds.publish", month=MONTH, number=2).text
    assert "Pins and forbids in this run" in page
    assert "away in &lt;July&gt;" in page
    assert "lifted before" not in page


def test_each_button_of_the_room_acts_although_the_page_has_one_key(app, month, one):
    """As after going back in the browser: the page lifted one pin already, and lifts another."""
    with app.app_context():
        month.freeze()
        ids = [set_override(month, kind, month.needs[1]).id for kind in m.OverrideKind]
        db.session.commit()
    sent, room = {"idempotency_key": "0" * 32}, one.get_url("rounds.show", month=MONTH)
    for override_id in (*ids, ids[0]):
        answer = one.submit(
            "rounds.lift_override", sent, on=room, month=MONTH, override_id=override_id
        )
        assert (answer.status_code, answer.location) == (303, room)
    with app.app_context():
        assert all(row.lifted_at for row in db.session.scalars(select(m.RoundOverride)))
        lifts = select(m.AuditEvent).filter_by(action="round.lift-override")
        assert len(db.session.scalars(lifts).all()) == 2
