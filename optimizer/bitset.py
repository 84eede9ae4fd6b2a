"""Sets of small numbers, each as one integer: bit b is 1 when b is a member.

Python's operators are the algebra: ``a & b`` intersection, ``a | b`` union, ``a & ~b`` difference,
``a ^ b`` symmetric difference, ``a.bit_count()`` size, 0 the empty set. Equal sets are equal
integers, so they serve as keys. A set of thousands is a few machine words, and an intersection
costs as much as an addition.
"""

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import TypeAlias, TypeVar

BitSet: TypeAlias = int
Item = TypeVar("Item")

_AS_FLAGS = bytes.maketrans(b"01", b"\x00\x01")  # binary digits as the flags that compress reads


def bit_set(members: Iterable[int]) -> BitSet:
    """Return the set of these numbers, each 0 or more."""
    found = 0
    for member in members:
        found |= 1 << member
    return found


def first_numbers(count: int) -> BitSet:
    """Return the set of 0, 1, ..., ``count`` - 1."""
    return (1 << count) - 1


def has_member(bits: BitSet, member: int) -> bool:
    """Return whether ``member`` is in the set."""
    return bool(bits >> member & 1)


def list_members(bits: BitSet) -> list[int]:
    """Return the members of the set, ascending."""
    found = []
    while bits:
        least = bits & -bits
        found.append(least.bit_length() - 1)
        bits ^= least
    return found


def select(bits: BitSet, items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the items whose positions are members of the set, in ascending order of position."""
    digits = f"{bits:0{len(items)}b}"[::-1].encode()
    return tuple(compress(items, digits.translate(_AS_FLAGS)))
