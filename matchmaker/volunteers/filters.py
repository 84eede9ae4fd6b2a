"""What a reader of the list of volunteers asks for."""

from dataclasses import dataclass

from matchmaker.models import VolunteerState


@dataclass(frozen=True, slots=True)
class VolunteerFilters:
    """None and the empty text let everything through; ``category`` is a code."""

    state: VolunteerState | None = None
    category: str = ""
    search: str = ""
