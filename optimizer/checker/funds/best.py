"""(M4, M5) Prove that no division of a fund is better, exactly and without a solver.

A part is a set of claims tied by shared purses, with the vector of funded fractions stated for
them. *One set of granted claims*: the greedy rule gives the next fen to the lowest fraction, which
is optimal over a polymatroid; ``compare`` follows it from one stated fraction to the next. *All
sets of granted claims*: ``exists`` branches on claims granted or refused and prunes by a linear
bound.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ..month.read import RefutedError
from ..month.schema import Row
from .flow import PurseFlow

MOST_BRANCHES = 50_000
WORSE, EQUAL, BETTER = -1, 0, 1
Grants = dict[str, int]


def ticket_of(seed: str, claim: str) -> tuple[str, str]:
    """Return a claim's sort key: the HMAC-SHA256 of its id with the seed as key, then the id."""
    return hmac.new(seed.encode("ascii"), claim.encode(), hashlib.sha256).hexdigest(), claim


def floor_of(claim: Row) -> int:
    """Return the smallest grant that is useful to a claim's household [fen]."""
    return int(claim["asked_fen"] if claim["least_fen"] is None else claim["least_fen"])


def reach(claim: Row, ratio: Fraction) -> int:
    """Return the smallest useful grant whose funded fraction is at least ``ratio`` [fen]."""
    asked: int = claim["asked_fen"]
    return max(floor_of(claim), -(-asked * ratio.numerator // ratio.denominator))


def pass_by(claim: Row, ratio: Fraction) -> int:
    """Return the smallest grant that funds more than the fraction ``ratio`` of the claim [fen].

    It is never below the claim's floor, and more than the claim asks if ``ratio`` is 1.
    """
    asked: int = claim["asked_fen"]
    return max(floor_of(claim), asked * ratio.numerator // ratio.denominator + 1)


@dataclass(frozen=True, slots=True)
class Part:
    """Claims that shared purses tie together, with the vector of funded fractions stated for them.

    fund     the fund
    claims   the claims, keyed by id
    ratios   the stated fractions in ascending order
    """

    fund: Row
    claims: dict[str, Row]
    ratios: list[Fraction]

    @property
    def steps(self) -> list[Fraction]:
        """The distinct stated fractions above 0, in ascending order."""
        return sorted(set(self.ratios) - {Fraction(0)})

    def above(self, ratio: Fraction) -> int:
        """Return how many stated fractions are above ``ratio``."""
        return sum(stated > ratio for stated in self.ratios)

    def compare(self, granted: frozenset[str]) -> tuple[int, Grants]:
        """Return how the best vector of a set of granted claims compares with the stated vector.

        Returns WORSE, EQUAL or BETTER, and grants [fen]. With EQUAL they are the only ones that
        the rules allow.
        """
        network, grants = (
            PurseFlow(self.fund),
            {c: floor_of(self.claims[c]) for c in sorted(granted)},
        )
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
        self, network: PurseFlow, grants: Grants, rising: set[str], ratio: Fraction
    ) -> set[str]:
        """Pay each claim at ``ratio`` one fen more if possible; return those that cannot rise.

        The smallest ask comes first, then the lowest ticket (M5). Adds the fen to ``grants``.
        """
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
        """Return the sort key of a claim in the lottery."""
        return ticket_of(self.fund["seed"], claim)

    @property
    def payable(self) -> list[str]:
        """Ids of the claims whose floor can be paid if no other claim is granted, lowest first."""
        rows = self.claims
        alone = [c for c in rows if PurseFlow(self.fund).pay(c, floor_of(rows[c]))]
        return sorted(alone, key=lambda c: (floor_of(rows[c]), rows[c]["asked_fen"], c))

    def exists(self, granted: frozenset[str], least: int) -> bool:
        """Return whether some set that grants these claims compares as at least ``least``.

        Raises ``RefutedError`` with code ``search_limit`` after ``MOST_BRANCHES`` branches.
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
        """Return an upper bound on how any set of the branch compares."""
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
        """Return an upper bound on the claims that reach their ``least`` grant at the ratio.

        The cheapest claims are paid first, and one paid in part counts as that fraction. Returns
        -1 if the grants of ``base`` cannot be paid.
        """
        network, total = PurseFlow(self.fund), Fraction(0)
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
        """Return whether ``one`` can take all payments of ``other`` at no lower fraction."""
        a, b = self.claims[one], self.claims[other]
        months = not a["purses"] or (b["purses"] and set(a["purses"]) >= set(b["purses"]))
        most = min(b["instalment_fen"] or b["asked_fen"], b["asked_fen"])
        pays = a["instalment_fen"] is None or a["instalment_fen"] >= most
        asks = a["asked_fen"] <= b["asked_fen"] and floor_of(a) <= floor_of(b)
        return bool(months and pays and asks)
