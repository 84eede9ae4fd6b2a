"""Whether shares of a sum may be sought apart: no row in force ties their columns together."""

from collections.abc import Iterable

from optimizer.verify_bounds import Proof
from optimizer.verify_read import RefutedError


def check_apart(proof: Proof, shares: Iterable[Iterable[int]]) -> None:
    """Raise ``RefutedError`` when two of these sets of columns are tied by rows.

    Where they are not, the greatest sum has every share at its greatest. Shares of a sum that
    a search found would else add up to the value in a way that other answers do not share.
    """
    parent = list(range(len(proof.low)))

    def find(j: int) -> int:
        while parent[j] != j:
            parent[j] = parent[parent[j]]
            j = parent[j]
        return j

    for weights in proof.list_ties():
        root = None
        for j in weights:
            root = find(j) if root is None else root
            parent[find(j)] = root
    seen: dict[int, int] = {}
    for k, share in enumerate(shares):
        for j in share:
            if seen.setdefault(find(j), k) != k:
                raise RefutedError("shares_tied", column=j)
