"""Every rule of the checker by its pair: the good solution holds, each corruption is named."""

from copy import deepcopy

import pytest

from optimizer.checker.check import verify
from optimizer.checker.month.read import hash_problem, read_problem
from optimizer.checker.month.schema import COMMUNITY_POLICY as OWN_COPY
from optimizer.codec import sha256_of
from optimizer.policy import COMMUNITY_POLICY
from tests.optimizer.small_month import small_problem, small_solution

PROBLEM = small_problem()


def seal(solution: dict) -> dict:
    """Return the solution with a fitting hash, as a careful forger would leave it."""
    left_out = ("result_sha256", "certificate")
    plain = {key: value for key, value in solution.items() if key not in left_out}
    return {**solution, "result_sha256": sha256_of(plain)}


def fault_after(change) -> str:
    solution = deepcopy(small_solution(PROBLEM))
    change(solution)
    fault = verify(PROBLEM.to_json(), seal(solution))
    return "nothing" if fault is None else str(fault)


def line(solution: dict, k: int) -> dict:
    return solution["assignments"][k]


def test_a_true_solution_holds():
    assert verify(PROBLEM.to_json(), small_solution(PROBLEM)) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda s: line(s, 0).update(need="bogus"),
            "unknown_need: need=bogus stock=rice person=None slot=None",
        ),
        (
            lambda s: line(s, 0).update(stock="bogus"),
            "unknown_stock: need=bag stock=bogus person=None slot=None",
        ),
        (
            lambda s: line(s, 1).update(person="zed"),
            "unknown_person: need=one stock=care person=zed slot=S1",
        ),
        (
            lambda s: s["assignments"].insert(0, line(s, 0)),
            "duplicate_assignment: need=bag stock=rice person=None slot=None",
        ),
        (
            lambda s: line(s, 0).update(units=0),
            "units_below_one: need=bag stock=rice person=None slot=None units=0",
        ),
        (
            lambda s: line(s, 0).update(stock="all"),
            "not_eligible: filter=category need=bag stock=all person=None slot=None",
        ),
        (
            lambda s: line(s, 1).update(person="bo"),
            "not_eligible: filter=forbidden need=one stock=care person=bo slot=S1",
        ),
        (
            lambda s: line(s, 1).update(slot="S3"),
            "wrong_slot: need=one stock=care person=ann slot=S3",
        ),
        (
            lambda s: line(s, 1).pop("slot"),
            "visit_without_person_or_slot: need=one stock=care person=ann slot=None",
        ),
        (
            lambda s: line(s, 0).update(slot="S1"),
            "delivery_with_person_or_slot: need=bag stock=rice person=None slot=S1",
        ),
        (
            lambda s: line(s, 1).update(units=2),
            "visit_of_many_units: need=one stock=care person=ann slot=S1 units=2",
        ),
        (lambda s: line(s, 0).update(units=4), "most_of_pair: need=bag stock=rice units=4 most=3"),
        (lambda s: line(s, 0).update(units=1), "quantity: need=bag units=1 least=2 most=4"),
        (lambda s: s["assignments"].pop(3), "team_size: need=team people=1 asked=2"),
        (lambda s: line(s, 2).update(slot="S1"), "team_in_two_slots: need=team slots=S1,S2"),
        (lambda s: s["assignments"].pop(0), "pin: need=bag stock=rice person=None"),
        (lambda s: s["assignments"].pop(1), "stage_value: stage=help key= stated=6 true=4"),
        (lambda s: s["assignments"].reverse(), "assignments_not_sorted: need=team after=team"),
        (
            lambda s: s["stages"][1].update(value=6, bound=6),
            "stage_value: stage=kindness key= stated=6 true=5",
        ),
        (
            lambda s: s["stages"][1].update(bound=7),
            "stage_bound: stage=kindness key= value=5 bound=7",
        ),
        (
            lambda s: s["stages"][1].update(proof="gap"),
            "stage_proof: stage=kindness key= proof=gap status=proven",
        ),
        (
            lambda s: s["stages"][1].update(name="other"),
            "stage_expected: stage=kindness key= stated=other",
        ),
        (lambda s: s["stages"].pop(), "stage_count: stated=1 true=2"),
        (lambda s: s.update(needs_met=4), "count: of=needs_met stated=4 true=3"),
        (lambda s: s["grounds"].pop(), "grounds: need=lost stated=0"),
        (
            lambda s: s["grounds"][0].update(code="outranked"),
            "ground: need=lost stated=outranked true=no_eligible_offer",
        ),
        (lambda s: s.update(seed="00fe"), "seed: stated=00fe true=00ff"),
        (lambda s: s.update(policy="plain/2"), "policy: stated=plain/2 true=plain/1"),
        (lambda s: s.update(problem_sha256="0"), f"problem_sha256: stated=0 true={PROBLEM.sha256}"),
        (
            lambda s: s.update(status="failed"),
            "answer_without_status: status=failed holds=assignments",
        ),
        (
            lambda s: s.update(status="best"),
            "broken_input: path=solution.status reason="
            "must be one of proven, feasible, infeasible, failed",
        ),
        (
            lambda s: line(s, 0).update(units=3.0),
            "broken_input: path=solution.assignments[0].units reason=must be of type int",
        ),
        (
            lambda s: line(s, 0).update(x=1),
            "broken_input: path=solution.assignments[0].x reason=unknown key",
        ),
        (lambda s: s.pop("seed"), "broken_input: path=solution.seed reason=missing"),
    ],
)
def test_a_corruption_is_named(change, named):
    assert fault_after(change) == named


