"""Read what promises rest on as the rows are today, in a few queries for any number of promises.

Nothing is decided here; ``present.py`` decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Load, aliased, joinedload

from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    HelpKey,
    Household,
    MatchRound,
    Need,
    NeedState,
    Offer,
    Organisation,
    OrganisationState,
    Pairing,
    PairingAgreement,
    Promise,
    PromiseState,
    Qualification,
    RecipientStatus,
    Resident,
    RevokeReason,
    RoundRun,
    ServiceCategory,
    StatusKind,
    Volunteer,
    VolunteerState,
    make_help_key,
)

_WANTED = frozenset({NeedState.IN_ROUND, NeedState.MATCHED, NeedState.PARTLY_SERVED})


@dataclass(frozen=True, slots=True)
class HeldPromise:
    """A promise to compare with the present.

    month          first day of the round's month
    slot           slot of a visit; None: any day of the month
    days           days on which it may take place (ISO); None: any day of its slot
    was_published  whether the round was published at some time, so that the help may have been
                   given
    is_free        whether the promise has ended, and no search for others has been kept for it
    day            the day set for a visit, agreed to or not
    """

    id: int
    run_id: int
    month: date
    need_id: int | None
    pairing_id: int | None
    offer_id: int | None
    organisation_id: int
    volunteer_id: int | None
    slot: str | None
    units: int
    state: PromiseState
    days: Sequence[str] | None
    was_published: bool
    is_free: bool = False
    day: date | None = None

    def on_its_day(self) -> "HeldPromise":
        """The promise with its set day as the only possible one; unchanged if none is set."""
        return self if self.day is None else replace(self, days=[self.day.isoformat()])

    @property
    def help_key(self) -> HelpKey:
        """The key that all promises for the same need, or the same visit of a pairing, share."""
        return make_help_key(self.run_id, self.need_id, self.pairing_id, self.slot)


@dataclass(frozen=True, slots=True)
class Asked:
    """The receiving side of a promise: a need, or a pairing (``need_state`` None).

    least       fewest units (of a visit: persons) that are any help
    has_ended   whether the contact with the resident has ended
    ended_on    last day of the pairing; None: it goes on
    agreements  those of the pairing's own organisation, also if another one makes the visit
    """

    resident_id: int
    committee: str
    category: str
    qualification: Qualification | None
    tier: int
    least: int
    has_ended: bool
    need_state: NeedState | None = None
    ended_on: date | None = None
    agreements: Sequence[PairingAgreement] = ()

    @property
    def gone_because(self) -> RevokeReason | None:
        """Why nobody waits for the help any more; None if somebody waits.

        The last day of a pairing is not looked at here.
        """
        if self.has_ended:
            return RevokeReason.CONTACT_ENDED
        is_wanted = self.need_state is None or self.need_state in _WANTED
        return None if is_wanted else RevokeReason.NEED_WITHDRAWN


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows that some promises name, as they are today, keyed by id.

    persons       keyed by person: the entries of that human being that a freeze today would take
    statuses      keyed by resident, then by kind of status: its last day; None: it has none
    trusts_edits  whether an offer that waits for approval counts as approved
    """

    needs: Mapping[int, Asked]
    pairings: Mapping[int, Asked]
    offers: Mapping[int, Offer]
    organisations: Mapping[int, Organisation]
    volunteers: Mapping[int, Volunteer]
    persons: Mapping[int, Sequence[Volunteer]]
    statuses: Mapping[int, Mapping[StatusKind, date | None]]
    trusts_edits: bool = False

    def get_asked(self, promise: HeldPromise) -> Asked:
        """The receiving side of the promise."""
        if promise.need_id is not None:
            return self.needs[promise.need_id]
        return self.pairings[promise.pairing_id or 0]

    def find_offer(self, promise: HeldPromise) -> Offer | None:
        """The offer that the promise is given from; None if it names none."""
        return self.offers.get(promise.offer_id or 0)

    def find_volunteer(self, promise: HeldPromise) -> Volunteer | None:
        """The volunteer whose visit is promised; None if the promise names none."""
        return self.volunteers.get(promise.volunteer_id or 0)

    def list_entries(self, volunteer: Volunteer) -> Sequence[Volunteer]:
        """The entries in ``persons`` of the volunteer's person; ``[volunteer]`` without any."""
        return self.persons.get(volunteer.person_id) or [volunteer]

    def without_status(self, resident_id: int, kind: StatusKind) -> "Facts":
        """The same facts without one status of a resident."""
        held = {k: day for k, day in self.statuses.get(resident_id, {}).items() if k is not kind}
        return replace(self, statuses={**self.statuses, resident_id: held})


