"""Chance for the demo: every draw comes from the seed, each part with a stream of its own."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def make_random(seed: int, part: str) -> Random:
    """A stream for one part of the world, so that a change in one part leaves the rest alone."""
    return Random(f"{seed}:{part}")  # noqa: S311 - invented data, nothing to guess


def draw_share(random: Random, percent: int) -> bool:
    """True in ``percent`` cases of a hundred."""
    return random.randrange(100) < percent


def draw_some(random: Random, items: Sequence[Item], fewest: int, most: int) -> tuple[Item, ...]:
    """Between ``fewest`` and ``most`` different items, in their original order."""
    count = min(random.randint(fewest, most), len(items))
    chosen = set(random.sample(range(len(items)), count))
    return tuple(item for index, item in enumerate(items) if index in chosen)


def split_total(random: Random, total: int, shares: int, step: int = 1) -> list[int]:
    """``total`` in unequal positive multiples of ``step``; at least one step each.

    ``total`` is a multiple of ``step`` and at least ``shares`` steps.
    """
    steps = total // step - shares
    weights = [random.randint(2, 6) for _ in range(shares)]
    parts = [steps * weight // sum(weights) for weight in weights]
    for index in range(steps - sum(parts)):
        parts[index % shares] += 1
    return [(part + 1) * step for part in parts]
