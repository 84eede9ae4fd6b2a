"""Strict reading of a fund and its division, with their tables of fields: standard library only."""

from typing import Any

from ..month.read import BrokenInputError, read_table
from ..month.schema import REQUIRED, Row, Schema

STOPS = ("asked", "instalments", "spent", "floor", "outranked", "lost_lottery", "undecided")

_PURSE: Schema = {"id": ("str", REQUIRED), "fen": ("int", REQUIRED)}
_CLAIM: Schema = {
    "id": ("str", REQUIRED),
    "asked_fen": ("int", REQUIRED),
    "least_fen": ("int?", None),
    "purses": ("names", ()),
    "instalment_fen": ("int?", None),
}
FUND: Schema = {
    "name": ("str", REQUIRED),
    "seed": ("str", REQUIRED),
    "purses": (_PURSE, ()),
    "claims": (_CLAIM, ()),
    "carries": ("bool", False),
}
_PAYMENT: Schema = {"purse": ("str", REQUIRED), "fen": ("int", REQUIRED)}
_GRANT: Schema = {
    "claim": ("str", REQUIRED),
    "fen": ("int", REQUIRED),
    "stop": (STOPS, REQUIRED),
    "payments": (_PAYMENT, ()),
}
DIVISION: Schema = {
    "status": (("proven", "feasible"), REQUIRED),
    "fund_sha256": ("str", REQUIRED),
    "seed": ("str", REQUIRED),
    "grants": (_GRANT, ()),
    "granted_claims": ("int", 0),
    "spent_fen": ("int", 0),
    "result_sha256": ("str", ""),
}


LARGEST = 10**12


def read_fund(value: object) -> Row:
    """Return the fund with every default filled in, and purses and claims in order of id.

    Raises ``BrokenInputError``, also for an amount below 0 (of a claim: below 1) or above
    ``LARGEST`` fen.
    """
    fund = read_table(FUND, value, "fund")
    if not fund["seed"] or not set(fund["seed"]) <= set("0123456789abcdef"):
        raise BrokenInputError("fund.seed", "must be lower-case hexadecimal digits")
    for name in ("purses", "claims"):
        fund[name].sort(key=lambda row: row["id"])
        ids = [row["id"] for row in fund[name]]
        if "" in ids or len(set(ids)) < len(ids):
            raise BrokenInputError(f"fund.{name}", "ids must be given and different")
    known = {purse["id"] for purse in fund["purses"]}
    for purse in fund["purses"]:
        _within(purse, "fen", 0, LARGEST)
    for claim in fund["claims"]:
        _read_claim(claim, known)
    return fund


def _read_claim(claim: Row, known: set[str]) -> None:
    _within(claim, "asked_fen", 1, LARGEST)
    if claim["least_fen"] is not None:
        _within(claim, "least_fen", 1, claim["asked_fen"])
    if claim["instalment_fen"] is not None:
        _within(claim, "instalment_fen", 1, LARGEST)
    if claim["least_fen"] == claim["asked_fen"]:
        claim["least_fen"] = None
    if not set(claim["purses"]) <= known:
        raise BrokenInputError(f"fund.claims.{claim['id']}.purses", "is not known")


def _within(row: dict[str, Any], name: str, low: int, high: int) -> None:
    if not low <= row[name] <= high:
        raise BrokenInputError(f"fund.{row['id']}.{name}", f"must be between {low} and {high}")


def read_division(value: object) -> Row:
    """Return the division with every default filled in. Raises ``BrokenInputError``.

    Rows keep the order of the file.
    """
    return read_table(DIVISION, value, "division")
