"""M1 to M5 of FORMULATION.md: one division that holds each, and one that breaks it alone."""

import re
from pathlib import Path

import pytest

from optimizer.checker.funds.check import verify_division
from optimizer.funds.divide import divide
from optimizer.funds.fund import Claim, Fund, Purse
from optimizer.tickets import ticket_of
from tests.optimizer.checker.forged_divisions import forge, reseal

OPTIMIZER = Path(__file__).parents[3] / "optimizer"


def fund(*claims: Claim, purses: tuple[int, ...] = (10,), carries: bool = False) -> Fund:
    held = tuple(Purse(f"m{k + 1}", fen) for k, fen in enumerate(purses))
    return Fund("tiny", "5eed", held, claims, carries)


def fens(of: Fund) -> list[int]:
    division = divide(of)
    assert verify_division(of.to_json(), division.to_json()) is None
    return [grant.fen for grant in division.grants]


def fault_of(of: Fund, *rows: tuple[int, ...]) -> str | None:
    """The fault of a sealed division with these payments, one row a claim, one fen a purse."""
    plain = divide(of).to_json()
    for grant, row in zip(plain["grants"], rows, strict=True):
        paid = [(purse.id, fen) for purse, fen in zip(of.purses, row, strict=True) if fen]
        grant["payments"] = [{"purse": purse, "fen": fen} for purse, fen in paid]
        grant["fen"] = sum(row)
    fault = verify_division(of.to_json(), reseal(plain))
    return fault.code if fault else None


def test_every_number_of_the_money_section_has_its_line():
    listed = set(re.findall(r"^\| (M\d+) \|", (OPTIMIZER / "FORMULATION.md").read_text(), re.M))
    text = "".join(path.read_text() for path in (OPTIMIZER / "funds").glob("*.py"))
    checked = "".join(path.read_text() for path in (OPTIMIZER / "checker/funds").glob("*.py"))
    assert listed == set(re.findall(r"[(\s](M\d+)[),]", text)) != set()
    assert listed == set(re.findall(r"[(\s](M\d+)[),]", checked))


def test_m1_a_grant_is_nothing_or_between_floor_and_ask():
    assert fens(fund(Claim("a", 4), Claim("b", 9, 6))) == [4, 6]
    assert fens(fund(Claim("a", 5), Claim("b", 9, 6))) in ([5, 0], [0, 9])


def test_m1_a_grant_below_its_floor_is_refused():
    assert fault_of(fund(Claim("a", 5), Claim("b", 9, 6)), (5,), (5,)) == "bounds"


def test_m2_a_purse_pays_what_it_holds_and_carries_only_if_the_fund_does():
    claims = (Claim("a", 9, 1, ("m1",)), Claim("b", 9, 1, ("m2",)))
    assert fens(fund(*claims, purses=(8, 4))) == [8, 4]
    assert fens(fund(*claims, purses=(8, 4), carries=True)) == [6, 6]
    assert fens(fund(*claims, purses=(4, 8), carries=True)) == [4, 8]


def test_m2_an_overdrawn_purse_is_refused():
    claims = (Claim("a", 9, 1, ("m1",)), Claim("b", 9, 1, ("m2",)))
    assert fault_of(fund(*claims, purses=(8, 4)), (6, 0), (0, 6)) == "purse"
    assert fault_of(fund(*claims, purses=(4, 8), carries=True), (5, 0), (0, 7)) == "purse"


def test_m3_instalments_add_up_within_the_months_of_the_claim():
    claims = (Claim("a", 9, 1, instalment_fen=3), Claim("b", 9, 1, ("m2",)))
    assert fens(fund(*claims, purses=(6, 5))) == [4, 4]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (((4, 0), (0, 4)), "instalment"),
        (((3, 1), (1, 3)), "month"),
    ],
)
def test_m3_too_great_an_instalment_or_a_foreign_month_is_refused(rows, code):
    claims = (Claim("a", 9, 1, instalment_fen=3), Claim("b", 9, 1, ("m2",)))
    assert fault_of(fund(*claims, purses=(6, 5)), *rows) == code


def test_m4_the_least_funded_is_as_high_as_possible_then_the_next():
    assert fens(fund(Claim("a", 4, 1), Claim("b", 8, 1), Claim("c", 8, 1))) == [2, 4, 4]
    assert fens(fund(Claim("a", 10, 10), Claim("b", 6, 3), Claim("c", 4, 2))) == [0, 6, 4]


@pytest.mark.parametrize(
    ("fens", "code"), [((1, 4, 5), "leximin"), ((2, 4, 3), "leximin"), ((0, 5, 5), "admission")]
)
def test_m4_a_worse_vector_is_refused(fens, code):
    of = fund(Claim("a", 4, 1), Claim("b", 8, 1), Claim("c", 8, 1))
    forged = forge(of, fens, divide(of))
    assert verify_division(of.to_json(), forged.to_json()).code == code


def test_m5_the_lower_ticket_decides_who_is_granted_and_who_gets_the_odd_fen():
    first = min("ab", key=lambda name: ticket_of("5eed", name))
    assert fens(fund(Claim("a", 10), Claim("b", 10))) == ([10, 0] if first == "a" else [0, 10])
    odd = fund(Claim("a", 7, 1), Claim("b", 7, 1), purses=(9,))
    assert fens(odd) == ([5, 4] if first == "a" else [4, 5])


@pytest.mark.parametrize(
    ("of", "code"),
    [
        (fund(Claim("a", 10), Claim("b", 10)), "ticket"),
        (fund(Claim("a", 7, 1), Claim("b", 7, 1), purses=(9,)), "odd_fen"),
    ],
)
def test_m5_the_higher_ticket_before_the_lower_is_refused(of, code):
    true = divide(of)
    forged = forge(of, tuple(reversed([grant.fen for grant in true.grants])), true)
    assert verify_division(of.to_json(), forged.to_json()).code == code
