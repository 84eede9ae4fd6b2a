"""No answer: the pins that cannot hold together are named and lifted; doubts are said before."""

import json

import pytest

from matchmaker import models as m
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.freeze.doubts import Wish, list_conflict, require_no_doubt
from matchmaker.rounds.words.refusals import advise, describe_failure
from matchmaker.rounds.words.verdicts import name_verdict
from optimizer.limits import Limits
from optimizer.process.work import STEPS, Steps, work
from optimizer.report import Failure, SolveReport
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH

PIN, FORBID = m.OverrideKind.PIN, m.OverrideKind.FORBID


def lay(month, match_round, number: int, kind=PIN, **giver: int) -> m.RoundOverride:
    need = db.session.get_one(m.Need, month.needs[number].id)
    return pins.add_override(
        match_round,
        kind=kind,
        need=need,
        reason="x",
        actor=month.one,
        now=NOW,
        offer_id=giver.get("offer_id"),
        volunteer_id=giver.get("volunteer_id"),
    )


def doubt(month, match_round, number: int, kind=PIN, **giver: int) -> str:
    need = db.session.get_one(m.Need, month.needs[number].id)
    try:
        require_no_doubt(match_round, Wish(kind, need, **giver))
    except InvalidError as error:
        return error.code if error.field == "accepts_doubt" else error.field
    return ""


def solve_with_two_pins(month) -> tuple[m.RoundRun, list[int]]:
    """Two pins of one volunteer's only visit, and one that has nothing to do with them."""
    match_round = month.freeze()
    volunteer_id = month.volunteers[1].id
    lay(month, match_round, 3)
    rows = [lay(month, match_round, number, volunteer_id=volunteer_id) for number in (1, 2)]
    return month.solve(match_round), [row.id for row in rows]


def test_the_child_names_the_pins_and_the_run_keeps_them(context, month):
    run, ids = solve_with_two_pins(month)
    assert run.status is m.RunStatus.INFEASIBLE
    assert run.conflict == ids
    assert [row.id for row in list_conflict(run)] == ids
    overrides.lift_override(run.match_round, ids[0], actor=month.one, now=NOW)
    assert month.solve(run.match_round).status is m.RunStatus.PROVEN


def test_a_pin_that_is_forbidden_is_named_with_its_forbid(context, month):
    match_round = month.freeze()
    forbid, pin = lay(month, match_round, 3, FORBID), lay(month, match_round, 3)
    run = month.solve(match_round)
    assert run.conflict == [pin.id]
    assert [row.id for row in list_conflict(run)] == [pin.id, forbid.id]


def test_a_run_with_an_answer_keeps_no_conflict(context, month):
    assert month.solve().conflict is None


@pytest.mark.parametrize("broken", ["raises", "finds nothing in time"])
def test_without_a_conflict_the_answer_remains(context, month, broken):
    run, _ids = solve_with_two_pins(month)

    def find(problem, limits):
        if broken == "raises":
            raise MemoryError
        return STEPS.find_conflict(problem, Limits(seconds=0.0))

    report = work(
        json.loads(run.problem_json), Limits(), lambda *_: None, Steps(find_conflict=find)
    )
    assert (report.failure, report.conflict) == (None, None)
    assert SolveReport.from_json(report.to_json()) == report


def test_a_report_with_a_conflict_goes_through_the_pipe_whole(context, month):
    run, _ids = solve_with_two_pins(month)
    report = work(json.loads(run.problem_json), Limits(), lambda *_: None)
    assert [pin.need for pin in report.conflict.pins] == ["N2607-0001", "N2607-0002"]
    assert SolveReport.from_json(report.to_json()) == report


def test_what_cannot_hold_is_doubted_when_it_is_set(context, month):
    match_round = month.freeze()
    volunteer_id, offer_id = month.volunteers[1].id, month.offers["goods"].id
    assert doubt(month, match_round, 1, volunteer_id=volunteer_id) == ""
    lay(month, match_round, 1, volunteer_id=volunteer_id)
    assert doubt(month, match_round, 2, volunteer_id=volunteer_id) == "override.visits_taken"
    assert doubt(month, match_round, 1, FORBID) == "override.undoes_pin"
    lay(month, match_round, 3, offer_id=offer_id)
    lay(month, match_round, 4, offer_id=offer_id)
    assert doubt(month, match_round, 5, offer_id=offer_id) == "override.units_taken"
    lay(month, match_round, 6, FORBID)
    assert doubt(month, match_round, 6) == "override.forbidden"
    assert doubt(month, match_round, 6, offer_id=offer_id) == "override.forbidden"
    assert doubt(month, match_round, 5, FORBID) == ""


def test_the_latest_run_knows_who_has_no_offer(context, make, month):
    category = make.category(code="haircut", parent_id=month.visit.parent_id)
    need = make.need(month.residents[1], category, month.first, month.committees[2].id)
    run = month.solve()
    month.needs[9] = need
    assert doubt(month, run.match_round, 9) == "override.no_offer"
    assert doubt(month, run.match_round, 5) == ""


def test_the_run_page_says_what_is_wrong_and_lifts_it(app, month, one):
    with app.app_context():
        _run, ids = solve_with_two_pins(month)
        db.session.commit()
    page = one.get("rounds.review", month=MONTH, number=1).text
    assert "These 2 pins cannot hold together" in page
    for row_id in ids:
        assert one.get_url("rounds.lift_override", month=MONTH, override_id=row_id) in page
    assert "not passed" not in page
    values = {"month": MONTH, "reference": "N2607-0004"}
    sent = {"kind": "pin", "reason": "x", "giver": f"volunteer:{month.volunteers[1].id}"}
    asked = one.submit("rounds.override", sent | {"idempotency_key": "0" * 32}, **values)
    assert asked.status_code == 422


def test_nothing_is_said_to_have_failed_where_nothing_was_checked(context, english, month):
    run = month.start()
    assert name_verdict(run) == "–"


def test_every_failure_has_words_and_advice(english):
    for failure in Failure:
        assert describe_failure(failure) != describe_failure("unheard of")
        assert len(advise(failure)) > 20
    assert advise(Failure.OUT_OF_MEMORY) != advise(Failure.HUNG) != advise(Failure.CRASHED)
