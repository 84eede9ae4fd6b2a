"""(M4) Divide whole fen by leximin among granted claims: water-filling, then the odd fen.

max lexicographically the ascending vector of x_c / a_c,  l_c <= x_c <= a_c      [fractions]

x_c: the grant of claim c; a_c: its ask; l_c: its floor, the smallest grant that is allowed.

Giving one more fen to the claim with the lowest fraction, as long as the purses allow, is optimal
(Federgruen and Groenevelt 1986). A fen lifts x/a to (x + 1)/a, so of equal fractions the smaller
ask goes first, and of equal asks the lower ticket (M5). The water level does this for all claims at
once: bisection finds the last exact fraction at which the purses can pay every claim, and only the
few fen that remain above it are given one by one.
"""

from collections.abc import Mapping, Sequence

from optimizer.funds.fund import Claim, Fund
from optimizer.funds.purses import Flow
from optimizer.tickets import ticket_of

Grants = dict[int, int]  # claim, by position -> fen


def fill(fund: Fund, granted: Sequence[int]) -> Grants | None:
    """Return the grants of these claims, by position; None if their floors cannot all be paid."""
    claims = fund.claims
    grants = {c: claims[c].floor_fen for c in granted}
    flow = pay(fund, grants)
    if flow is None:
        return None
    steps = _count_steps(claims)
    step, rising = 0, [c for c in granted if claims[c].floor_fen < claims[c].asked_fen]
    while rising:
        step = _last_paid(fund, grants, rising, (step, steps)) + 1
        _raise_to(flow, grants, _level_at(fund, rising, step - 1, steps))
        if step <= steps:
            _give_odd_fen(fund, flow, grants, _level_at(fund, rising, step, steps))
        rising = [c for c in rising if grants[c] < claims[c].asked_fen and flow.can_raise(c)]
    return grants


def _count_steps(claims: Sequence[Claim]) -> int:
    """Return a number of steps so large that one step holds at most one fraction of the claims."""
    return 2 * max((claim.asked_fen for claim in claims), default=1) ** 2


def _raise_to(flow: Flow, grants: Grants, level: Grants) -> None:
    for c, fen in level.items():
        grants[c] += flow.push(c, fen - grants[c])


def pay(fund: Fund, grants: Mapping[int, int]) -> Flow | None:
    """Return a flow that pays these grants; None if there is none."""
    flow = Flow(fund)
    is_paid = all(flow.push(c, fen) == fen for c, fen in sorted(grants.items()))
    return flow if is_paid else None


def _level_at(fund: Fund, rising: Sequence[int], step: int, steps: int) -> Grants:
    """Return the grants at a water level: the least whole fen that reach its fraction."""
    claims = ((c, fund.claims[c]) for c in rising)
    return {c: max(claim.floor_fen, -(-claim.asked_fen * step // steps)) for c, claim in claims}


def _last_paid(fund: Fund, grants: Grants, rising: Sequence[int], between: tuple[int, int]) -> int:
    """Return the last step at which every rising claim can be paid.

    ``between``: the first step to try, at which all can be paid, and the number of steps.
    """
    (low, steps), high = between, between[1] + 1
    while high - low > 1:
        middle = (low + high) // 2
        if pay(fund, grants | _level_at(fund, rising, middle, steps)) is None:
            high = middle
        else:
            low = middle
    return low


def _give_odd_fen(fund: Fund, flow: Flow, grants: Grants, raised: Grants) -> None:
    """(M5) Give the odd fen, at most one per claim: smaller asks first, then lower tickets."""
    for c in sorted(raised, key=lambda c: (fund.claims[c].asked_fen, *ticket_key(fund, c))):
        if grants[c] < raised[c]:
            grants[c] += flow.push(c, 1)


def ticket_key(fund: Fund, claim: int) -> tuple[str, str]:
    """Return the sort key of the lottery: the ticket, then the id."""
    name = fund.claims[claim].id
    return ticket_of(fund.seed, name), name
