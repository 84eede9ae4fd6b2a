"""What a reader of a month's promises asks for."""

from dataclasses import dataclass

from matchmaker.models import WEEKS

DELIVERIES = 0  # the "week" of what is handed over without an appointed time


@dataclass(frozen=True, slots=True)
class GivenFilters:
    """None and the empty text let everything through.

    ``week`` is 1 to 4, or ``DELIVERIES``; ``category`` and ``committee`` are codes.
    """

    week: int | None = None
    category: str = ""
    committee: str = ""
    volunteer_id: int | None = None

    def __post_init__(self) -> None:
        if self.week is not None and self.week not in (DELIVERIES, *WEEKS):
            raise ValueError(f"a month has no week {self.week}")
