"""Policies as data: a policy has a name, a version and stages in order of priority.

``POLICIES`` keeps every version that was ever published, so that an old month can be solved again
under the stages that were announced for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from optimizer.codec import ProblemError, from_json, require_within, to_json


class StageKind(StrEnum):
    """The kinds of stages; each is one of the objectives S1 to S17 of FORMULATION.md."""

    MAX_COUNT = "max_count"  # S1 the most needs met, class after class
    LEXIMIN = "leximin"  # S2 the best ratio of the worst-off group, then of the next
    MAX_RECIPIENTS = "max_recipients"  # S3 the most recipients with at least one need met
    MAX_POINTS = "max_points"  # S4 the greatest sum of published points over the needs met
    MAX_UNITS = "max_units"  # S5 the most units beyond the least, category after category
    LEXIMAX = "leximax"  # S6 the lowest load of the busiest pledge, then of the next
    MAX_SCORE = "max_score"  # S7 the highest sum of pair scores
    MIN_COST = "min_cost"  # S8 the lowest sum of pair scores, read as costs
    LOTTERY = "lottery"  # S9 tickets drawn from the seed decide among equal answers
    FIRST_TURNS = "first_turns"  # S10 longest waits of a tier, one need of each home and category
    HOMES = "homes"  # S11 the most recipients among the undecided needs of a tier
    LATER_TURNS = "later_turns"  # S12 as S10: the second, third, ... need of a home and category
    RANKS = "ranks"  # S13 contested needs: the group that got the smallest fraction comes next
    DRAW = "draw"  # S14 tickets decide whose needs are met: one of each home, then the others
    SHARES = "shares"  # S15 equal units for the homes met
    ODD_UNITS = "odd_units"  # S16 tickets decide which homes get one unit more
    CARRYING = "carrying"  # S17 the giver that carried the smallest fraction is asked next


class CountBy(StrEnum):
    """The classes of a ``max_count`` stage, in the order in which they are served."""

    ALL = "all"  # one class: every need
    DUTY_TIER = "duty_tier"  # due needs only, tier 1 first
    TIER = "tier"  # tier 1 first
    TIER_WAITING = "tier_waiting"  # tier 1 first; within it the longest wait first


class GroupOutcome(StrEnum):
    """What a ``leximin`` stage compares between groups."""

    MET = "met"  # needs met / needs that the group alone could have met
    SCORE = "score"  # sum of pair scores


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a policy. A kind ignores the fields that are not meant for it.

    by            the classes of ``max_count``
    longest_wait  months; waits at or above it are one class of ``tier_waiting``
    dimension     key of ``Need.groups`` for kinds that compare groups of needs; empty: none, and
                  for ``leximin`` every need is its own group
    outcome       what ``leximin`` compares
    worst_only    whether ``leximin`` or ``leximax`` optimises the worst level only (max-min)
    tier          the only tier that ``max_count`` (0: every tier), turns or homes count
    """

    name: str
    kind: StageKind
    by: CountBy = CountBy.ALL
    longest_wait: int = 5
    dimension: str = ""
    outcome: GroupOutcome = GroupOutcome.MET
    worst_only: bool = False
    tier: int = 0

    @property
    def weighs_pairs(self) -> bool:
        """Whether the stage sums pair scores as costs, or compares groups by them."""
        return self.kind is StageKind.MIN_COST or self.outcome is GroupOutcome.SCORE

    def __post_init__(self) -> None:
        if not self.name:
            raise ProblemError("$.name", "must not be empty")
        require_within(self.longest_wait, 0, "$.longest_wait")
        require_within(self.tier, 0, "$.tier")


_OF_A_TIER = {StageKind.FIRST_TURNS, StageKind.HOMES, StageKind.LATER_TURNS}
_AFTER = {
    StageKind.LATER_TURNS: StageKind.FIRST_TURNS,
    StageKind.SHARES: StageKind.DRAW,
    StageKind.ODD_UNITS: StageKind.DRAW,
}

_WITH_A_DRAW = {StageKind.RANKS, StageKind.CARRYING}
_WITHOUT_A_DRAW = {StageKind.LEXIMIN, StageKind.MAX_UNITS, StageKind.LEXIMAX}


def _check_place(stage: Stage, before: tuple[Stage, ...], path: str) -> None:
    """Check that turns and homes name a tier, and that a stage follows the one it builds on."""
    if stage.kind in _OF_A_TIER and not stage.tier:
        raise ProblemError(f"{path}.tier", "must be 1 or more")
    needed = _AFTER.get(stage.kind)
    if needed and not any((s.kind, s.tier) == (needed, stage.tier) for s in before):
        raise ProblemError(f"{path}.kind", f"must come after {needed.value}")


def _check_drawn(stages: tuple[Stage, ...], *, is_drawn: bool) -> None:
    """Refuse kinds that need the labels of a draw in a policy without a draw.

    In a policy with a draw, refuse the kinds that would show labels in place of names.
    """
    refused = _WITHOUT_A_DRAW if is_drawn else _WITH_A_DRAW
    for k, stage in enumerate(stages):
        if stage.kind in refused:
            reason = f"must be {'without' if is_drawn else 'with'} a draw"
            raise ProblemError(f"$.stages[{k}].kind", reason)


