"""(M2, M3) What purses can pay to claims, as a maximum flow of whole fen.

The flow runs from claims through purses to the one node ``CHEST``; nodes are ("claim", id),
("purse", id) and ("chest", ""). ``_room`` holds how many more fen can go from a node to the next;
a later payment can move fen that were sent before to another purse.
"""

from collections import defaultdict

from ..month.schema import Row

FundNode = tuple[str, str]
CHEST: FundNode = ("chest", "")
ENDLESS = 1 << 80


class PurseFlow:
    """What a fund can still pay to its claims, beside what was paid through this object."""

    def __init__(self, fund: Row) -> None:
        self._room: dict[FundNode, dict[FundNode, int]] = defaultdict(dict)
        names = [purse["id"] for purse in fund["purses"]]
        for k, purse in enumerate(fund["purses"]):
            self._room["purse", purse["id"]][CHEST] = purse["fen"]
            if fund["carries"] and k:
                self._room["purse", purse["id"]]["purse", names[k - 1]] = ENDLESS
        for claim in fund["claims"]:
            for name in claim["purses"] or names:
                most = claim["instalment_fen"] or claim["asked_fen"]
                self._room["claim", claim["id"]]["purse", name] = most

    def pay(self, claim: str, fen: int) -> bool:
        """Pay a claim this many fen; return False if only a part of them could be paid.

        The part stays paid.
        """
        return self.pay_most(claim, fen) == fen

    def pay_most(self, claim: str, fen: int) -> int:
        """Pay a claim as much as possible up to this many fen and return what was paid."""
        paid = 0
        while paid < fen and (path := self._reach(("claim", claim))):
            paid += self._shift(path, fen - paid)
        return paid

    def _reach(self, start: FundNode) -> list[tuple[FundNode, FundNode]]:
        stack, entered = [start], {start: start}
        while stack:
            node = stack.pop()
            if node == CHEST:
                break
            for following, room in self._room[node].items():
                if room and following not in entered:
                    entered[following] = node
                    stack.append(following)
        else:
            return []
        path = []
        while node != start:
            path.append((entered[node], node))
            node = entered[node]
        return path

    def _shift(self, path: list[tuple[FundNode, FundNode]], wanted: int) -> int:
        fen = min(wanted, *(self._room[above][below] for above, below in path))
        for above, below in path:
            self._room[above][below] -= fen
            self._room[below][above] = self._room[below].get(above, 0) + fen
        return fen
