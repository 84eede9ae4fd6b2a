"""Stages, slots and failures in words, compared whole."""

from datetime import date

import pytest

from matchmaker.rounds.solve.figures import StageFigures
from matchmaker.rounds.words import policies, refusals, stages
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.rules import FIRST_POLICY
from matchmaker.rounds.words.slots import describe_slot
from optimizer.policy import COMMUNITY_1
from optimizer.report import Failure
from optimizer.solution import Level, Proof, SolutionStatus

pytestmark = pytest.mark.usefixtures("english")

STAGES = {
    "duties": "Promises first",
    "urgency": "The most urgent first",
    "waiting": "Those who wait longest",
    "neighbourhoods": "No neighbourhood left behind",
    "people": "More people before more help for one",
    "points": "The most help",
    "fullness": "As full as possible",
    "burden": "A fair share for those who give",
    "kindness": "The kindness of detail",
    "lottery": "The public lottery",
}
PROOFS = {
    "dual": "proved by a bound",
    "farkas": "proved: the next level is impossible",
    "residual": "proved: no exchange would improve it",
    "tree": "proved by a search that the check repeats",
    "search": "not proved: the solver searched, and the check cannot repeat it",
    "gap": "not proved",
}
FAILURES = {
    "broken_problem": "The stored problem of this run cannot be read.",
    "not_started": "The machine had no room to start the solver.",
    "out_of_memory": "The solve needed more memory than it may use and was stopped.",
    "killed": "The solver was stopped from outside; the machine may lack memory.",
    "hung": "The solver did not end in time and was stopped.",
    "crashed": "The solver stopped unexpectedly.",
    "gave_up": "The solver gave up without an answer.",
    "nonsense": "The solver’s answer was damaged and was set aside.",
    "other_problem": "The result belongs to another problem and was set aside.",
    "not_verified": "The result did not pass the independent check and was set aside.",
    "cancelled": "The last run was cancelled.",
}
JULY = date(2026, 7, 1)


def make_stage(**values) -> StageFigures:
    return StageFigures(
        name="urgency",
        kind="max_count",
        key="",
        status=SolutionStatus.PROVEN,
        proof=Proof.DUAL,
        engine="HiGHS",
        **values,
    )


def test_every_stage_of_the_first_policy_has_its_name_and_no_other_code_has():
    assert [stage.name for stage in COMMUNITY_1.stages] == list(STAGES)
    assert {code: policies.name_stage(code, FIRST_POLICY) for code in STAGES} == STAGES
    assert policies.name_stage("of_earlier_times", FIRST_POLICY) == "of_earlier_times"


def test_every_proof_has_its_words():
    assert set(PROOFS) == {proof.value for proof in Proof}
    assert {code: stages.describe_proof(code) for code in PROOFS} == PROOFS
    assert stages.describe_proof("of_earlier_times") == "of_earlier_times"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", ""),
        ("everybody", "everybody"),
        ("tier=1", "urgency 1"),
        ("tier=2,waiting=5", "urgency 2, waiting 5 months"),
        ("category=rice_oil", "category Rice and oil"),
        ("category=errands", "category errands"),  # a category that has no name any more
        ("age=80", "80"),
    ],
)
def test_the_class_of_a_stage_is_said_in_words(key, words):
    names = Names(categories={"rice_oil": "Rice and oil"})
    assert stages.describe_key(key, names, FIRST_POLICY) == words


FIRST, LAST = Level("C02", 1, 5), Level("C01", 3, 4)


@pytest.mark.parametrize(
    ("values", "value", "bound"),
    [
        ({}, "–", "–"),
        ({"value": 0, "bound": 0}, "0", "0"),
        ({"value": 3, "bound": 4}, "3", "4"),
        ({"first": FIRST, "last": LAST}, "1/5 (C02) … 3/4 (C01)", "–"),
        ({"value": 3, "first": FIRST}, "3", "–"),
        ({"value": 3, "last": LAST}, "3", "–"),
    ],
)
def test_what_a_stage_reached_is_its_number_or_the_ends_of_its_groups(values, value, bound):
    stage = make_stage(**values)
    reached = stages.describe_value(stage, Names(), FIRST_POLICY)
    assert (reached, stages.describe_bound(stage, Names())) == (value, bound)


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        (None, "Any time"),
        ("W2-WD-AM", "Weekday mornings, between 8 July 2026 and 14 July 2026"),
        ("W1-SAT-PM", "Saturday afternoons, 4 July 2026"),
        ("W9-SUN-AM", "Sunday mornings"),  # no day of the month is in it
    ],
)
def test_a_slot_is_its_window_and_its_days(slot, words):
    assert describe_slot(slot, JULY) == words


def test_every_failure_has_its_sentence():
    assert set(FAILURES) == {failure.value for failure in Failure}
    assert {code: refusals.describe_failure(code) for code in FAILURES} == FAILURES
    for code in (None, "", "no such code"):
        assert refusals.describe_failure(code) == "The run has no result."
