"""A bit set is a set: every operation agrees with Python's own sets."""

from hypothesis import given
from hypothesis import strategies as st

from optimizer.bitset import bit_set, first_numbers, has_member, list_members, select

SETS = st.frozensets(st.integers(0, 200), max_size=40)


@given(SETS)
def test_members_come_back_ascending(members):
    bits = bit_set(members)
    assert list_members(bits) == sorted(members)
    assert bits.bit_count() == len(members)
    assert {n for n in range(201) if has_member(bits, n)} == members


@given(SETS, SETS)
def test_operators_are_the_algebra_of_sets(one, other):
    a, b = bit_set(one), bit_set(other)
    assert list_members(a & b) == sorted(one & other)
    assert list_members(a | b) == sorted(one | other)
    assert list_members(a & ~b) == sorted(one - other)
    assert list_members(a ^ b) == sorted(one ^ other)


@given(SETS)
def test_items_are_selected_in_their_order(members):
    items = [f"item {n}" for n in range(201)]
    assert select(bit_set(members), items) == tuple(items[n] for n in sorted(members))
    assert select(first_numbers(201), items) == tuple(items)
