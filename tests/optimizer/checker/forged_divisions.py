"""Divisions that keep every bound and hash and yet are not the one the rules give."""

from itertools import product
from typing import Any

from optimizer.funds.fund import Division, Fund, Grant, Payment, StopCode
from optimizer.funds.water_filling import pay


def forge(fund: Fund, fens: tuple[int, ...], true: Division) -> Division | None:
    """A sealed division with these grants, payments and stops fitted; None: it cannot be paid."""
    flow = pay(fund, dict(enumerate(fens)))
    if flow is None:
        return None
    grants = []
    for c, (claim, fen) in enumerate(zip(fund.claims, fens, strict=True)):
        rows = [(fund.purses[m].id, paid) for m, paid in sorted(flow.paid[c].items()) if paid]
        payments = tuple(Payment(*row) for row in rows)
        grants.append(Grant(claim.id, fen, stop_of(fund, c, fen, true), payments))
    granted = sum(fen > 0 for fen in fens)
    return Division(true.status, fund.sha256, fund.seed, tuple(grants), granted, sum(fens)).sealed()


def stop_of(fund: Fund, claim: int, fen: int, true: Division) -> StopCode:
    row = fund.claims[claim]
    if not fen:
        stated = true.grants[claim]
        return StopCode.OUTRANKED if stated.fen else stated.stop
    if fen == row.asked_fen:
        return StopCode.ASKED
    is_capped = fen == len(row.purses or fund.purses) * row.most_fen
    return StopCode.INSTALMENTS if is_capped else StopCode.SPENT


def list_others(fund: Fund, true: Division) -> list[Division]:
    """Every other division that can be paid."""
    choices = [(0, *range(claim.floor_fen, claim.asked_fen + 1)) for claim in fund.claims]
    stated = tuple(grant.fen for grant in true.grants)
    forged = [forge(fund, fens, true) for fens in product(*choices) if fens != stated]
    return [division for division in forged if division is not None]


def reseal(plain: dict[str, Any]) -> dict[str, Any]:
    """The same plain division with counts and hash fitted to its grants."""
    fens = [grant["fen"] for grant in plain["grants"]]
    plain |= {"granted_claims": sum(fen > 0 for fen in fens), "spent_fen": sum(fens)}
    return Division.from_json(plain).sealed().to_json()
