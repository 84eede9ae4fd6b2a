"""What a division of a fund gives back: every claim's grant, how it is paid, and why no more."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from optimizer import codec
from optimizer.solution import SolutionStatus


class StopCode(StrEnum):
    """Why a claim's grant is not one fen greater."""

    ASKED = "asked"  # it has all it asked for
    INSTALMENTS = "instalments"  # every month it may be paid in pays its whole instalment
    SPENT = "spent"  # one fen more would take one from a claim that stands no better
    FLOOR = "floor"  # refused: its least grant cannot be paid even if it were alone
    OUTRANKED = "outranked"  # refused: every division that grants it leaves others worse off
    LOST_LOTTERY = "lost_lottery"  # refused: an equal division grants it, tickets decided
    UNDECIDED = "undecided"  # refused: the search was cut short before that was known


@dataclass(frozen=True, slots=True)
class Payment:
    """``fen`` out of one purse."""

    purse: str
    fen: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What one claim gets [fen]; 0: refused. The payments, in order of time, add up to it."""

    claim: str
    fen: int
    stop: StopCode
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Division:
    """A fund divided; holds no times, so equal funds have equal bytes.

    status         proven: no division has a better vector; feasible: the search was cut short
    fund_sha256    of the fund divided       grants     one a claim, in the order of ids
    granted_claims, spent_fen   counts       result_sha256   of this file without this key
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
        """Read a division. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain

    def sealed(self) -> "Division":
        """The same with ``result_sha256`` filled in."""
        return replace(
            self, result_sha256=codec.sha256_of(replace(self, result_sha256="").to_json())
        )
