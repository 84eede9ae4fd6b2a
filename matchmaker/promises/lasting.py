"""What limits the days of a promise: agreements, offers, statuses, absences and proofs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaker.models import (
    Offer,
    PairingAgreement,
    Qualification,
    RevokeReason,
    StatusKind,
    Volunteer,
)
from matchmaker.promises.facts import Facts, HeldPromise

_Lasts = Callable[[date], bool]
Validity = tuple[RevokeReason, _Lasts]


@dataclass(frozen=True, slots=True)
class _Interval:
    """Something that lasts from its first to its last day; no last day: without end."""

    first: date
    last: date | None

    def __call__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def keep_days(days: tuple[date, ...], lasts: _Lasts) -> tuple[date, ...]:
    """The days on which something lasts; ``days`` is not empty and in ascending order."""
    if isinstance(lasts, _Interval) and lasts(days[0]) and lasts(days[-1]):
        return days
    return tuple(day for day in days if lasts(day))


def list_validities(row: HeldPromise, facts: Facts) -> Iterable[Validity]:
    """Everything that limits the days of a promise: the reason, and whether it lasts on a day."""
    asked = facts.get_asked(row)
    if asked.ended_on is not None:
        yield RevokeReason.PAIRING_ENDED, _until(asked.ended_on)
    if asked.agreements:
        yield RevokeReason.AGREEMENT_OVER, _any_of([_read_term(row) for row in asked.agreements])
    if (offer := facts.find_offer(row)) is not None:
        yield from _list_validities_of_offer(offer, facts.statuses.get(asked.resident_id, {}))
    if (person := facts.find_volunteer(row)) is not None:
        yield from _list_validities_of_entries(facts.list_entries(person), asked.qualification)


def _list_validities_of_entries(
    entries: Sequence[Volunteer], asked: Qualification | None
) -> Iterable[Validity]:
    """An absence in one entry of a person counts for all entries, and so does a proof in one."""
    absences = [away for entry in entries for away in entry.absences]
    if absences:
        yield RevokeReason.VOLUNTEER_AWAY, lambda day: not any(day in away for away in absences)
    if asked is not None:
        shown = (row for entry in entries for row in entry.qualifications)
        proofs = [_until(row.expires_on) for row in shown if row.qualification is asked]
        yield RevokeReason.PROOF_OVER, _any_of(proofs)


def _read_term(agreement: PairingAgreement) -> _Lasts:
    return _Interval(agreement.starts_on, None if agreement.renews else agreement.ends_on)


def _list_validities_of_offer(
    offer: Offer, statuses: Mapping[StatusKind, date | None]
) -> Iterable[Validity]:
    yield RevokeReason.OFFER_OVER, _Interval(offer.valid_from, offer.valid_until)
    if offer.statuses:
        kinds = [kind for kind in map(StatusKind, offer.statuses) if kind in statuses]
        yield RevokeReason.STATUS_OVER, _any_of([_until(statuses[kind]) for kind in kinds])


def _any_of(lasts: Sequence[_Lasts]) -> _Lasts:
    return lambda day: any(last(day) for last in lasts)


def _until(last: date | None) -> _Interval:
    return _Interval(date.min, last)
