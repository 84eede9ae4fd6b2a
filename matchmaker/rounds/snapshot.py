"""The frozen month: every row that a round decides on, as values without a person's name.

The optimizer's codec reads and writes it: an unknown or missing key is an error, and equal months
have equal bytes. Residents, households and volunteers are references; places, organisations and
categories are codes. ``freeze/`` makes it from rows, ``problem.py`` makes the question of it.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from matchmaker.models import NeedType, OfferKind, OverrideKind
from optimizer import codec

FORMAT = "leshan-round/1"


@dataclass(frozen=True, slots=True)
class FrozenCategory:
    """A kind of help. ``people``: persons at once in a visit; ``qualification``: asked of each."""

    code: str
    kind: OfferKind
    unit: str
    people: int
    qualification: str | None
    points: int


@dataclass(frozen=True, slots=True)
class FrozenNeed:
    """A need that was open at the freeze.

    quantity, least   units of the category, fen for money; ``least`` is the least that helps
    windows           empty: any time
    tier, waiting     urgency, 1 the most urgent; rounds that passed the need over
    """

    reference: str
    form: NeedType
    resident: str
    household: str
    committee: str
    category: str
    statuses: tuple[str, ...]
    quantity: int
    least: int
    windows: tuple[str, ...]
    tier: int
    waiting: int


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit that a long-term pairing owes in the month, in one of ``weeks`` (1 to 4).

    ``volunteer`` is the usual visitor; None: anyone of the organisation.
    """

    pairing: str
    number: int
    weeks: tuple[int, ...]
    resident: str
    committee: str
    category: str
    statuses: tuple[str, ...]
    organisation: str
    volunteer: str | None
    tier: int

    @property
    def id(self) -> str:
        """Its name in the question and the solution: pairing and number, ``P0007#2``."""
        return f"{self.pairing}#{self.number}"


@dataclass(frozen=True, slots=True)
class FrozenOffer:
    """What an organisation gives: ``capacity`` units of the category in the month.

    ``windows`` empty: any time; ``committees``, ``statuses`` empty: anyone.
    """

    name: str
    organisation: str
    category: str
    capacity: int
    windows: tuple[str, ...]
    committees: tuple[str, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrozenVolunteer:
    """A person who visits, at most ``visits`` times in the month.

    ``windows`` empty: never free; ``committees`` empty: goes anywhere.
    """

    reference: str
    organisation: str
    categories: tuple[str, ...]
    qualifications: tuple[str, ...]
    committees: tuple[str, ...]
    windows: tuple[str, ...]
    visits: int


@dataclass(frozen=True, slots=True)
class FrozenOverride:
    """A pin or forbid of one need: at all, with an offer, with a volunteer, or with both."""

    kind: OverrideKind
    need: str
    offer: str | None
    volunteer: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CommitteeHistory:
    """What the needs of a committee could have had and received in earlier months [needs]."""

    committee: str
    possible: int
    received: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One month of one street office. ``month`` is ``2026-07``, ``policy`` ``community/1``.

    slots       times at which people can be visited, in order; public holidays are left out
    overrides   always empty: pins and forbids are made after the freeze, run by run
    """

    format: str
    subdistrict: str
    month: str
    policy: str
    slots: tuple[str, ...]
    categories: tuple[FrozenCategory, ...]
    needs: tuple[FrozenNeed, ...]
    due_visits: tuple[DueVisit, ...]
    offers: tuple[FrozenOffer, ...]
    volunteers: tuple[FrozenVolunteer, ...]
    overrides: tuple[FrozenOverride, ...]
    history: tuple[CommitteeHistory, ...]

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise codec.ProblemError("$.format", f"must be {FORMAT}")

    @classmethod
    def from_json(cls, value: object) -> "Snapshot":
        """Read plain JSON. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, object]:
        """Plain JSON with every field written out."""
        plain: dict[str, object] = codec.to_json(self)
        return plain

    def to_text(self) -> str:
        """The canonical JSON, which is what is stored and hashed."""
        return codec.canonical_text(self.to_json())

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return codec.sha256_of(self.to_json())


@lru_cache(maxsize=4)
def read_text(text: str) -> Snapshot:
    """The snapshot of a stored text; a text read before is not parsed again.

    Raises ``ProblemError`` when the text holds no snapshot of this format.
    """
    return Snapshot.from_json(json.loads(text))
