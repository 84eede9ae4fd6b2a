"""What a reader of a list of needs asks for. None and the empty text let everything through."""

from dataclasses import dataclass

from matchmaker.models import NeedForm, NeedState


@dataclass(frozen=True, slots=True)
class NeedFilters:
    """``category_id`` may be a heading of the catalogue."""

    state: NeedState | None = None
    category_id: int | None = None
    tier: int | None = None
    form: NeedForm | None = None
    committee_id: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class BrowseFilters:
    """``category_id`` may be a heading of the catalogue."""

    category_id: int | None = None
    committee_id: int | None = None
