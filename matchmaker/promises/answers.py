"""The promises of a run, and how many of each giver are in each state."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from matchmaker.base.extensions import db
from matchmaker.models import Organisation, Promise, PromiseState, RoundRun
from matchmaker.promises.facts import HeldPromise, list_promises
from matchmaker.promises.states import FALLEN_STATES, RECIPIENT_REASONS

# States that do not count as a yes of the giver; failed help had been agreed to.
_NOT_BY_GIVER = {PromiseState.PROPOSED, PromiseState.AWAITING_GIVER, *FALLEN_STATES} - {
    PromiseState.FAILED
}


# Where a promise is counted: in its state, or apart.
_IN_STATE, _NOT_WANTED, _UNREPORTED = range(3)


def list_held(run: RoundRun | None) -> list[HeldPromise]:
    """The promises of a run, oldest first."""
    return [] if run is None else list_promises(Promise.round_run_id == run.id)


@dataclass(frozen=True, slots=True)
class GiverAnswers:
    """How many promises of one giver are in each state, and until which day the giver is asked.

    counts       state -> number of promises, without those in ``not_wanted`` and ``unreported``
    not_wanted   number of promises that ended because the recipient said no or was not reached
    unreported   number of promises that both sides agreed to and that the close of the month ended
                 without a report
    answer_by    last day for an answer of the giver; None: no answer is awaited
    """

    organisation: Organisation
    counts: Mapping[PromiseState, int]
    not_wanted: int
    unreported: int
    answer_by: date | None

    @property
    def asked(self) -> int:
        """How many promises the giver has in the run."""
        return sum(self.counts.values()) + self.not_wanted + self.unreported

    @property
    def waiting(self) -> int:
        """How many promises await the giver's answer."""
        return self.counts.get(PromiseState.AWAITING_GIVER, 0)

    @property
    def said_yes(self) -> int:
        """How many promises the giver said yes to, without those that ended since.

        Failed and unreported help is counted all the same.
        """
        kept = (count for state, count in self.counts.items() if state not in _NOT_BY_GIVER)
        return sum(kept) + self.unreported


def list_answers(run: RoundRun) -> list[GiverAnswers]:
    """The givers of a run, those with most promises to answer first, then in order of name."""
    counts: dict[int, Counter[PromiseState]] = {}
    apart: Counter[tuple[int, int]] = Counter()
    days: dict[int, date | None] = {}
    for giver_id, state, found, count, answer_by in db.session.execute(_select_counts(run)):
        of_giver = counts.setdefault(giver_id, Counter())
        if found == _IN_STATE:
            of_giver[state] += count
        else:
            apart[giver_id, found] += count
        if state is PromiseState.AWAITING_GIVER:
            days[giver_id] = answer_by
    givers = select(Organisation).where(Organisation.id.in_(counts))
    rows = [
        GiverAnswers(
            giver,
            counts[giver.id],
            apart[giver.id, _NOT_WANTED],
            apart[giver.id, _UNREPORTED],
            days.get(giver.id),
        )
        for giver in db.session.scalars(givers)
    ]
    return sorted(rows, key=lambda row: (-row.waiting, row.organisation.sort_key))


def _select_counts(run: RoundRun) -> Any:
    """The query for giver, state, where it is counted, how many, and the first day to answer by."""
    has_expired = Promise.state == PromiseState.EXPIRED
    is_unreported = and_(has_expired, Promise.agreed_at.is_not(None))
    is_recipients = or_(
        Promise.decline_reason.in_(RECIPIENT_REASONS),
        and_(has_expired, Promise.answered_at.is_not(None), Promise.agreed_at.is_(None)),
    )
    side = case((is_recipients, _NOT_WANTED), (is_unreported, _UNREPORTED), else_=_IN_STATE)
    first = func.min(Promise.answer_by)
    return (
        select(Promise.organisation_id, Promise.state, side, func.count(), first)
        .where(Promise.round_run_id == run.id)
        .group_by(Promise.organisation_id, Promise.state, side)
    )