def list_promises(*conditions: ColumnElement[bool]) -> list[HeldPromise]:
    """The promises of any run that fulfil ``conditions``, in order of id."""
    query = (
        select(
            Promise.id,
            Promise.round_run_id,
            MatchRound.month,
            Promise.need_id,
            Promise.pairing_id,
            Promise.offer_id,
            Promise.organisation_id,
            Promise.volunteer_id,
            Promise.slot,
            Promise.units,
            Promise.state,
            Promise.days,
            MatchRound.publication > 0,
            _is_free(),
            Promise.day,
        )
        .join(RoundRun, RoundRun.id == Promise.round_run_id)
        .join(MatchRound, MatchRound.id == RoundRun.match_round_id)
        .where(*conditions)
        .order_by(Promise.id)
    )
    rows: Any = db.session.execute(query)
    return [_hold(*row) for row in rows]


def _is_free() -> ColumnElement[bool]:
    """The condition for promises whose place is free and that no kept search has replaced.

    As ``Promise.has_ended``, in SQL, without those replaced.
    """
    is_over = Promise.state.in_((PromiseState.EXPIRED, PromiseState.REVOKED))
    return (Promise.freed_at.is_not(None) | is_over) & Promise.round_repair_id.is_(None)


def _hold(*values: Any) -> HeldPromise:
    """Make a promise of a row; a confirmed visit can only take place on its set day."""
    held = HeldPromise(*values)
    return held.on_its_day() if held.state is PromiseState.CONFIRMED else held


def is_published() -> ColumnElement[bool]:
    """The condition for promises of a published run, in a query joined to ``MatchRound``."""
    return MatchRound.published_run_id == Promise.round_run_id


def read_facts(*conditions: ColumnElement[bool]) -> Facts:
    """Read what the promises that fulfil ``conditions`` name, as it is today.

    That is needs, pairings, offers, organisations and volunteers, with every other entry of the
    same persons. ``conditions`` may use ``RoundRun`` and ``MatchRound``, which are joined. Statuses
    are read only if one of the offers asks for a status.
    """

    def pick(column: Any) -> Select[Any]:
        return (
            select(column)
            .select_from(Promise)
            .join(RoundRun, RoundRun.id == Promise.round_run_id)
            .join(MatchRound, MatchRound.id == RoundRun.match_round_id)
            .where(*conditions, column.is_not(None))
        )

    needs, pairings = _read_needs(pick(Promise.need_id)), _read_pairings(pick)
    offers, organisations, volunteers = _read_givers(pick)
    return Facts(
        needs=needs,
        pairings=pairings,
        offers=offers,
        organisations=organisations,
        volunteers=volunteers,
        persons=_gather_entries(volunteers.values()),
        statuses=_read_statuses(pick) if any(row.statuses for row in offers.values()) else {},
    )


