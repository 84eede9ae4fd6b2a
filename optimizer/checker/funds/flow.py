"""(M2, M3) The checker's own flow of fen from purses to claims, in whole numbers.

Nodes are names: ("claim", id), ("purse", id) and the one ``CHEST`` behind all purses. ``room``
holds how many fen more can go from a node to the next; a fen that went may come back.
"""

from collections import defaultdict

from ..month.schema import Row

Node = tuple[str, str]
CHEST: Node = ("chest", "")
ENDLESS = 1 << 80


class Network:
    """What a fund can still pay. Claims are rows of the fund."""

    def __init__(self, fund: Row) -> None:
        self._room: dict[Node, dict[Node, int]] = defaultdict(dict)
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
        """Pay so many fen to a claim; False when that much cannot be paid (some of it was)."""
        return self.pay_most(claim, fen) == fen

    def pay_most(self, claim: str, fen: int) -> int:
        """Pay a claim up to so many fen; returns how many."""
        paid = 0
        while paid < fen and (trail := self._reach(("claim", claim))):
            paid += self._shift(trail, fen - paid)
        return paid

    def _reach(self, start: Node) -> list[tuple[Node, Node]]:
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
        trail = []
        while node != start:
            trail.append((entered[node], node))
            node = entered[node]
        return trail

    def _shift(self, trail: list[tuple[Node, Node]], wanted: int) -> int:
        fen = min(wanted, *(self._room[above][below] for above, below in trail))
        for above, below in trail:
            self._room[above][below] -= fen
            self._room[below][above] = self._room[below].get(above, 0) + fen
        return fen
