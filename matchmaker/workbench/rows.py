"""The rows of a line, all in the same words: number, what, who, committee, day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.models import (
    Committee,
    FollowUp,
    Household,
    Invitation,
    Need,
    Offer,
    Organisation,
    Pairing,
    Promise,
    RecipientStatus,
    Referral,
    Resident,
    RoundRepair,
    RoundRun,
    ServiceCategory,
    Thanks,
    Volunteer,
    load_run,
)
from matchmaker.web.permissions import may_open
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_month, format_quantity
from matchmaker.workbench.line import CountedRows, WorkKind, WorkLine

_Values = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One row of a line.

    ``url``: the page that deals with it; ``persons``: the ids of the persons who are shown.
    """

    number: str
    what: str
    who: str
    committee: str
    day: date | None
    is_late: bool
    is_new: bool
    url: str | None
    persons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says besides its day."""

    number: str
    what: str
    who: str = ""
    committee: Committee | None = None
    persons: Sequence[int] = ()


def load_all(query: Select[Any]) -> Select[Any]:
    """Add to the query everything that its rows say."""
    loaded: Select[Any] = query.options(*_LOADED.get(_get_model(query), ()))
    return loaded


def read_rows(line: CountedRows, found: Sequence[Any], *, names_residents: bool) -> list[WorkRow]:
    """Read the rows of a page from the query's results.

    ``names_residents``: rows of promises and pairings show who gets the help, not who gives it.
    """
    return [_read(line, row, late, new, names_residents) for row, late, new in found]


def _read(line: CountedRows, row: Any, late: int, new: int, names_residents: bool) -> WorkRow:
    said: _Said = _READERS[type(row)](row, names_residents)
    return WorkRow(
        number=said.number,
        what=said.what,
        who=said.who,
        committee=get_name(said.committee) if said.committee else "",
        day=line.get_day(row),
        is_late=bool(late),
        is_new=bool(new),
        url=_find_page(line, row),
        persons=tuple(said.persons),
    )


def _get_model(query: Select[Any]) -> Any:
    return query.column_descriptions[0]["entity"]


# What a row says, by its table.


def _read_promise(row: Promise, names_residents: bool) -> _Said:
    asked = row.asked
    visitor = row.volunteer.name if row.volunteer else ""
    giver = " · ".join(filter(None, (get_name(row.organisation), visitor)))
    persons = [asked.resident.person_id, *([row.volunteer.person_id] if row.volunteer else [])]
    return _Said(
        number=asked.reference,
        what=f"{get_name(asked.category)} · {format_quantity(row.units, asked.category.unit)}",
        who=asked.resident.display_name if names_residents else giver,
        committee=row.need.committee if row.need else asked.resident.household.committee,
        persons=persons,
    )


def _read_need(row: Need, _names_residents: bool) -> _Said:
    return _Said(
        number=row.reference,
        what=f"{get_name(row.category)} · {format_quantity(row.quantity, row.category.unit)}",
        who=row.resident.display_name,
        committee=row.committee,
        persons=[row.resident.person_id],
    )


def _read_referral(row: Referral, _names_residents: bool) -> _Said:
    need = row.need
    what = f"{get_name(need.category)} · {row.office}"
    persons = [need.resident.person_id]
    return _Said(need.reference, what, need.resident.display_name, need.committee, persons)


def _read_resident(row: Resident, _names_residents: bool) -> _Said:
    place = row.household.committee
    return _Said(row.reference, row.display_name, "", place, [row.person_id])


def _read_status(row: RecipientStatus, _names_residents: bool) -> _Said:
    home = row.resident.household
    return _Said(
        number=row.resident.reference,
        what=str(get_label(row.kind)),
        who=row.resident.display_name,
        committee=home.committee,
        persons=[row.resident.person_id],
    )


def _read_follow_up(row: FollowUp, _names_residents: bool) -> _Said:
    return _Said(
        number=row.asked.reference,
        what=f"{get_label(row.about)} · {get_name(row.asked.category)}",
        who=row.owner.name if row.owner else _("Nobody yet"),
        committee=row.committee,
        persons=[row.asked.resident.person_id],
    )


def _read_thanks(row: Thanks, _names_residents: bool) -> _Said:
    asked = row.first.asked
    return _Said(
        number=asked.reference,
        what=get_name(asked.category),
        who=get_name(row.first.organisation),
        committee=asked.resident.household.committee,
        persons=[asked.resident.person_id],
    )


def _read_pairing(row: Pairing, names_residents: bool) -> _Said:
    visitor = row.volunteer.name if row.volunteer else ""
    giver = " · ".join(filter(None, (get_name(row.organisation), visitor)))
    persons = [row.resident.person_id, *([row.volunteer.person_id] if row.volunteer else [])]
    return _Said(
        number=row.reference,
        what=get_name(row.category),
        who=row.resident.display_name if names_residents else giver,
        committee=row.resident.household.committee,
        persons=persons,
    )


def _read_repair(row: RoundRepair, _names_residents: bool) -> _Said:
    return _Said(_("Search %(number)s", number=row.number), format_month(row.run.match_round.month))


def _read_offer(row: Offer, _names_residents: bool) -> _Said:
    return _Said(row.title, get_name(row.category), get_name(row.organisation))


def _read_organisation(row: Organisation, _names_residents: bool) -> _Said:
    return _Said(get_name(row), str(get_label(row.kind)))


def _read_category(row: ServiceCategory, _names_residents: bool) -> _Said:
    return _Said(get_name(row), str(get_label(row.kind)))


def _read_volunteer(row: Volunteer, _names_residents: bool) -> _Said:
    proofs = ", ".join(str(get_label(proof.qualification)) for proof in row.qualifications)
    return _Said(row.name, proofs, persons=[row.person_id])


def _read_invitation(row: Invitation, _names_residents: bool) -> _Said:
    maker = row.created_by.name if row.created_by else ""
    return _Said(str(get_label(row.role)), _("Invitation"), maker)


_READERS: Mapping[type, Callable[[Any, bool], _Said]] = {
    Promise: _read_promise,
    Need: _read_need,
    Referral: _read_referral,
    Resident: _read_resident,
    RecipientStatus: _read_status,
    FollowUp: _read_follow_up,
    Thanks: _read_thanks,
    Pairing: _read_pairing,
    RoundRepair: _read_repair,
    Offer: _read_offer,
    Organisation: _read_organisation,
    ServiceCategory: _read_category,
    Volunteer: _read_volunteer,
    Invitation: _read_invitation,
}


def _load_home(resident: Any) -> Any:
    return joinedload(resident).joinedload(Resident.household).joinedload(Household.committee)


_NEED_FACTS = (
    joinedload(Need.category),
    joinedload(Need.committee),
    joinedload(Need.resident).lazyload(Resident.household),
)
_LOADED: Mapping[Any, Sequence[Any]] = {
    Promise: (
        joinedload(Promise.need).joinedload(Need.category),
        joinedload(Promise.need).joinedload(Need.committee),
        joinedload(Promise.need).joinedload(Need.resident).lazyload(Resident.household),
        joinedload(Promise.pairing).joinedload(Pairing.category),
        joinedload(Promise.pairing).options(_load_home(Pairing.resident)),
        load_run(),
        joinedload(Promise.organisation),
        joinedload(Promise.volunteer),
        joinedload(Promise.session),
    ),
    Need: _NEED_FACTS,
    Referral: (joinedload(Referral.need).options(*_NEED_FACTS),),
    Resident: (joinedload(Resident.household).joinedload(Household.committee),),
    RecipientStatus: (_load_home(RecipientStatus.resident),),
    FollowUp: (
        joinedload(FollowUp.owner),
        joinedload(FollowUp.need).options(
            joinedload(Need.category), joinedload(Need.committee), joinedload(Need.resident)
        ),
        joinedload(FollowUp.promise)
        .joinedload(Promise.pairing)
        .options(joinedload(Pairing.category), _load_home(Pairing.resident)),
    ),
    Pairing: (
        joinedload(Pairing.category),
        joinedload(Pairing.organisation),
        joinedload(Pairing.volunteer),
        _load_home(Pairing.resident),
    ),
    Thanks: (
        selectinload(Thanks.promises).options(
            joinedload(Promise.need).options(joinedload(Need.category), _load_home(Need.resident)),
            joinedload(Promise.pairing).options(
                joinedload(Pairing.category), _load_home(Pairing.resident)
            ),
            joinedload(Promise.organisation),
        ),
    ),
    RoundRepair: (joinedload(RoundRepair.run).joinedload(RoundRun.match_round),),
    Offer: (joinedload(Offer.category), joinedload(Offer.organisation)),
    Organisation: (selectinload(Organisation.agreements),),
    Volunteer: (selectinload(Volunteer.qualifications),),
    Invitation: (joinedload(Invitation.created_by),),
}


# The page that deals with a row is the first of these that the reader may open.


def _by_promise(row: Promise) -> dict[str, Any]:
    return {"promise_id": row.id}


def _by_need(row: Promise | Referral) -> dict[str, Any]:
    return {"need_id": row.need_id}


def _by_resident(row: Promise) -> dict[str, Any]:
    return {"resident_id": row.asked.resident_id}


def _by_round(row: Promise | RoundRepair) -> dict[str, Any]:
    return {"month": row.run.match_round.month}


_PLACES = (("rounds.places", _by_round),)
_OWN_PAGES: Mapping[WorkKind, Sequence[tuple[str, _Values]]] = {
    WorkKind.FREE_PLACES: _PLACES,
    WorkKind.DRAFTS: (("needs.start", lambda row: {"need_id": row.id}),),
}
_PAGES: Mapping[type, Sequence[tuple[str, _Values]]] = {
    Promise: (
        ("assignments.visit", _by_promise),
        ("assignments.promise", _by_promise),
        ("assignments.question", _by_promise),
        ("needs.show", _by_need),
        ("residents.show", _by_resident),
    ),
    Need: (
        ("needs.follow", lambda row: {"need_id": row.id}),
        ("needs.show", lambda row: {"need_id": row.id}),
    ),
    Referral: (("needs.end_referral", _by_need),),
    Resident: (("needs.paper_letter", lambda row: {"resident_id": row.id}),),
    RecipientStatus: (("residents.show", lambda row: {"resident_id": row.resident_id}),),
    FollowUp: (("needs.answer_follow_up", lambda row: {"follow_up_id": row.id}),),
    Thanks: (("assignments.read_thanks", lambda row: {"thanks_id": row.id}),),
    Pairing: (("residents.show", lambda row: {"resident_id": row.resident_id}),),
    RoundRepair: _PLACES,
    Offer: (
        ("offers.check", lambda row: {"offer_id": row.id}),
        ("offers.show", lambda row: {"offer_id": row.id}),
    ),
    Organisation: (("organisations.show", lambda row: {"organisation_id": row.id}),),
    ServiceCategory: (),
    Volunteer: (("volunteers.show", lambda row: {"volunteer_id": row.id}),),
    Invitation: (("accounts.unconfirmed", lambda _row: {}),),
}


def _find_page(line: CountedRows, row: Any) -> str | None:
    own = _OWN_PAGES.get(line.kind) if isinstance(line, WorkLine) else None
    for endpoint, get_values in own or _PAGES[type(row)]:
        values = get_values(row)
        if may_open(endpoint) and None not in values.values():
            return url_for(endpoint, **values)
    return None
