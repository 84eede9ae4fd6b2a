"""Raising the worst level many times at once, against one unit after another."""

from fractions import Fraction
from random import Random

from optimizer.search.levels import _Group, _levels_ahead
from optimizer.stages.kind import Measure


def raise_one_by_one(groups: list[_Group], strides: int) -> list[int]:
    floors = [group.floor for group in groups]
    for _ in range(strides):
        levels = [
            Fraction(f + g.measure.offset, g.measure.denominator)
            for f, g in zip(floors, groups, strict=True)
        ]
        floors = [f + (of == min(levels)) for f, of in zip(floors, levels, strict=True)]
    too_high = any(f > g.measure.high for f, g in zip(floors, groups, strict=True))
    return [] if too_high else floors


def make_groups(random: Random, denominators: tuple[int, ...]) -> list[_Group]:
    groups = []
    for k in range(random.randint(1, 5)):
        floor, size = random.randint(0, 6), random.choice(denominators)
        measure = Measure(f"g{k}", {k: 1}, random.randint(0, 5), size, 0, random.randint(floor, 15))
        groups.append(_Group(measure, k, floor))
    return groups


def test_many_strides_end_where_single_ones_do():
    random, ended = Random(5), 0
    for denominators in ((1,), (3,), (1, 2, 3)):
        for _ in range(400):
            groups, strides = make_groups(random, denominators), random.randint(1, 9)
            found = _levels_ahead(groups, strides)
            assert found == raise_one_by_one(groups, strides)
            ended += not found
    assert 100 < ended < 1000


def test_shares_of_a_fund_in_fen_are_one_stride():
    groups = [_Group(Measure(f"g{k}", {k: 1}, 0, 1, 0, 10**12), k, k) for k in range(3)]
    assert _levels_ahead(groups, 10**11) == [10**11] * 3
