"""Divide a fund: the best vector of funded fractions, tickets among equals, then the payments.

Claims that share no purse are divided separately: a vector is best if it is best in every part.
"""

from collections.abc import Sequence

from optimizer.funds.admission import AdmissionSearch
from optimizer.funds.fund import Division, Fund, Grant, Payment, StopCode
from optimizer.funds.purses import Flow
from optimizer.funds.water_filling import Grants
from optimizer.solution import SolutionStatus


def divide(fund: Fund) -> Division:
    """Return the division of a fund; equal funds give equal bytes, in any order of their rows."""
    grants: Grants = {}
    stops: dict[int, StopCode] = {}
    searches = [AdmissionSearch(fund, members) for members in _parts(fund)]
    for search in searches:
        drawn = search.draw(search.find_best())
        grants |= drawn
        stops |= {c: _stop_of(fund, search, drawn, c) for c in search.members}
    is_proven = all(search.is_proven for search in searches)
    flow = _schedule(fund, grants)
    return Division(
        status=SolutionStatus.PROVEN if is_proven else SolutionStatus.FEASIBLE,
        fund_sha256=fund.sha256,
        seed=fund.seed,
        grants=tuple(
            Grant(
                claim.id,
                grants.get(c, 0),
                _as_known(stops[c], is_proven=is_proven),
                _payments(fund, flow, c),
            )
            for c, claim in enumerate(fund.claims)
        ),
        granted_claims=len(grants),
        spent_fen=sum(grants.values()),
    ).sealed()


def _stop_of(fund: Fund, search: AdmissionSearch, grants: Grants, claim: int) -> StopCode:
    if claim in grants:
        return _stop_of_granted(fund, claim, grants[claim])
    if claim not in search.payable:
        return StopCode.FLOOR
    is_equal = search.find_equal(frozenset({claim}), search.vector_of(grants))
    return StopCode.LOST_LOTTERY if is_equal else StopCode.OUTRANKED


def _as_known(stop: StopCode, *, is_proven: bool) -> StopCode:
    is_of_search = stop in (StopCode.OUTRANKED, StopCode.LOST_LOTTERY)
    return StopCode.UNDECIDED if is_of_search and not is_proven else stop


def _stop_of_granted(fund: Fund, claim: int, fen: int) -> StopCode:
    row = fund.claims[claim]
    if fen == row.asked_fen:
        return StopCode.ASKED
    months = len(row.purses or fund.purses)
    return StopCode.INSTALMENTS if fen == months * row.most_fen else StopCode.SPENT


def _schedule(fund: Fund, grants: Grants) -> Flow:
    """Return the payments of the grants; each month's purse is used before the next one's."""
    flow = Flow(fund)
    held, flow.left = flow.left, [0] * len(flow.left)
    due = dict(sorted(grants.items()))
    for m, fen in enumerate(held):
        flow.left[m] = fen
        for c in due:
            due[c] -= flow.push(c, due[c])
    return flow


def _payments(fund: Fund, flow: Flow, claim: int) -> tuple[Payment, ...]:
    return tuple(
        Payment(fund.purses[m].id, fen) for m, fen in sorted(flow.paid[claim].items()) if fen
    )


def _parts(fund: Fund) -> list[Sequence[int]]:
    """Return the positions of the claims, ascending, in parts that share no purse.

    If money carries over, all claims are one part.
    """
    if fund.carries:
        return [range(len(fund.claims))]
    purses = frozenset(purse.id for purse in fund.purses)
    parts: list[tuple[frozenset[str], list[int]]] = []
    for c, claim in enumerate(fund.claims):
        names, members = frozenset(claim.purses) or purses, [c]
        apart = []
        for part in parts:
            if part[0] & names:
                names, members = names | part[0], part[1] + members
            else:
                apart.append(part)
        parts = [*apart, (names, members)]
    return [sorted(members) for _, members in parts]
