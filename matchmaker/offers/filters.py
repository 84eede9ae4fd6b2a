"""What a reader of a list of offers asks for."""

from dataclasses import dataclass

from matchmaker.models import OfferKind, OfferState


@dataclass(frozen=True, slots=True)
class OfferFilters:
    """None and the empty text let everything through."""

    state: OfferState | None = None
    kind: OfferKind | None = None
    search: str = ""
    organisation_id: int | None = None
