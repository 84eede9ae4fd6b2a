"""What became of the promises of a run: how many are in each state, for all and by giver."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_, select

from matchmaker.base.extensions import db
from matchmaker.models import Organisation, Promise, PromiseState, RoundRun
from matchmaker.promises.facts import HeldPromise, list_promises
from matchmaker.promises.states import FALLEN_STATES, RECIPIENT_REASONS

# Of these the giver said yes to none; what failed was agreed to.
_NOT_BY_GIVER = {PromiseState.PROPOSED, PromiseState.AWAITING_GIVER, *FALLEN_STATES} - {
    PromiseState.FAILED
}


def list_held(run: RoundRun | None) -> list[HeldPromise]:
    """The promises of a run, oldest first."""
    return [] if run is None else list_promises(Promise.round_run_id == run.id)


def count_promises(held: Iterable[HeldPromise]) -> dict[PromiseState, int]:
    """How many promises are in each state, in the order of their life."""
    found = Counter(row.state for row in held)
    return {state: found[state] for state in PromiseState if state in found}


@dataclass(frozen=True, slots=True)
class GiverAnswers:
    """How many promises of one giver are in each state, and until when it is asked.

    not_wanted   ended by the recipient, who said no or was not reached; not in ``counts``
    """

    organisation: Organisation
    counts: Mapping[PromiseState, int]
    not_wanted: int
    answer_by: date | None

    @property
    def asked(self) -> int:
        """All of them."""
        return sum(self.counts.values()) + self.not_wanted

    @property
    def waiting(self) -> int:
        """Those that the giver has not answered."""
        return self.counts.get(PromiseState.AWAITING_GIVER, 0)

    @property
    def said_yes(self) -> int:
        """Those that the giver keeps, whatever the recipient has answered so far."""
        return sum(count for state, count in self.counts.items() if state not in _NOT_BY_GIVER)


def list_answers(run: RoundRun) -> list[GiverAnswers]:
    """The givers of a run: who has most to answer comes first, then by name."""
    is_recipients = or_(
        Promise.decline_reason.in_(RECIPIENT_REASONS),
        and_(Promise.state == PromiseState.EXPIRED, Promise.answered_at.is_not(None)),
    )
    side = case((is_recipients, 1), else_=0)
    query = (
        select(
            Promise.organisation_id, Promise.state, side, func.count(), func.min(Promise.answer_by)
        )
        .where(Promise.round_run_id == run.id)
        .group_by(Promise.organisation_id, Promise.state, side)
    )
    counts: dict[int, Counter[PromiseState]] = {}
    not_wanted: Counter[int] = Counter()
    days: dict[int, date | None] = {}
    for giver_id, state, by_recipient, count, answer_by in db.session.execute(query):
        of_giver = counts.setdefault(giver_id, Counter())
        if by_recipient:
            not_wanted[giver_id] += count
        else:
            of_giver[state] += count
        if state is PromiseState.AWAITING_GIVER:
            days[giver_id] = answer_by
    givers = select(Organisation).where(Organisation.id.in_(counts))
    rows = [
        GiverAnswers(giver, counts[giver.id], not_wanted[giver.id], days.get(giver.id))
        for giver in db.session.scalars(givers)
    ]
    return sorted(rows, key=lambda row: (-row.waiting, row.organisation.sort_key))
