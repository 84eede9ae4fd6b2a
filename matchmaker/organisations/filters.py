"""What a reader of the list of organisations asks for."""

from dataclasses import dataclass

from matchmaker.models import OrganisationKind, OrganisationState


@dataclass(frozen=True, slots=True)
class OrganisationFilters:
    """None and the empty text let everything through."""

    kind: OrganisationKind | None = None
    state: OrganisationState | None = None
    search: str = ""
    has_agreement: bool = False
