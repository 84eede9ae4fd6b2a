"""Check a division against its fund: standard library only, whole fen, no code of the solver.

The checks run in this order, and the first fault ends them: files, hash of the fund and seed, ids
of the grants, bounds (M1) and payments (M3) of every grant, purses (M2), counts; then, for one part
of the fund after another, the best vector (M4), tickets (M5) and stops; hash of the result.
"""

from collections import Counter
from fractions import Fraction
from itertools import accumulate

from ..month.read import Fault, RefutedError, hash_table
from ..month.schema import Row
from .best import BETTER, EQUAL, Part, floor_of
from .read import DIVISION, FUND, read_division, read_fund

__all__ = ["verify_division"]


def verify_division(fund: object, division: object) -> Fault | None:
    """Return the first fault of a division; None if nothing refutes it.

    Both arguments are parsed JSON. Codes are stable names such as ``purse`` or ``leximin``; facts
    are ids, hashes and numbers. A value that breaks the format gives ``broken_input``.
    ``search_limit``: the branching ended before the division was proved or refuted.
    """
    try:
        _verify(read_fund(fund), read_division(division))
    except RefutedError as refuted:
        return refuted.fault
    return None


def _verify(fund: Row, stated: Row) -> None:
    for name, true in (("fund_sha256", hash_table(FUND, fund)), ("seed", fund["seed"])):
        _expect(name, stated[name], true)
    _expect_ids(fund, stated)
    for claim, grant in zip(fund["claims"], stated["grants"], strict=True):
        _check_bounds(claim, grant)
        _check_payments(fund, claim, grant)
    _check_purses(fund, stated)
    fens = [grant["fen"] for grant in stated["grants"]]
    _expect("granted_claims", stated["granted_claims"], sum(fen > 0 for fen in fens))
    _expect("spent_fen", stated["spent_fen"], sum(fens))
    for part in _list_parts(fund, stated):
        _check_part(part, {g["claim"]: g for g in stated["grants"]}, stated["status"])
    true = hash_table(DIVISION, {**stated, "result_sha256": ""})
    _expect("result_sha256", stated["result_sha256"], true)


def _expect(name: str, stated: object, true: object, **facts: object) -> None:
    if stated != true:
        raise RefutedError(name, **facts, stated=stated, true=true)


def _expect_ids(fund: Row, stated: Row) -> None:
    true = [claim["id"] for claim in fund["claims"]]
    named = [grant["claim"] for grant in stated["grants"]]
    if named != true:
        wrong = sorted(set(true) ^ set(named)) or ["order"]
        raise RefutedError("grants", claim=wrong[0])


def _check_bounds(claim: Row, grant: Row) -> None:
    """(M1) x_c = 0 or l_c <= x_c <= a_c      [fen]

    x_c: the grant; l_c: the claim's floor; a_c: its ask.
    """
    low, high = floor_of(claim), claim["asked_fen"]
    if grant["fen"] and not low <= grant["fen"] <= high:
        raise RefutedError("bounds", claim=claim["id"], fen=grant["fen"], low=low, high=high)


def _check_payments(fund: Row, claim: Row, grant: Row) -> None:
    """(M3) sum_m y_cm = x_c; 0 < y_cm <= i_c, only in the months of the claim      [fen]

    y_cm: the payment in month m; x_c: the grant; i_c: the most that one purse pays to the claim.
    """
    months = claim["purses"] or [purse["id"] for purse in fund["purses"]]
    names = [payment["purse"] for payment in grant["payments"]]
    if names != sorted(set(names)):
        raise RefutedError("payment_order", claim=claim["id"])
    for payment in grant["payments"]:
        facts = {"claim": claim["id"], "purse": payment["purse"], "fen": payment["fen"]}
        if payment["purse"] not in months:
            raise RefutedError("month", **facts)
        most = claim["instalment_fen"] or claim["asked_fen"]
        if not 0 < payment["fen"] <= most:
            raise RefutedError("instalment", **facts, most=most)
    paid = sum(payment["fen"] for payment in grant["payments"])
    _expect("payments", paid, grant["fen"], claim=claim["id"])


