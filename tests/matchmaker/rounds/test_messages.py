"""Every code has its sentence, in words a resident can read or numbers the office can check."""

import pytest

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.rounds.words import grounds, outcomes, refusals
from matchmaker.words.refusals import SENTENCES, describe_refusal
from optimizer.report import Failure
from optimizer.solution import GroundCode

ASKED = {"asked": 1, "units": 0}
NUMBERS = {
    "asked": 1,
    "units": 1,
    "stage": "urgency",
    "filters": {"category": 3, "area": 0},
    "nearest": {"filter": "area", "stock": "O01/visit/1"},
    "ahead": 4,
    "ahead_by": {"more_urgent": 3, "duty": 1},
    "ticket": "a" * 64,
    "cut_off": "9" * 64,
}


def make_outcome(ground: str, numbers: dict | None = None) -> m.NeedOutcome:
    category = m.ServiceCategory(kind=m.OfferKind.PEOPLE, unit="visit")
    return m.NeedOutcome(
        need=m.Need(category=category, quantity=1, tier=3),
        ground=ground,
        is_met=ground == "met",
        received_units=1 if ground == "met" else 0,
        numbers=numbers or NUMBERS,
    )


def test_every_ground_of_the_optimizer_has_its_own_sentence(english):
    codes = [*(code.value for code in GroundCode), "met"]
    for explain in (grounds.explain_outcome, outcomes.explain_outcome_to_staff):
        sentences = [explain(make_outcome(code)) for code in codes]
        assert len(set(sentences)) == len(codes)
    names = [outcomes.name_ground(code) for code in codes]
    assert not set(names) & set(codes)


def test_a_need_that_nobody_looked_into_does_not_say_where_offers_fell_out(english):
    unknown = grounds.explain_outcome(make_outcome("no_eligible_offer", ASKED))
    assert "this month nobody offered what you need at a time and place" in unknown
    none = make_outcome("no_eligible_offer", {**ASKED, "filters": {"category": 0}})
    assert "this month nobody offered this kind of help." in grounds.explain_outcome(none)


def test_numbers_reach_the_words(english):
    outranked = make_outcome("outranked")
    said = grounds.explain_outcome(outranked)
    assert "4 requests went first" in said
    assert "3 were more urgent than yours" in said
    for_the_office = outcomes.explain_outcome_to_staff(outranked)
    assert "The most urgent first" in for_the_office
    assert "more urgent 3" in for_the_office
    assert "not in your neighbourhood" in grounds.explain_outcome(make_outcome("no_eligible_offer"))
    assert "category 3" in outcomes.explain_outcome_to_staff(make_outcome("no_eligible_offer"))
    assert "aaaaaaaaaaaa" in outcomes.explain_outcome_to_staff(make_outcome("lost_lottery"))


FORMER_FAILURES = {  # stored by earlier versions: these sentences stay
    "no_answer": "The solver gave no answer.",
    "not_verified": "The result did not pass the independent check and was set aside.",
    "other_problem": "The result belongs to another problem and was set aside.",
    "out_of_memory": "The solve needed more memory than it may use and was stopped.",
    "solver": "The solver gave up without an answer.",
    "solver_died": "The solver stopped unexpectedly.",
    "solver_hung": "The solver did not end in time and was stopped.",
    "too_many_tries": "The worker stopped five times over this run.",
}


def test_every_failure_of_a_solve_has_its_own_sentence(english):
    sentences = [refusals.describe_failure(failure.value) for failure in Failure]
    assert len(set(sentences)) == len(Failure)
    assert refusals.describe_failure("no such code") not in sentences


@pytest.mark.parametrize("code", FORMER_FAILURES)
def test_a_failure_stored_by_an_earlier_version_keeps_its_sentence(english, code):
    assert refusals.describe_failure(code) == FORMER_FAILURES[code]


@pytest.mark.parametrize("state", list(m.RoundState))
def test_a_step_out_of_turn_is_explained_in_every_state(english, state):
    error = ConflictError("round.state", state=state.value, step="x")
    assert describe_refusal(error) == SENTENCES["round.state"][state]
