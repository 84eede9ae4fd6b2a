"""A fund, the claims on it, and its division, as frozen rows in whole fen.

1 yuan = 100 fen. Rows are sorted by id and sets are sorted, so shuffled input is the same fund with
the same bytes. FORMULATION.md, "Money", defines what a division may be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from optimizer import codec
from optimizer.codec import require, require_within
from optimizer.solution import SolutionStatus


class StopCode(StrEnum):
    """Why a claim's grant is not one fen greater."""

    ASKED = "asked"  # the claim is granted in full
    INSTALMENTS = "instalments"  # each of its months pays the whole instalment
    SPENT = "spent"  # one fen more would take a fen from a claim that is no better off
    FLOOR = "floor"  # refused: its least grant cannot be paid even if no other claim is
    OUTRANKED = "outranked"  # refused: every division that grants it is worse for others
    LOST_LOTTERY = "lost_lottery"  # refused: an equal division grants it; tickets decided
    UNDECIDED = "undecided"  # refused: the search ended before the reason was known


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of ``fen`` from one purse, given by its id."""

    purse: str
    fen: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What one claim gets, in fen; 0 if it is refused.

    ``payments`` are in order of time and add up to ``fen``.
    """

    claim: str
    fen: int
    stop: StopCode
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Division:
    """The division of a fund. It holds no times, so equal funds have equal bytes.

    status           PROVEN: no division has a better vector; FEASIBLE: the search was cut short
    fund_sha256      the hash of the fund
    seed             the seed of the tickets
    grants           one grant for each claim, in order of id
    granted_claims   number of claims that get anything
    spent_fen        sum of all grants [fen]
    result_sha256    the hash of the other fields
    """

    status: SolutionStatus
    fund_sha256: str
    seed: str
    grants: tuple[Grant, ...] = ()
    granted_claims: int = 0
    spent_fen: int = 0
    result_sha256: str = ""

    @classmethod
    def from_json(cls, value: object) -> "Division":
        """Read a division from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain

    def sealed(self) -> "Division":
        """Return this division with ``result_sha256`` filled in."""
        return replace(
            self, result_sha256=codec.sha256_of(replace(self, result_sha256="").to_json())
        )


@dataclass(frozen=True, slots=True)
class Purse:
    """What a fund may pay out in one month [fen]; the order of ids is the order of time."""

    id: str
    fen: int

    def __post_init__(self) -> None:
        require(bool(self.id), "$.id", "must not be empty")
        require_within(self.fen, 0, "$.fen")


@dataclass(frozen=True, slots=True)
class Claim:
    """(M1) What one household asks of a fund; x_c = 0 or l_c <= x_c <= a_c      [fen]

    x_c is the grant, a_c is ``asked_fen`` and l_c is ``floor_fen``.

    asked_fen       the ceiling [fen]
    least_fen       the smallest grant that is useful [fen]; None: all or nothing
    purses          the purses (months) that may pay it; empty: any
    instalment_fen  the most that one purse pays to the claim [fen]; None: no bound
    """

    id: str
    asked_fen: int
    least_fen: int | None = None
    purses: tuple[str, ...] = ()
    instalment_fen: int | None = None

    def __post_init__(self) -> None:
        require(bool(self.id), "$.id", "must not be empty")
        require_within(self.asked_fen, 1, "$.asked_fen")
        if self.least_fen is not None:
            require_within(self.least_fen, 1, "$.least_fen")
            require(self.least_fen <= self.asked_fen, "$.least_fen", "must not exceed asked_fen")
        if self.instalment_fen is not None:
            require_within(self.instalment_fen, 1, "$.instalment_fen")
        if self.least_fen == self.asked_fen:
            object.__setattr__(self, "least_fen", None)
        object.__setattr__(self, "purses", tuple(sorted(set(self.purses))))

    @property
    def floor_fen(self) -> int:
        """The smallest grant that is useful to the household [fen]."""
        return self.asked_fen if self.least_fen is None else self.least_fen

    @property
    def most_fen(self) -> int:
        """The most that one purse pays to the claim [fen]."""
        return self.asked_fen if self.instalment_fen is None else self.instalment_fen


@dataclass(frozen=True, slots=True)
class Fund:
    """Ring-fenced money and the claims on it.

    seed     hexadecimal digits, fixed before the claims are known; determines the tickets
    carries  whether money that one month does not spend can be paid in later months
    """

    name: str
    seed: str
    purses: tuple[Purse, ...] = ()
    claims: tuple[Claim, ...] = ()
    carries: bool = False

    def __post_init__(self) -> None:
        is_hexadecimal = bool(self.seed) and set(self.seed) <= set("0123456789abcdef")
        require(is_hexadecimal, "$.seed", "must be lower-case hexadecimal digits")
        known = _unique((purse.id for purse in self.purses), "$.purses")
        _unique((claim.id for claim in self.claims), "$.claims")
        for k, claim in enumerate(self.claims):
            for j, name in enumerate(claim.purses):
                require(name in known, f"$.claims[{k}].purses[{j}]", "is not known")
        for name in ("purses", "claims"):
            rows: Sequence[Purse | Claim] = getattr(self, name)
            object.__setattr__(self, name, tuple(sorted(rows, key=lambda row: row.id)))

    @classmethod
    def from_json(cls, value: object) -> "Fund":
        """Read a fund from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, rows sorted, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON."""
        return codec.sha256_of(self.to_json())

    @property
    def total_fen(self) -> int:
        """The sum of all purses [fen]."""
        return sum(purse.fen for purse in self.purses)


def _unique(names: Iterable[str], path: str) -> set[str]:
    seen: set[str] = set()
    for k, name in enumerate(names):
        require(name not in seen, f"{path}[{k}].id", "used twice")
        seen.add(name)
    return seen