def _read_givers(
    pick: Any,
) -> tuple[dict[int, Offer], dict[int, Organisation], dict[int, Volunteer]]:
    """Read organisations, their offers, and all entries of the visitors, keyed by id.

    Each row is read once, however many promises name it.
    """
    is_promised = Offer.id.in_(pick(Promise.offer_id))
    gives = (Offer.organisation_id == Organisation.id) & is_promised
    query = (
        select(Organisation, Offer)
        .outerjoin(Offer, gives)
        .options(*_without_contact(Load(Organisation)))
        .where(Organisation.id.in_(pick(Promise.organisation_id)))
    )
    rows = db.session.execute(query).all()
    visitor = aliased(Volunteer)
    persons = select(visitor.person_id).where(visitor.id.in_(pick(Promise.volunteer_id)))
    entries = (
        select(Volunteer)
        .options(
            joinedload(Volunteer.qualifications),
            joinedload(Volunteer.absences),
            *_without_contact(joinedload(Volunteer.organisation)),
        )
        .where(Volunteer.person_id.in_(persons))
    )
    volunteers = db.session.scalars(entries).unique()
    organisations = {giver.id: giver for giver, _offer in rows}
    offers = {offer.id: offer for _giver, offer in rows if offer}
    return offers, organisations, {row.id: row for row in volunteers}


def _without_contact(organisation: Any) -> tuple[Any, ...]:
    """Load organisations without what is encrypted: it is decrypted for each row of the query."""
    contact = (Organisation.contact_name, Organisation.contact_phone)
    return tuple(organisation.defer(column) for column in contact)


def _gather_entries(volunteers: Iterable[Volunteer]) -> dict[int, list[Volunteer]]:
    """The active entries of approved organisations, as a freeze takes them, keyed by person."""
    found: dict[int, list[Volunteer]] = defaultdict(list)
    for row in volunteers:
        is_approved = row.organisation.state is OrganisationState.APPROVED
        if row.state is VolunteerState.ACTIVE and is_approved:
            found[row.person_id].append(row)
    return found


def _read_needs(ids: Select[Any]) -> dict[int, Asked]:
    columns = (Need.id, Need.resident_id, Committee.code, ServiceCategory, Need.tier)
    query = (
        select(*columns, Need.quantity, Need.state, Resident.contact_ended_on)
        .join(ServiceCategory, ServiceCategory.id == Need.category_id)
        .join(Resident, Resident.id == Need.resident_id)
        .join(Committee, Committee.id == Need.committee_id)
        .where(Need.id.in_(ids))
    )
    found = {}
    for row_id, resident_id, place, kind, tier, units, state, end in db.session.execute(query):
        found[row_id] = Asked(
            resident_id,
            place,
            kind.code,
            kind.qualification,
            tier,
            max(min(units, kind.least_quantity or units), kind.people_per_visit),
            end is not None,
            need_state=state,
        )
    return found


def _read_pairings(pick: Any) -> dict[int, Asked]:
    query = (
        select(Pairing, Committee.code, ServiceCategory, Resident.contact_ended_on)
        .join(Resident, Resident.id == Pairing.resident_id)
        .join(Household, Household.id == Resident.household_id)
        .join(Committee, Committee.id == Household.committee_id)
        .join(ServiceCategory, ServiceCategory.id == Pairing.category_id)
        .where(Pairing.id.in_(pick(Promise.pairing_id)))
        .options(joinedload(Pairing.organisation).joinedload(Organisation.agreements))
    )
    return {
        row.id: Asked(
            row.resident_id,
            committee,
            category.code,
            category.qualification,
            row.tier,
            category.people_per_visit,
            end is not None,
            ended_on=row.ended_on,
            agreements=row.organisation.agreements,
        )
        for row, committee, category, end in db.session.execute(query).unique()
    }


def _read_statuses(pick: Any) -> dict[int, dict[StatusKind, date | None]]:
    of_needs = select(Need.resident_id).where(Need.id.in_(pick(Promise.need_id)))
    of_pairings = select(Pairing.resident_id).where(Pairing.id.in_(pick(Promise.pairing_id)))
    row = RecipientStatus
    query = (
        select(row.resident_id, row.kind, row.valid_until)
        .where(row.verified_at.is_not(None))
        .where(row.resident_id.in_(of_needs) | row.resident_id.in_(of_pairings))
    )
    found: dict[int, dict[StatusKind, date | None]] = defaultdict(dict)
    for resident_id, kind, last in db.session.execute(query):
        found[resident_id][kind] = last
    return dict(found)
