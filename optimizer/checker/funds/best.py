"""(M4, M5) No division is better: the checker's own arguments, exact and without a solver.

A part is the claims that are tied by shared purses, with the vector of funded fractions stated for
them. *One set*: giving one fen more to the lowest fraction first is optimal over a polymatroid;
``compare`` follows it from one stated fraction to the next. *All sets*: ``exists`` splits them by
claims granted and refused and drops a branch that its linear bound refutes.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ..month.read import RefutedError
from ..month.schema import Row
from .flow import Network

MOST_BRANCHES = 50_000
WORSE, EQUAL, BETTER = -1, 0, 1
Grants = dict[str, int]


def ticket_of(seed: str, claim: str) -> tuple[str, str]:
    """HMAC-SHA256 of the id under the seed's letters, then the id."""
    return hmac.new(seed.encode("ascii"), claim.encode(), hashlib.sha256).hexdigest(), claim


def floor_of(claim: Row) -> int:
    """Least useful grant [fen]."""
    return int(claim["asked_fen"] if claim["least_fen"] is None else claim["least_fen"])


def reach(claim: Row, ratio: Fraction) -> int:
    """Least useful grant at this fraction or above [fen]."""
    asked: int = claim["asked_fen"]
    return max(floor_of(claim), -(-asked * ratio.numerator // ratio.denominator))


def pass_by(claim: Row, ratio: Fraction) -> int:
    """Least useful grant above this fraction [fen]."""
    asked: int = claim["asked_fen"]
    return max(floor_of(claim), asked * ratio.numerator // ratio.denominator + 1)


@dataclass(frozen=True, slots=True)
class Part:
    """Claims by id, in the order of ids, and their stated fractions, ascending."""

    fund: Row
    claims: dict[str, Row]
    ratios: list[Fraction]

    @property
    def steps(self) -> list[Fraction]:
        """The fractions above 0 that occur."""
        return sorted(set(self.ratios) - {Fraction(0)})

    def above(self, ratio: Fraction) -> int:
        """How many stated fractions are above this one."""
        return sum(stated > ratio for stated in self.ratios)

    def compare(self, granted: frozenset[str]) -> tuple[int, Grants]:
        """Is the best vector of this set of granted claims better than the stated one?

        Returns WORSE, EQUAL or BETTER, and for EQUAL the only grants the rules allow [fen].
        """
        network, grants = Network(self.fund), {c: floor_of(self.claims[c]) for c in sorted(granted)}
        if not all(network.pay(c, fen) for c, fen in grants.items()):
            return WORSE, {}
        rising, stated = set(granted), self.above(Fraction(0))
        for ratio in self.steps:
            if len(rising) != stated:
                break
            for c in sorted(rising):
                more = max(0, reach(self.claims[c], ratio) - grants[c])
                grants[c] += more
                if not network.pay(c, more):
                    return WORSE, {}
            rising -= self._stuck(network, grants, rising, ratio)
            stated = self.above(ratio)
        return (len(rising) > stated) - (len(rising) < stated), grants

    def _stuck(
        self, network: Network, grants: Grants, rising: set[str], ratio: Fraction
    ) -> set[str]:
        """Those at the fraction that cannot pass it; smaller asks first, then tickets (M5)."""
        stuck = set()
        for c in sorted(rising, key=lambda c: (self.claims[c]["asked_fen"], self.ticket(c))):
            asked = self.claims[c]["asked_fen"]
            if Fraction(grants[c], asked) == ratio:
                if grants[c] < asked and network.pay(c, 1):
                    grants[c] += 1
                else:
                    stuck.add(c)
        return stuck

    def ticket(self, claim: str) -> tuple[str, str]:
        """Sort key of the lottery."""
        return ticket_of(self.fund["seed"], claim)

    @property
    def payable(self) -> list[str]:
        """Claims whose floor could be paid if they were alone, cheap ones first."""
        rows = self.claims
        alone = [c for c in rows if Network(self.fund).pay(c, floor_of(rows[c]))]
        return sorted(alone, key=lambda c: (floor_of(rows[c]), rows[c]["asked_fen"], c))

    def exists(self, granted: frozenset[str], least: int) -> bool:
        """Is there a set with these claims whose best vector compares at ``least`` or above?

        Raises ``RefutedError`` ``search_limit`` after ``MOST_BRANCHES`` branches.
        """
        rest = [c for c in self.payable if c not in granted]
        branches, seen = [(granted, rest)], 0
        while branches:
            fixed, free = branches.pop()
            seen += 1
            if seen > MOST_BRANCHES:
                raise RefutedError("search_limit", branches=MOST_BRANCHES)
            if self._bound(fixed, free) < least:
                continue
            if not free:
                if self.compare(fixed)[0] >= least:
                    return True
                continue
            first, later = free[0], free[1:]
            branches.append((fixed, [c for c in later if not self._replaces(first, c)]))
            branches.append((fixed | {first}, later))
        return False

    def _bound(self, fixed: frozenset[str], free: list[str]) -> int:
        """At most so does any set of the branch compare."""
        base = {c: floor_of(self.claims[c]) for c in fixed}
        if self._reaching(base, free, pass_by, Fraction(0)) > self.above(Fraction(0)):
            return BETTER
        stated = self.above(Fraction(0))
        for k, ratio in enumerate(self.steps):
            if self._reaching(base, free, reach, ratio) < stated:
                return WORSE
            if k == 0:
                base = {c: reach(self.claims[c], ratio) for c in fixed}
            stated = self.above(ratio)
            if self._reaching(base, free, pass_by, ratio) > stated:
                return BETTER
        return EQUAL

    def _reaching(
        self,
        base: Grants,
        free: list[str],
        least: Callable[[Row, Fraction], int],
        ratio: Fraction,
    ) -> int:
        """Claims that reach the least grant, parts of claims counted, cheapest first."""
        network, total = Network(self.fund), Fraction(0)
        if not all(network.pay(c, fen) for c, fen in sorted(base.items())):
            return -1
        costs = []
        for c in (*base, *free):
            fen = least(self.claims[c], ratio)
            if fen <= self.claims[c]["asked_fen"]:
                costs.append((max(0, fen - base.get(c, 0)), c))
        for fen, c in sorted(costs):
            total += Fraction(network.pay_most(c, fen), fen) if fen else 1
        return int(total)

    def _replaces(self, one: str, other: str) -> bool:
        """Could ``one`` take all payments of ``other`` and stand no worse?"""
        a, b = self.claims[one], self.claims[other]
        months = not a["purses"] or (b["purses"] and set(a["purses"]) >= set(b["purses"]))
        most = min(b["instalment_fen"] or b["asked_fen"], b["asked_fen"])
        pays = a["instalment_fen"] is None or a["instalment_fen"] >= most
        asks = a["asked_fen"] <= b["asked_fen"] and floor_of(a) <= floor_of(b)
        return bool(months and pays and asks)
