"""What people do by chance: the same for the same seed, whatever else happens around them."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Draws that depend on the seed and on what they are about, and on nothing else."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def get(self, *about: object) -> Random:
        """A stream of its own for one thing."""
        return Random(":".join(map(str, (self.seed, *about))))

    def happens(self, percent: float, *about: object) -> bool:
        """True in ``percent`` of 100 cases."""
        return self.get(*about).random() * 100 < percent

    def choose(self, items: Sequence[Item], *about: object) -> Item:
        """One of the items, each as likely."""
        return self.get(*about).choice(items)

    def weigh(self, shares: dict[Item, int], *about: object) -> Item:
        """One of the keys, as likely as its share says."""
        [found] = self.get(*about).choices(list(shares), list(shares.values()))
        return found
