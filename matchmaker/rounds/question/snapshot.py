"""The frozen month: every row that a round decides on, as values without personal names.

The optimizer's codec reads and writes it: an unknown or missing key is an error, and equal months
have equal bytes. Residents, households and volunteers are references; committees, organisations and
categories are codes. ``freeze/`` makes it from rows, ``problem.py`` turns it into the question.

A lot is the random name that a row draws under. Months of ``leshan-round/1`` have neither lots nor
loads, and each need has its own least quantity. They are still read and written in that form.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from matchmaker.models import NeedType, OfferKind, OverrideKind
from optimizer import codec

FIRST_FORMAT, FORMAT = "leshan-round/1", "leshan-round/2"

Days = tuple[int, ...]  # days of the month on which something holds; empty: all remaining days


@dataclass(frozen=True, slots=True)
class FrozenCategory:
    """A kind of help.

    people          visitors at one visit
    qualification   what each visitor must have; None: nothing
    points          published weight of a need of the kind
    least           the least units that help a home; None: only the whole quantity helps
    """

    code: str
    kind: OfferKind
    unit: str
    people: int
    qualification: str | None
    points: int
    least: int | None = None


@dataclass(frozen=True, slots=True)
class FrozenNeed:
    """A need that was open at the freeze.

    quantity          units of the category, fen for money
    windows           times of the week that suit; empty: any time
    tier              urgency, 1 is the most urgent
    waiting           number of rounds that passed the need over
    least             the least that helps, in ``leshan-round/1`` only
    lot               the name that the need draws under
    household_lot     the name that its home draws under
    status_days       the days of the statuses that hold on some days of the month only
    lost              whether its last promise was not kept, without a fault of the recipient's
    days              the days of the month on which the help is of use
    """

    reference: str
    form: NeedType
    resident: str
    household: str
    committee: str
    category: str
    statuses: tuple[str, ...]
    quantity: int
    windows: tuple[str, ...]
    tier: int
    waiting: int
    least: int | None = None
    lot: str = ""
    household_lot: str = ""
    status_days: Mapping[str, Days] = field(default_factory=dict, hash=False)
    lost: bool = False
    days: Days = ()


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit that a long-term pairing must make in the month.

    weeks      the weeks (1 to 4) in which it may take place
    volunteer  the usual visitor; None: anyone of the organisation
    days       the days on which the pairing lasts
    missed     whether the visit replaces one that was not made in the month before
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
    household: str = ""
    lot: str = ""
    household_lot: str = ""
    days: Days = ()
    status_days: Mapping[str, Days] = field(default_factory=dict, hash=False)
    missed: bool = False

    @property
    def id(self) -> str:
        """The name in question and answer: pairing and number, ``P0007#2``."""
        return f"{self.pairing}#{self.number}"


@dataclass(frozen=True, slots=True)
class FrozenOffer:
    """What an organisation gives in the month.

    capacity     units of the category
    windows      times of the week; empty: any time
    committees   empty: homes of any committee
    statuses     statuses, one of them is asked for; empty: any recipient
    """

    name: str
    organisation: str
    category: str
    capacity: int
    windows: tuple[str, ...]
    committees: tuple[str, ...]
    statuses: tuple[str, ...]
    lot: str = ""
    days: Days = ()


@dataclass(frozen=True, slots=True)
class FrozenVolunteer:
    """One entry of a person who visits.

    committees   where this person visits; empty: anywhere
    windows      when this person is free; empty: never
    visits       the most visits in the month
    person       if this human being is entered as a volunteer more than once: the first of the
                 references, the same in each entry; otherwise empty
    """

    reference: str
    organisation: str
    categories: tuple[str, ...]
    qualifications: tuple[str, ...]
    committees: tuple[str, ...]
    windows: tuple[str, ...]
    visits: int
    lot: str = ""
    person: str = ""
    days: Days = ()
    qualification_days: Mapping[str, Days] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class FrozenOverride:
    """A pin or forbid of one need: in general, or of an offer, of a volunteer, or of both."""

    kind: OverrideKind
    need: str
    offer: str | None
    volunteer: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CommitteeHistory:
    """Needs of a committee that were possible and met in earlier months, as the policy counts them.

    The first policy counts every need, the second only needs that several committees competed for.
    """

    committee: str
    possible: int
    received: int


@dataclass(frozen=True, slots=True)
class FrozenLoad:
    """Units of a measure (visits, or a category) that an organisation carried in earlier rounds.

    ``agreed``: the units that it agreed to for these rounds and this one.
    """

    organisation: str
    measure: str
    carried: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One month of one street office. ``month`` is ``2026-07``, ``policy`` ``community/2``.

    slots       times at which people can be visited, earliest first, without public holidays
    slot_days   slot -> its days of the month by the calendar of the freeze; months frozen before
                calendars were kept have none
    key         secret of the month from which published names are made; months locked before there
                was one have none, and no public file
    overrides   always empty: pins and forbids are made after the freeze, for each run
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
    loads: tuple[FrozenLoad, ...] = ()
    slot_days: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    key: str = ""

    def __post_init__(self) -> None:
        if self.format not in (FIRST_FORMAT, FORMAT):
            raise codec.ProblemError("$.format", f"must be {FIRST_FORMAT} or {FORMAT}")
        _check_rows(self, self.format == FIRST_FORMAT)
        if self.slot_days:
            has_all = self.slot_days.keys() == set(self.slots) and all(self.slot_days.values())
            codec.require(has_all, "$.slot_days", "must name days of every slot and of no other")

    @property
    def has_lost(self) -> bool:
        """Whether some need lost a promise: a policy that draws then counts half months."""
        return any(need.lost for need in self.needs)

    @classmethod
    def from_json(cls, value: object) -> "Snapshot":
        """Read plain JSON. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, object]:
        """Return plain JSON; fields that hold their default are left out."""
        plain: dict[str, object] = codec.to_json(self)
        return plain

    def to_text(self) -> str:
        """Return the canonical JSON that is stored and hashed."""
        return codec.canonical_text(self.to_json())

    @property
    def sha256(self) -> str:
        """The SHA-256 of the canonical JSON, as 64 hexadecimal digits."""
        return codec.sha256_of(self.to_json())


def _check_rows(snapshot: Snapshot, is_first: bool) -> None:
    """Raise ``ProblemError`` for a row without what its format has, or with what it has not."""
    least, lot = ("missing", "unknown key") if is_first else ("unknown key", "missing")
    for k, need in enumerate(snapshot.needs):
        codec.require((need.least is not None) is is_first, f"$.needs[{k}].least", least)
    for name in ("needs", "due_visits", "offers", "volunteers"):
        for k, row in enumerate(getattr(snapshot, name)):
            codec.require(bool(row.lot) is not is_first, f"$.{name}[{k}].lot", lot)


@lru_cache(maxsize=4)
def read_text(text: str) -> Snapshot:
    """Return the snapshot of a stored text; the last four texts are cached.

    Raises ``ProblemError`` when it is no snapshot, ``ValueError`` when it is not JSON.
    """
    return Snapshot.from_json(json.loads(text))
