"""(M4, M5) Decide which claims are granted at all, by an exact search over sets of claims.

max lexicographically the ascending vector of x_c / a_c, x_c = 0 for claims that are refused

x_c: the grant of claim c; a_c: its ask.

``water_filling.py`` gives the best vector of a set of granted claims. Sets are searched depth
first. A branch is pruned when its bound shows that no set in it has a better vector, or when it
refuses a claim that asks no more than one it grants: exchanging the two costs nothing.

The bound is a linear program with a closed solution. The greatest number of claims at or above a
fraction, each granted wholly or in part, is a linear program over a polymatroid: fen go to the
claim that needs the fewest, then to the next (Edmonds 1970). Its whole part bounds what whole
claims can reach.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from optimizer.funds.fund import Claim, Fund
from optimizer.funds.water_filling import Grants, fill, pay, ticket_key

FractionVector = list[Fraction]
Least = Callable[[Claim, Fraction], int]


@dataclass(frozen=True, slots=True)
class _Branch:
    """Claims granted and claims not decided, by position; the rest is refused."""

    granted: frozenset[int]
    undecided: tuple[int, ...]


def least_at(claim: Claim, fraction: Fraction) -> int:
    """Return the smallest allowed grant whose funded fraction is at least ``fraction`` [fen]."""
    return max(claim.floor_fen, -(-claim.asked_fen * fraction.numerator // fraction.denominator))


def least_above(claim: Claim, fraction: Fraction) -> int:
    """Return the smallest allowed grant whose funded fraction is above ``fraction`` [fen]."""
    return max(claim.floor_fen, claim.asked_fen * fraction.numerator // fraction.denominator + 1)


def is_promising(fund: Fund, node: _Branch, vector: FractionVector, *, is_strict: bool) -> bool:
    """Return False only if no set of claims in the branch has a better vector than ``vector``.

    The bound proves this; True proves nothing. Vectors are ascending, and the better one is greater
    at the first entry that differs. Unless ``is_strict``, an equal vector counts as better too.
    """
    base = {c: fund.claims[c].floor_fen for c in node.granted}
    zeros = vector.count(Fraction(0))
    if _most(fund, node, base, least_above, Fraction(0)) > len(vector) - zeros:
        return True
    at = zeros  # how many entries of the vector are below the fraction
    for fraction in sorted(set(vector[zeros:])):
        if _most(fund, node, base, least_at, fraction) < len(vector) - at:
            return False
        if at == zeros:  # from here on every granted claim is at the lowest fraction or above
            base = {c: least_at(fund.claims[c], fraction) for c in node.granted}
        at += vector.count(fraction)
        if _most(fund, node, base, least_above, fraction) > len(vector) - at:
            return True
    return not is_strict


def _most(fund: Fund, node: _Branch, base: Grants, least: Least, fraction: Fraction) -> int:
    """Return a bound on how many claims can reach their ``least`` once the base is paid.

    Returns -1 if the base cannot be paid.
    """
    flow, reached = pay(fund, base), Fraction(0)
    if flow is None:
        return -1
    missing = []
    for c in (*node.granted, *node.undecided):
        grant = least(fund.claims[c], fraction)
        if grant <= fund.claims[c].asked_fen:
            missing.append((max(0, grant - base.get(c, 0)), c))
    for fen, c in sorted(missing):
        reached += Fraction(flow.push(c, fen), fen) if fen else 1
    return int(reached)


MOST_NODES = 50_000  # branches of one part; after them the best set found is not labelled proven


class AdmissionSearch:
    """A search over the claims ``members``, which share no purse with the rest of the fund.

    is_proven   False once all its runs together have visited more than ``MOST_NODES`` branches
    """

    def __init__(self, fund: Fund, members: Sequence[int]) -> None:
        claims = fund.claims
        self._fund, self.members = fund, members
        self.is_proven, self._visited = True, 0
        alone = [c for c in members if pay(fund, {c: claims[c].floor_fen}) is not None]
        self.payable = sorted(alone, key=lambda c: _order_of(claims[c]))
        self._ahead = {
            c: [d for d in self.payable[:k] if _asks_no_more(claims[d], claims[c])]
            for k, c in enumerate(self.payable)
        }

    def find_best(self) -> Grants:
        """Return grants of the best vector found, which is the best of all while ``is_proven``."""
        best = self._fill_in_order()
        if len(best) < len(self.payable):
            while found := self._search(frozenset(), self.vector_of(best), is_strict=True):
                best = found
        return best

    def draw(self, best: Grants) -> Grants:
        """(M5) Return grants with an equal vector that favour the first tickets.

        The first ticket holder is granted if an equal vector allows it, then the second, and so on.
        """
        vector, kept, drawn = self.vector_of(best), frozenset[int](), best
        for c in sorted(self.payable, key=lambda c: ticket_key(self._fund, c)):
            found = drawn if c in drawn else self.find_equal(kept | {c}, vector)
            if found:
                drawn, kept = found, kept | {c}
        return drawn

    def find_equal(self, granted: frozenset[int], vector: FractionVector) -> Grants | None:
        """Return grants that include these claims and have this vector or a better one.

        None if none are found, which proves that there are none only while ``is_proven``.
        """
        return self._search(granted, vector, is_strict=False)

    def vector_of(self, grants: Grants) -> FractionVector:
        """Return the funded fractions of all members in ascending order; 0 for the refused."""
        claims = self._fund.claims
        return sorted(Fraction(grants.get(c, 0), claims[c].asked_fen) for c in self.members)

    def _fill_in_order(self) -> Grants:
        floors: Grants = {}
        for c in self.payable:
            more = {**floors, c: self._fund.claims[c].floor_fen}
            floors = floors if pay(self._fund, more) is None else more
        return fill(self._fund, sorted(floors)) or {}

    def _search(
        self, granted: frozenset[int], vector: FractionVector, *, is_strict: bool
    ) -> Grants | None:
        undecided = tuple(c for c in self.payable if c not in granted)
        waiting = [_Branch(granted, undecided)]
        while waiting and self._may_go_on():
            node = waiting.pop()
            if not is_promising(self._fund, node, vector, is_strict=is_strict):
                continue
            if node.undecided:
                waiting += self._branch(node)
            elif (grants := self._better(node, vector, is_strict)) is not None:
                return grants
        return None

    def _better(self, node: _Branch, vector: FractionVector, is_strict: bool) -> Grants | None:
        """Return the best grants of a decided set; None when they do not beat the vector.

        Unless ``is_strict``, an equal vector is enough."""
        grants = fill(self._fund, sorted(node.granted)) or {}
        found = self.vector_of(grants)
        return grants if found > vector or (found == vector and not is_strict) else None

    def _may_go_on(self) -> bool:
        self._visited += 1
        self.is_proven = self.is_proven and self._visited <= MOST_NODES
        return self.is_proven

    def _branch(self, node: _Branch) -> tuple[_Branch, _Branch]:
        """Return two branches: the first undecided claim refused, and the same claim granted.

        The first branch also refuses the claims that ask no less. The second branch is searched
        first.
        """
        first, rest = node.undecided[0], node.undecided[1:]
        behind = tuple(c for c in rest if first not in self._ahead[c])
        return _Branch(node.granted, behind), _Branch(node.granted | {first}, rest)


def _order_of(claim: Claim) -> tuple[int, int, int, int, str]:
    """Return the sort key: cheap claims first, a claim before those that ask at least as much."""
    months = -len(claim.purses) if claim.purses else -(10**9)
    return claim.floor_fen, claim.asked_fen, months, -claim.most_fen, claim.id


def _asks_no_more(one: Claim, other: Claim) -> bool:
    """Return whether ``one`` could take the payments of ``other`` and be funded no worse."""
    is_when = not one.purses or bool(other.purses and set(one.purses) >= set(other.purses))
    is_paid = one.instalment_fen is None or one.instalment_fen >= min(
        other.most_fen, other.asked_fen
    )
    asks_less = one.asked_fen <= other.asked_fen and one.floor_fen <= other.floor_fen
    return is_when and is_paid and asks_less
