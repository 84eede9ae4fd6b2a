import subprocess
import sys

import pytest

from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.problem import Problem


def bytes_of(needs: int, seed: int) -> bytes:
    return canonical_bytes(generate(needs, seed).to_json())


def test_equal_arguments_give_equal_bytes_in_another_process():
    script = (
        "from optimizer.codec import sha256_of; from optimizer.instances.generate import generate;"
        "print(sha256_of(generate(200, 7).to_json()))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("0", "1", "42")
    }
    assert seen == {generate(200, 7).sha256}


def test_another_seed_gives_another_month():
    assert bytes_of(100, 1) != bytes_of(100, 2)


@pytest.mark.parametrize("needs", [1, 2, 3, 17, 167])
def test_any_size_is_a_valid_problem_of_that_many_needs(needs):
    problem = generate(needs, 5)
    assert len(problem.needs) == needs
    assert Problem.from_json(problem.to_json()) == problem


def test_the_month_of_the_community_has_its_published_figures():
    problem = generate(1670, 7)
    assert len(problem.people) == 300
    assert len({need.groups["committee"] for need in problem.needs}) == 29
    assert len({stock.giver for stock in problem.stocks} - {"FUND"}) == 55 + 16
    assert len({slot for need in problem.needs for slot in need.slots}) == 24


def test_the_lift_fund_cannot_pay_every_bill_of_its_67_households():
    problem = generate(1670, 7)
    bills = [need for need in problem.needs if need.category == "lift_subsidy"]
    fund = next(stock for stock in problem.stocks if stock.category == "lift_subsidy")
    assert len({bill.recipient for bill in bills}) == 67
    assert fund.capacity < sum(bill.quantity for bill in bills)


def test_a_fifth_of_the_visits_take_two_people():
    visits = [need for need in generate(1670, 7).needs if need.requires]
    teams = sum(need.people == 2 for need in visits)
    assert 0.15 < teams / len(visits) < 0.25
