"""(M2, M3) The flow of fen from purses to claims; fen already paid move if that frees money.

sum_c paid[c, m] <= B_m (with carries: of all months up to m)      [fen]
0 <= paid[c, m] <= i_c, only in the months of c                    [fen]

B_m: the money of purse (month) m; i_c: the most that one purse pays to claim c.

The grants that some flow can pay form a polymatroid, so a claim that cannot be raised by one fen
now can never be raised later (Megiddo 1974), and it does not matter which fen move.
"""

from collections import deque
from itertools import pairwise

from optimizer.codec import LARGEST
from optimizer.funds.fund import Fund

FlowNode = tuple[bool, int]  # True: a purse, False: a claim; and its position
CLAIM, PURSE = False, True


class Flow:
    """The fen paid so far. Claims and purses are given by position.

    paid     claim -> fen from every purse that may pay it
    left     purse -> fen not paid yet
    carried  purse -> fen moved to it from the purse before it
    """

    def __init__(self, fund: Fund) -> None:
        places = {purse.id: m for m, purse in enumerate(fund.purses)}
        everywhere = tuple(range(len(places)))
        self._carries = fund.carries
        self._most = [claim.most_fen for claim in fund.claims]
        self._open = [
            tuple(places[name] for name in claim.purses) or everywhere for claim in fund.claims
        ]
        self.left = [purse.fen for purse in fund.purses]
        self.carried = [0] * len(places)
        self.paid = [dict.fromkeys(of, 0) for of in self._open]
        self._payees: list[set[int]] = [set() for _ in places]

    def push(self, claim: int, fen: int) -> int:
        """Pay a claim up to ``fen`` more. Return the fen that could be paid."""
        wanted = fen
        while wanted:
            path = self._find_path(claim)
            if not path:
                break
            wanted -= self._pay(path, wanted)
        return fen - wanted

    def can_raise(self, claim: int) -> bool:
        """Return whether the claim can get one fen more while every other claim keeps its grant."""
        return bool(self._find_path(claim))

    def _find_path(self, claim: int) -> list[FlowNode]:
        """Return the shortest path from a claim to a purse with money; empty if there is none."""
        start: FlowNode = (CLAIM, claim)
        came_from: dict[FlowNode, FlowNode | None] = {start: None}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            if node[0] is PURSE and self.left[node[1]]:
                return _walk_back(came_from, node)
            for following in self._next(node):
                if following not in came_from:
                    came_from[following] = node
                    queue.append(following)
        return []

    def _next(self, node: FlowNode) -> list[FlowNode]:
        kind, k = node
        if kind is CLAIM:
            return [(PURSE, m) for m in self._open[k] if self.paid[k][m] < self._most[k]]
        found = [(CLAIM, c) for c in sorted(self._payees[k])]
        if self._carries and k > 0:
            found.append((PURSE, k - 1))
        if self._carries and k + 1 < len(self.left) and self.carried[k + 1]:
            found.append((PURSE, k + 1))
        return found

    def _pay(self, path: list[FlowNode], wanted: int) -> int:
        steps = list(pairwise(path))
        room = min([wanted, self.left[path[-1][1]], *(self._room(a, b) for a, b in steps)])
        for above, below in steps:
            self._move(above, below, room)
        self.left[path[-1][1]] -= room
        return room

    def _room(self, above: FlowNode, below: FlowNode) -> int:
        (kind, k), (to, m) = above, below
        if kind is CLAIM:
            return self._most[k] - self.paid[k][m]
        if to is CLAIM:
            return self.paid[m][k]
        return self.carried[m] if m > k else LARGEST

    def _move(self, above: FlowNode, below: FlowNode, fen: int) -> None:
        (kind, k), (to, m) = above, below
        if kind is CLAIM:
            self.paid[k][m] += fen
            self._payees[m].add(k)
        elif to is CLAIM:
            self.paid[m][k] -= fen
            if not self.paid[m][k]:
                self._payees[k].discard(m)
        elif m > k:
            self.carried[m] -= fen
        else:
            self.carried[k] += fen


def _walk_back(came_from: dict[FlowNode, FlowNode | None], last: FlowNode) -> list[FlowNode]:
    path = [last]
    while (node := came_from[path[-1]]) is not None:
        path.append(node)
    return path[::-1]
