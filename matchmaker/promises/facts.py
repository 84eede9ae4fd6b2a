"""What a run's promises rest on, as the rows are today: a few statements for any number of lines.

Nothing here decides; ``present.py`` does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased, joinedload

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
    """A promise held against the present. ``month`` is the round's; no slot: any day of it.

    ``days``: those on which it may take place (ISO); None: any of its slot. ``was_published``: the
    round was published before, so that it may have been kept whatever its state. ``is_free``: its
    place is free, and nobody was looked for yet. ``day``: set for a visit, agreed to or not.
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
        """The promise held on its day alone, where one is set."""
        return self if self.day is None else replace(self, days=[self.day.isoformat()])

    @property
    def help_key(self) -> HelpKey:
        """What the promise is a part of."""
        return make_help_key(self.run_id, self.need_id, self.pairing_id, self.slot)


@dataclass(frozen=True, slots=True)
class Asked:
    """The receiving side of a promise: a need, or a pairing (``need_state`` None).

    least      units, of a visit persons, below which the help does not help
    has_ended  there is no contact with the resident any more
    ended_on   last day of the pairing; None: it goes on
    agreements those of the organisation whose pairing it is; another may make the visit
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
        """Why nobody waits for the help any more; a pairing may say it by its last day too."""
        if self.has_ended:
            return RevokeReason.CONTACT_ENDED
        is_wanted = self.need_state is None or self.need_state in _WANTED
        return None if is_wanted else RevokeReason.NEED_WITHDRAWN


@dataclass(frozen=True, slots=True)
class Facts:
    """The present rows behind some promises. ``statuses``: resident -> kind -> its last day.

    ``persons``: the entries of each human being that a freeze of today would take.
    ``trusts_edits``: an offer that waits for approval after an edit counts as approved.
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
        """Who receives the promise."""
        if promise.need_id is not None:
            return self.needs[promise.need_id]
        return self.pairings[promise.pairing_id or 0]

    def find_offer(self, promise: HeldPromise) -> Offer | None:
        """The offer that the promise is given from."""
        return self.offers.get(promise.offer_id or 0)

    def find_volunteer(self, promise: HeldPromise) -> Volunteer | None:
        """Who would come, if the promise names a volunteer."""
        return self.volunteers.get(promise.volunteer_id or 0)

    def list_entries(self, volunteer: Volunteer) -> Sequence[Volunteer]:
        """Every entry of the human being who would come; at least the one that is named."""
        return self.persons.get(volunteer.person_id) or [volunteer]

    def without_status(self, resident_id: int, kind: StatusKind) -> "Facts":
        """The same rows, as if one status of a resident did not count any more."""
        held = {k: day for k, day in self.statuses.get(resident_id, {}).items() if k is not kind}
        return replace(self, statuses={**self.statuses, resident_id: held})


def list_promises(*conditions: ColumnElement[bool]) -> list[HeldPromise]:
    """The lines that fulfil ``conditions``, of any run, oldest first."""
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
    """See ``Promise.has_ended``."""
    is_over = Promise.state.in_((PromiseState.EXPIRED, PromiseState.REVOKED))
    return (Promise.freed_at.is_not(None) | is_over) & Promise.round_repair_id.is_(None)


def _hold(*values: Any) -> HeldPromise:
    """A visit that its recipient agreed to takes place on its day alone."""
    held = HeldPromise(*values)
    return held.on_its_day() if held.state is PromiseState.CONFIRMED else held


def is_published() -> ColumnElement[bool]:
    """The condition for lines of a run that is published now; joins as ``list_promises`` does."""
    return MatchRound.published_run_id == Promise.round_run_id


def read_facts(*conditions: ColumnElement[bool]) -> Facts:
    """The rows behind the lines that fulfil ``conditions``, by id."""

    def pick(column: Any) -> Select[Any]:
        return (
            select(column)
            .select_from(Promise)
            .join(RoundRun, RoundRun.id == Promise.round_run_id)
            .join(MatchRound, MatchRound.id == RoundRun.match_round_id)
            .where(*conditions, column.is_not(None))
        )

    needs, pairings = _read_needs(pick(Promise.need_id)), _read_pairings(pick)
    offers, organisations, volunteers = _read_givers(conditions)
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
    conditions: Sequence[ColumnElement[bool]],
) -> tuple[dict[int, Offer], dict[int, Organisation], dict[int, Volunteer]]:
    """Offers, organisations, every entry of who comes, in one statement."""
    visitor = aliased(Volunteer)
    query = (
        select(Organisation, Offer, Volunteer)
        .select_from(Promise)
        .join(RoundRun, RoundRun.id == Promise.round_run_id)
        .join(MatchRound, MatchRound.id == RoundRun.match_round_id)
        .join(Organisation, Organisation.id == Promise.organisation_id)
        .outerjoin(Offer, Offer.id == Promise.offer_id)
        .outerjoin(visitor, visitor.id == Promise.volunteer_id)
        .outerjoin(Volunteer, Volunteer.person_id == visitor.person_id)
        .options(
            joinedload(Volunteer.qualifications),
            joinedload(Volunteer.absences),
            joinedload(Volunteer.organisation),
        )
        .where(*conditions)
    )
    rows = db.session.execute(query).unique().all()
    organisations = {giver.id: giver for giver, _offer, _person in rows}
    offers = {offer.id: offer for _giver, offer, _person in rows if offer}
    return offers, organisations, {person.id: person for _, _, person in rows if person}


def _gather_entries(volunteers: Iterable[Volunteer]) -> dict[int, list[Volunteer]]:
    """The entries of each person, as a freeze takes them: active, of approved organisations."""
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