def test_a_person_is_not_in_two_places_at_once():
    fault = fault_after(
        lambda s: (
            line(s, 2).update(person="ann", slot="S1"),
            line(s, 3).update(person="bo", slot="S1"),
        )
    )
    assert fault.startswith("two_places_at_once: person=ann slot=S1 needs=one,team")


def test_a_person_makes_no_more_visits_than_they_can():
    problem = small_problem().to_json()
    problem["people"][0]["most_visits"] = 1
    solution = small_solution(PROBLEM)
    solution["assignments"][2]["person"] = "ann"
    solution["problem_sha256"] = hash_problem(read_problem(problem))
    assert str(verify(problem, seal(solution))) == "most_visits: person=ann visits=2 most=1"


@pytest.mark.parametrize(
    ("stock", "field", "value", "named"),
    [
        (0, "capacity", 5, "capacity: stock=all units=6 capacity=5"),
        (1, "capacity", 2, "capacity: stock=care units=3 capacity=2"),
        (2, "least", 4, "least_use: stock=rice units=3 least=4"),
    ],
)
def test_capacities_and_least_uses_bind(stock, field, value, named):
    problem = small_problem().to_json()
    problem["stocks"][stock][field] = value
    solution = small_solution(PROBLEM)
    solution["problem_sha256"] = hash_problem(read_problem(problem))
    assert str(verify(problem, seal(solution))) == named


def test_a_recipient_has_one_visit_in_a_slot():
    problem = small_problem().to_json()
    problem["needs"][3]["recipient"] = "r1"
    solution = small_solution(PROBLEM)
    solution["assignments"][1]["slot"] = "S2"
    solution["problem_sha256"] = hash_problem(read_problem(problem))
    assert str(verify(problem, seal(solution))).startswith("recipient_twice_at_once: recipient=r1")


def test_an_equally_good_answer_that_is_not_the_stated_one_breaks_the_hash():
    solution = small_solution(PROBLEM)
    solution["assignments"][1]["slot"] = "S1"
    solution["result_sha256"] = "0" * 64
    assert verify(PROBLEM.to_json(), solution).code == "result_hash"


def test_rows_sets_and_spelt_out_defaults_do_not_change_the_hash():
    problem = small_problem().to_json()
    problem["needs"].reverse()
    problem["needs"][0]["slots"] = problem["needs"][0].get("slots", [])[::-1]
    problem["needs"][0]["least"] = problem["needs"][0].get("least")
    problem["stocks"][0]["staffed"] = False
    assert hash_problem(read_problem(problem)) == PROBLEM.sha256


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda p: p["needs"][0].update(quantity="4"), "problem.needs[0].quantity"),
        (lambda p: p["needs"][0].update(groups=[]), "problem.needs[0].groups"),
        (lambda p: p["pins"][0].update(stock="bogus"), "problem.pins[0].stock"),
        (lambda p: p["stocks"][0].update(parents=["care"]), "problem.stocks"),
        (lambda p: p["stocks"].append(p["stocks"][0]), "problem.stocks[1].id"),
        (lambda p: p["policy"]["stages"][0].update(kind="best"), "problem.policy.stages[0].kind"),
        (lambda p: p.update(needs=3), "problem.needs"),
    ],
)
def test_a_broken_problem_is_refused_with_the_path(change, path):
    problem = small_problem().to_json()
    change(problem)
    fault = verify(problem, small_solution(PROBLEM))
    assert (fault.code, fault.facts["path"]) == ("broken_input", path)


def test_the_checkers_copy_of_the_community_policy_is_the_policy():
    assert COMMUNITY_POLICY.to_json() == OWN_COPY
