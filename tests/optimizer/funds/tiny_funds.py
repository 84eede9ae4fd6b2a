"""Random tiny funds of every shape, and their best vector by trying every division."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

from optimizer.funds.fund import Claim, Fund, Purse

MONTHS = ("2026-01", "2026-02", "2026-03")


def tiny_fund(seed: int) -> Fund:
    """One to three purses, two to four claims: floors, bills, instalments, windows of months."""
    random = Random(seed)
    months = MONTHS[: random.randint(1, 3)]
    purses = tuple(Purse(month, random.randint(0, 7)) for month in months)
    claims = tuple(tiny_claim(random, f"c{k}", months) for k in range(random.randint(2, 4)))
    return Fund("tiny", f"{seed:04x}", purses, claims, carries=random.random() < 0.5)


def tiny_claim(random: Random, name: str, months: tuple[str, ...]) -> Claim:
    asked = random.randint(1, 7)
    least = random.choice((None, 1, random.randint(1, asked)))
    window = tuple(random.sample(months, random.randint(0, len(months))))
    instalment = random.choice((None, None, random.randint(1, 4)))
    return Claim(name, asked, least, window, instalment)


def is_payable(fund: Fund, grants: tuple[int, ...]) -> bool:
    """M2 and M3 by trying every way to pay, claim after claim and month after month."""
    places = [purse.id for purse in fund.purses]
    states = {tuple(purse.fen for purse in fund.purses)}
    for claim, grant in zip(fund.claims, grants, strict=True):
        rows = list(split(claim, grant, places))
        states = {
            tuple(left - paid for left, paid in zip(state, row, strict=True))
            for state in states
            for row in rows
        }
        if not fund.carries:
            states = {state for state in states if min(state, default=0) >= 0}
    return any(keeps_order(state) if fund.carries else True for state in states)


def split(claim: Claim, grant: int, places: list[str]) -> Iterator[tuple[int, ...]]:
    """Every row of payments that adds up to a grant."""
    allowed = [
        range(min(grant, claim.most_fen) + 1) if not claim.purses or m in claim.purses else (0,)
        for m in places
    ]
    return (row for row in product(*allowed) if sum(row) == grant)


def keeps_order(left: tuple[int, ...]) -> bool:
    """True when no month needs money of a later one."""
    return all(sum(left[: m + 1]) >= 0 for m in range(len(left)))


def list_best(fund: Fund) -> tuple[list[Fraction], list[tuple[int, ...]]]:
    """The lexicographically greatest ascending vector and every division that has it."""
    best: list[Fraction] = []
    found: list[tuple[int, ...]] = []
    choices = [(0, *range(c.floor_fen, c.asked_fen + 1)) for c in fund.claims]
    for grants in product(*choices):
        if sum(grants) > fund.total_fen:
            continue
        vector = vector_of(fund, grants)
        if vector >= best and is_payable(fund, grants):
            found = [*found, grants] if vector == best else [grants]
            best = vector
    return best, found


def vector_of(fund: Fund, grants: tuple[int, ...]) -> list[Fraction]:
    return sorted(Fraction(g, c.asked_fen) for g, c in zip(grants, fund.claims, strict=True))
