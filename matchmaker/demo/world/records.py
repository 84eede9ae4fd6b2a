"""The demo world as plain values, computed from a month and a seed without a database.

Records refer to each other by code or reference. Fields that are called personal are encrypted when
stored.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from matchmaker.models import (
    ConsentChannel,
    NeedState,
    NeedType,
    OfferState,
    Programme,
    Qualification,
    Role,
    StatusKind,
    VisitFrequency,
)


@dataclass(frozen=True, slots=True)
class StatusRecord:
    kind: StatusKind
    evidence: str
    is_verified: bool
    valid_until: date | None

    def counts_on(self, day: date) -> bool:
        """Whether the status is verified and valid on ``day``."""
        return self.is_verified and (self.valid_until is None or self.valid_until >= day)


@dataclass(frozen=True, slots=True)
class ResidentRecord:
    """A resident; ``full_name``, ``phone`` and ``address`` are personal."""

    reference: str
    household: str
    committee: str
    display_name: str
    full_name: str
    phone: str
    address: str
    birth_year: int
    statuses: tuple[StatusRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdRecord:
    reference: str
    committee: str
    block: str
    residents: tuple[ResidentRecord, ...]


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Where an organisation is, and who answers its phone."""

    address: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class GiverRecord:
    """An organisation; ``agreement``: day signed, first and last day, whether it renews, scope."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    programmes: tuple[str, ...]
    gives: tuple[str, ...]
    agreement: tuple[date, date, date, bool, str] | None = None
    contact: ContactRecord | None = None


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place of an organisation, or of the street office if ``giver`` is None.

    ``point``: north and east in millionths of a degree.
    """

    code: str
    giver: str | None
    name_zh: str
    name_en: str
    address: str
    hours_zh: str
    hours_en: str
    is_step_free: bool
    has_lift: bool
    point: tuple[int, int]


@dataclass(frozen=True, slots=True)
class OfferRecord:
    giver: str
    category: str
    title: str
    capacity_per_month: int
    windows: tuple[str, ...]
    committees: tuple[str, ...]
    statuses: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    state: OfferState = OfferState.OPEN
    return_reason: str | None = None


@dataclass(frozen=True, slots=True)
class VolunteerRecord:
    reference: str
    giver: str
    name: str
    visits_per_month: int
    categories: tuple[str, ...]
    windows: tuple[str, ...]
    committees: tuple[str, ...]
    qualifications: tuple[tuple[Qualification, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """A need of the demo.

    ``entered_by``: a user's phone; ``consent``: how consent was given, None for a draft.
    """

    reference: str
    resident: str
    committee: str
    category: str
    type: NeedType
    description: str
    quantity: int
    windows: tuple[str, ...]
    tier: int
    waiting_rounds: int
    state: NeedState
    created_at: datetime
    entered_by: str
    consent: ConsentChannel | None
    return_reason: str | None = None


@dataclass(frozen=True, slots=True)
class PairingRecord:
    reference: str
    giver: str
    volunteer: str
    resident: str
    category: str
    programme: Programme
    frequency: VisitFrequency
    tier: int
    starts_on: date
    review_on: date


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    month: date
    scope: str
    reference: str
    asked: int = 0
    possible: int = 0
    received: int = 0
    given: int = 0
    measure: str = ""
    pledged: int = 0
    contested_open: int = 0
    contested_met: int = 0


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account; ``phone`` is personal; ``scope``: the code or reference that limits the role."""

    phone: str
    name: str
    role: Role
    scope: str | None


@dataclass(frozen=True, slots=True)
class World:
    month: date
    households: tuple[HouseholdRecord, ...]
    givers: tuple[GiverRecord, ...]
    places: tuple[PlaceRecord, ...]
    offers: tuple[OfferRecord, ...]
    volunteers: tuple[VolunteerRecord, ...]
    needs: tuple[NeedRecord, ...]
    pairings: tuple[PairingRecord, ...]
    ledger: tuple[LedgerRecord, ...]
    accounts: tuple[AccountRecord, ...] = field(default=())

    @property
    def residents(self) -> tuple[ResidentRecord, ...]:
        """The residents of all households."""
        return tuple(resident for home in self.households for resident in home.residents)