@dataclass(frozen=True, slots=True)
class Policy:
    """Named, versioned stages; each is solved in turn and kept while the next is optimised."""

    name: str
    version: int
    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        require_within(self.version, 0, "$.version")
        names = [stage.name for stage in self.stages]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise ProblemError(f"$.stages[{k}].name", "used twice")
        lotteries = [k for k, s in enumerate(self.stages) if s.kind is StageKind.LOTTERY]
        if lotteries and lotteries[0] != len(self.stages) - 1:
            raise ProblemError(f"$.stages[{lotteries[0]}].kind", "the lottery must come last")
        for k, stage in enumerate(self.stages):
            _check_place(stage, self.stages[:k], f"$.stages[{k}]")
        _check_drawn(self.stages, is_drawn=self.is_drawn)

    @property
    def tiers(self) -> frozenset[int]:
        """The tiers that the stages name; empty: a need may have any tier."""
        return frozenset(stage.tier for stage in self.stages if stage.tier)

    @property
    def turns(self) -> tuple[int, ...]:
        """The tiers in which recipients take turns, in the order of the stages."""
        return tuple(s.tier for s in self.stages if s.kind is StageKind.FIRST_TURNS)

    @property
    def ranked(self) -> tuple[str, ...]:
        """The dimensions of the ``ranks`` stages, in the order of the stages."""
        return tuple(s.dimension for s in self.stages if s.kind is StageKind.RANKS)

    @property
    def levelled(self) -> frozenset[str]:
        """The dimensions that ``leximin`` stages name.

        A stage may name none, and then compares single needs.
        """
        return frozenset(
            s.dimension for s in self.stages if s.kind is StageKind.LEXIMIN and s.dimension
        )

    @property
    def is_levelled(self) -> bool:
        """Whether a ``leximax`` stage balances the loads of pledges."""
        return any(stage.kind is StageKind.LEXIMAX for stage in self.stages)

    @property
    def is_drawn(self) -> bool:
        """Whether a ``draw`` stage decides; tickets then order everything, and asks are joined."""
        return any(stage.kind is StageKind.DRAW for stage in self.stages)

    @property
    def is_carried(self) -> bool:
        """Whether a ``carrying`` stage asks first the giver that carried the smallest fraction."""
        return any(stage.kind is StageKind.CARRYING for stage in self.stages)

    @property
    def label(self) -> str:
        """Name and version as rounds and solutions store them, such as ``community/1``."""
        return f"{self.name}/{self.version}"

    @classmethod
    def from_json(cls, value: object) -> "Policy":
        """Read a policy from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = to_json(self)
        return plain


COMMUNITY_1 = Policy(
    name="community",
    version=1,
    stages=(
        Stage("duties", StageKind.MAX_COUNT, by=CountBy.DUTY_TIER),
        Stage("urgency", StageKind.MAX_COUNT, by=CountBy.TIER),
        Stage("waiting", StageKind.MAX_COUNT, by=CountBy.TIER_WAITING),
        Stage("neighbourhoods", StageKind.LEXIMIN, dimension="committee"),
        Stage("people", StageKind.MAX_RECIPIENTS),
        Stage("points", StageKind.MAX_POINTS),
        Stage("fullness", StageKind.MAX_UNITS),
        Stage("burden", StageKind.LEXIMAX),
        Stage("kindness", StageKind.MAX_SCORE),
        Stage("lottery", StageKind.LOTTERY),
    ),
)


def _list_tier(tier: int) -> tuple[Stage, ...]:
    """Return the stages of one tier: due visits first, then turns."""
    return (
        Stage(f"duties-{tier}", StageKind.MAX_COUNT, by=CountBy.DUTY_TIER, tier=tier),
        Stage(f"first-turns-{tier}", StageKind.FIRST_TURNS, tier=tier),
        Stage(f"homes-{tier}", StageKind.HOMES, tier=tier),
        Stage(f"later-turns-{tier}", StageKind.LATER_TURNS, tier=tier),
    )


COMMUNITY_2 = Policy(
    name="community",
    version=2,
    stages=(
        *_list_tier(1),
        *_list_tier(2),
        *_list_tier(3),
        Stage("neighbourhoods", StageKind.RANKS, dimension="committee"),
        Stage("points", StageKind.MAX_POINTS),
        Stage("draw", StageKind.DRAW),
        Stage("shares", StageKind.SHARES),
        Stage("odd-units", StageKind.ODD_UNITS),
        Stage("burden", StageKind.CARRYING),
        Stage("kindness", StageKind.MAX_SCORE),
    ),
)

# A new version is appended here; a published one is never changed or removed.
_PUBLISHED = (COMMUNITY_1, COMMUNITY_2)
POLICIES: Mapping[str, Policy] = {policy.label: policy for policy in _PUBLISHED}
COMMUNITY_POLICY = COMMUNITY_1  # of a question that names none, as files before version 2 do


def get_policy(label: str) -> Policy:
    """Return the published policy with this label, such as ``community/1``.

    Raises ``ProblemError`` for a label that was never published.
    """
    try:
        return POLICIES[label]
    except KeyError:
        raise ProblemError("$.policy", f"{label} was never published") from None