def _check_purses(fund: Row, stated: Row) -> None:
    """(M2) sum_c y_cm <= B_m; with carries for the sums over the months up to m      [fen]"""
    paid: Counter[str] = Counter()
    for grant in stated["grants"]:
        for payment in grant["payments"]:
            paid[payment["purse"]] += payment["fen"]
    names = [purse["id"] for purse in fund["purses"]]
    spent, held = [paid[name] for name in names], [purse["fen"] for purse in fund["purses"]]
    if fund["carries"]:
        spent, held = list(accumulate(spent)), list(accumulate(held))
    for name, fen, most in zip(names, spent, held, strict=True):
        if fen > most:
            raise RefutedError("purse", purse=name, paid=fen, held=most)


def _list_parts(fund: Row, stated: Row) -> list[Part]:
    """Return the parts of a division: sets of claims that share no purse.

    All claims are one part if money carries over from month to month.
    """
    fens = {grant["claim"]: grant["fen"] for grant in stated["grants"]}
    return [
        Part(fund, rows, sorted(Fraction(fens[c], row["asked_fen"]) for c, row in rows.items()))
        for rows in _list_tied(fund)
    ]


Tied = tuple[frozenset[str], dict[str, Row]]  # purses, and the claims on them keyed by id


def _list_tied(fund: Row) -> list[dict[str, Row]]:
    """Return the claims in sets that share no purse, each set keyed by id."""
    claims = {claim["id"]: claim for claim in fund["claims"]}
    if fund["carries"]:
        return [claims] if claims else []
    everywhere = frozenset(purse["id"] for purse in fund["purses"])
    tied: list[Tied] = []
    for name, claim in claims.items():
        tied = _join(tied, frozenset(claim["purses"]) or everywhere, {name: claim})
    return [rows for _, rows in tied]


def _join(tied: list[Tied], purses: frozenset[str], rows: dict[str, Row]) -> list[Tied]:
    """Return the sets with these rows merged into all that share one of their purses."""
    apart = [part for part in tied if not part[0] & purses]
    for names, members in (part for part in tied if part[0] & purses):
        purses, rows = purses | names, rows | members
    return [*apart, (purses, rows)]


def _check_part(part: Part, grants: dict[str, Row], status: str) -> None:
    granted = frozenset(c for c in part.claims if grants[c]["fen"])
    verdict, only = part.compare(granted)
    if verdict != EQUAL:
        raise RefutedError("leximin", claim=min(part.claims))
    for c, fen in only.items():
        _expect("odd_fen", grants[c]["fen"], fen, claim=c)
    payable = part.payable
    if status == "proven" and len(granted) < len(payable):
        _check_admission(part, granted, payable)
    for c in part.claims:
        _check_stop(part, grants[c], is_payable=c in payable, is_proven=status == "proven")


def _check_admission(part: Part, granted: frozenset[str], payable: list[str]) -> None:
    """(M4, M5) Require that no set of granted claims is better, or equal with lower tickets."""
    if part.exists(frozenset(), BETTER):
        raise RefutedError("admission", claims=len(granted))
    kept: frozenset[str] = frozenset()
    for c in sorted(payable, key=part.ticket):
        if c in granted:
            kept |= {c}
        elif part.exists(kept | {c}, EQUAL):
            raise RefutedError("ticket", claim=c)


def _check_stop(part: Part, grant: Row, *, is_payable: bool, is_proven: bool) -> None:
    claim = part.claims[grant["claim"]]
    months = len(claim["purses"] or part.fund["purses"])
    if grant["fen"] == claim["asked_fen"]:
        true = "asked"
    elif grant["fen"]:
        full = months * (claim["instalment_fen"] or claim["asked_fen"])
        true = "instalments" if grant["fen"] == full else "spent"
    elif not is_payable:
        true = "floor"
    elif is_proven:
        is_equal = part.exists(frozenset({claim["id"]}), EQUAL)
        true = "lost_lottery" if is_equal else "outranked"
    else:
        true = "undecided"
    _expect("stop", grant["stop"], true, claim=claim["id"])
